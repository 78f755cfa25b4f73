"""Who is making an object of a library's right now, and what the program will call it."""

import sys

from .assigned_names import name_of_result, name_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_LIBRARIES = ("multiprocessing", "multiprocess", "concurrent", "loky", "joblib")
"""Whose functions may stand between the program and what is made, by the root of their modules."""

_FRAMES_TO_SEARCH = 24


class Creation:
    """Seen from a hook in the library; not to be kept.

    Attributes:
        steps: the library's frames, the one that was hooked first.
    """

    def __init__(self) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and _root_of(frame) == __package__:
            frame = frame.f_back
        self.steps: list[FrameType] = []
        for _ in range(_FRAMES_TO_SEARCH):
            if frame is None or _root_of(frame) not in _LIBRARIES:
                break
            self.steps.append(frame)
            frame = frame.f_back
        self._maker = frame

    @property
    def function(self) -> str:
        """The name of the library's function that was hooked, or that called what was hooked."""
        return self.steps[0].f_code.co_name if self.steps else ""

    @property
    def is_copy(self) -> bool:
        """Whether it is not made at all: a process is being given what another has made."""
        return self.function == "__setstate__"

    @property
    def name(self) -> "str | None":
        """What the program will call it."""
        if self.steps and _root_of(self.steps[-1]) == "joblib":
            return None  # Which returns what was computed, not what it made to compute it.
        return name_of_result(self._maker)

    def find_owner(self, attribute: str) -> object:
        """Return the library's own object that is getting what is made as its `attribute`."""
        for frame in self.steps:
            if name_within(frame) == attribute:
                return frame.f_locals.get("self")
        return None

    def is_inside(self, modules: "tuple[str, ...]") -> bool:
        """Tell whether one of these modules, by the end of their names, makes it for itself."""
        return any(module_of(frame).endswith(modules) for frame in self.steps)


def module_of(frame: "FrameType") -> str:
    """Return the name of the module whose code this is."""
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def _root_of(frame: "FrameType") -> str:
    return module_of(frame).partition(".")[0]
