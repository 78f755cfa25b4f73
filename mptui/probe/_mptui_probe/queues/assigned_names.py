"""The variable that the result of a running call will be assigned to: `tasks` in `tasks = Queue()`.

Read from the bytecode that follows the call. The values of variables are never read: a frame whose
variables are read may keep their values alive.
"""

import sys
from itertools import islice
from opcode import HAVE_ARGUMENT, opmap, opname, stack_effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType, FrameType

_INSTRUCTION_BYTES = 2
_JUMP_UNIT_BYTES = 2 if sys.version_info >= (3, 10) else 1
_INSTRUCTIONS_TO_FOLLOW = 64
_CALLERS_TO_FOLLOW = 4
"""How many functions on the way may return the result that they were returned."""

_SILENT = ("CACHE", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "JUMP_FORWARD")
_PAIRS = {  # Two instructions in one, each with four bits of the argument.
    "STORE_FAST_STORE_FAST": ("STORE_FAST", "STORE_FAST"),
    "STORE_FAST_LOAD_FAST": ("STORE_FAST", "LOAD_FAST"),
}
_VARIABLES = ("STORE_NAME", "STORE_FAST", "STORE_GLOBAL", "STORE_DEREF")
_TAKERS = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "LOAD_SPECIAL")
"""Instructions called LOAD that take something from the stack first."""
_WITH = ("SETUP_WITH", "BEFORE_WITH")
"""They replace the value by what its `__enter__` returns, which nearly always is the same."""
_WITH_SPECIAL = [  # The same since Python 3.14: `__exit__` is put below, `__enter__` is called.
    *(("COPY", 1), ("LOAD_SPECIAL", 1), ("SWAP", 2), ("SWAP", 3), ("LOAD_SPECIAL", 0), ("CALL", 0))
]
_COPIES = ("COPY", "DUP_TOP")
_SWAPS = {"ROT_TWO": 2, "SWAP": 0}
_ROTATIONS = {"ROT_THREE": 3, "ROT_FOUR": 4}

_USED_UP = -1

_KNOWN_OF_NEWER = frozenset(
    [
        *("BINARY_OP", "BUILD_LIST", "BUILD_MAP", "BUILD_SET", "BUILD_STRING", "BUILD_TUPLE"),
        *("CALL", "CALL_FUNCTION_EX", "CALL_INTRINSIC_1", "CALL_KW", "COMPARE_OP", "CONTAINS_OP"),
        *("COPY", "DICT_MERGE", "IS_OP", "LIST_APPEND", "LIST_EXTEND", "LOAD_ATTR"),
        *("LOAD_BUILD_CLASS", "LOAD_COMMON_CONSTANT", "LOAD_CONST", "LOAD_DEREF", "LOAD_FAST"),
        *("LOAD_FAST_BORROW", "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_FAST_CHECK"),
        *("LOAD_FAST_LOAD_FAST", "LOAD_GLOBAL", "LOAD_LOCALS", "LOAD_NAME", "LOAD_SMALL_INT"),
        *("POP_JUMP_IF_FALSE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE", "POP_JUMP_IF_TRUE"),
        *("POP_TOP", "PUSH_NULL", "RETURN_VALUE", "STORE_ATTR", "STORE_DEREF", "STORE_FAST"),
        *("STORE_GLOBAL", "STORE_NAME", "STORE_SUBSCR", "SWAP", "TO_BOOL", "UNARY_INVERT"),
        *("UNARY_NEGATIVE", "UNARY_NOT"),
    ]
)
"""What is followed in a newer Python than 3.13: rather no name than a wrong one."""
_KNOWN = _KNOWN_OF_NEWER if sys.version_info >= (3, 14) else frozenset(opname)


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
    following = islice(_instructions(code, call + _INSTRUCTION_BYTES), _INSTRUCTIONS_TO_FOLLOW)
    return _follow(code, list(following), _KNOWN)


def _follow(
    code: "CodeType", instructions: "list[tuple[str, int]]", known: "Container[str]"
) -> "tuple[str | None, bool]":
    above = 0  # How many values lie on the stack above the result.
    if instructions[: len(_WITH_SPECIAL)] == _WITH_SPECIAL:
        instructions = instructions[len(_WITH_SPECIAL) :]
    for name, argument in instructions:
        if name not in known:
            break
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
