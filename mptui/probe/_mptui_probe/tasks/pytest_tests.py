"""Hooks for pytest: each test is a task of the process that runs it, under its node id.

A test begins when pytest notes in the environment that it sets it up, and ends when it reports how
its teardown went. No function of the probe is being called while the test runs. The process
that only gathers what pytest-xdist's workers report sets up none.
"""

from .. import child_resets
from ..function_names import attributes_of
from ..guard import guarded
from ..replacing import call_after, replace
from .rings import open_ring_of_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..replacing import Function
    from .rings import BeginItem, FinishItem

_ring: "list[tuple[BeginItem, FinishItem]]" = []
_running: "list[str]" = []
"""The node id of the test that runs."""
_reports: "list[object]" = []
"""What pytest has reported of it so far; it may still change its mind about them."""


class failed(Exception):  # noqa: N801, N818 -- what is shown is its name
    """Stands for how a test failed, with the first line of what pytest says of it."""


def hook_tests(module: "ModuleType") -> None:
    """Have each test recorded that this process runs."""
    begin = guarded(_begin)

    def make(original: "Function") -> "Function":
        def _update_current_test_var(item: "Any", when: "str | None") -> None:
            original(item, when)
            if when == "setup":
                begin(item.nodeid)

        return _update_current_test_var

    replace(module, "_update_current_test_var", make)


def hook_reports(module: "ModuleType") -> None:
    """Note how each test went."""
    call_after(module.TestReport, "__init__", _note_report)


def _begin(node: object) -> None:
    _finish()
    if type(node) is not str:
        return
    function, _, case = node.partition("[")
    given = case.removesuffix("]"), (None, function)
    if not _ring or not _ring[0][0](*given):
        # It is the first, or there was no room for its name.
        _ring[:] = [open_ring_of_items(0, "pytest")]
        _ring[0][0](*given)
    _running[:] = [node]


def _note_report(report: object, *_arguments: object) -> None:
    attributes = attributes_of(report)
    if _running and _node_of(report, attributes) in _running:
        _reports.append(report)
        if attributes.get("when") == "teardown":
            _finish()


def _node_of(report: "Any", attributes: "dict[str, Any]") -> object:
    """Return the node id of a report; from pytest 9.2 on it is a property."""
    node = attributes.get("nodeid")
    return getattr(report, "nodeid", None) if node is None and "_id" in attributes else node


def _finish() -> None:
    if _running:
        _running.clear()
        _ring[0][1](next(filter(None, map(_failure_in, _reports)), None), None)
    _reports.clear()


def _failure_in(report: object) -> "BaseException | None":
    attributes = attributes_of(report)
    if attributes.get("outcome") != "failed":
        return None
    crash = attributes_of(attributes.get("longrepr")).get("reprcrash")
    message = attributes_of(crash).get("message")
    return failed(message.partition("\n")[0] if type(message) is str else "")


def _forget_parent() -> None:
    _ring.clear()
    _running.clear()
    _reports.clear()


child_resets.append(_forget_parent)
