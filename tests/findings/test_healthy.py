"""A healthy program has no finding that alarms anybody, at no moment of its life.

Real programs of all kinds, some seconds each: most rules wait that long before they say anything.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.findings.healthy_programs import PROGRAMS, SERVERS
from tests.findings.watching import watching
from tests.running import request_for

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.model.findings import Finding
    from tests.findings.watching import Watched

pytestmark = pytest.mark.slow


def alarms(watched: Watched) -> list[Finding]:
    return [finding for finding in watched.ends().values() if finding.severity != "note"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_alarms_nobody(name: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS[name])
    with watching(sys.executable, str(program)) as watched:
        assert alarms(watched) == []
        assert watched.state.finished is not None


def test_servers_that_wait_for_clients_alarm_nobody_nor_does_their_stop(tmp_path: Path) -> None:
    program = tmp_path / "servers.py"
    program.write_text(SERVERS)
    request = msgspec.structs.replace(request_for(sys.executable, str(program)), limit_seconds=9.0)
    with watching(request) as watched:
        assert alarms(watched) == []
        assert watched.state.finished is not None
        assert watched.state.finished.stopped == "limit"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("print(input().upper())", id="alone"),
        pytest.param(
            "import multiprocessing\n"
            "orders = multiprocessing.Queue()\n"
            "def work():\n"
            "    while orders.get() is not None: pass\n"
            "worker = multiprocessing.Process(target=work)\n"
            "worker.start()\n"
            "print(input().upper())\n"
            "orders.put(None)\n"
            "worker.join()",
            id="with a worker",
        ),
    ],
)
def test_who_waits_for_a_line_of_a_person_alarms_nobody(code: str) -> None:
    typist = subprocess.Popen(["sh", "-c", "sleep 8; echo ann"], stdout=subprocess.PIPE)
    assert typist.stdout is not None
    with typist, watching(sys.executable, "-c", code, stdin=typist.stdout.fileno()) as watched:
        assert alarms(watched) == []
        assert watched.state.finished is not None
        assert watched.state.finished.exitcode == 0
