"""What a program is started with beside its standard streams is the same under mptui."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commanding import LIMIT_SECONDS, command_line, environment_with
from tests.process_table import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIST_OPEN = """
import os
for name in sorted(os.listdir("/proc/self/fd"), key=int):
    if int(name) > 2:
        try: print(name, os.readlink("/proc/self/fd/" + name))
        except OSError: pass
"""
CLOSE_THEN_WAIT = """
import os, sys
os.close(int(sys.argv[1]))
open(sys.argv[2], "w").close()
os.read(int(sys.argv[3]), 1)
"""


def under_mptui(*command: str, form: str = "--headless") -> list[str]:
    return command_line("run", form, "--", *command)


def shell(script: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", script, "bash", *words],
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=environment_with(),
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose two ends can be inherited."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_a_process_substitution_is_read() -> None:
    completed = shell('"$@" <(echo one; echo two)', *under_mptui("cat"))
    assert completed.stdout == b"cat | one\ncat | two\n"
    assert completed.returncode == 0


def test_a_process_substitution_is_written() -> None:
    reading = shell('"$@" > >(tr a-z A-Z) 2>&1', *under_mptui("echo", "shout"))
    assert reading.stdout == b"ECHO | SHOUT\n"
    reading = shell('"$@" >(tr a-z A-Z >&2); wait', *under_mptui("sh", "-c", 'echo out >"$0"'))
    assert reading.stderr == b"OUT\n"


def test_the_program_has_the_descriptors_that_it_has_without_mptui(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the file")
    words = [sys.executable, "-c", LIST_OPEN]
    script = f'exec 3<{tmp_path}/file 7>>{tmp_path}/log 12<&3; exec "$@"'
    plainly, watched = shell(script, *words), shell(script, *under_mptui(*words))
    prefix = b"python -c | "
    assert [line.removeprefix(prefix) for line in watched.stdout.splitlines()] == (
        plainly.stdout.splitlines()
    )
    assert plainly.stdout.splitlines()[0].startswith(b"3 /")


def test_a_closed_standard_input_is_no_trouble() -> None:
    completed = shell('exec "$@" <&-', *under_mptui("echo", "fine"))
    assert (completed.stdout, completed.stderr) == (b"echo | fine\n", b"")


@pytest.mark.parametrize("closed", ["reading", "writing"])
def test_who_is_at_the_other_end_notices_when_the_program_closes_its_own(
    closed: str, pipe: tuple[int, int], tmp_path: Path
) -> None:
    reading, writing = pipe
    given, kept = (reading, writing) if closed == "reading" else (writing, reading)
    hold, release = os.pipe()
    done = tmp_path / "done"
    arguments = map(str, (given, done, hold))
    program = (sys.executable, "-c", CLOSE_THEN_WAIT, *arguments)
    with subprocess.Popen(
        under_mptui(*program), pass_fds=(given, hold), env=environment_with()
    ) as front_end:
        os.close(given)
        os.close(hold)
        wait_until(done.exists, "the program closes its end")
        os.set_blocking(kept, False)

        def is_noticed() -> bool:
            try:
                return os.read(kept, 1) == b"" if closed == "writing" else not os.write(kept, b"x")
            except BrokenPipeError:
                return closed == "reading"
            except BlockingIOError:
                return False

        # A program that closes it at once may be quicker than those that started it.
        try:
            wait_until(is_noticed, "the other end notices")
        finally:
            os.close(release)
    assert front_end.returncode == 0


def test_a_socket_handed_over_by_systemd_is_the_program_s() -> None:
    code = (
        "import os, socket\n"
        "assert int(os.environ['LISTEN_PID']) == os.getpid(), os.environ['LISTEN_PID']\n"
        "assert os.environ['LISTEN_FDS'] == '1'\n"
        "connection, _ = socket.socket(fileno=3).accept()\n"
        "connection.sendall(b'served')\n"
    )
    listener = socket.create_server(("127.0.0.1", 0))
    script = 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
    number = listener.fileno()
    with subprocess.Popen(
        ["bash", "-c", script, "bash", str(number), *under_mptui(sys.executable, "-c", code)],
        pass_fds=[number],
        env=environment_with(),
    ) as front_end:
        with socket.create_connection(listener.getsockname(), timeout=LIMIT_SECONDS) as client:
            listener.close()
            assert client.recv(100) == b"served"
        assert front_end.wait(LIMIT_SECONDS) == 0


def test_listen_pid_stays_as_it_is_where_somebody_else_is_meant() -> None:
    code = "import os; print(os.environ['LISTEN_PID'])"
    completed = shell('LISTEN_PID=1 exec "$@"', *under_mptui(sys.executable, "-c", code))
    assert completed.stdout == b"python -c | 1\n"


def test_a_program_that_cannot_be_started_is_named_under_socket_activation_too() -> None:
    completed = shell('LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', *under_mptui("no-such-program"))
    assert completed.returncode == 127
    assert b"cannot start no-such-program: No such file" in completed.stderr


def test_a_jobserver_of_make_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "inner.mk").write_text("all: ; @echo made\n")
    mptui = " ".join(map(repr, under_mptui("make", "-f", "inner.mk")))
    (tmp_path / "Makefile").write_text(f"all: ; +@{mptui}\n")
    completed = subprocess.run(
        ["make", "-j2", "-C", str(tmp_path)],
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=environment_with(),
        check=False,
    )
    assert b"unavailable" not in completed.stderr + completed.stdout
    assert b"made" in completed.stdout
