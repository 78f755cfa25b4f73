"""How the probe's `sitecustomize` leaves where other tools came before it.

Where a tool's own `sitecustomize` had a loader execute the probe's, the loader takes the module for
what it has loaded, and the tool goes on with it: without the probe it would have found the next one
on the path, or none. Where coverage.py was started before, it counts the one real file of the
probe; the other modules are code of no file, which it leaves out by itself.
"""

import sys
from _frozen_importlib_external import PathFinder, spec_from_file_location
from os.path import realpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import FrameType

_NAME = "sitecustomize"

_counted: "list[object]" = []
"""What coverage.py counted: a running frame of the file may refer to it without holding it."""


class Leaving:
    """One module that leaves.

    Args:
        module: the names of the module in which the probe's code has been executed.
        path: the file that it came from.
        is_imported: whether by an import, not by a loader that a tool called.
    """

    def __init__(self, module: "dict[str, object]", path: str, *, is_imported: bool) -> None:
        self._module = module
        self._path = path
        self._is_imported = is_imported
        folder = path.rpartition("/")[0]
        index = sys.path.index(folder) if folder in sys.path else len(sys.path)
        self._following = sys.path[index + 1 :]

    def leave(self) -> None:
        """Leave; whatever the next `sitecustomize` raises comes out."""
        self._leave_coverage()
        if not self._is_imported:
            self._execute_next(sys._getframe(1))

    def _leave_coverage(self) -> None:
        names = (self._path, realpath(self._path))
        collector = getattr(sys.modules.get("coverage.collector"), "Collector", None)
        for each in getattr(collector, "_collectors", ()):
            _counted.extend([each.data.pop(name) for name in names if name in each.data])

    def _execute_next(self, frame: "FrameType | None") -> None:
        spec = PathFinder.find_spec(_NAME, self._following)
        find_code = getattr(getattr(spec, "loader", None), "get_code", None)
        code = find_code(_NAME) if find_code is not None else None
        origin = spec if code is not None else self._spec_of_tool(frame)
        module = self._module
        if origin is not None and module.get("__file__") == self._path:
            module["__spec__"], module["__loader__"] = origin, origin.loader
            module["__file__"], module["__cached__"] = origin.origin, origin.cached
        if code is not None:
            exec(code, module)

    def _spec_of_tool(self, frame: "FrameType | None") -> "ModuleSpec | None":
        """Return the spec that a tool's module had before a loader put the probe's there."""
        while frame is not None:
            path = frame.f_code.co_filename
            if frame.f_globals is self._module and path != self._path:
                return spec_from_file_location(_NAME, path)
            frame = frame.f_back
        return None
