"""Presentation is text: it must not load what paints it."""

import subprocess
import sys
from pkgutil import walk_packages

from mptui.dashboard import presentation


def test_presentation_loads_neither_textual_nor_rich() -> None:
    names = [
        module.name
        for module in walk_packages(presentation.__path__, prefix=f"{presentation.__name__}.")
    ]
    code = (
        f"import sys, {', '.join(names)}; "
        "sys.exit(bool({'textual', 'rich'} & {name.split('.')[0] for name in sys.modules}))"
    )
    assert len(names) > 35
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
