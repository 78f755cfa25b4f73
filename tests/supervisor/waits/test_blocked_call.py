"""What a process is blocked in is read from the kernel's line about it; the lines are real ones."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.supervisor.waits.blocked_call import (
    BlockedCall,
    ForChild,
    Futex,
    Locking,
    Plain,
    Polling,
    Reading,
    Selecting,
    Writing,
    call_table,
    parse_blocked_call,
)

X86 = call_table("x86_64")
ARM = call_table("aarch64")
STACK = "0x7f06319c56d0 0x7f0631f162ec"


def parsed(line: str) -> BlockedCall | None:
    return parse_blocked_call(line.encode() + b"\n", X86)


@pytest.mark.parametrize(
    ("line", "call"),
    [
        (
            "0 0x3 0x7f06319c56d0 0x4 0x55e3f7b826e0 0x0 0x0 0x7ffc963aaaa0 0x7f0631f162ec",
            Reading(3),
        ),
        ("1 0x11 0x7f0630670030 0xf4240 0x0 0x0 0x0 0x7ffc963aaaf0 0x7f0631f1638f", Writing(17)),
        (
            "61 0x7912 0x7ffc963aabfc 0x0 0x0 0x0 0x0 0x7ffc963aabc0 0x7f0631ef1c17",
            ForChild(pid=30994),
        ),
        ("61 0xffffffff 0x7ffc963aabcc 0x0 0x0 0x0 0x0 0x7ffc963aab90 0x7f0631ef1c17", ForChild()),
        (
            "247 0x3 0x15 0x7ffc963aab20 0x4 0x0 0x0 0x7ffc963aaad0 0x7f0631ef1cc9",
            ForChild(pidfd=21),
        ),
        (
            "7 0x7f0631da4890 0x1 0x4e20 0x1 0x0 0x0 0x7ffc963aab90 0x7f0631f1a26f",
            Polling(0x7F0631DA4890, 1, timed=True),
        ),
        (
            "270 0x11 0x7ffc9639e9f0 0x0 0x0 0x7ffc9639e920 0x0 0x7ffc9639e910 0x7f0631f1c9ec",
            Selecting(17, 0x7FFC9639E9F0, 0, timed=True),
        ),
    ],
)
def test_a_line_tells_the_call_and_what_it_is_for(line: str, call: BlockedCall) -> None:
    assert parsed(line) == call
    assert type(parsed(line)) is type(call)


@pytest.mark.parametrize(
    ("line", "is_private", "timed"),
    [
        (
            "202 0x7f97f45a6000 0x109 0x0 0x0 0x0 0xffffffff 0x7ffe18245600 0x7f97f52a3f16",
            False,
            False,
        ),
        (
            "202 0x7f97f45a6000 0x109 0x0 0x7ffe18245540 0x0"
            " 0xffffffff 0x7ffe18245480 0x7f97f52a3f16",
            False,
            True,
        ),
        (
            "202 0x555ef3c46640 0x189 0x0 0x0 0x0 0xffffffff 0x7ffe182448b0 0x7f97f52a3f16",
            True,
            False,
        ),
        (
            "202 0x55e3f7b91700 0x89 0x0 0x7ffc963aaaf0 0x0 0xffffffff"
            " 0x7ffc963aaa40 0x7f0631ea3f16",
            True,
            True,
        ),
    ],
)
def test_a_lock_of_one_process_is_not_a_shared_one(
    line: str, is_private: bool, timed: bool
) -> None:
    assert parsed(line) == Futex(int(line.split()[1], 16), is_private, timed)


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        (
            "230 0x1 0x1 0x7ffc963aabb0 0x0 0x0 0x0 0x7ffc963aab70 0x7f0631eed545",
            Plain("sleep", True),
        ),
        ("73 0x16 0x2 0x0 0x7f063187bf58 0xf4000 0x0 0x7ffc963aab98 0x7f0631f16897", Locking(22)),
        ("72 0x16 0x7 0x0 0x7f063187bf58 0xf4000 0x0 0x7ffc963aab98 0x7f0631f16897", Locking(22)),
        (
            "72 0x16 0x3 0x0 0x7f063187bf58 0xf4000 0x0 0x7ffc963aab98 0x7f0631f16897",
            Plain("other"),
        ),
        (
            "288 0x15 0x7ffc963aab10 0x7ffc963aab04 0x80000 0x0 0x0 0x7ffc963aaab0 0x7f0631f28fa8",
            Plain("socket"),
        ),
        ("45 0x15 0x7f06319c56d0 0x1 0x0 0x0 0x0 0x7ffc963aab10 0x7f0631f28974", Plain("socket")),
        (
            "232 0x15 0x55e3f7b93a70 0x3ff 0x4e20 0x0 0x0 0x7ffc963aab30 0x7f0631f26f36",
            Plain("poll", True),
        ),
        (
            "232 0x15 0x55e3f7b93a70 0x3ff 0xffffffff 0x0 0x0 0x7ffc963aab30 0x7f0631f26f36",
            Plain("poll"),
        ),
        (
            "34 0x0 0x0 0x2 0x7f0631e37fa0 0x7f0631973c70 0x0 0x7ffc963aad50 0x7f0631ef1df2",
            Plain("signal"),
        ),
        (
            "128 0x7ffc963aab40 0x7ffc963aaa00 0x0 0x8 0x0 0x0 0x7ffc963aa9d0 0x7f0631e5ac82",
            Plain("signal"),
        ),
        (
            "128 0x7ffc963aaaa0 0x7ffc963aab20 0x7ffc963aaa10 0x8 0x0"
            " 0x0 0x7ffc963aa9d0 0x7f0631e5ac82",
            Plain("signal", True),
        ),
        (f"9999 0x0 0x0 0x0 0x0 0x0 0x0 {STACK}", Plain("other")),
    ],
)
def test_most_calls_tell_by_themselves_what_they_wait_for(line: str, plain: Plain) -> None:
    assert parsed(line) == plain


@pytest.mark.parametrize(
    "line",
    [
        "running",
        "-1 0x0 0x0",
        "-1 0x7ffc963aaa00 0x7f0631e5ac82",
        "",
        "0 0x3",
        f"0 0x3 0x0 0x0 0x0 0x0 nonsense {STACK}",
        "3 0x0 0xffd4e5f0 0x400 0x0 0x0 0x0 0xffd4e590 0xf7f3e579",
    ],
)
def test_a_process_that_runs_or_has_ended_or_has_other_numbers_waits_for_nothing(line: str) -> None:
    assert parsed(line) is None


@pytest.mark.parametrize(
    ("line", "call"),
    [
        (f"63 0x3 0x0 0x4 0x0 0x0 0x0 {STACK}", Reading(3)),
        (
            f"98 0xffff8a2b0000 0x109 0x0 0x0 0x0 0xffffffff {STACK}",
            Futex(0xFFFF8A2B0000, False, False),
        ),
        (f"260 0x1f4 0x0 0x0 0x0 0x0 0x0 {STACK}", ForChild(pid=500)),
        (f"73 0xffff8a2b0000 0x2 0x0 0x0 0x8 0x0 {STACK}", Polling(0xFFFF8A2B0000, 2, timed=False)),
        (f"115 0x1 0x1 0xffff8a2b0000 0x0 0x0 0x0 {STACK}", Plain("sleep", True)),
    ],
)
def test_the_numbers_of_the_other_machine_are_known(line: str, call: BlockedCall) -> None:
    assert parse_blocked_call(line.encode(), ARM) == call


def test_on_an_unknown_machine_a_call_is_just_some_call() -> None:
    line = f"0 0x3 0x0 0x4 0x0 0x0 0x0 {STACK}"
    assert parse_blocked_call(line.encode(), call_table("pdp11")) == Plain("other")


@given(st.text(alphabet=string.hexdigits + "x -\n", max_size=120))
def test_no_line_is_too_odd_to_be_read(line: str) -> None:
    parse_blocked_call(line.encode(), X86)
