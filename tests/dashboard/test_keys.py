"""Every key of the dashboard, pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.command import CommandPalette
from textual.events import Key
from textual.widgets import Input

from mptui.dashboard.presentation.processes.selection import Selection
from mptui.dashboard.presentation.words.glossary import GLOSSARY
from mptui.dashboard.screens.confirm import Confirm
from mptui.dashboard.screens.details import Details
from mptui.dashboard.screens.help import Help
from mptui.dashboard.screens.key_table import key_sections
from mptui.dashboard.screens.parameters import ParametersForm
from mptui.dashboard.session.gallery import SCENARIOS
from mptui.dashboard.session.pane_run import Phase
from mptui.dashboard.widgets.choice_row import ChoiceRow
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.side_by_side.output_columns import OutputColumns
from mptui.dashboard.widgets.source_view import SourceCode, SourceView
from mptui.dashboard.widgets.tasks_view import TasksView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.events import Output, ProcessExited, encode
from mptui.recording.runs_folder import runs_folder
from tests.dashboard.stage import own_program, stage
from tests.dashboard.widgets.runs import ended_workers
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.stage import Stage

BEGIN = HISTORIES["gallery_finished"][:2]


def front_title(there: Stage) -> str:
    return there.app.pane_runs[there.app.stack.front].spec.title


def visible(there: Stage, kind: type[OutputView | WorkerTable | SourceView]) -> bool:
    return any(
        widget.display and widget.size and all(node.display for node in widget.ancestors_with_self)
        for widget in there.app.query(kind)
    )


async def test_number_key_brings_its_pane_to_the_front(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        for index in (5, 1, 4, 2, 3, 0):
            await there.press(str(index + 1))
            await there.sees(SCENARIOS[index].file)
            assert front_title(there) == SCENARIOS[index].title


async def test_number_key_without_a_pane_changes_nothing(tmp_path: Path) -> None:
    own = [own_program("one.py"), own_program("two.py")]
    async with stage(tmp_path, *own, has_gallery=False) as there:
        await there.press("1", "9")
        assert front_title(there) == "one.py"


async def test_zero_brings_the_tenth_pane_to_the_front(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("0")
        assert there.app.stack.front == 9


async def test_comma_and_full_stop_go_to_the_pane_beside_and_round_the_ends(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        last = len(there.app.pane_runs) - 1
        await there.press("full_stop")
        assert there.app.stack.front == 1
        await there.press("comma", "comma")
        assert there.app.stack.front == last
        await there.press("full_stop")
        assert there.app.stack.front == 0


async def test_click_on_a_tab_brings_its_pane_to_the_front(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.click("TabBar", there.rows[0].index("workers"))
        await there.sees("workers.py")
        assert front_title(there) == "workers"


@pytest.mark.parametrize("key", ["enter", "r"])
async def test_enter_and_r_run_what_the_pane_holds(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path) as there:
        await there.press("3", key)
        await there.until(lambda: there.teller.runs, "a run")
        assert there.teller.runs[0].request.scenario == "workers"
        assert there.teller.runs[0].request.on_disconnect == "stop"
        there.teller.runs[0].tell()
        await there.sees("Processing task ;  9")


async def test_enter_during_a_run_says_so_and_starts_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press("enter", "r")
        await there.until(lambda: there.notices, "a notice")
        assert there.notices == ["processes is running already: x stops it"]
        assert len(there.teller.runs) == 1


async def test_x_stops_a_scenario_at_once_and_kills_it_the_second_time(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("x")
        assert run.calls == ["stop"]
        await there.sees("stopping")
        await there.press("x")
        assert run.calls == ["stop", "kill"]
        await there.sees("killing")


async def test_x_before_the_program_is_started_stops_it_once_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        there.teller.is_held.clear()
        await there.press("enter")
        await there.sees("starting")
        await there.press("x")
        there.teller.is_held.set()
        await there.until(lambda: there.teller.runs and there.teller.runs[0].calls, "a stop")
        assert there.teller.runs[0].calls == ["stop"]


@pytest.mark.parametrize(("answer", "calls"), [("escape", []), ("enter", []), ("y", ["stop"])])
async def test_x_asks_before_it_stops_a_program_of_the_users(
    tmp_path: Path, answer: str, calls: list[str]
) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press("x")
        await there.until(lambda: isinstance(there.app.screen, Confirm), "the question")
        assert run.calls == []
        await there.press(answer)
        assert run.calls == calls
        assert not isinstance(there.app.screen, Confirm)


async def test_x_without_a_run_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("x")
        assert there.notices == ["nothing is running here"]


async def test_p_runs_with_the_values_of_the_form(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("2", "p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        await there.press("3", "tab", "7", "tab", "0", "tab", "right", "enter")
        await there.until(lambda: there.teller.runs, "a run")
        command = there.teller.runs[0].request.command
        assert command[2:8] == ("--workers", "3", "--tasks", "7", "--work", "0")
        assert command[8:] == ("--start-method", "spawn")


async def test_p_begins_with_the_values_of_the_last_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("2", "p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        await there.press("3", "enter")
        await there.until(lambda: there.teller.runs, "a run")
        there.teller.runs[0].tell()
        there.teller.runs[0].end()
        await there.sees("finished")
        await there.press("p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        assert there.app.screen.query_one("#workers", Input).value == "3"


async def test_escape_leaves_the_form_and_runs_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("2", "p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        await there.press("3", "escape")
        assert not isinstance(there.app.screen, ParametersForm)
        assert there.teller.runs == []
        assert there.app.pane_runs[1].values["workers"] == "5"


@pytest.mark.parametrize("wrong", ["0", "501", "1.5", "٣x"])
async def test_a_wrong_value_is_named_and_nothing_runs(tmp_path: Path, wrong: str) -> None:
    async with stage(tmp_path) as there:
        await there.press("2", "p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        there.app.screen.query_one("#workers", Input).value = wrong
        await there.press("tab", "enter")
        await there.sees("workers: a whole number from 1 to 500, please")
        assert there.app.focused is there.app.screen.query_one("#workers")
        assert there.teller.runs == []


async def test_arrows_move_through_the_form(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("2", "p")
        await there.until(lambda: isinstance(there.app.screen, ParametersForm), "the form")
        await there.press("down", "down", "down")
        assert isinstance(there.app.focused, ChoiceRow)
        await there.press("left", "up")
        assert there.app.focused is there.app.screen.query_one("#work")
        assert there.app.screen.query_one(ChoiceRow).value == "forkserver"


async def test_p_on_a_program_of_the_users_says_that_there_is_nothing_to_change(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program()) as there:
        await there.press("p")
        assert there.notices == ["train.py has no parameters to change here"]


async def test_p_during_a_run_says_that_it_is_too_late(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.run()
        await there.press("p")
        assert there.notices == ["processes is running: parameters are changed before a run"]


async def test_o_shows_the_output_merged_then_of_the_chosen_process_then_in_columns(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("output · merged", "Processing task ;  9")
        await there.press("o")
        await there.sees("output · no process chosen")
        await there.press("o")
        await there.sees("output · side by side", "Process-4 exit 0", "Processing task ;  9")
        await there.until(lambda: isinstance(there.app.focused, OutputColumns), "keys for them")
        await there.press("o")
        await there.sees("output · merged")


async def test_f_holds_the_output_and_follows_it_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("output · merged ─")
        await there.press("f")
        await there.sees("output · merged · held, f follows")
        assert not there.app.query_one(OutputView).is_following
        await there.press("f")
        await there.sees("output · merged ─")
        assert there.app.query_one(OutputView).is_following


async def test_s_puts_the_source_in_place_of_the_run_where_lines_are_few(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        assert not visible(there, SourceView)
        await there.press("s")
        await there.sees("processes.py", "explanation")
        assert not visible(there, OutputView)
        await there.until(lambda: isinstance(there.app.focused, SourceCode), "keys for the source")
        await there.press("s")
        await there.sees("Processing task ;  9")
        assert not visible(there, SourceView)


async def test_s_takes_the_source_away_where_there_is_room_for_both(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9", "explanation", "processes.py")
        await there.press("s")
        await there.until(lambda: not visible(there, SourceView), "source hidden")
        assert visible(there, OutputView)
        await there.press("s")
        await there.until(lambda: visible(there, SourceView), "source shown")


async def test_tab_and_shift_tab_go_through_the_parts_of_the_pane(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        (await there.run()).tell()
        await there.until(lambda: isinstance(there.app.focused, WorkerTable), "focus")
        await there.press("tab")
        assert isinstance(there.app.focused, OutputView)
        await there.press("tab", "tab")
        assert isinstance(there.app.focused, SourceCode)
        await there.press("shift+tab", "shift+tab")
        assert isinstance(there.app.focused, OutputView)


async def test_choosing_a_worker_shows_its_output_alone_and_all_shows_all(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("down", "down")
        await there.sees("output · Process-1")
        shown = [row for row in there.rows if "Processing" in row]
        assert [row.split()[-1] for row in shown] == ["0", "4", "8"]
        await there.press("escape")
        await there.sees("output · merged", "Processing task ;  9")


async def test_chosen_main_process_is_named_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("down")
        await there.sees("output · workers.py")


@pytest.mark.parametrize("key", ["slash", "f3", "backslash", "f4"])
async def test_slash_among_the_workers_filters_them_by_name_while_it_is_typed(
    tmp_path: Path, key: str
) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Process-4")
        await there.press(key, *"-3")
        await there.sees("workers · /-3 1 of 5")
        table = there.app.query_one(WorkerTable)
        assert len(table._places) == 2
        await there.press("enter")
        await there.until(lambda: there.app.focused is table, "keys for the workers")
        await there.sees("workers · /-3 1 of 5")
        await there.press("escape")
        await there.sees("workers ─")
        assert len(table._places) == 6
        assert there.app.pane_runs[0].phase is Phase.RUNNING


async def test_escape_in_the_filter_shows_all_names_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Process-4")
        await there.press("slash", *"q", "escape")
        await there.until(lambda: there.app.focused is there.app.query_one(WorkerTable), "keys")
        await there.sees("workers ─", "Process-4")
        assert not there.app._exit


@pytest.mark.parametrize("key", ["backslash", "f4"])
async def test_filter_is_for_the_workers_wherever_the_keys_go(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path) as there:
        await there.press(key)
        assert there.notices == ["nothing ran here yet"]
        (await there.run()).tell()
        await there.sees("Process-4")
        await there.press("tab", key, *"-3", "enter")
        await there.sees("workers · /-3 1 of 5")
        assert isinstance(there.app.focused, OutputView)


async def test_f3_in_the_output_searches(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("tab", "f3", *"task", "enter")
        await there.sees("/task 10 of 10")


async def test_slash_in_the_output_searches_and_n_steps(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("tab", "slash", *"task", "enter")
        await there.sees("output · merged · /task 10 of 10 · held")
        await there.press("n")
        await there.sees("/task 1 of 10")
        await there.press("N", "N")
        await there.sees("/task 9 of 10")
        await there.press("slash", *"nowhere", "enter")
        await there.sees("/nowhere not found")
        await there.press("escape")
        await there.until(lambda: "/nowhere" not in there.text, "no search")


async def test_escape_leaves_the_line_and_the_search_as_it_was(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.press("tab", "slash", *"task", "enter")
        await there.sees("/task 10 of 10")
        await there.press("slash", *"x", "escape")
        await there.until(lambda: there.app.focused is there.app.query_one(OutputView), "keys")
        await there.sees("/task 10 of 10")


async def test_slash_before_any_run_says_that_there_is_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("slash")
        assert there.notices == ["nothing ran here yet"]


async def test_t_shows_who_made_whom_and_then_the_list_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Process-4")
        await there.press("t")
        await there.sees("workers · tree", "├─Process-1", "└─Process-4")
        await there.press("f5")
        await there.until(lambda: "├─" not in there.text, "the list")


async def test_enter_on_a_chosen_worker_shows_its_details_and_r_runs_all_the_same(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished, exit 0")
        await there.press("down", "down", "enter")
        await there.until(lambda: isinstance(there.app.screen, Details), "the details")
        await there.sees("Process-1", "fork", "__main__.process_tasks", "workers.py (pid 4200)")
        await there.press("escape")
        assert len(there.teller.runs) == 1
        await there.press("r")
        await there.until(lambda: len(there.teller.runs) == 2, "a run")


async def test_keys_that_come_faster_than_their_effect_lose_no_step(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished, exit 0")
        await there.until(lambda: isinstance(there.app.focused, WorkerTable), "focus")
        for key in ("down", "down", "down", "up", "down", "enter"):
            there.app.post_message(Key(key, None))
        await there.until(lambda: isinstance(there.app.screen, Details), "the details")
        assert there.app.stack.pane.selected == Selection(2)
        await there.sees("Process-2", "workers.py (pid 4200)")
        assert len(there.teller.runs) == 1


async def test_enter_with_no_process_chosen_runs_once_more(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished, exit 0")
        await there.until(lambda: isinstance(there.app.focused, WorkerTable), "focus")
        await there.press("down", "escape", "enter")
        await there.until(lambda: len(there.teller.runs) == 2, "a run")


async def test_details_are_as_live_as_the_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("workers.py")
        await there.press("down", "enter")
        await there.sees("0 lines, 0B", "state")
        run.tell(Output(t=0.2, process=0, stream="stdout", text="four\n"))
        await there.sees("1 line, 5B")
        run.tell(ProcessExited(t=0.3, process=0, exitcode=None, signal=9))
        await there.sees("SIGKILL")


async def test_enter_on_a_group_reads_its_processes_back_from_the_recording(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*BEGIN[:1], *ended_workers(700))
        await there.sees("all 701")
        await there.press("end", "enter")
        await there.sees("500 processes", "500 lines", "the last 200 of them, read back")
        await there.sees("ForkPoolWorker-500", "4700", "exit 0")
        run.tell(*list(ended_workers(701))[-4:])
        await there.sees("501 processes")
        await there.press("escape")
        await there.until(lambda: not isinstance(there.app.screen, Details), "the dashboard")
        assert len(there.teller.runs) == 1


async def test_details_of_a_group_say_why_its_processes_are_not_there(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*BEGIN[:1], *ended_workers(300))
        await there.sees("all 301")
        run.recording.unlink()
        await there.press("end", "enter")
        await there.sees("100 processes", "cannot read the recording", "No such file")


async def test_chosen_process_that_is_forgotten_leaves_the_choice_to_its_group(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*BEGIN[:1], *ended_workers(100))
        await there.sees("all 101")
        await there.press("down", "down")
        await there.sees("output · ForkPoolWorker-1")
        run.tell(*list(ended_workers(400, first=101))[1:])
        await there.sees("501 processes", "output · merged", "▸… 300 x")
        assert there.app.stack.pane.selected == Selection(group="ForkPoolWorker")


async def test_i_sends_lines_and_the_end_of_input_to_a_program_of_the_users(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        assert run.request.has_input_pipe
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("i", *"q x", "enter")
        await there.until(lambda: run.calls, "a line")
        await there.sees("sent q x")
        await there.press("enter", "ctrl+d")
        await there.until(lambda: len(run.calls) > 2, "the end")
        assert run.calls == ["input 'q x\\n'", "input '\\n'", "end-input"]
        await there.until(lambda: there.app.focused is there.app.query_one(WorkerTable), "keys")
        await there.press("i")
        assert there.notices == ["the end of its input was sent"]


async def test_escape_leaves_the_input_line_without_sending(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("i", *"x", "escape", "down")
        assert run.calls == []
        assert there.app.query_one(WorkerTable).selected == Selection(0)


async def test_input_line_goes_when_the_program_ends(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("i")
        await there.sees("^D ends")
        run.tell()
        run.end()
        await there.until(lambda: "^D ends" not in there.text, "no input line")


async def test_single_keys_go_to_a_program_on_a_terminal_until_they_are_given_back(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program(has_terminals=True)) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("ctrl+t")
        await there.sees("every key goes to the terminal of train.py", "^] ends that")
        await there.press("q", "x", "up", "escape", "ctrl+c", "enter", "tab", "1")
        await there.until(lambda: len(run.calls) == 8, "eight keys")
        sent = ["q", "x", "\x1b[A", "\x1b", "\x03", "\r", "\t", "1"]
        assert run.calls == [f"input {text!r}" for text in sent]
        await there.press("ctrl+right_square_bracket")
        await there.until(lambda: "every key goes" not in there.text, "the end of that")
        await there.until(lambda: there.app.focused is there.app.query_one(WorkerTable), "keys")
        await there.press("ctrl+t")
        await there.sees("every key goes")
        run.tell()
        run.end()
        await there.until(lambda: "every key goes" not in there.text, "the end of the run")


async def test_single_keys_need_a_terminal_and_who_reads_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        await there.press("ctrl+t")
        assert there.notices == ["nothing is running here that could read"]
        run = await there.run()
        run.tell(*HISTORIES["gallery_finished"][:6])
        await there.sees("● running")
        await there.press("ctrl+t")
        assert there.notices == [
            "train.py reads lines, not keys: mptui run --tty gives it a terminal"
        ]
        await there.sees("Process-1")
        await there.press("i")
        await there.sees("input for train.py  ")
        await there.press("escape", "down", "down")
        await there.until(lambda: there.app.stack.pane.selected == Selection(1), "a choice")
        await there.press("i")
        await there.sees("^D ends")
        await there.sees("input for train.py, Process-1 reads /dev/null")


async def test_i_says_who_does_not_read(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        await there.press("i")
        assert there.notices == ["nothing is running here that could read"]
        await there.press("1")
        run = await there.run()
        assert not run.request.has_input_pipe
        await there.press("i")
        assert there.notices == ["processes does not read any input"]


async def test_help_names_every_key_of_the_table(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(80, 40)) as there:
        for key in ("f1", "h", "question_mark"):
            await there.press("escape", key)
            await there.until(lambda: isinstance(there.app.screen, Help), "the help")
        await there.sees("everywhere", "workers", "output, source")
        text = await there.read_to_the_end()
        for section in key_sections():
            for keys, meaning in section.rows:
                assert f"{keys} " in text
                assert meaning in text
        assert "1 … 0" in text
        for word, _ in GLOSSARY:
            assert f"│ {word} " in text


async def test_help_scrolls_where_it_is_longer_than_the_screen(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("question_mark")
        await there.sees("↓ more · Esc closes")
        assert "dashboard" not in there.text
        await there.press("end")
        await there.sees("dashboard     all the panes", "underlined: news")


async def test_help_goes_by_the_keys_that_brought_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        for key in ("escape", "q", "question_mark", "f1", "h", "f10", "enter"):
            await there.press("question_mark")
            await there.until(lambda: isinstance(there.app.screen, Help), "the help")
            await there.press(key)
            assert not isinstance(there.app.screen, Help)
        assert there.teller.runs == []


@pytest.mark.parametrize("key", ["q", "f10", "ctrl+c", "ctrl+q"])
async def test_quit_keys_leave_at_once_where_nothing_runs(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path) as there:
        await there.press(key)
        assert there.app._exit


async def test_quit_keys_ask_where_something_runs(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        for key in ("q", "f10", "ctrl+c", "ctrl+q"):
            await there.press(key)
            await there.sees("processes is still running.")
            assert "leave" not in there.text
            await there.press("escape")
            await there.until(lambda: "still running" not in there.text, "the question gone")
            assert not there.app._exit
        assert run.calls == []


async def test_quit_and_stop_waits_for_the_end_and_kills_the_second_time(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press("q")
        await there.until(lambda: isinstance(there.app.screen, Confirm), "the question")
        await there.press("s")
        await there.until(lambda: run.calls == ["stop"], "stop")
        assert not there.app._exit
        await there.press("q")
        assert run.calls == ["stop", "kill"]
        run.end()
        await there.until(lambda: there.app._exit, "the end")


async def test_quit_can_leave_a_program_of_the_users_running(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press("q")
        await there.sees("train.py is still running.", "leave train.py running and quit")
        await there.press("l")
        await there.until(lambda: there.app._exit, "the end")
        assert run.calls == ["detach"]
        assert there.app.pane_runs[-1].phase is Phase.DETACHED


async def test_leaving_a_program_stops_the_scenarios_first(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        own = await there.run()
        await there.press("1")
        scenario = await there.run()
        await there.press("q")
        await there.sees("leave train.py running, stop the scenarios, quit")
        await there.press("l")
        await there.until(lambda: scenario.calls == ["stop"], "stop")
        assert own.calls == ["detach"]
        assert not there.app._exit
        scenario.end()
        await there.until(lambda: there.app._exit, "the end")


async def test_leaving_is_not_offered_for_a_program_that_would_be_stopped(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(on_disconnect="stop")) as there:
        await there.run()
        await there.press("q")
        await there.sees("train.py is still running.")
        assert "leave" not in there.text


async def test_palette_finds_panes_and_actions_by_name(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("ctrl+p")
        await there.until(lambda: isinstance(there.app.screen, CommandPalette), "the palette")
        await there.press(*"speedup")
        await there.sees("the same work by one process")
        await there.press("enter")
        await there.until(lambda: front_title(there) == "speedup", "speedup in front")
        await there.press("ctrl+p", *"help")
        await there.sees("help (?)")
        await there.press("enter")
        await there.until(lambda: isinstance(there.app.screen, Help), "the help")


async def test_k_never_stops_anything(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("k", "K", "ctrl+k")
        assert run.calls == []
        assert not isinstance(there.app.screen, Confirm)


async def test_click_in_the_key_bar_does_what_the_key_does(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.click("KeyBar", there.rows[-1].index("? help"))
        await there.until(lambda: isinstance(there.app.screen, Help), "the help")


async def test_key_bar_names_the_most_used_keys_in_80_columns(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.sees("Enter run", "x stop", "w why", "o output", "/ find", "z zoom")
        await there.sees("? help", "q quit")
        await there.resize(60, 24)
        await there.sees("o output", "z zoom", "? help", "q quit")
        await there.resize(200, 50)
        await there.sees("p parameters", "t tree", "^P palette", "q quit")


async def test_ctrl_l_draws_the_screen_anew(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("ctrl+l")
        await there.sees("Enter run")


async def test_c_shows_where_every_process_is_and_reads_it_again(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program("counter.py"), history="lock_wait") as there:
        await there.press("c")
        assert there.notices == ["nothing ran here yet"]
        run = await there.run()
        run.tell()
        await there.press("c")
        await there.sees("stacks", "2 processes in add, counter.py:14: Process-2, Process-3")
        await there.sees("synchronize.py:95 in __enter__")
        assert run.calls == ["stacks"]
        await there.press("r")
        assert run.calls == ["stacks", "stacks"]
        await there.press("n")
        assert run.calls[2:] == ["native-stacks"]
        await there.press("escape")
        await there.until(lambda: not isinstance(there.app.screen, Details), "closed")


async def test_the_details_of_a_worker_have_its_stack_read(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program("counter.py"), history="lock_wait") as there:
        run = await there.run()
        run.tell()
        await there.sees("Process-3")
        await there.press("end", "enter")
        await there.until(lambda: isinstance(there.app.screen, Details), "details")
        await there.until(lambda: run.calls, "a request")
        assert run.calls == ["stacks 3"]
        await there.press("r")
        assert run.calls == ["stacks 3", "stacks 3"]
        await there.press("n")
        assert run.calls[2:] == ["native-stacks 3"]


async def test_u_shows_what_one_terminal_would_have_shown_beside_the_whole_lines(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        await there.press("u")
        assert there.notices == ["nothing ran here yet"]
        run = await there.run()
        run.tell(*HISTORIES["just_started"])
        run.tell(
            Output(t=0.1, process=0, stream="stdout", text="torn "),
            Output(t=0.1, process=0, stream="stderr", text="\x1b[31mpiece\n"),
            Output(t=0.1, process=0, stream="stdout", text="line\n"),
        )
        await there.sees("torn line")
        await there.press("u")
        await there.sees("one terminal would have shown", "torn ^[[31mpiece", "All writes")
        assert sum("torn line" in row for row in there.rows) >= 1
        await there.press("u")
        await there.until(lambda: "would have shown" not in there.text, "the end of it")


@pytest.mark.parametrize("view", ["l", "a", "w"])
async def test_arrows_choose_workers_also_while_something_is_read_below(
    tmp_path: Path, view: str
) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press(view)
        await there.until(lambda: not isinstance(there.app.focused, WorkerTable), "keys below")
        await there.press("down", "down")
        assert there.app.stack.pane.selected == Selection(1)
        await there.sees("output · Process-1")
        await there.press("up")
        assert there.app.stack.pane.selected == Selection(0)
        await there.press("escape")
        assert there.app.stack.pane.selected == Selection()


async def test_j_and_k_scroll_what_is_read(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("a")
        await there.until(lambda: isinstance(there.app.focused, TasksView), "keys for the tasks")
        view = there.app.query_one(TasksView)
        await there.press("j", "j", "k")
        assert there.app.stack.pane.selected == Selection()
        assert view._top <= 1


async def test_ctrl_o_lists_the_runs_and_opens_one_in_a_pane_of_its_own(tmp_path: Path) -> None:
    folder = runs_folder()
    folder.mkdir(parents=True)
    recording = folder / "20250314T091500-pool.py.jsonl"
    recording.write_bytes(b"".join(map(encode, HISTORIES["pool_tasks"])))
    async with stage(tmp_path) as there:
        await there.press("ctrl+o")
        await there.sees("NAME", "pool.py", "exit 0")
        await there.press("escape")
        await there.until(lambda: "exit 0" not in there.text, "the list is gone")
        await there.press("ctrl+o")
        await there.sees("pool.py")
        await there.press("enter")
        await there.sees("finished, exit 0", "ForkPoolWorker-1")
        panes = len(there.app.pane_runs)
        await there.press("1", "ctrl+o")
        await there.sees("NAME", "pool.py")
        await there.press("enter")
        await there.sees("ForkPoolWorker-1")
        assert len(there.app.pane_runs) == panes, "it is shown already"


async def test_ctrl_o_says_where_there_are_no_runs(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("ctrl+o")
        await there.sees("there are no runs yet")


async def test_a_key_that_comes_when_the_screens_are_closed_does_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        pass
    await there.app.on_event(Key("q", "q"))


async def test_keys_that_come_in_one_piece_go_where_each_leads(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("tab")
        for key in ("slash", *"xtask", "enter"):
            there.app.post_message(Key(key, key if len(key) == 1 else None))
        await there.sees("xtask")
        assert len(there.teller.runs) == 1
        assert there.teller.runs[0].calls == []
        assert not isinstance(there.app.screen, Confirm)
