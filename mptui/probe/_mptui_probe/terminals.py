"""Opens a terminal for a process that was started on one of mptui's."""

import fcntl
import posix
import termios

_WINDOW_SIZE_BYTES = 8


def open_terminal(like: int) -> "tuple[int, int]":
    """Open a terminal as large as the one behind `like`; return its master and its slave.

    Output is not processed: a line feed stays a line feed. The terminal does not become the
    controlling terminal of any process.

    Raises:
        OSError: there can be none.
    """
    size = fcntl.ioctl(like, termios.TIOCGWINSZ, bytes(_WINDOW_SIZE_BYTES))
    master, slave = posix.openpty()
    try:
        settings = termios.tcgetattr(slave)
        settings[1] &= ~termios.OPOST
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    except termios.error as error:
        posix.close(master)
        posix.close(slave)
        raise OSError("no terminal") from error
    return master, slave
