"""Brings the probe into processes that run already, where a person asked for that.

Python 3.14 and newer run a file in another process that the same user may debug, when its main
thread next runs Python (`sys.remote_exec`); only the same version of Python can ask for it, so the
program's own interpreter is started for a moment. Where the run is, the file learns from a link
that is there as long as the run goes on. Nothing here waits for the program.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import mptui
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.looking_inside import why_forbidden

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCRIPT: Final = Path(mptui.__file__).parent / "probe" / "attach_here.py"
_LINKS: Final = Path("/dev/shm")
_SECONDS: Final = 20.0
_ASK: Final = """
import sys
if not hasattr(sys, "remote_exec"):
    sys.exit("Python %d.%d lets nothing in while it runs, 3.14 is the first" % sys.version_info[:2])
def lives(pid):
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
failed = 0
for pid in sys.argv[2:]:
    try:
        sys.remote_exec(int(pid), sys.argv[1])
    except Exception as error:
        if lives(pid):
            failed += 1
            last = f"{type(error).__name__}: {error}"
if failed:
    sys.exit(f"{failed} of {len(sys.argv) - 2} processes did not let it in: {last}")
"""


class Injection:
    """The probe in the processes of one run.

    Args:
        run_folder: where it is to report.
    """

    def __init__(self, run_folder: Path) -> None:
        self._run_folder = run_folder
        # The file does not know its own name.
        (run_folder / "probe").symlink_to(_SCRIPT.parent)
        self._links: dict[int, Path] = {}

    def bring_into(self, pids: Iterable[int]) -> list[str]:
        """Ask for it in all of these that run Python; gives why not, for each interpreter."""
        groups: dict[str, list[int]] = {}
        for pid in pids:
            executable = _interpreter_of(pid)
            if executable is not None:
                groups.setdefault(executable, []).append(pid)
        if not groups:
            return ["none of its processes is an interpreter of Python"]
        reasons = [self._ask(executable, group) for executable, group in groups.items()]
        return [reason for reason in reasons if reason is not None]

    def end(self) -> None:
        """Whoever has not got to it yet, finds nothing."""
        for pid in [*self._links]:
            self.forget(pid)

    def forget(self, pid: int) -> None:
        """This process has ended, or is not to find anything any more."""
        link = self._links.pop(pid, None)
        if link is not None:
            link.unlink(missing_ok=True)

    def _ask(self, executable: str, pids: list[int]) -> str | None:
        linked = [pid for pid in pids if self._link(pid)]
        if not linked:
            return "it belongs to another user"
        command = [executable, "-I", "-S", "-c", _ASK, str(_SCRIPT), *map(str, linked)]
        try:
            asked = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{executable} could not be asked: {type(error).__name__}"
        said = asked.stderr.decode(errors="replace").strip().splitlines()
        if asked.returncode == 0:
            return None
        reason = said[-1] if said else f"status {asked.returncode}"
        return f"{reason}: {why_forbidden(linked[0])}" if "PermissionError" in reason else reason

    def _link(self, pid: int) -> bool:
        """Let the process find the run folder, which only its user can look into."""
        with suppress(OSError):
            owner = Path(f"/proc/{pid}").stat().st_uid
            if owner != os.geteuid():
                return False
            link = _LINKS / f"mptui-attach-{owner}-{pid}"
            link.unlink(missing_ok=True)
            link.symlink_to(self._run_folder)
            self._links[pid] = link
            return True
        return False


def _interpreter_of(pid: int) -> str | None:
    """What a process runs, if that is Python by its name."""
    with suppress(OSError):
        executable = os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 - a text is wanted
        if Path(executable).name.startswith("python") and kernel.is_running(pid):
            return executable
    return None
