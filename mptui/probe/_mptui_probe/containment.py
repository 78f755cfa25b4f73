"""Whatever the probe does inside the program happens through `contained`: nothing comes out of it.

A step that raises is reported once by a record and never runs again in this process; the program
goes on. What is not the step's own failure is let through: an exception that one of the program's
signal handlers raised while a step was running belongs to the program.
"""

from . import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def contained(step: "Callable[..., None]") -> "Callable[..., None]":
    """Wrap `step` so that it can be called from anywhere in the program, even at its very end."""
    faults: list[str] = []
    # Names a late interpreter has already emptied are reached through this closure.
    report, is_foreign, exhaustion = _report, _is_foreign, (RecursionError, MemoryError)

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
            report(step, error)

    return run


def looking_on(step: "Callable[[object], None]") -> "Callable[[object], object]":
    """Wrap `step`, which only looks at a value on its way, so that it hands on the value."""
    faults: list[str] = []
    report, is_foreign, exhaustion = _report, _is_foreign, (RecursionError, MemoryError)

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
                report(step, error)
        return value

    return run


def _is_foreign(error: BaseException) -> bool:
    """Tell whether code that is not the probe's raised `error`."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return False
    return traceback.tb_frame.f_globals.get("__package__") != __package__


def _report(step: "Callable[..., None]", error: Exception) -> None:
    try:
        tell("fault", {"step": step.__qualname__, "error": f"{type(error).__name__}: {error}"})
    except Exception:
        pass  # The interpreter is being taken down; there is nobody to tell.
