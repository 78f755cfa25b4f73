"""Where in the program an object of a library is being constructed, and what it will be called.

What reads names is imported when the first is asked for: many programs import these libraries and
construct nothing, and workers only receive objects.
"""

import sys

from .. import modules_with
from ..guard import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from types import FrameType


def _packages_of(*roles: str) -> "set[str]":
    return {module.partition(".")[0] for module in modules_with(*roles)}


_LIBRARIES = _packages_of("queues", "locks", "pool", "process_executor", "thread_executor")
"""The packages whose functions may stand between the program and the construction."""
_BATCHING = _packages_of("batch")
"""Those of them that return results to the program, not the executor that computed them."""

_FRAMES_TO_SEARCH = 24


class Construction:
    """The construction in which a hook is being called. It must not be kept: it holds frames.

    Attributes:
        steps: the frames of libraries, innermost first: the hooked function, or its caller.
    """

    def __init__(self) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and is_ours(frame):
            frame = frame.f_back
        self.steps: list[FrameType] = []
        for _ in range(_FRAMES_TO_SEARCH):
            if frame is None or _root_of(frame) not in _LIBRARIES:
                break
            self.steps.append(frame)
            frame = frame.f_back
        self._program = frame

    @property
    def function(self) -> str:
        """The name of the library's function that was hooked, or that called it."""
        return self.steps[0].f_code.co_name if self.steps else ""

    @property
    def is_copy(self) -> bool:
        """Whether nothing new is made: this process receives an object that another has made."""
        return self.function == "__setstate__"

    @property
    def is_reset(self) -> bool:
        """Whether nothing new is made: a forked child resets an object that it inherits."""
        return self.function == "_after_fork"

    @property
    def name(self) -> "str | None":
        """The variable to which the program will assign the object."""
        if self.steps and _root_of(self.steps[-1]) in _BATCHING:
            return None
        from .assigned_names import name_of_result

        return name_of_result(self._program)

    @property
    def place(self) -> "str | None":
        """Where in the program: `file:line`, the file without its folders."""
        frame = self._program
        if frame is None:
            return None
        return f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"

    @property
    def makes_segment(self) -> bool:
        """Whether a segment of shared memory is made, and not one that is there opened."""
        return any(step.f_locals.get("create") is True for step in self.steps[:1])

    def find_owner(self, attribute: str) -> object:
        """Return the library's object to whose `attribute` the new object will be assigned."""
        from .assigned_names import name_within

        for frame in self.steps:
            if name_within(frame) == attribute:
                return frame.f_locals.get("self")
        return None

    def is_inside(self, modules: "Container[str]") -> bool:
        """Return whether one of these modules makes the object for its own use."""
        return any(_module_of(frame) in modules for frame in self.steps)


def _module_of(frame: "FrameType") -> str:
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def _root_of(frame: "FrameType") -> str:
    return _module_of(frame).partition(".")[0]
