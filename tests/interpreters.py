"""Which Python interpreters are at hand, for tests that must hold on each of them.

Looks in pyenv's folder of versions and on PATH; what cannot be started (a shim without a version
behind it) does not count. The interpreter that runs the tests always does.
"""

import functools
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SUPPORTED = tuple(f"3.{minor}" for minor in range(9, 16))
"""The versions whose programs mptui watches from inside."""

_OURS = sys.executable  # Now: while a test runs, it may lead to an altered one.
_ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


@functools.cache
def supported_interpreters() -> dict[str, str]:
    """A path for each version at hand, in the order of the versions, as in ``{"3.9": ...}``."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": _OURS}
    for version, path in _candidates():
        if version not in found and _version(path) == version:
            found[version] = str(path)
    return {version: found[version] for version in SUPPORTED if version in found}


def each_way_to_start() -> Iterator[object]:
    """Parameters `version` and `start_method`: all pairs of them.

    All are slow but each way on the interpreter of the tests, and the usual way on the oldest.
    """
    usual = multiprocessing.get_all_start_methods()[0]
    versions = supported_interpreters()
    oldest = next(iter(versions))
    for version, path in versions.items():
        for method in multiprocessing.get_all_start_methods():
            is_quick = path == _OURS or (version == oldest and method == usual)
            marks = () if is_quick else (pytest.mark.slow,)
            yield pytest.param(version, method, marks=marks)


def _candidates() -> Iterator[tuple[str, Path]]:
    """Each path that may be an interpreter, with the version that it should be."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in SUPPORTED:
        for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python")):
            yield version, path
        for folder in os.get_exec_path():
            path = Path(folder, f"python{version}")
            if path.is_file():
                yield version, path


def _version(python: Path) -> str | None:
    """What it answers when asked, None where it does not start."""
    try:
        answer = subprocess.run(
            [python, "-I", "-c", _ASK_VERSION],
            capture_output=True,
            check=False,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
