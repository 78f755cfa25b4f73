"""Guards around every step that the probe takes inside the program: nothing comes out of them.

A step that raises is reported once by a record and never runs again in this process; the program
goes on. Only an exception that is not the step's own is let through: one that a signal handler of
the program raised while the step was running belongs to the program.
"""

from . import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def guarded(step: "Callable[..., None]") -> "Callable[..., None]":
    """Wrap `step` so that it can be called from anywhere in the program, even at its very end."""
    faults: list[str] = []
    # An interpreter that is ending empties modules: what is needed then is kept in this closure.
    report_fault, is_foreign, exhaustion = _report_fault, _is_foreign, (RecursionError, MemoryError)

    def run(*arguments: object) -> None:
        if faults:
            return
        try:
            step(*arguments)
        except exhaustion:
            pass  # The program is at its limit, the step is not at fault.
        except Exception as error:
            if is_foreign(error):
                raise
            faults.append(type(error).__name__)
            report_fault(step, error)

    return run


def guarded_tap(step: "Callable[[object], None]") -> "Callable[[object], object]":
    """Wrap `step` like `guarded`, as a function that returns the value that it is given."""
    # Not by way of `guarded`: each task of a pool passes here twice.
    faults: list[str] = []
    report_fault, is_foreign, exhaustion = _report_fault, _is_foreign, (RecursionError, MemoryError)

    def run(value: object) -> object:
        if not faults:
            try:
                step(value)
            except exhaustion:
                pass
            except Exception as error:
                if is_foreign(error):
                    raise
                faults.append(type(error).__name__)
                report_fault(step, error)
        return value

    return run


def is_ours(frame: "FrameType", ours: str = f"{__package__}.") -> bool:
    """Return whether the probe's code runs in `frame`."""
    name = frame.f_globals.get("__name__")
    return type(name) is str and f"{name}.".startswith(ours)


def _is_foreign(error: BaseException) -> bool:
    """Return whether other code than the probe's raised `error`."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and not is_ours(traceback.tb_frame)


def _report_fault(step: "Callable[..., None]", error: Exception) -> None:
    try:
        report("fault", {"step": step.__qualname__, "error": f"{type(error).__name__}: {error}"})
    except Exception:
        pass  # The interpreter is ending, and nothing can be reported any more.
