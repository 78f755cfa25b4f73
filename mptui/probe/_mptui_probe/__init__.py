"""What runs inside the program: it reports the process, and stays out of the way.

This package is imported under its top-level name (its folder is on the path for a moment), hence
the relative imports. What an interpreter's start takes is in this one file and imports nothing but
builtin modules: each module more would cost every start half a percent. Everything else is loaded
on first use. The probe never starts a thread, never waits, keeps no descriptor and no object of the
program's, and lets no exception of its own into the program.

Records. What the probe says is one JSON object on one ASCII line of at most 4096 bytes. It names
its kind in "probe" and the process it is about in "pid". It goes through the FIFO `events` of the
run folder by one open, one atomic write and one close: no descriptor stays open, and nothing ever
waits. A record that cannot be delivered is counted, and the count is told later. The text is made
by hand, because importing json costs more than everything else the probe does.

Streams. Of descriptors 1 and 2 only those are touched that mptui itself made: a program that talks
to a child through its standard output, or writes it to a file, keeps what it has. A stream of
mptui's has a marker in the run folder: a symbolic link named by the device and inode of the pipe or
terminal, whose text is the process it belongs to and its label.
"""

import _signal  # type: ignore[import-not-found]
import posix
import sys
from _io import TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    Value = str | int | Sequence[str] | dict[str, int] | None

_POOL_HOOKS = ("pools", "hook_pool", "submissions", "hook_pool_submissions")
_EXECUTOR_HOOKS = ("executors", "hook_workers", "submissions", "hook_process_submissions")
_THREADS_HOOKS = ("thread_executors", "hook_threads", "submissions", "hook_thread_submissions")
HOOKS: "dict[str, tuple[str, ...]]" = {
    "multiprocessing.process": ("processes", "hook_bootstrap"),
    "multiprocessing.popen_fork": ("processes", "hook_popen"),
    "loky.backend.popen_loky_posix": ("processes", "hook_popen"),
    "joblib.externals.loky.backend.popen_loky_posix": ("processes", "hook_popen"),
    # Two that began as copies of multiprocessing: pathos' and Celery's.
    "multiprocess.process": ("processes", "hook_bootstrap"),
    "multiprocess.popen_fork": ("processes", "hook_popen"),
    "billiard.process": ("processes", "hook_bootstrap"),
    "billiard.popen_fork": ("processes", "hook_popen"),
    "subprocess": ("subprocesses", "hook_children"),
    "asyncio.base_subprocess": ("subprocesses", "hook_transport"),
    "threading": ("thread_names", "hook_threads"),
    "multiprocessing.queues": ("queues", "hook_queues"),
    "multiprocessing.synchronize": ("semaphores", "hook_semaphores"),
    "multiprocess.queues": ("queues", "hook_queues"),
    "multiprocess.synchronize": ("semaphores", "hook_semaphores"),
    "multiprocessing.pool": _POOL_HOOKS,
    "multiprocess.pool": _POOL_HOOKS,
    "concurrent.futures.process": _EXECUTOR_HOOKS,
    "loky.process_executor": _EXECUTOR_HOOKS,
    "joblib.externals.loky.process_executor": _EXECUTOR_HOOKS,
    "concurrent.futures.thread": _THREADS_HOOKS,
    # Whoever sends a signal by name has imported its module; so has what makes processes.
    "signal": ("system_calls", "hook_calls"),
    "execnet.gateway_base": ("names", "hook_gateway"),
    "_pytest.config": ("names", "hook_pytest"),
    "gunicorn.util": ("names", "hook_titles"),
}
"""A library's module: our module that hooks it once it is imported, and the hook in there; for some
another module and hook."""

RECORD_LIMIT_BYTES = 4096
_STRING_LIMIT_BYTES = 300
_LIST_LIMIT_BYTES = 2600
_CHARACTER_LIMIT_BYTES = 12  # A character outside the basic plane: two \uXXXX.
_ELLIPSIS = "\\u2026"
_OPEN_FLAGS = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_CLOEXEC

_TYPE_MASK = 0o170000
_TYPES = (0o010000, 0o020000)
"""A pipe, and a character device: a terminal is one."""


# Start

_begin_child: "list[Callable[[], None]]" = []
"""What a forked child says and does; empty until the first fork is near."""

forgetters: "list[Callable[[], None]]" = []
"""What lets go, first of all in a forked child, of the memory that its parent writes."""


def start(run: str) -> None:
    """Attach this process to the run whose folder is `run`; once in each interpreter."""
    if fifo.path:
        return
    fifo.path = run + "/events"
    _watch_imports()
    borrowed = streams.find(run)
    streams.line_buffer()
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
            },
        )


def _is_main_interpreter() -> bool:
    """Tell whether this is the interpreter that stands for the process.

    A subinterpreter runs `site` again in a process that has said hello long ago. Only the main
    interpreter may set signal handlers: it learns that SIGKILL's cannot be set, others no more than
    that they may not ask.
    """
    try:
        _signal.signal(_signal.SIGKILL, _signal.SIG_DFL)
    except ValueError:
        return False
    except OSError:
        pass
    return True


forking: "list[int]" = [0]
"""The process that forked last: the parent of a forked child, even if it has ended by then."""


def _before_fork() -> None:
    forking[0] = posix.getpid()
    if not _begin_child:
        try:
            from .forks import begin_child
        except Exception:  # The child goes without a hello, the fork goes on.
            return
        _begin_child.append(begin_child)


def _after_fork_in_child() -> None:
    for forget in forgetters:
        forget()
    for begin in _begin_child:
        begin()


class HookFinder:
    """First on `sys.meta_path`: sees which modules are imported, and finds those with a hook."""

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return nothing, or what the other finders find, prepared for its hook."""
        if name not in HOOKS:
            return None
        try:
            from .import_hooks import find_hooked
        except Exception:  # The module stays without its hook.
            return None
        return find_hooked(self, name, path, target)


def _watch_imports() -> None:
    already = [name for name in HOOKS if name in sys.modules]
    if already:
        from .import_hooks import hook

        for name in already:
            hook(sys.modules[name], name)
    sys.meta_path.insert(0, HookFinder())


# Records


class Fifo:
    """The way to the supervisor, and what did not get through it."""

    def __init__(self) -> None:
        self.path = ""
        self.dropped = 0
        self._writing: list[None] = []

    def send(self, record: bytes) -> bool:
        """Write one record, and tell whether it was taken."""
        self._writing.append(None)
        try:
            descriptor = posix.open(self.path, _OPEN_FLAGS)
            try:
                posix.write(descriptor, record)
            finally:
                posix.close(descriptor)
        except OSError:
            return False
        finally:
            self._writing.pop()
        return True

    def forget_parent(self) -> None:
        """Begin anew in a forked child, whose parent's other threads may have been writing."""
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


def tell(kind: str, fields: "Mapping[str, Value]", pid: "int | None" = None) -> None:
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
        # An undecodable byte: half a pair is no text for a strict reader, so it is spelled out.
        return f"\\\\u{code:04x}"
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    if code in (0x22, 0x5C):
        return "\\" + chr(code)
    return chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}"


# Streams


class Streams:
    """The streams of mptui that this process knows, and the pipes it makes for itself."""

    def __init__(self) -> None:
        self.run = ""
        self.labels: dict[str, str] = {}
        self._give_pipes: Callable[..., dict[str, str]] | None = None

    def find(self, run: str) -> "dict[int, str]":
        """Look at what an exec left; return the descriptors whose stream is another process's."""
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
            if owner != this:
                borrowed[descriptor] = identity
        return borrowed

    def find_inherited(self) -> "dict[int, str]":
        """Return the descriptors whose stream was the parent's, in a child that was just forked."""
        found = {descriptor: identify(descriptor) for descriptor in (1, 2)}
        return {key: identity for key, identity in found.items() if identity in self.labels}

    def line_buffer(self) -> None:
        """Write line by line, as on a terminal: on a pipe Python would wait for 8 KiB."""
        for descriptor, text in ((1, sys.stdout), (2, sys.stderr)):
            if (
                type(text) is TextIOWrapper
                and not text.line_buffering
                and text.fileno() == descriptor
                and identify(descriptor) in self.labels
            ):
                text.reconfigure(line_buffering=True)

    def load_pipes(self) -> None:
        """Import what making pipes takes, while importing is still allowed."""
        if self.labels and self._give_pipes is None:
            from .pipes import give_pipes

            self._give_pipes = give_pipes

    def say_hello(self, borrowed: "dict[int, str]", fields: "dict[str, Value]") -> None:
        """Announce this process, with pipes of its own in place of borrowed ones where it can."""
        if borrowed and self._give_pipes is not None:
            made = self._give_pipes(self.run, borrowed, self.labels, fields)
            self.labels.update(made)
            if made:
                return
        tell("hello", fields)


streams = Streams()


def identify(descriptor: int) -> str:
    """Return the name of the pipe or terminal behind `descriptor`; nothing where there is none."""
    try:
        status = posix.fstat(descriptor)
    except OSError:
        return ""
    if status.st_mode & _TYPE_MASK not in _TYPES:
        return ""
    return f"{status.st_dev}.{status.st_ino}"
