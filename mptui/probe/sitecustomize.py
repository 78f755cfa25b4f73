"""The way into the program: the interpreter imports this at start, as our folder comes first.

It steps aside at once. The user's own `sitecustomize` is imported in our place; where there is
none, the failed import is what a plain start sees, so that nothing of this module is left behind.
Every interpreter that inherits the environment comes here: this file has to parse on Python 2.7,
and below 3.9 it does nothing but step aside. It must never raise anything of its own.
"""

import os
import sys

_folder = __file__.rpartition("/")[0]

if sys.version_info >= (3, 9) and os.environ.get("MPTUI_RUN"):
    try:
        import _mptui_probe  # type: ignore[import-not-found]

        _mptui_probe.start(os.environ["MPTUI_RUN"])
    except Exception:
        pass  # A probe that cannot start leaves the program alone.

sys.path[:] = [entry for entry in sys.path if entry != _folder]
sys.path_importer_cache.pop(_folder, None)
# Kept, because Python 2 empties a module as soon as nothing refers to it.
_stepped_aside = sys.modules.pop(__name__, None)

import sitecustomize  # type: ignore[import-not-found]
