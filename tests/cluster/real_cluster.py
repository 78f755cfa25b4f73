"""A real Dask cluster on 127.0.0.1: a scheduler and workers, each a process of `dask`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from mptui.supervisor.request import ClusterRequest, RunRequest
from mptui.supervisor.supervised_run import SupervisedRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mptui.events import Event

SECONDS = 120.0
"""How long anything may take on a busy machine."""


class RealCluster:
    """A cluster; a context, at whose end nothing of it is left.

    Args:
        folder: where its processes may write.
        workers: how many there are at first.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._port = _free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._count = workers
        self.scheduler = self._start_scheduler()

    def __enter__(self) -> Self:
        try:
            self._wait_for_scheduler()
            for number in range(self._count):
                self.start_worker(f"w{number}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def start_worker(self, name: str, *, threads: int = 1) -> None:
        """One more worker, without a nanny, so that it is one process."""
        self.workers.append(
            self._start(
                "worker",
                self.address,
                "--no-nanny",
                "--no-dashboard",
                f"--name={name}",
                f"--nthreads={threads}",
                "--memory-limit=0",
                f"--local-directory={self._folder}",
            )
        )

    def end_scheduler(self) -> None:
        """The scheduler is killed; its workers end by themselves, or are."""
        self.scheduler.kill()
        self.scheduler.wait()

    def restart_scheduler(self) -> None:
        """Another scheduler at the same address."""
        self.scheduler = self._start_scheduler()
        self._wait_for_scheduler()

    def run(self, code: str) -> None:
        """Run a program that has a `client` of this cluster."""
        ran = self.begin(code)
        assert ran.wait(SECONDS) == 0

    def begin(self, code: str) -> subprocess.Popen[bytes]:
        """Start such a program."""
        head = f"from distributed import Client\nclient = Client({self.address!r})\n"
        return subprocess.Popen([sys.executable, "-c", head + code])

    def _wait_for_scheduler(self) -> None:
        """Wait until it listens, which takes a while on a busy machine."""
        deadline = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start(
            "scheduler", "--host=127.0.0.1", f"--port={self._port}", "--no-dashboard", "--no-show"
        )

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        # Its own group: nothing of it may be left.
        return subprocess.Popen(
            [sys.executable, "-m", "dask", what, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self._folder,
        )


class Watched:
    """A cluster that is watched; a context.

    Args:
        address: of its scheduler.
        patience: how long it is waited for when it is gone.
    """

    def __init__(self, address: str, patience: float = 60.0) -> None:
        request = RunRequest(
            command=("mptui", "watch", address),
            cwd="/",
            name="cluster",
            on_disconnect="stop",
            sample_seconds=0.1,
            cluster=ClusterRequest(address=address, patience_seconds=patience),
        )
        self.run = SupervisedRun.start(request)
        self._reader = RecordingReader(self.run.recording)
        self.events: list[Event] = []
        self._state, self._findings = Run(), Findings()

    def __enter__(self) -> Self:
        return self

    @property
    def kinds(self) -> list[str]:
        """What was found to be wrong so far."""
        return [one.kind for one in self._findings.find(self._state)]

    def ended(self, label: str) -> int:
        """How many tasks of this kind have ended so far."""
        times = self._state.tasks.functions.get(label)
        return 0 if times is None else times.count

    def _read(self) -> bool:
        batch = self._reader.read()
        self._state.apply(batch, before=self._findings.note)
        self.events += batch
        return bool(batch)

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self.run.detach()

    def until(
        self, is_there: Callable[[list[Event]], bool], seconds: float = SECONDS
    ) -> list[Event]:
        """All events so far, once this holds for them."""
        deadline = time.monotonic() + seconds
        while True:
            self._read()
            if is_there(self.events):
                return self.events
            assert time.monotonic() < deadline, self.events[-50:]
            assert self.run.wait_for_news(), self.events[-50:]

    def stop(self) -> list[Event]:
        """Stop watching; all events."""
        self.run.stop()
        assert self.run.wait() == 0
        while self._read():
            pass
        return self.events


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
