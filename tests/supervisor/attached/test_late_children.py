"""Who is asked to take the probe in the middle of a run, and who is not."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from mptui.supervisor.attached.late_children import LateChildren

if TYPE_CHECKING:
    from collections.abc import Iterable


class Asked:
    """Stands for the injection, and the processes of a run."""

    def __init__(self, *numbers: int) -> None:
        self.living: list[Any] = []
        self.pids: list[list[int]] = []
        self.forgotten: list[int] = []
        self.reported: list[str] = []
        self.refusals: list[str] = []
        self.t = 0.0
        self.come(*numbers)
        everything = cast("Any", self)
        self.late = LateChildren(everything, everything, lambda: self.t, self.reported.append)

    def come(self, *numbers: int, instrumented: bool = False) -> None:
        self.living += [
            SimpleNamespace(number=number, pid=100 + number, instrumented=instrumented)
            for number in numbers
        ]

    def bring_into(self, pids: Iterable[int]) -> list[str]:
        self.pids.append([*pids])
        return self.refusals

    def forget(self, pid: int) -> None:
        self.forgotten.append(pid)

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.t = self.late.next_poll
            self.late.poll()


def test_those_that_came_later_are_asked_once() -> None:
    asked = Asked(0, 1)
    asked.come(2)
    asked.come(3, instrumented=True)
    asked.look()
    # It may just be on its way.
    assert asked.pids == []
    asked.look(3)
    assert asked.pids == [[102]]


def test_one_that_got_it_by_itself_is_not_asked() -> None:
    asked = Asked(0)
    asked.come(1)
    asked.look()
    asked.living[1].instrumented = True
    asked.look(2)
    assert asked.pids == []


def test_why_not_is_said_once_and_nobody_is_asked_for_ever() -> None:
    asked = Asked(0)
    asked.refusals = ["not allowed"]
    for number in range(1, 4):
        asked.come(number)
        asked.look(2)
    assert asked.reported == ["not allowed"]
    assert asked.late.next_poll == math.inf


def test_what_ended_is_forgotten() -> None:
    asked = Asked(0)
    asked.late.on_exit(asked.living[0])
    assert asked.forgotten == [100]
