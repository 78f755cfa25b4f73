"""The life of a run, without any screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.session.gallery import gallery_panes
from mptui.dashboard.session.pane_run import PaneRun, Phase
from mptui.dashboard.session.pane_spec import program_pane
from mptui.errors import EXIT_LIMIT, EXIT_OWN_FAILURE, MptuiError
from mptui.supervisor.request import RunRequest
from tests.dashboard.recorded_runs import ToldRun
from tests.histories import HISTORIES, Story
from tests.process_table import wait_until

if TYPE_CHECKING:
    from pathlib import Path

POOL = gallery_panes("/")[1]


def begun(folder: Path, history: str = "pool") -> tuple[PaneRun, ToldRun]:
    pane = PaneRun(POOL, clock=lambda: 100.0)
    live = ToldRun(pane.begin(), folder / "run.jsonl", HISTORIES[history])
    pane.attach(live)
    return pane, live


def ended(folder: Path, history: str) -> PaneRun:
    pane, live = begun(folder, history)
    live.tell()
    live.end()
    wait_until(lambda: pane.poll() and not pane.is_live, "the end")
    return pane


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ("pool", 0),
        ("crashed", 1),
        ("killed_worker", 130),
        ("just_started", EXIT_OWN_FAILURE),
    ],
)
def test_exit_status_is_the_programs(tmp_path: Path, history: str, status: int) -> None:
    assert ended(tmp_path, history).exit_status == status


def test_exit_status_of_a_run_that_was_stopped_at_its_limit_is_that_of_the_limit() -> None:
    pane = PaneRun(POOL)
    pane.run.apply(Story("train.py").finish(None, signal=15, stopped="limit"))
    assert pane.exit_status == EXIT_LIMIT


def test_exit_status_of_a_pane_that_never_ran_is_zero() -> None:
    assert PaneRun(POOL).exit_status == 0


def test_exit_status_of_a_failed_start_is_that_of_its_error() -> None:
    pane = PaneRun(POOL)
    pane.begin()
    pane.fail(MptuiError("no", 126))
    assert pane.exit_status == 126


def test_time_goes_on_between_two_news_and_stands_still_after_the_end(tmp_path: Path) -> None:
    seconds = [100.0]
    pane = PaneRun(POOL, clock=lambda: seconds[0])
    live = ToldRun(pane.begin(), tmp_path / "run.jsonl", ())
    pane.attach(live)
    assert pane.now == 0.0
    live.tell(*HISTORIES["pool"][:2])
    wait_until(pane.poll, "news")
    begun_at = pane.now
    seconds[0] += 5
    assert pane.now == begun_at + 5
    live.tell(*HISTORIES["pool"][2:])
    live.end()
    wait_until(lambda: pane.poll() and not pane.is_live, "the end")
    assert pane.now == HISTORIES["pool"][-1].t


def test_second_stop_kills_and_a_third_kills_again(tmp_path: Path) -> None:
    pane, live = begun(tmp_path)
    phases = []
    for _ in range(3):
        pane.stop()
        phases.append(pane.phase)
    assert phases == [Phase.STOPPING, Phase.KILLING, Phase.KILLING]
    assert live.calls == ["stop", "kill", "kill"]
    live.end()


def test_two_stops_before_the_start_kill_at_once(tmp_path: Path) -> None:
    pane = PaneRun(POOL)
    request = pane.begin()
    pane.stop()
    pane.stop()
    live = ToldRun(request, tmp_path / "run.jsonl", ())
    pane.attach(live)
    assert live.calls == ["kill"]
    assert pane.phase is Phase.KILLING
    live.end()


def test_shown_command_is_the_one_that_ran_while_values_are_those_of_the_next(
    tmp_path: Path,
) -> None:
    pane, live = begun(tmp_path)
    pane.values = {**pane.values, "workers": "9"}
    assert "--workers 5" in pane.shown_command
    live.end()
    wait_until(lambda: pane.poll() and not pane.is_live, "the end")
    assert pane.begin().command[2:4] == ("--workers", "9")
    assert "--workers 9" in pane.shown_command


def test_source_of_a_program_is_the_script_it_runs(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("pass\n")

    def source_of(*command: str) -> Path | None:
        request = RunRequest(command=command, cwd=str(tmp_path), name="x")
        return program_pane(request, autostart=False).source

    assert source_of("python", "train.py", "other.py") == script
    assert source_of(str(script)) == script
    assert source_of("python", "-m", "train") is None
    assert source_of("make", "gone.py") is None


def test_what_the_command_line_asked_for_reaches_the_supervisor(tmp_path: Path) -> None:
    given = RunRequest(
        command=("python", "x.py"),
        cwd=str(tmp_path),
        name="x.py",
        environment={"LEVEL": "3"},
        stdin_path="/tmp/in",
        has_terminals=True,
        terminal_size=(200, 50),
    )
    pane = PaneRun(program_pane(given, autostart=False))
    assert pane.begin() == given
    assert pane.why_no_input == "x.py reads its input from /tmp/in"
