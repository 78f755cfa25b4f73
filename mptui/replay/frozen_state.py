"""The state of a run as bytes, and back: a checkpoint from which it can be folded on.

Pickled, since the state is a deep graph of plain objects, but read back with a list of what may be
in it: classes of the model, and a few of Python's own that hold things. So whoever could write such
bytes could make up a state, and nothing else. Of the output only the newest lines are in it: they
are most of what there is, and the recording has them all.
"""

from __future__ import annotations

import io
import pickle
import zlib
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

from mptui.model import Run
from mptui.model.findings import Findings
from mptui.model.output.line_cutter import LineCutter
from mptui.model.output.output_log import OutputLog

if TYPE_CHECKING:
    from collections.abc import Callable

MERGED_LINES: Final = 1000
"""So many of the newest lines of the whole program are kept, and of each process fewer."""
PROCESS_LINES: Final = 300
_MERGED_BYTES: Final = 256 * 1024
_LEAST_LOG_BYTES: Final = 16 * 1024
_ALL_LOGS_BYTES: Final = 1024 * 1024

_OWN: Final = ("mptui.model.", "mptui.events", "mptui.terminal_text.")
_OTHERS: Final = frozenset(
    {
        ("array", "_array_reconstructor"),
        ("array", "array"),
        ("builtins", "int"),
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("collections", "deque"),
        ("encodings.utf_8", "IncrementalDecoder"),
        ("msgspec._core", "rebuild"),
        ("msgspec._utils", "rebuild"),
        ("types", "GenericAlias"),
    }
)


class DamagedStateError(Exception):
    """These bytes are no state of a run, or this state cannot be made into bytes."""


def frozen(run: Run, findings: Findings) -> bytes:
    """A state as bytes.

    Raises:
        DamagedStateError: something in it has no form as bytes.
    """
    written = io.BytesIO()
    try:
        _Pickler(written, run).dump((run, findings))
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as error:
        raise DamagedStateError from error
    return zlib.compress(written.getbuffer(), level=1)


def thawed(data: bytes) -> tuple[Run, Findings]:
    """The state that these bytes are.

    Raises:
        DamagedStateError: they are none.
    """
    try:
        state = _Unpickler(io.BytesIO(zlib.decompress(data))).load()
    except Exception as error:  # Whatever damaged bytes may lead to.
        raise DamagedStateError from error
    match state:
        case (Run() as run, Findings() as findings):
            return run, findings
    raise DamagedStateError


def frozen_cutter(cutter: LineCutter) -> bytes:
    """What cuts a stream into lines, with all that it keeps, as bytes."""
    return pickle.dumps(cutter, protocol=5)


def thawed_cutter(data: bytes) -> LineCutter:
    """The same, as it was then.

    Raises:
        DamagedStateError: the bytes are none.
    """
    try:
        cutter = _Unpickler(io.BytesIO(data)).load()
    except Exception as error:  # Whatever damaged bytes may lead to.
        raise DamagedStateError from error
    if not isinstance(cutter, LineCutter):
        raise DamagedStateError
    return cutter


class _Pickler(pickle.Pickler):
    """Writes a state, with the newest lines of its output.

    Args:
        file: where to.
        run: the run of the state.
    """

    def __init__(self, file: io.BytesIO, run: Run) -> None:
        super().__init__(file, protocol=5)
        self._merged = run.merged
        self._most_bytes = max(_LEAST_LOG_BYTES, _ALL_LOGS_BYTES // max(1, len(run.logs)))

    def reducer_override(self, obj: Any) -> Any:  # as pickle declares it
        """How to write what is not to be written as it is."""
        if isinstance(obj, MethodType):
            return _method_of, (obj.__self__, obj.__name__)
        if type(obj) is OutputLog:
            return _empty, (OutputLog,), vars(self._newest(obj))
        return NotImplemented

    def _newest(self, log: OutputLog) -> OutputLog:
        """The end of a log."""
        if log is self._merged:
            return log.newest(MERGED_LINES, _MERGED_BYTES)
        return log.newest(PROCESS_LINES, self._most_bytes)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:  # as pickle does
        if (module_name, global_name) in _OTHERS:
            return super().find_class(module_name, global_name)
        if module_name == __name__ and global_name in {"_method_of", "_empty"}:
            return {"_method_of": _method_of, "_empty": _empty}[global_name]
        if module_name.startswith(_OWN) and "." not in global_name:
            found = super().find_class(module_name, global_name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a state")


def _method_of(owner: object, name: str) -> Callable[..., Any]:
    """A method of a part of the state, as other parts hold it to call back."""
    if not type(owner).__module__.startswith("mptui.model."):
        raise pickle.UnpicklingError("not a part of a state")
    method = getattr(owner, name)
    if not isinstance(method, MethodType):
        raise pickle.UnpicklingError("not a method")
    return method


def _empty(kind: type) -> object:
    """An object that its state is yet to be given to."""
    return object.__new__(kind)
