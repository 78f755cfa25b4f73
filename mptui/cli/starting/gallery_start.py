"""`mptui` alone, as it is started most often: there is no command line to be read for the gallery.

So what reads one is not imported, which takes as long as the interpreter's own start.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mptui.cli.dashboard_start import end_process, show_dashboard
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.settings import load
from mptui.supervisor.linux.inheritance import occupy_standard_descriptors

if TYPE_CHECKING:
    from typing import NoReturn


def start_gallery() -> NoReturn:
    """Show the gallery, and end the process with its exit status.

    Raises:
        MptuiError: it cannot be shown here, or a setting is not right.
    """
    begin()
    end_process(show_dashboard(has_gallery=True, settings=load({})))


def begin() -> None:
    """What comes before everything that mptui does.

    Raises:
        MptuiError: it does nothing on this system.
    """
    occupy_standard_descriptors()
    if sys.platform != "linux":
        raise MptuiError(f"mptui runs on Linux; this is {sys.platform}", EXIT_USAGE)
