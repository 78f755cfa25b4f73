"""Presentation is text: it must not load what paints it."""

import subprocess
import sys
from pkgutil import walk_packages

from mptui.dashboard import presentation

MEASURE = {"rich", "rich._extension", "rich.cells"}
"""Textual measures text by this; the tables of widths come with it."""


def test_presentation_loads_of_what_paints_it_only_the_measure_of_width() -> None:
    names = [
        module.name
        for module in walk_packages(presentation.__path__, prefix=f"{presentation.__name__}.")
    ]
    code = (
        f"import sys, {', '.join(names)}; "
        "print(*(name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')))"
    )
    assert len(names) > 35
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name for name in ran.stdout.split() if not name.startswith("rich._unicode_data")}
    assert loaded <= MEASURE
