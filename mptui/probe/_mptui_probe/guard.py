"""Guards around every step that the probe takes inside the program: nothing comes out of them.

A step that raises is reported once by a record and never runs again in this process; the program
goes on. Only an exception that is not the step's own is let through: one that a signal handler of
the program raised while the step was running belongs to the program.
"""

from . import report as send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

EXHAUSTION = (RecursionError, MemoryError)
"""The program is at its limit: the step that this comes out of is not at fault."""


def guarded(step: "Callable[..., None]") -> "Callable[..., None]":
    """Wrap `step` so that it can be called from anywhere in the program, even at its very end."""
    faults: list[str] = []
    # An interpreter that is ending empties modules: what is needed then is kept in this closure.
    report, is_others, exhaustion = report_fault, is_foreign, EXHAUSTION

    def run(*arguments: object) -> None:
        if faults:
            return
        try:
            step(*arguments)
        except exhaustion:
            pass
        except Exception as error:
            if is_others(error):
                raise
            faults.append(type(error).__name__)
            report(step, error)

    return run


def guarded_tap(step: "Callable[[object], None]") -> "Callable[[object], object]":
    """Wrap `step` like `guarded`, as a function that returns the value that it is given."""
    # Not by way of `guarded`: each item of a queue passes here.
    faults: list[str] = []
    report, is_others, exhaustion = report_fault, is_foreign, EXHAUSTION

    def run(value: object) -> object:
        if not faults:
            try:
                step(value)
            except exhaustion:
                pass
            except Exception as error:
                if is_others(error):
                    raise
                faults.append(type(error).__name__)
                report(step, error)
        return value

    return run


def is_ours(frame: "FrameType", ours: str = f"{__package__}.") -> bool:
    """Return whether the probe's code runs in `frame`."""
    name = frame.f_globals.get("__name__")
    return type(name) is str and f"{name}.".startswith(ours)


def is_foreign(error: BaseException) -> bool:
    """Return whether other code than the probe's raised `error`."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and not is_ours(traceback.tb_frame)


def report_fault(step: "Callable[..., object]", error: Exception) -> None:
    """Report that `step` does not work in this process; the caller never takes it again."""
    try:
        send("fault", {"step": step.__qualname__, "error": f"{type(error).__name__}: {error}"})
    except Exception:
        pass  # The interpreter is ending, and nothing can be reported any more.
