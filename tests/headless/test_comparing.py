"""`mptui compare`: what it says differs, and that it does not say so where nothing does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mptui import events as ev
from mptui.export.comparison import compare, differs_by_steps
from mptui.headless.comparing import lines
from tests.commanding import mptui
from tests.histories import HISTORIES, Story, recycled_pool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def recorded(events: Iterable[ev.Event], path: Path) -> str:
    path.write_bytes(b"".join(ev.encode(event) for event in events))
    return str(path)


def shop(seconds: float, count: int = 20, *, worker: str = "ForkPoolWorker-1") -> list[ev.Event]:
    story = Story("shop.py")
    process = story.process(worker)
    for number in range(count):
        story.task_started(process, "shop.pack", str(number))
        story.after(seconds)
        story.task_finished(process)
    story.exit(process)
    return story.finish()


def compared(before: list[ev.Event], after: list[ev.Event], folder: Path) -> dict[str, Any]:
    first, second = recorded(before, folder / "a.jsonl"), recorded(after, folder / "b.jsonl")
    completed = mptui("compare", "--json", first, second)
    assert (completed.returncode, completed.stderr) == (0, b"")
    assert completed.stdout.isascii()
    comparison: dict[str, Any] = json.loads(completed.stdout)
    return comparison


def said(before: list[ev.Event], after: list[ev.Event], folder: Path) -> list[str]:
    first, second = recorded(before, folder / "a.jsonl"), recorded(after, folder / "b.jsonl")
    return list(lines(compare(first, second)))


def row(said: list[str], name: str) -> str:
    (found,) = (line for line in said if line.startswith(f"{name} "))
    return " ".join(found.split())


def test_each_function_is_told_with_how_long_it_takes(tmp_path: Path) -> None:
    told = said(shop(0.1), shop(0.2, count=30), tmp_path)
    assert "function shop.pack" in told
    assert row(told, "mean") == "mean 100ms 200ms +100%"
    assert row(told, "in all") == "in all 2.00s 6.00s +200%"
    assert row(told, "p50, about").endswith("+100%")
    tasks = [" ".join(line.split()) for line in told if line.startswith("tasks ")]
    assert tasks == ["tasks 20 30 +50%"] * 2


def test_a_run_is_the_same_as_itself(tmp_path: Path) -> None:
    told = said(HISTORIES["pool_tasks"], HISTORIES["pool_tasks"], tmp_path)
    assert not [line for line in told if "%" in line.replace("%)", "")]
    comparison = compared(HISTORIES["pool_tasks"], HISTORIES["pool_tasks"], tmp_path)
    assert comparison["a"] == comparison["b"]
    assert comparison["findings"]["came"] == comparison["findings"]["went"] == []


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [(0.1, 0.1, False), (0.1, 0.118, False), (0.1, 0.12, False), (0.1, 0.142, True), (0, 1, True)],
)
def test_a_percentile_differs_only_by_more_than_it_is_exact_to(
    before: float, after: float, differs: bool
) -> None:
    assert differs_by_steps(before, after) is differs
    assert differs_by_steps(after, before) is differs


def test_findings_that_came_or_went_are_told(tmp_path: Path) -> None:
    came = compared(HISTORIES["pool"], HISTORIES["deadlock"], tmp_path)["findings"]
    assert [one["kind"] for one in came["came"]] == ["deadlock"]
    went = compared(HISTORIES["deadlock"], HISTORIES["pool"], tmp_path)["findings"]
    assert [one["kind"] for one in went["went"]] == ["deadlock"]
    told = said(HISTORIES["pool"], HISTORIES["deadlock"], tmp_path)
    assert told[told.index("findings that came") + 1].startswith("  error: ")


def test_where_the_time_went_adds_up_to_the_lives_of_all_workers(tmp_path: Path) -> None:
    times = compared(shop(0.1), recycled_pool(), tmp_path)
    assert sum(times["a"]["worker_time"].values()) == pytest.approx(2.0, abs=0.01)
    end = recycled_pool()[-1].t
    lives: dict[int, float] = {}
    for event in recycled_pool():
        if isinstance(event, ev.ProcessStarted) and event.role == "worker":
            lives[event.process] = end - event.t
        elif isinstance(event, ev.ProcessExited) and event.process in lives:
            lives[event.process] -= end - event.t
    assert sum(times["b"]["worker_time"].values()) == pytest.approx(sum(lives.values()))


def test_what_a_program_chose_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    told = said(shop(0.1), HISTORIES["hostile_names"], tmp_path)
    assert not [line for line in told if "\x1b" in line or "\x9b" in line or "\u202e" in line]


def test_what_cannot_be_read_is_one_line_and_exit_status_2(tmp_path: Path) -> None:
    source = recorded(shop(0.1), tmp_path / "a.jsonl")
    completed = mptui("compare", source, "/nope")
    assert completed.returncode == 2
    assert completed.stderr.startswith(b"mptui: cannot read /nope: no such file")
    assert completed.stdout == b""
