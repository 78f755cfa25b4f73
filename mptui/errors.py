"""Errors meant for the user, and the exit statuses of mptui.

An `MptuiError` ends as one line on standard error and an exit status; a traceback is always a bug.
This module must not import anything of mptui.
"""

from typing import Final

EXIT_USAGE: Final = 2
EXIT_LIMIT: Final = 124
"""The run was stopped at its limit; what `timeout` ends with."""
EXIT_OWN_FAILURE: Final = 125
EXIT_NOT_EXECUTABLE: Final = 126
EXIT_NOT_FOUND: Final = 127
_FIRST_SIGNAL_STATUS: Final = 128


def exit_status_of(exitcode: int | None, signal: int | None = None) -> int:
    """The exit status that a shell gives a process.

    Args:
        exitcode: its exit code; None where a signal ended it or it is unknown.
        signal: the number of the signal that ended it, or None.

    Returns:
        The exit code; 128 and the signal's number; `EXIT_OWN_FAILURE` where neither is known.
    """
    if signal is not None:
        return _FIRST_SIGNAL_STATUS + signal
    return EXIT_OWN_FAILURE if exitcode is None else exitcode


class MptuiError(Exception):
    """Something the user can act on: one line that names the cause and the cure.

    Args:
        message: one line without a final full stop; shown after ``mptui: ``.
        exit_status: the status mptui ends with if no caller can go on.
    """

    def __init__(self, message: str, exit_status: int = EXIT_OWN_FAILURE) -> None:
        super().__init__(message)
        self.message = message
        self.exit_status = exit_status
