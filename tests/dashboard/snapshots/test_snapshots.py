"""How the dashboard looks, at the sizes and in the states that matter."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

import pytest

from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.gallery import gallery_panes
from mptui.dashboard.widgets.source_view import SourceCode
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.errors import MptuiError
from mptui.events import Output, ProcessExited
from mptui.model.findings import Finding, Findings
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.stage import Stage, own_program
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from mptui.dashboard.session.pane_spec import PaneSpec
    from tests.dashboard.recorded_runs import ToldRun

    Act = Callable[[Stage], Awaitable[None]]

BEFORE_THE_END = tuple(
    takewhile(lambda event: not isinstance(event, ProcessExited), HISTORIES["gallery_finished"])
)
IN_THE_MIDDLE = HISTORIES["pool_tasks"][:120]
FINDINGS = (
    Finding(
        kind="deadlock",
        severity="error",
        headline="Process-1 and Process-2 wait for each other",
        evidence="Process-1 holds lock_a and waits for lock_b; Process-2 holds lock_b and waits "
        "for lock_a.",
        advice="None of them will ever go on. Let everybody take the locks in the same order.",
        processes=(1, 2),
        since=0.5,
    ),
    Finding(
        kind="queue-grows",
        severity="warning",
        headline="line_queue only grows",
        evidence="6000 were put and 600 got; 5400 wait.",
        advice="Let more processes get from it, or give it a maxsize.",
        processes=(),
        since=1.2,
    ),
    Finding(
        kind="small-chunks",
        severity="note",
        headline="The tasks are so short that handing them out costs more than they do",
        evidence="A task takes 40 us on average.",
        advice="Call map with chunksize=500.",
        processes=(2,),
        since=3.0,
    ),
)
SIZES = SMALL, ORDINARY, LARGE, WIDE = (80, 24), (120, 40), (160, 50), (200, 50)


def name(size: tuple[int, int]) -> str:
    return "{}x{}".format(*size)


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self,
        app: Dashboard,
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[int]], Awaitable[None]],
    ) -> bool:
        """Whether the app looks as it did."""


class Look:
    """Compares the dashboard, after something was done with it, with how it looked before."""

    def __init__(self, compare: SnapCompare, folder: Path) -> None:
        self._compare = compare
        self._folder = folder
        self.tellers: list[Teller] = []

    def __call__(
        self, size: tuple[int, int], act: Act, *own: PaneSpec, history: str = "gallery_finished"
    ) -> bool:
        panes = (*gallery_panes("/"), *own)
        teller = Teller(self._folder, HISTORIES[history])
        self.tellers.append(teller)
        front = len(panes) - 1 if own else 2
        app = Dashboard(panes, front=front, start_run=teller, clock=lambda: 0.0)
        for pane in app.pane_runs:
            # Which one is the default depends on the version of Python.
            if "start-method" in pane.values:
                pane.values["start-method"] = "fork"

        async def run_before(pilot: Pilot[int]) -> None:
            there = Stage(app, pilot, teller)
            if not own:
                await there.until(lambda: any(view._source.lines for view in app.query(SourceCode)))
            await act(there)
            await pilot.pause()

        return self._compare(app, terminal_size=size, run_before=run_before)


@pytest.fixture
def look(snap_compare: SnapCompare, tmp_path: Path) -> Iterator[Look]:
    look = Look(snap_compare, tmp_path)
    yield look
    for teller in look.tellers:
        teller.end()


async def nothing(there: Stage) -> None:
    await there.sees("Enter runs it")


async def begin(there: Stage) -> ToldRun:
    run = await there.run()
    run.tell()
    # They come there a moment after the run, and a key before that is for what had them.
    await there.until(
        lambda: isinstance(there.app.focused, WorkerTable), "the workers have the keys"
    )
    return run


async def running(there: Stage) -> None:
    (await there.run()).tell(*BEFORE_THE_END)
    await there.sees("5/5 processes", "Processing task ;  9")


async def finished(there: Stage) -> None:
    (await begin(there)).end()
    await there.sees("finished, exit 0", "Processing task ;  9")


@pytest.mark.parametrize("size", [SMALL, ORDINARY, WIDE], ids=name)
def test_gallery_before_the_first_run(look: Look, size: tuple[int, int]) -> None:
    assert look(size, nothing)


@pytest.mark.parametrize("size", [SMALL, ORDINARY, WIDE], ids=name)
def test_running(look: Look, size: tuple[int, int]) -> None:
    assert look(size, running)


@pytest.mark.parametrize("size", [SMALL, ORDINARY], ids=name)
def test_finished(look: Look, size: tuple[int, int]) -> None:
    assert look(size, finished)


def test_help(look: Look) -> None:
    async def ask(there: Stage) -> None:
        await there.press("question_mark")
        await there.sees("everywhere")

    assert look(SMALL, ask)


def test_parameters_with_a_wrong_value(look: Look) -> None:
    async def change(there: Stage) -> None:
        await there.press("p")
        await there.sees("parameters of workers")
        await there.press("0", "enter")
        await there.sees("please")

    assert look(SMALL, change)


def test_question_before_quitting(look: Look) -> None:
    async def leave(there: Stage) -> None:
        run = await there.run()
        run.tell(*HISTORIES["just_started"])
        await there.sees("● running")
        await there.press("q")
        await there.sees("leave train.py running and quit")

    assert look(SMALL, leave, own_program())


def test_program_that_could_not_be_started(look: Look) -> None:
    async def fail(there: Stage) -> None:
        there.teller.error = MptuiError("cannot run train.py: permission denied", 126)
        await there.press("enter")
        await there.sees("permission denied")

    assert look(SMALL, fail, own_program())


def test_chosen_worker(look: Look) -> None:
    async def choose(there: Stage) -> None:
        await finished(there)
        await there.press("down", "down")
        await there.sees("output · Process-1")

    assert look(SMALL, choose)


def test_hostile_output(look: Look) -> None:
    async def show(there: Stage) -> None:
        await begin(there)
        await there.sees("not UTF-8")

    assert look(ORDINARY, show, history="hostile_names")


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=name)
def test_tree_of_processes(look: Look, size: tuple[int, int]) -> None:
    async def grow(there: Stage) -> None:
        await begin(there)
        await there.sees("cc1")
        await there.press("t")
        await there.sees("└─cc1", "workers · tree")

    assert look(size, grow, history="no_probe")


def test_five_names_of_a_hundred(look: Look) -> None:
    async def find(there: Stage) -> None:
        await begin(there)
        await there.sees("71/101 processes")
        await there.press("slash", *"-10")
        await there.sees("/-10 2 of 101")

    assert look(SMALL, find, history="hundred_processes")


@pytest.mark.parametrize("size", [SMALL, ORDINARY], ids=name)
def test_details_of_a_worker(look: Look, size: tuple[int, int]) -> None:
    async def ask(there: Stage) -> None:
        await begin(there)
        await there.sees("PoolWorker-5")
        await there.press("down", "down", "down", "down", "enter")
        await there.sees("killed for memory, SIGKILL")

    assert look(size, ask, history="killed_worker")


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=name)
def test_tasks_of_a_pool(look: Look, size: tuple[int, int]) -> None:
    async def ask(there: Stage) -> None:
        (await there.run()).tell(*IN_THE_MIDDLE)
        await there.sees("5/5 processes", " of 60")
        await there.press("a")
        await there.sees("FUNCTION", "FAILED")

    assert look(size, ask)


def test_tasks_and_time_of_one_worker(look: Look) -> None:
    async def ask(there: Stage) -> None:
        (await there.run()).tell(*IN_THE_MIDDLE)
        await there.sees("5/5 processes")
        await there.press("down", "down", "a")
        await there.sees("all its tasks", "TIME OF")

    assert look(ORDINARY, ask)


@pytest.mark.parametrize("size", [SMALL, ORDINARY], ids=name)
def test_findings(look: Look, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(Findings, "find", lambda *_: FINDINGS)

    async def ask(there: Stage) -> None:
        await begin(there)
        # Not "lock" alone: that stands on a tab.
        await there.sees("✗ 3 findings: w", "lock", "Process-2")
        await there.press("down", "down", "w")
        await there.sees("wait for each other", "maxsize")

    assert look(size, ask, history="deadlock")


def test_findings_without_colour(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(Findings, "find", lambda *_: FINDINGS)

    async def ask(there: Stage) -> None:
        await begin(there)
        await there.press("w")
        await there.sees("wait for each other")

    assert look(SMALL, ask, history="deadlock")


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=name)
def test_tree_with_threads(look: Look, size: tuple[int, int]) -> None:
    async def grow(there: Stage) -> None:
        await begin(there)
        await there.sees("executor 15 of 30")
        await there.press("t")
        await there.sees("0_2", "workers · tree")

    assert look(size, grow, history="threads")


def test_details_of_a_worker_that_waits(look: Look) -> None:
    async def ask(there: Stage) -> None:
        await begin(there)
        await there.sees("waits lock")
        await there.press("down", "down", "enter")
        await there.sees("held by", "lock_a")

    assert look(ORDINARY, ask, history="deadlock")


def test_found_text(look: Look) -> None:
    async def find(there: Stage) -> None:
        await finished(there)
        await there.press("tab", "slash", *"task ;  ", "enter", "N")
        await there.sees("9 of 10")

    assert look(ORDINARY, find)


def test_line_for_a_program(look: Look) -> None:
    async def type_name(there: Stage) -> None:
        run = await there.run()
        run.tell(*HISTORIES["just_started"])
        run.tell(Output(t=0.1, process=0, stream="stdout", text="What is your name? "))
        await there.sees("your name?")
        await there.press("i", *"Ada")
        await there.sees("^D ends")

    assert look(SMALL, type_name, own_program())


def test_without_colour(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def find(there: Stage) -> None:
        await finished(there)
        await there.press("down", "down", "tab", "slash", *"task", "enter")
        await there.sees("3 of 3")

    assert look(ORDINARY, find)
