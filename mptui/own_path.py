"""Keeps the user's modules out of mptui's own processes: PYTHONPATH is meant for the program.

A `click.py` on it would be imported in place of mptui's, a `sitecustomize` there would run in the
supervisor. The environment itself stays as it is, for the program gets it. This module must not
import anything but what every interpreter has imported at its start.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, NoReturn

_HOME: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
"""The folder that mptui is imported from."""
_PROBE: Final = os.path.join(_HOME, "mptui", "probe")  # noqa: PTH118
_CUSTOMIZATIONS: Final = ("sitecustomize", "usercustomize")


def leave_to_the_program() -> None:
    """Put the user's folders last on this process's path; to be called first of all.

    Where a `sitecustomize` of the user's has run already, and may have changed anything, mptui
    starts anew without it.
    """
    _print_on_standard_error()
    folders = _folders_of_the_user()
    if _HOME not in folders and _is_customized_from(folders):
        _start_anew()
    if not sys.flags.safe_path:
        folders += sys.path[:1]  # The current folder, under `python -m mptui`.
    last = [folder for folder in dict.fromkeys(folders) if folder in sys.path]
    sys.path[:] = [entry for entry in sys.path if entry not in folders] + last


def interpreter_arguments(module: str) -> list[str]:
    """How to run a module of mptui's in an interpreter that does not see the user's folders."""
    options = ["-P"]
    if not os.environ.get("PYTHONHOME"):  # Where it is set, Python may not start without it.
        options.append("-E")
    if sys.dont_write_bytecode:
        options.append("-B")
    if sys.pycache_prefix is not None:
        options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    if _HOME not in _folders_of_the_user():
        return [*options, "-m", module]
    # PYTHONPATH leads to mptui itself, and maybe to what it needs: the path as it is here.
    run = f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    return [*options, "-c", f"import runpy, sys; sys.path[:] = {sys.path!r}; {run}"]


def _folders_of_the_user() -> list[str]:
    """The folders on PYTHONPATH, as they stand in `sys.path`."""
    if sys.flags.ignore_environment:
        return []
    value = _environment_at_start().get("PYTHONPATH", "")
    return [os.path.abspath(entry) for entry in value.split(os.pathsep) if value]  # noqa: PTH100


def _environment_at_start() -> dict[str, str]:
    """The environment before a `sitecustomize` changed it."""
    try:
        with open("/proc/self/environ", "rb") as file:  # noqa: PTH123 - pathlib is not imported yet
            settings = os.fsdecode(file.read()).split("\0")
    except OSError:
        return dict(os.environ)
    return dict(setting.split("=", 1) for setting in settings if "=" in setting)


def _is_customized_from(folders: list[str]) -> bool:
    folders = [folder for folder in folders if folder != _PROBE]  # This is a program of mptui's.
    modules = [sys.modules.get(name) for name in _CUSTOMIZATIONS]
    files = [getattr(module, "__file__", None) or "" for module in modules]
    return any(file.startswith(f"{folder}{os.sep}") for file in files for folder in folders)


def _start_anew() -> NoReturn:
    arguments = [sys.executable, *interpreter_arguments("mptui"), *sys.argv[1:]]
    os.execve(sys.executable, arguments, _environment_at_start())


def _print_on_standard_error() -> None:
    """Let what was printed by now, and is still held back, not come between mptui's own lines."""
    if sys.stdout is None or sys.stderr is None:
        return
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        sys.stdout.flush()
    finally:
        os.dup2(output, 1)
        os.close(output)
