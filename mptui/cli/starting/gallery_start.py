"""`mptui` alone, as it is started most often: there is no command line to be read for the gallery.

So what reads one is not imported, which takes as long as the interpreter's own start.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mptui.cli.dashboard_start import end_process, show_dashboard
from mptui.settings import load
from mptui.supervisor.linux.inheritance import occupy_standard_descriptors

if TYPE_CHECKING:
    from typing import NoReturn


def start_gallery() -> NoReturn:
    """Show the gallery, and end the process with its exit status."""
    try:
        occupy_standard_descriptors()
        if sys.platform == "linux":
            end_process(show_dashboard(has_gallery=True, settings=load({})))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, it is told there
        failure: BaseException | None = error
    else:
        failure = None
    # Only now: it hardly ever comes to that.
    from mptui.cli.commands import main  # noqa: PLC0415

    main(failure)
