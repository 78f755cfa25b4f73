"""Programs that run already, and what can be seen of one from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mptui.recording import RecordingReader
from mptui.supervisor.attached.target import find_target
from mptui.supervisor.linux import kernel
from mptui.supervisor.request import RunRequest
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HANGING_POOL = """
import multiprocessing, time
def hang(number):
    print(number, flush=True)
    time.sleep(1000)
if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    with multiprocessing.Pool(2) as pool:
        pool.map(hang, range(2), chunksize=1)
"""


@contextmanager
def running(
    folder: Path, code: str, lines: int = 1, *, python: str = sys.executable
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that nobody started through mptui, once it has printed so many lines."""
    script = folder / "older.py"
    script.write_text(code)
    with subprocess.Popen(
        [python, str(script)], stdout=subprocess.PIPE, process_group=0
    ) as program:
        assert program.stdout is not None
        try:
            for _ in range(lines):
                assert program.stdout.readline()
            yield program
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


@contextmanager
def sleeping(
    command: Sequence[str] = ("sleep", "600"),
    cwd: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """A process that does nothing, with more in its environment; its pid."""
    with subprocess.Popen(command, cwd=cwd, env={**os.environ, **(environment or {})}) as sleeper:
        try:
            # In the middle of its exec it has none.
            wait_until(lambda: len(kernel.read_environment(sleeper.pid)) > 1, "its environment")
            yield sleeper.pid
        finally:
            sleeper.kill()


@contextmanager
def attached(
    pid: int, *, brings_probe: bool = False
) -> Iterator[tuple[SupervisedRun, RecordingReader]]:
    """A run of this program, which ends with the context."""
    target = msgspec.structs.replace(find_target(str(pid)), brings_probe=brings_probe)
    request = RunRequest(
        command=target.argv,
        cwd=target.cwd,
        name=target.name,
        on_disconnect="stop",
        sample_seconds=0.1,
        attach=target,
    )
    run = SupervisedRun.start(request)
    try:
        with RecordingReader(run.recording) as reader:
            yield run, reader
    finally:
        run.detach()
        wait_until(lambda: run.has_ended, "the end of watching")


def traces(pid: int) -> dict[str, object]:
    """Whatever a debugger, or a careless observer, would change about a process."""
    proc = Path(f"/proc/{pid}")
    kept = (
        "SigPnd",
        "SigBlk",
        "SigIgn",
        "SigCgt",
        "Shd",
        "Threads",
        "TracerPid",
        "Cpus_allowed:",
        "NSpid",
        "NoNewPrivs",
    )
    status = [line for line in (proc / "status").read_text().splitlines() if line.startswith(kept)]
    priority = (proc / "stat").read_text().rpartition(")")[2].split()[15:17]
    return {
        "status": status,
        "descriptors": {one.name: str(one.readlink()) for one in (proc / "fd").iterdir()},
        "threads": sorted(one.name for one in (proc / "task").iterdir()),
        "groups": (proc / "cgroup").read_text(),
        "priority": priority,
        "environment": (proc / "environ").read_bytes(),
        "limits": (proc / "limits").read_text(),
        "group and session": (os.getpgid(pid), os.getsid(pid)),
    }
