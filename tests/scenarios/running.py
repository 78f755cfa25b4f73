"""Runs a scenario as a user would and tells what it wrote, write by write."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import mptui

FOLDER = Path(mptui.__file__).parent / "scenarios"


@dataclass(frozen=True)
class Ran:
    """What became of it."""

    writes: list[str]
    """What it wrote to standard output, one text for each write of any of its processes."""
    errors: str
    exit_status: int
    cpu_seconds: float
    """Of the program and of all processes it waited for."""

    @property
    def lines(self) -> list[str]:
        return "".join(self.writes).splitlines()


def run_scenario(
    name: str, *options: str, python: str = sys.executable, unbuffered: bool = False
) -> Ran:
    """Run it to its end, all its processes writing into one pipe.

    The pipe is in packet mode: one read takes what one write put there, never more.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    if unbuffered:
        environment["PYTHONUNBUFFERED"] = "1"
    reading, writing = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
    command = [python, str(FOLDER / f"{name}.py"), *options]
    with (
        os.fdopen(reading, "rb", buffering=0) as packets,
        subprocess.Popen(
            command, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment
        ) as process,
    ):
        os.close(writing)
        writes = [packet.decode() for packet in iter(lambda: packets.read(65536), b"")]
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(writes, errors, process.returncode, usage.ru_utime + usage.ru_stime)
