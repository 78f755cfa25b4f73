"""Runs a program plainly, to be compared with the same program under the probe."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.probe.collector import LIMIT_SECONDS, plain_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.probe.collector import Collector, Outcome

INTERRUPT_ONCE_BLOCKED = """
def interrupt_once_blocked(pid, kinds):
    import os, signal, time
    looks = []
    while len(looks) < 10 or len(set(looks[-10:])) > 1 or not any(k in looks[-1] for k in kinds):
        with open("/proc/%d/wchan" % pid) as kind, open("/proc/%d/status" % pid) as status:
            looks.append(kind.read() + status.read().partition("voluntary_ctxt_switches")[2])
        time.sleep(0.005)
    os.kill(pid, signal.SIGINT)
"""
"""For programs: send SIGINT to a process when its main thread sleeps, and is not woken for a while,
where the kernel's name for what it sleeps in has one of these words in it."""


def run_plainly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=plain_environment(),
        text=True,
        timeout=LIMIT_SECONDS,
    )


def run_as_plainly(collector: Collector, command: Sequence[str]) -> Outcome:
    """Run it both ways; what it writes and how it ends is the same."""
    plain = run_plainly(command)
    outcome = collector.run(command)
    assert without_addresses(outcome.everything("stderr")) == without_addresses(plain.stderr)
    assert without_addresses(outcome.everything()) == without_addresses(plain.stdout)
    assert outcome.exit_status == plain.returncode
    assert not outcome.of("fault")
    return outcome


def without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", text)
