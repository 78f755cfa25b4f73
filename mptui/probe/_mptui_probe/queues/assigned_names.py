"""The variable that the result of a running call will be assigned to: `tasks` in `tasks = Queue()`.

Read from the bytecode that follows the call. The values of variables are never read: a frame whose
variables are read may keep their values alive.
"""

import sys
from opcode import HAVE_ARGUMENT, opmap, opname, stack_effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

_INSTRUCTION_BYTES = 2
_JUMP_UNIT_BYTES = 2 if sys.version_info >= (3, 10) else 1
_INSTRUCTIONS_TO_FOLLOW = 64
_CALLERS_TO_FOLLOW = 4
"""How many functions on the way may return the result that they were returned."""

_SILENT = ("CACHE", "EXTENDED_ARG", "NOP", "JUMP_FORWARD")
_PAIRS = {  # Two instructions in one, each with four bits of the argument.
    "STORE_FAST_STORE_FAST": ("STORE_FAST", "STORE_FAST"),
    "STORE_FAST_LOAD_FAST": ("STORE_FAST", "LOAD_FAST"),
}
_VARIABLES = ("STORE_NAME", "STORE_FAST", "STORE_GLOBAL", "STORE_DEREF")
_TAKERS = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR")
"""Instructions called LOAD that take something from the stack first."""
_WITH = ("SETUP_WITH", "BEFORE_WITH")
"""They replace the value by what its `__enter__` returns, which nearly always is the same."""
_COPIES = ("COPY", "DUP_TOP")
_SWAPS = {"ROT_TWO": 2, "SWAP": 0}
_ROTATIONS = {"ROT_THREE": 3, "ROT_FOUR": 4}

_USED_UP = -1


def name_of_result(frame: "FrameType | None") -> "str | None":
    """Name the variable or attribute to which the result of the current call in `frame` goes.

    Returns None if there is none, or if the bytecode does not show it plainly.
    """
    for _ in range(_CALLERS_TO_FOLLOW):
        if frame is None:
            break
        name, is_returned = _look_behind_call(frame.f_code, frame.f_lasti)
        if not is_returned:
            return name
        frame = frame.f_back
    return None


def name_within(frame: "FrameType") -> "str | None":
    """Do the same, but only for an assignment in the function of `frame` itself."""
    return _look_behind_call(frame.f_code, frame.f_lasti)[0]


def _look_behind_call(code: "CodeType", call: int) -> "tuple[str | None, bool]":
    """Return the name, and whether the result is returned to the caller as it is."""
    above = 0  # How many values lie on the stack above the result.
    instructions = _instructions(code, call + _INSTRUCTION_BYTES)
    for _, (name, argument) in zip(range(_INSTRUCTIONS_TO_FOLLOW), instructions):
        if above == 0 and name == "RETURN_VALUE":
            return None, True
        if above == 0 and name in _VARIABLES:
            return _variable(code, name, argument), False
        if above == 1 and name == "STORE_ATTR":
            return code.co_names[argument], False
        above = _move(above, name, argument)
        if above < 0:
            break
    return None, False


def _instructions(code: "CodeType", offset: int) -> "Iterator[tuple[str, int]]":
    """Yield names and arguments from `offset` on, as they are run if no condition is met."""
    text = code.co_code
    extended = 0
    while offset < len(text):
        name, argument = opname[text[offset]], text[offset + 1] | extended << 8
        offset += _INSTRUCTION_BYTES
        extended = argument if name == "EXTENDED_ARG" else 0
        if name == "JUMP_FORWARD":
            offset += argument * _JUMP_UNIT_BYTES
        if name in _PAIRS:
            first, second = _PAIRS[name]
            yield first, argument >> 4
            yield second, argument & 15
        elif name not in _SILENT:
            yield name, argument


def _move(above: int, name: str, argument: int) -> int:
    """Return how many values lie above the result after an instruction; -1 if it is gone."""
    if name in _WITH and above == 0:
        return 0
    if name in _COPIES:
        copied = argument - 1 if name == "COPY" else 0
        return 0 if copied == above else above + 1
    if name in _SWAPS:
        last = (_SWAPS[name] or argument) - 1
        return {0: last, last: 0}.get(above, above)
    if name in _ROTATIONS:
        last = _ROTATIONS[name] - 1
        return last if above == 0 else above - (above <= last)
    return _move_by_effect(above, name, argument)


def _move_by_effect(above: int, name: str, argument: int) -> int:
    operation = opmap[name]
    after = above + stack_effect(operation, argument if operation >= HAVE_ARGUMENT else None)
    if name in _VARIABLES or name == "STORE_ATTR":
        return max(after, _USED_UP)
    if name.startswith("LOAD_") and name not in _TAKERS:
        return after
    # It takes values and leaves at least one of its own on top, else the result was among them.
    return after if after >= 1 or after > above else _USED_UP


def _variable(code: "CodeType", name: str, argument: int) -> str:
    if name in ("STORE_NAME", "STORE_GLOBAL"):
        return code.co_names[argument]
    if hasattr(code, "_varname_from_oparg"):  # Python 3.11 counts all kinds of them together.
        return str(code._varname_from_oparg(argument))
    if name == "STORE_FAST":
        return code.co_varnames[argument]
    return (code.co_cellvars + code.co_freevars)[argument]
