"""The command line: which front end shows which program."""

from __future__ import annotations

import os
import sys

from mptui.imports import NOT_NEEDED, ImportingMuch
from mptui.own_path import leave_to_the_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, NoReturn

_COMPLETION: Final = "_MPTUI_COMPLETE"
"""Set by a shell that asks what could stand on the command line."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit status."""
    leave_to_the_program()
    # Only now: before, a module of the user's might be imported in place of one of these.
    if not all(word.startswith("--") for word in sys.argv[1:]):
        _run()
    # That is for the gallery, which can be on the screen before anything else is imported.
    from mptui.dashboard.terminal.first_frame.early_screen import (  # noqa: PLC0415
        give_terminal_back,
        show_first_frame,
    )

    try:
        show_first_frame()
        if sys.argv[1:] or _COMPLETION in os.environ:
            _run()
        _start_gallery()
    finally:
        give_terminal_back()


def _start_gallery() -> NoReturn:
    with ImportingMuch(*NOT_NEEDED):
        from mptui.cli.starting.gallery_start import start_gallery  # noqa: PLC0415
    try:
        start_gallery()
    except (Exception, KeyboardInterrupt) as failure:  # noqa: BLE001 - told as all commands do
        _run(failure)


def _run(failure: BaseException | None = None) -> NoReturn:
    with ImportingMuch(*NOT_NEEDED):
        from mptui.cli.commands import main as run  # noqa: PLC0415
    run(failure)
