"""What a command line tells of a process: its role, and a name a person recognises.

Pure: it looks at nothing but the arguments it is given.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import Role


class Description(NamedTuple):
    """A role and a name."""

    role: Role
    name: str


FORK_SERVER: Final = Description("helper", "fork server")
FORK_SERVER_CHILD: Final = Description("worker", "fork server's worker")
"""What a process is called between its fork and the report of what it is for."""

# Parts of the `-c` code and the modules by which libraries start their processes. multiprocessing
# and its copies need no row of their own. Apart from the probe's table of libraries, because this
# one also names processes without a probe, and those whose probe has not reported yet; a test
# compares the two.
_TELLTALES: Final[tuple[tuple[str, Description], ...]] = (
    (".resource_tracker import main", Description("helper", "resource tracker")),
    (".semaphore_tracker import main", Description("helper", "resource tracker")),
    (".forkserver import main", FORK_SERVER),
    (".spawn import spawn_main", Description("worker", "spawned process")),
    ("loky.backend.popen_loky", Description("worker", "loky process")),
)
_RAY_TITLE: Final = "ray::"
"""How a worker of Ray calls itself, once it can; what it does at the moment follows."""
_RAY_WORKER: Final = "/ray/_private/workers/default_worker.py"
_HAVE_PARTS: Final = frozenset({"dask"})
"""Programs whose first argument says what they are."""
_MOST_NAME_LETTERS: Final = 1000
"""A process can make its title megabytes long."""
_CODE_FORMS: Final = ("-c", "-m")
_OPTIONS_WITH_VALUE: Final = ("c", "m", "W", "X")
_OPTIONS_ALONE: Final = "bBdEhiIOPqRsStuvVx?"
_LONG_OPTIONS_WITH_VALUE: Final = ("--check-hash-based-pycs",)


def describe_fork(parent: Description) -> Description:
    """The role and the name of a fork until it is reported what it is for."""
    return FORK_SERVER_CHILD if parent == FORK_SERVER else Description("other", parent.name)


def describe_unreported_fork(parent: Description, pid: int) -> Description:
    """The same where nobody will ever report: what Python forks to go on in Python is a worker."""
    name = FORK_SERVER_CHILD.name if parent == FORK_SERVER else "process"
    return Description("worker", f"{name} {pid}")


def changes_title(argv: Sequence[str]) -> bool:
    """Whether a process says in its command line, again and again, what it does at the moment."""
    return any(word.startswith(_RAY_TITLE) or word.endswith(_RAY_WORKER) for word in argv[:4])


def is_python(argv: Sequence[str]) -> bool:
    """Whether a command line is that of an interpreter."""
    return bool(argv) and PurePath(argv[0]).name.startswith(("python", "pypy"))


def describe(argv: Sequence[str]) -> Description:
    """The role and the name that follow from a command line alone."""
    if not argv:
        return Description("other", "")
    if not is_python(argv):
        role: Role = "worker" if argv[0].startswith(_RAY_TITLE) else "other"
        return Description(role, _program_name(argv[0]))
    form, value = _what_it_runs(argv[1:])
    for telltale, description in _TELLTALES:
        if form in _CODE_FORMS and telltale in value:
            return description
    if value.endswith(_RAY_WORKER):
        return Description("worker", "ray worker")
    name = _python_name(form, value) or PurePath(argv[0]).name
    return Description("other", _with_part(name, value, argv) if name in _HAVE_PARTS else name)


def _with_part(name: str, value: str, argv: Sequence[str]) -> str:
    """The name of a program of several parts, with the part: ``dask worker``."""
    following = [*argv[argv.index(value) + 1 :], ""][0] if value in argv else ""
    return f"{name} {_shortened(following)}" if following.isalpha() else name


def _program_name(argument: str) -> str:
    # A program may write its title here, "gunicorn: master [app]" or "postgres: writer": keep it.
    return _shortened(argument if ": " in argument else PurePath(argument).name or argument)


def _what_it_runs(words: Sequence[str]) -> tuple[str, str]:
    """What an interpreter was told to run: `-c` and code, `-m` and a module, "" and a script.

    Empty where that is unknown, or standard input.
    """
    arguments = iter(words)
    for word in arguments:
        if not word.startswith("-") or word == "-":
            return "", word.removeprefix("-")
        if word.startswith("--"):
            if word in _LONG_OPTIONS_WITH_VALUE:
                next(arguments, None)
            continue
        # Options of one letter may stand in one word, the value of the last one too.
        letters = word[1:].lstrip(_OPTIONS_ALONE)
        if letters[:1] in _OPTIONS_WITH_VALUE:
            value = letters[1:] or next(arguments, "")
            if (form := f"-{letters[0]}") in _CODE_FORMS:
                return form, value
    return "", ""


def _python_name(form: str, value: str) -> str:
    """The script or module that an interpreter was started with."""
    if form == "-c":
        return "python -c"
    return _shortened(value if form else PurePath(value).name or value)


def _shortened(name: str) -> str:
    return name[:_MOST_NAME_LETTERS]
