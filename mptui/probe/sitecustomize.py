# The way into the program: the interpreter imports this at start, as our folder comes first.
#
# It steps aside at once. The user's own `sitecustomize` is imported in our place; where there is
# none, the failed import is what a plain start sees, so that nothing of this module is left behind.
# Every interpreter that inherits the environment comes here: this file has to parse on Python 2.7,
# and below 3.9 it does nothing but step aside. It must never raise anything of its own.
#
# Another tool's `sitecustomize` may come first and have a loader execute this one, as New Relic's
# does, often in the tool's own module. That module must be left where it is, nothing may be raised,
# and nothing left in it: hence comments, since a docstring would take the place of the tool's, and
# functions that know no global names.
#
# mypy: disable-error-code="arg-type, attr-defined, no-untyped-call, no-untyped-def, union-attr"


def _mptui_find_importer(frame):
    """Return whose import statement led to this frame; None if a loader was called instead."""
    while frame is not None and frame.f_code.co_filename[:17] == "<frozen importlib":
        if frame.f_code.co_name == "_find_and_load":
            return frame
        frame = frame.f_back
    # Python 2 imports without frames; there a module of ours has nothing but its attributes.
    is_new = isinstance("", bytes) and all(n[:2] == "__" or n[:7] == "_mptui_" for n in globals())
    return frame if is_new else None


def _mptui_load_probe(folder):
    """Return the package `_mptui_probe`, loaded as it loads its other modules: see there."""
    import sys

    probe = sys.modules.get("_mptui_probe")
    if probe is None:
        from _frozen_importlib import module_from_spec
        from _frozen_importlib_external import SourceFileLoader, spec_from_file_location
        from _imp import _fix_co_filename

        place = folder + "/_mptui_probe"
        loader = SourceFileLoader("_mptui_probe", place + "/__init__.py")
        code = loader.get_code("_mptui_probe")
        _fix_co_filename(code, "<mptui: _mptui_probe/__init__.py>")
        probe = module_from_spec(
            spec_from_file_location(
                "_mptui_probe", loader.path, loader=loader, submodule_search_locations=[place]
            )
        )
        sys.modules["_mptui_probe"] = probe
        exec(code, probe.__dict__)
    return probe


def _mptui_step_aside(module, load_probe, find_importer):
    import os
    import sys

    frame = sys._getframe()
    path = frame.f_code.co_filename  # Not `__file__`, which may be the tool's.
    folder = path.rpartition("/")[0]
    is_imported = find_importer(frame.f_back.f_back) is not None
    for name in ("_mptui_step_aside", "_mptui_load_probe", "_mptui_find_importer"):
        del module[name]

    run, leave = os.environ.get("MPTUI_RUN"), None
    # For a run that is over nothing is loaded.
    run = run if run and os.access(run, os.X_OK) else None
    if sys.version_info >= (3, 9) and (run or not is_imported):
        try:
            probe = load_probe(folder)
            if run:
                probe.start(run)
            if not is_imported or "coverage.collector" in sys.modules:
                leave = probe.load("leaving").Leaving(module, path, is_imported=is_imported).leave
        except Exception:
            pass  # A probe that cannot start leaves the program alone.

    sys.path[:] = [entry for entry in sys.path if entry != folder]
    sys.path_importer_cache.pop(folder, None)
    if leave is not None:
        leave()  # After the last call of what is defined here.
    if is_imported:
        # Kept, because Python 2 empties a module as soon as nothing refers to it.
        stepped_aside = sys.modules.pop("sitecustomize", None)  # noqa: F841

        import sitecustomize  # type: ignore[import-not-found]


_mptui_step_aside(globals(), _mptui_load_probe, _mptui_find_importer)
