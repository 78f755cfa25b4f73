"""The part of mptui that runs inside the program: it reports the process and stays out of the way.

This package is imported under its top-level name (its folder is on the path for a moment), hence
the relative imports. Everything that the start of an interpreter needs is in this one file, which
imports only builtin modules: one more module would make every start half a percent slower. All
other modules are loaded when they are first needed. The probe never starts a thread, never waits,
keeps no descriptor and no object of the program, and lets no exception of its own into the program.

Records. A record is one JSON object on one ASCII line of at most 4096 bytes. Its field "probe" is
its kind, "pid" the process it is about. It is sent through the FIFO `events` in the run folder by
one open, one atomic write and one close, so no descriptor stays open and nothing ever waits. A
record that cannot be delivered is counted, and the count is reported with a later one. The text is
put together by hand, because importing json costs more than everything else the probe does.

Streams. The probe replaces descriptors 1 and 2 only where they lead to a pipe or terminal that
mptui made: a program that talks to a child through its standard output, or writes it to a file, is
left alone. mptui's own streams are marked in the run folder by a symbolic link, which is named by
device and inode; its text is the pid of the process that the stream belongs to, and its label.
"""

import _signal  # type: ignore[import-not-found]
import posix
import sys
from _frozen_importlib_external import SourceFileLoader, spec_from_file_location
from _imp import _fix_co_filename  # type: ignore[attr-defined]
from _io import TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    Value = str | int | Sequence[str] | dict[str, int] | None

_MULTIPROCESSING = {
    "process": "process",
    "popen_fork": "popen",
    "queues": "queues",
    "synchronize": "locks",
    "pool": "pool",
    "shared_memory": "shared_memory",
    "util": "end_of_parent",
    # These start programs without `subprocess`.
    "popen_spawn_posix": "passfds",
    "forkserver": "passfds",
    "resource_tracker": "passfds",
}
_LOKY = {
    "backend.popen_loky_posix": "popen",
    "backend.queues": "derived_queues",
    "process_executor": "process_executor",
    "reusable_executor": "executor_factory",
    "cloudpickle_wrapper": "callable_wrapper",
}
LIBRARIES: "dict[str, dict[str, str]]" = {
    "multiprocessing": _MULTIPROCESSING,
    "concurrent.futures": {
        "_base": "futures",
        "process": "process_executor",
        "thread": "thread_executor",
    },
    "asyncio": {"base_subprocess": "subprocess_transport"},
    "multiprocess": _MULTIPROCESSING,
    # A copy of multiprocessing too, but its queues and pools are written anew.
    "billiard": {
        "process": "process",
        "popen_fork": "popen",
        "pool": "billiard_pool",
        "einfo": "error_info",
    },
    "celery": {"app.trace": "task_tracer"},
    "loky": _LOKY,
    "joblib.externals.loky": _LOKY,
    "joblib": {"_utils": "error_wrapper", "parallel": "batch", "pool": "pickling_queues"},
    "distributed": {
        "_concurrent_futures_thread": "thread_executor",
        "process": "nanny_process",
        "utils": "context_runner",
        "worker": "task_runner",
    },
    "execnet": {"gateway_base": "gateway"},
    "_pytest": {"config": "pytest", "runner": "test_runner", "reports": "test_reports"},
    "gunicorn": {"util": "process_titles"},
}
"""The one table of libraries: for each its modules that matter to the probe, and their roles.

To support one more library, add a row. What is done with each role is in `import_hooks`.
"""

ROLES = {
    "subprocess": "subprocess",
    "threading": "threads",
    "signal": "signals",
    "cProfile": "profiler",
    **{
        f"{library}.{module}": modules[module]
        for library, modules in LIBRARIES.items()
        for module in modules
    },
}
"""By the whole name of a module: its role."""


def modules_with(*roles: str) -> "list[str]":
    """Return the names of all modules that have one of these roles."""
    return [name for name, role in ROLES.items() if role in roles]


RECORD_LIMIT_BYTES = 4096
_STRING_LIMIT_BYTES = 300
_LIST_LIMIT_BYTES = 2600
_CHARACTER_LIMIT_BYTES = 12  # A character outside the basic plane: two \uXXXX.
_ELLIPSIS = "\\u2026"
_OPEN_FLAGS = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW | posix.O_CLOEXEC

_TYPE_MASK = 0o170000
_PIPE, _TERMINAL, _FOLDER = 0o010000, 0o020000, 0o040000
"""A terminal is a character device."""
_OPEN_TO_OTHERS = 0o077


# Start

_begin_child: "list[Callable[[], None]]" = []
"""What a forked child calls to report itself; loaded before the first fork."""

child_resets: "list[Callable[[], None]]" = []
"""Called first of all in a forked child: each gives up the state and memory of the parent."""


def start(run: str) -> None:
    """Attach this process to the run whose folder is `run`; once in each interpreter."""
    if fifo.path or not is_ours(run):
        return
    if _is_in_other_namespace(run):
        # The pids here mean other processes to the supervisor, which sees this one from outside.
        streams.find(run)
        withdraw()
        return
    fifo.path = run + "/events"
    # Before anything of ours is imported.
    sys.meta_path.insert(0, HookFinder())
    # First, since the hooks of what is already imported go by which streams are mptui's.
    borrowed = streams.find(run)
    _watch_imports()
    if _is_main_interpreter():
        posix.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
        if borrowed:
            streams.load_pipes()
        streams.say_hello(
            borrowed,
            {
                "ppid": posix.getppid(),
                "how": "exec",
                "python": "{}.{}.{}".format(*sys.version_info),
                "argv": getattr(sys, "orig_argv", None),  # Python 3.9 has none.
                "image": _program_image(),
            },
        )


def is_ours(folder: str) -> bool:
    """Return whether this is a folder of this user's that nobody else can look into.

    A process may outlive its run, whose folder is gone then. Where it was, another user can make
    one of the same name, to get what is said and printed here.
    """
    try:
        return _is_private(posix.lstat(folder), _FOLDER)
    except OSError:
        return False


def _is_private(status: "posix.stat_result", kind: int) -> bool:
    is_closed = status.st_mode & (_TYPE_MASK | _OPEN_TO_OTHERS) == kind
    return is_closed and status.st_uid == posix.geteuid()


def _is_in_other_namespace(run: str) -> bool:
    """Return whether this process has pids of its own, as in a container or a sandbox."""
    try:
        theirs = posix.readlink(run + "/pid-namespace")
    except OSError:
        return False  # It is not known.
    try:
        return posix.readlink("/proc/self/ns/pid") != theirs
    except OSError:
        return True


def withdraw() -> None:
    """Report nothing more from this process and those that it forks."""
    fifo.path = ""
    streams.run = ""
    streams.labels.clear()


def _program_image() -> int:
    """Return where the kernel put this program's stack; an exec changes that, a fork does not."""
    try:
        descriptor = posix.open("/proc/self/stat", posix.O_RDONLY | posix.O_CLOEXEC)
        try:
            return int(posix.read(descriptor, 4096).rpartition(b")")[2].split()[25])
        finally:
            posix.close(descriptor)
    except (OSError, ValueError, IndexError):
        return 0


def _is_main_interpreter() -> bool:
    """Return whether this is the main interpreter, not a subinterpreter of the process.

    A subinterpreter runs `site` again in a process that has already said hello. Only the main
    interpreter may set signal handlers: it gets an OSError for SIGKILL, the others a ValueError.
    """
    try:
        _signal.signal(_signal.SIGKILL, _signal.SIG_DFL)
    except ValueError:
        return False
    except OSError:
        pass
    return True


last_forker: "list[int]" = [0]
"""The process that forked last: in a forked child its parent, even if that has ended by now."""


def _before_fork() -> None:
    last_forker[0] = posix.getpid()
    if not _begin_child:
        try:
            from .processes.forks import begin_child
        except Exception:  # The child will not say hello, but the fork goes on.
            return
        _begin_child.append(begin_child)


def _after_fork_in_child() -> None:
    for reset in child_resets:
        reset()
    for begin in _begin_child:
        begin()


class HookFinder:
    """First on `sys.meta_path`: finds the modules that have a role, so that they are hooked.

    The probe's own are found here too.
    """

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return None, or the spec that the other finders find, prepared to be hooked."""
        if name not in ROLES:
            return _find_own(name) if name.startswith(_OWN_PREFIX) else None
        try:
            from .import_hooks import find_hooked
        except Exception:  # The module stays as it is.
            return None
        return find_hooked(self, name, path, target)


_OWN_PREFIX = f"{__name__}."
OWN_FOLDER = __file__.rpartition("/")[0]


class OwnLoader(SourceFileLoader):
    """Loads a module of the probe as code of no file: `<mptui: _mptui_probe/guard.py>`.

    By such a name everything that measures a program's files knows that this is none of them.
    """

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the module's code, from its cache if possible."""
        code = super().get_code(fullname)
        _fix_co_filename(code, f"<mptui: {__name__}{self.path[len(OWN_FOLDER) :]}>")
        return code


def _find_own(name: str) -> "ModuleSpec | None":
    place = OWN_FOLDER + "/" + name[len(_OWN_PREFIX) :].replace(".", "/")
    path, inside = place + ".py", None
    try:
        posix.stat(path)
    except OSError:
        path, inside = place + "/__init__.py", [place]
    return spec_from_file_location(
        name, path, loader=OwnLoader(name, path), submodule_search_locations=inside
    )


def load(name: str) -> "ModuleType":
    """Return the module `name` of this package, for its `sitecustomize`."""
    return __import__(_OWN_PREFIX + name, fromlist=["*"])


def _watch_imports() -> None:
    already = ROLES.keys() & sys.modules.keys()
    if already:
        from .import_hooks import hook

        for name in sorted(already):
            hook(sys.modules[name], name)


# Records


class Fifo:
    """The way to the supervisor; counts the records that could not be delivered."""

    def __init__(self) -> None:
        self.path = ""
        self.dropped = 0
        self._writing: list[None] = []

    def send(self, record: bytes) -> bool:
        """Write one record; return whether it was delivered."""
        self._writing.append(None)
        try:
            descriptor = posix.open(self.path, _OPEN_FLAGS)
            try:
                if not self._is_ours(descriptor):
                    return False
                posix.write(descriptor, record)
            finally:
                posix.close(descriptor)
        except OSError:
            return False
        finally:
            self._writing.pop()
        return True

    def _is_ours(self, descriptor: int) -> bool:
        # Looked at once it is open, since a name may lead elsewhere by the time it is used.
        return _is_private(posix.fstat(descriptor), _PIPE)

    def forget_parent(self) -> None:
        """Start afresh in a forked child; other threads of the parent may have been writing."""
        self.dropped = 0
        if self._writing:
            self._writing.clear()
            self._close_inherited()

    def _close_inherited(self) -> None:
        for name in posix.listdir("/proc/self/fd"):
            if self._leads_here(int(name)):
                posix.close(int(name))

    def _leads_here(self, descriptor: int) -> bool:
        try:
            ours, other = posix.stat(self.path), posix.fstat(descriptor)
        except OSError:
            return False  # No run folder, or the descriptor that listed the folder.
        return (ours.st_dev, ours.st_ino) == (other.st_dev, other.st_ino)


fifo = Fifo()


def report(kind: str, fields: "Mapping[str, Value]", pid: "int | None" = None) -> None:
    """Send a record about `pid`, or about this process; fields that are None are left out."""
    this = posix.getpid()
    count = fifo.dropped
    if count and fifo.send(encode("dropped", this, {"count": count})):
        fifo.dropped -= count
    if not fifo.send(encode(kind, this if pid is None else pid, fields)):
        fifo.dropped += 1


def encode(kind: str, pid: int, fields: "Mapping[str, Value]") -> bytes:
    """Make the line of a record."""
    members = [f'"probe":"{kind}","pid":{pid}']
    for name, value in fields.items():
        if value is not None:
            members.append(f'"{name}":{_json(value)}')
    return ("{" + ",".join(members) + "}\n").encode()


def _json(value: "str | int | Sequence[str] | dict[str, int]") -> str:
    if isinstance(value, str):
        return _json_string(value, _STRING_LIMIT_BYTES)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, dict):
        return "{" + ",".join([f'"{name}":{number}' for name, number in value.items()]) + "}"
    return _json_list(value)


def _json_list(texts: "Sequence[str]") -> str:
    members: list[str] = []
    room = _LIST_LIMIT_BYTES
    for text in texts:
        if room < _STRING_LIMIT_BYTES:
            members.append('"' + _ELLIPSIS + '"')
            break
        members.append(_json_string(text, room - _STRING_LIMIT_BYTES // 2))
        room -= len(members[-1]) + 1
    return "[" + ",".join(members) + "]"


def _json_string(text: str, limit_bytes: int) -> str:
    escaped = _escape(text[:limit_bytes])
    if len(text) > limit_bytes or len(escaped) > limit_bytes:
        if len(escaped) > limit_bytes:
            escaped = _escape(text[: limit_bytes // _CHARACTER_LIMIT_BYTES])
        escaped += _ELLIPSIS
    return '"' + escaped + '"'


def _escape(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join([_escape_character(ord(character)) for character in text])


def _escape_character(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        # An undecodable byte: strict readers refuse half a pair, so it is written out.
        return f"\\\\u{code:04x}"
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    if code in (0x22, 0x5C):
        return "\\" + chr(code)
    return chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}"


# Streams


class Streams:
    """The streams of mptui that this process has, and the pipes that it makes for itself."""

    def __init__(self) -> None:
        self.run = ""
        self.labels: dict[str, str] = {}
        self._give_pipes: Callable[..., dict[str, str]] | None = None

    def find(self, run: str) -> "dict[int, str]":
        """Find mptui's streams after an exec, and write text to them line by line.

        Returns those that belong to another process: by descriptor, the identity of the stream.
        """
        self.run = run
        this = str(posix.getpid())
        borrowed = {}
        for descriptor in (1, 2):
            identity = identify(descriptor)
            try:
                owner, _, label = posix.readlink(f"{run}/{identity}").partition(":")
            except OSError:
                continue
            self.labels[identity] = label
            _buffer_lines(descriptor)
            if owner != this:
                borrowed[descriptor] = identity
        return borrowed

    def find_inherited(self) -> "dict[int, str]":
        """Return the same in a child that was just forked: the streams of its parent."""
        found = {descriptor: identify(descriptor) for descriptor in (1, 2)}
        return {key: identity for key, identity in found.items() if identity in self.labels}

    def load_pipes(self) -> None:
        """Import the code that makes pipes; a forked child must not import anything."""
        if self.labels and self._give_pipes is None:
            from .pipes import give_pipes

            self._give_pipes = give_pipes

    def say_hello(self, borrowed: "dict[int, str]", fields: "dict[str, Value]") -> None:
        """Report that this process started; replace borrowed streams by its own where possible."""
        if borrowed and self._give_pipes is not None:
            made = self._give_pipes(self.run, borrowed, self.labels, fields)
            self.labels.update(made)
            if made:
                return
        report("hello", fields)


streams = Streams()


def _buffer_lines(descriptor: int) -> None:
    """Flush text after each line, as on a terminal: on a pipe Python collects 8 KiB first."""
    text = sys.stdout if descriptor == 1 else sys.stderr
    if type(text) is TextIOWrapper and not text.line_buffering and text.fileno() == descriptor:
        text.reconfigure(line_buffering=True)


def identify(descriptor: int) -> str:
    """Return the identity of the pipe or terminal behind `descriptor`; "" for anything else."""
    try:
        status = posix.fstat(descriptor)
    except OSError:
        return ""
    if status.st_mode & _TYPE_MASK not in (_PIPE, _TERMINAL):
        return ""
    return f"{status.st_dev}.{status.st_ino}"
