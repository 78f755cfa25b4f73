"""A program that nobody started through mptui: what is not seen is said, leaving asks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mptui import events as ev
from mptui.dashboard.presentation.chrome.header import mark, state_text
from mptui.dashboard.presentation.output.window import empty_text
from mptui.dashboard.presentation.processes.details import process_details
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.questions import pause_question, way_back_text
from mptui.dashboard.session.pane_run import PaneRun, Phase
from mptui.dashboard.session.pane_spec import program_pane
from mptui.model import Run
from mptui.supervisor.request import AttachRequest, RunRequest
from tests.dashboard.stage import stage
from tests.histories import Story

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.dashboard.session.pane_spec import PaneSpec


def older_program() -> PaneSpec:
    command = ("python", "train.py")
    target = AttachRequest(pid=4200, start_ticks=1, argv=command, name="train.py", cwd="/")
    request = RunRequest(
        command=command, cwd="/", name="train.py", on_disconnect="stop", attach=target
    )
    return program_pane(request, autostart=False)


def told(*, has_probe: bool = False) -> list[ev.Event]:
    story = Story("train.py", core_count=4)
    story.process("process 4201", instrumented=False)
    begun, main, *others = story.events
    assert isinstance(begun, ev.RunStarted)
    assert isinstance(main, ev.ProcessStarted)
    return [
        replace(begun, attached_after=3600.0),
        replace(main, instrumented=has_probe),
        *others,
    ]


def ended(**how: object) -> PaneRun:
    pane = PaneRun(older_program(), lambda: 0.0)
    pane.phase = Phase.ENDED
    end = ev.RunFinished(t=5.0, exitcode=None, signal=None, seconds=5.0, stopped=None)
    pane.run.apply([*told(), replace(end, **how)])
    return pane


def test_how_watching_ended_and_the_program() -> None:
    went_on = ended(stopped="user", goes_on=True)
    assert state_text(went_on) == "no longer watched, it went on"
    assert went_on.exit_status == 0
    unknown = ended()
    assert state_text(unknown) == "ended, it is not known how"
    assert unknown.exit_status == 0
    assert mark(unknown, (), UNICODE) == mark(went_on, (), UNICODE)
    assert ended(stopped="limit", goes_on=True).exit_status == 124
    assert ended(exitcode=3).exit_status == 3


def test_details_say_what_is_not_seen() -> None:
    details = dict(process_details(ended().run, 0, 5.0, UNICODE))
    assert details["started"] == "1h00m before mptui came"
    details = dict(process_details(ended().run, 1, 5.0, UNICODE))
    assert details["probe inside"] == "no: output and tasks are not seen: not started through mptui"


async def test_it_is_watched_and_left_without_a_question(tmp_path: Path) -> None:
    async with stage(tmp_path, older_program(), has_gallery=False) as there:
        run = await there.run()
        run.tell(*told())
        await there.sees("● watched", "Output and tasks are not seen")
        assert "0 lines" not in there.text
        await there.press("X")
        await there.sees("Halt train.py", "let it run")
        await there.press("escape", "x")
        await there.sees("Stop train.py? It was not started through mptui.", "it goes on")
        await there.press("l")
        await there.until(lambda: run.calls == ["leave"], "that it is left")
        await there.press("q")
        await there.until(lambda: run.calls == ["leave", "detach"], "that it is left alone")


def test_with_the_probe_tasks_are_seen() -> None:
    run = Run()
    run.apply(told(has_probe=True))
    assert empty_text(run, "merged", None) == "Output is not seen: not started through mptui."


def test_what_is_asked_and_said_of_one_that_goes_on(tmp_path: Path) -> None:
    pane = PaneRun(older_program(), lambda: 0.0)
    assert pause_question(pane) is None
    pane.phase, pane.recording = Phase.DETACHED, tmp_path / "20260101-train.py.jsonl"
    assert way_back_text(pane) == (
        "train.py goes on, as before; mptui open 20260101-train.py shows what was seen of it"
    )
    assert pane.why_no_input == "train.py is only watched: it reads no input"
