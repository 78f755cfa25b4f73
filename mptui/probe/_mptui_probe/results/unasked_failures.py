"""Tasks that failed, and whether the program asks for their results; if not, the error is lost.

What failed is known by a weak reference to the object for its result, from the failure on until
somebody asks or the object is gone; nothing else is kept of it. A result that is good costs next to
nothing, and no frame of the probe is there while the program waits for one.

Alike failures, of the same function and type of error, are counted together. The count is reported
when it has doubled, and when the process ends.
"""

import atexit
import sys
from _weakref import ref

from .. import child_resets, modules_with, report
from ..function_names import attributes_of
from ..guard import guarded
from ..processes.workers import after_work
from ..tasks.ring_pages import UNNAMED_MODULES
from ..tasks.task_labels import describe_task
from ..tasks.task_texts import name_error, spell_failure
from ..tasks.thread_executors import on_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..replacing import Function

_ALIKE_LIMIT = 50
"""So many kinds of failures are told apart."""
_OPEN_LIMIT = 10_000
"""So many results are watched at a time; more are not counted."""


class Alike:
    """The failures of one function with one type of error."""

    __slots__ = ("asked", "error", "executor", "label", "lost", "reported")

    def __init__(self, executor: str, label: "str | None", error: str) -> None:
        self.executor = executor
        self.label = label
        self.error = error
        self.asked = self.lost = self.reported = 0

    def tell(self, count: int) -> None:
        """Report that nobody has asked, or can ask any more, for so many of the results."""
        self.reported = count
        report(
            "unasked",
            {
                "label": self.label,
                "error": self.error,
                "by": self.executor,
                "count": count,
                "asked": self.asked,
            },
        )


class Open(ref):  # type: ignore[type-arg]  # Python 3.9 to 3.15 run this.
    """A failure whose result may still be asked for."""

    __slots__ = ("alike", "key")

    alike: Alike
    key: int


_alike: "dict[tuple[str, str | None, str], Alike]" = {}
_open: "dict[int, Open]" = {}
"""By the id of the object for the result."""
_asked: "dict[int, ref[Any]]" = {}
"""The objects that were asked before they were known to have failed, by their ids."""
_is_exit_watched: "list[None]" = []


def note_failure(result: object, executor: str, label: "str | None", error: object) -> None:
    """Note that a task has failed.

    Args:
        result: the object that the program asks for the result.
        executor: the kind of pool or executor.
        label: what the task is called; None where that is not known.
        error: the exception.
    """
    if not isinstance(error, BaseException) or id(result) in _open or len(_open) >= _OPEN_LIMIT:
        return
    name = name_error(error)
    alike = _alike.get((executor, label, name))
    if alike is None:
        if len(_alike) >= _ALIKE_LIMIT:
            return
        message = spell_failure(error)
        text = f"{name}: {message}" if message else name
        alike = _alike.setdefault((executor, label, name), Alike(executor, label, text))
    if not _is_exit_watched:
        _is_exit_watched.append(None)
        atexit.register(guarded(_report_all))
        after_work.append(guarded(_report_all))
    # A callback is given the future, as asyncio's: who has one is told.
    if _asked.pop(id(result), None) is not None or attributes_of(result).get("_done_callbacks"):
        alike.asked += 1
        return
    entry = Open(result, _note_gone)
    entry.alike, entry.key = alike, id(result)
    _open[entry.key] = entry


def label_of(function: object, arguments: object) -> str:
    """Return what a task is called, as in the ring of the thread that runs it."""
    module, name = describe_task(function, arguments)[0]
    return name if module in UNNAMED_MODULES else f"{module}.{name}"


def _note_asked(result: object) -> None:
    entry = _open.pop(id(result), None)
    if entry is not None:
        entry.alike.asked += 1


def _tell_gone(entry: Open) -> None:
    if _open.get(entry.key) is entry:
        del _open[entry.key]
        alike = entry.alike
        alike.lost += 1
        if alike.lost >= 2 * alike.reported:
            alike.tell(alike.lost)


_note_gone = guarded(_tell_gone)


def _report_all(_code: object = None) -> None:
    """Count what nobody has asked for until now: nobody will."""
    still_open: dict[Alike, int] = {}
    for entry in tuple(_open.values()):
        still_open[entry.alike] = still_open.get(entry.alike, 0) + 1
    for alike in tuple(_alike.values()):
        count = alike.lost + still_open.get(alike, 0)
        if count > alike.reported or (count and alike.asked):
            alike.tell(count)


# Futures


class Asking:
    """In the place of a method that gives the result: notes that it is asked for.

    The step is over when the method begins, so that there is no frame around it.
    """

    def __init__(self, method: "Function", step: "Function") -> None:
        self.__wrapped__: Any = method
        self._step = step

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        if holder is None:
            return self.__wrapped__
        self._step(holder)
        return self.__wrapped__.__get__(holder, owner)


def hook_futures(_module: "ModuleType") -> None:
    """Note which futures are asked; called with each module of executors."""
    if not on_failure:
        on_failure.append(_note_thread_failure)
    (base,) = modules_with("futures")
    kind = sys.modules[base].Future
    for name, step in (("_Future__get_result", _ask_done), ("exception", _ask_early)):
        method = vars(kind).get(name)
        if method is not None and type(method) is not Asking:
            setattr(kind, name, Asking(method, guarded(step)))


def _note_thread_failure(future: object, call: "tuple[Any, Any]", error: object) -> None:
    note_failure(future, "threads", label_of(*call), error)


def hook_process_results(module: "ModuleType") -> None:
    """Note each task of an executor of processes that failed, before its future has the error."""
    manager = getattr(module, "_ExecutorManagerThread", None)
    if manager is None or hasattr(vars(manager)["process_result_item"], "__mptui__"):
        return
    original = manager.process_result_item
    note = guarded(_note_item)

    def process_result_item(self: object, item: object) -> object:
        note(self, item)
        return original(self, item)

    process_result_item.__qualname__ = original.__qualname__
    process_result_item.__wrapped__ = original  # type: ignore[attr-defined]
    process_result_item.__mptui__ = True  # type: ignore[attr-defined]
    manager.process_result_item = process_result_item


def _note_item(manager: object, item: object) -> None:
    outcome = attributes_of(item)
    if outcome.get("exception") is None:
        return
    work = attributes_of(manager)["pending_work_items"].get(outcome["work_id"])
    if work is not None:
        given = attributes_of(work)
        label = label_of(given["fn"], given["args"])
        note_failure(given["future"], "executor", label, outcome["exception"])


def _ask_done(future: object) -> None:
    if attributes_of(future).get("_exception") is not None:
        if id(future) in _open:
            _note_asked(future)
        else:
            _ask_early(future)


def _ask_early(future: object) -> None:
    key = id(future)
    if key in _open:
        _note_asked(future)
    elif key not in _asked and len(_asked) < _OPEN_LIMIT:
        _asked[key] = ref(future, lambda _: _forget_asked(key))


def _forget_asked(key: int) -> None:
    _asked.pop(key, None)


# Results of pools


class Success:
    """In the place of `_success` of a pool's results, until the first that is not: notes failures.

    Without `__get__`, since a pool reads it for every task. A result that has none yet shows this
    object, which is not true either.
    """

    def __init__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name
        self._fail = guarded(_note_failed_result)

    def __bool__(self) -> bool:
        return False

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        if value is False:
            if vars(self._owner)[self._name] is self:
                setattr(self._owner, self._name, SuccessOrFailure(self._owner, self._name))
            self._fail(holder)


class SuccessOrFailure(Success):
    """In the same place from then on: notes failures, and who asks."""

    def __init__(self, owner: type, name: str) -> None:
        super().__init__(owner, name)
        self._ask = guarded(_note_asked)

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        if holder is None:
            raise AttributeError(f"type object 'ApplyResult' has no attribute {self._name!r}")
        # Whoever reads all that `dir` names, as a manager does, must find something.
        value = vars(holder).get(self._name)
        # The pool reads it too, where it sets it.
        if value is False and sys._getframe(1).f_code.co_name != "_set":
            self._ask(holder)
        return value


pools_asked: "list[bool]" = [False]
"""Whether the program has asked for any result of a pool in this process."""


def hook_pool_results(module: "ModuleType") -> None:
    """Note which results of pools failed and are asked for."""
    kind = module.ApplyResult
    if "_success" not in vars(kind):
        kind._success = Success(kind, "_success")
    for name in ("get", "successful"):
        method = vars(kind).get(name)
        if method is not None and type(method) is not Asking:
            setattr(kind, name, Asking(method, _note_pool_asked))


def _note_pool_asked(_result: object) -> None:
    pools_asked[0] = True


def _note_failed_result(result: object) -> None:
    attributes = attributes_of(result)
    if attributes.get("_error_callback") is not None:
        return
    # This function, the guard around it, the attribute, and what sets that.
    setter = sys._getframe(3)
    outcome = setter.f_locals.get("obj") or setter.f_locals.get("success_result")
    if type(outcome) is tuple and len(outcome) == 2:
        note_failure(result, "pool", None, outcome[1])


def _forget_parent() -> None:
    _alike.clear()
    _open.clear()
    _asked.clear()
    pools_asked[0] = False


child_resets.append(_forget_parent)
