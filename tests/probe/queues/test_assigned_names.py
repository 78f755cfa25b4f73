"""What is made is called what the program calls it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from mptui.probe._mptui_probe.queues.assigned_names import _KNOWN_OF_NEWER, _follow
from tests.probe.collector import PROBE, plain_environment

if TYPE_CHECKING:
    from types import CodeType

PROLOGUE = """
import sys, json
sys.path.insert(0, sys.argv[1])
from _mptui_probe.queues.assigned_names import name_of_result
names = []
class Made:
    def __init__(self, *arguments, **options):
        names.append(name_of_result(sys._getframe(1)))
class Maker:
    def made(self, *arguments, **options):
        names.append(name_of_result(sys._getframe(1)))
        return self
    def __enter__(self): return self
    def __exit__(self, *_): pass
    one = None
class Sink: pass
def twice(x, y=None): return x
made = Maker().made
maker = maker_1 = Maker()
def rename(): return made(1)
sink = Sink(); sink.sink = Sink(); condition = True
"""

CASES = {
    "tasks = made()": ["tasks"],
    "tasks = Made(1, a=2)": ["tasks"],
    "tasks = maker.made(*[1], **{'a': 2})": ["tasks"],
    "sink.results = made()": ["results"],
    "sink.sink.results = made()": ["results"],
    "a, b = made(), made()": ["a", "b"],
    "a, b = made(maker.one), maker.made(1, x=2)": ["a", "b"],
    "a, b, c = made(), maker.made(), made()": ["a", "b", "c"],
    "sink.a, b = made(), made()": ["a", "b"],
    "a = b = made()": ["a"],
    "sink.a = b = made()": ["a"],
    "if (walrus := made()): pass": ["walrus"],
    "with made() as opened: pass": ["opened"],
    "with made(): pass": [None],
    "x = made() if condition else None": ["x"],
    "x = None if not condition else made()": ["x"],
    "x = rename()": ["x"],
    "x = (lambda: made())()": ["x"],
    "made()": [None],
    "x = made().one": [None],
    "x = twice(made())": [None],
    "x = twice(made(), 2)": [None],
    "x = twice(1, made())": [None],
    "x = twice(x=made())": [None],
    "x = maker.made(made())": [None, "x"],
    "x = [made() for _ in range(2)]": [None, None],
    "x = {'a': made()}": [None],
    "x = [made(), 1]": [None],
    "x = (made(), 2)": [None],
    "x = not made()": [None],
    "x = f'{made()}'": [None],
    "made().attribute = 1": [None],
    "x = {}; x['key'] = made()": [None],
    "for x in [made()]: pass": [None],
    "assert made()": [None],
}


def run(interpreter: str, text: str) -> list[str | None]:
    ended = subprocess.run(
        [interpreter, "-c", PROLOGUE + text + "\nprint(json.dumps(names))", str(PROBE)],
        capture_output=True,
        check=False,
        env=plain_environment(),
        text=True,
        timeout=60,
    )
    assert ended.stderr == ""
    names: list[str | None] = json.loads(ended.stdout)
    return names


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


IN_EACH_PLACE = {
    "module": "{text}",
    "function": "def run():\n{indented}run()",
    "closure": "def run():\n{indented}    return lambda: (tasks, a, b, c, x, walrus, opened)\n"
    "run()",
    "class": "class Body:\n{indented}",
    "globals": "def run():\n    global tasks, a, b, c, x, walrus, opened\n{indented}run()",
}


@pytest.mark.parametrize("place", IN_EACH_PLACE)
def test_a_result_has_the_name_of_its_variable(interpreter: str, place: str) -> None:
    program = ""
    for text in CASES:
        program += IN_EACH_PLACE[place].format(text=text, indented=indented(text))
        program += "\nnames.append('next')\n"
    found = run(interpreter, program)
    for text, names in CASES.items():
        upto = found.index("next")
        assert (text, found[:upto]) == (text, names)
        del found[: upto + 1]


def test_a_name_far_down_a_long_function_is_found(interpreter: str) -> None:
    many = "".join(f"    variable_{number} = {number}\n" for number in range(700))
    text = f"def run():\n{many}    the_last = made(variable_699)\nrun()\n"
    assert run(interpreter, text) == ["the_last"]


def test_a_traced_program_has_names(interpreter: str) -> None:
    text = "sys.settrace(lambda *_: None)\ndef run():\n    a, b = made(), made()\nrun()\n"
    assert run(interpreter, text) == ["a", "b"]


def test_no_variable_is_looked_at(interpreter: str) -> None:
    text = """
import weakref
class Kept: pass
def run():
    kept = Kept()
    gone = weakref.ref(kept)
    frame = sys._getframe()
    result = made()
    del kept
    assert gone() is None
run()
"""
    assert run(interpreter, text) == ["result"]


def code_with(*names: str) -> CodeType:
    """A code object of module level with these names in this order."""
    return compile("\n".join(f"{name} = 0" for name in names), "<test>", "exec")


WITH_OF_3_14 = [
    *[("COPY", 1), ("LOAD_SPECIAL", 1), ("SWAP", 2), ("SWAP", 3), ("LOAD_SPECIAL", 0), ("CALL", 0)]
]


def test_newer_bytecode_shows_the_variable_of_a_with_statement() -> None:
    following = [*WITH_OF_3_14, ("STORE_NAME", 1)]
    assert _follow(code_with("other", "pool"), following, _KNOWN_OF_NEWER) == ("pool", False)


@pytest.mark.parametrize(
    "following",
    [
        # As if special methods were found in another order, or by another instruction.
        [*WITH_OF_3_14[:3], ("SWAP", 2), *WITH_OF_3_14[4:], ("STORE_NAME", 0)],
        [("LOAD_SPECIAL", 1), ("STORE_NAME", 0)],
        [("WRAP_ANEW", 0), ("STORE_NAME", 0)],
        [*WITH_OF_3_14, ("WRAP_ANEW", 0), ("STORE_NAME", 0)],
        # Known of older versions, and maybe another one in a newer one.
        [("BEFORE_ASYNC_WITH", 0), ("STORE_NAME", 0)],
        [],
    ],
)
def test_unknown_bytecode_gives_no_name(following: list[tuple[str, int]]) -> None:
    assert _follow(code_with("wrong"), following, _KNOWN_OF_NEWER) == (None, False)
