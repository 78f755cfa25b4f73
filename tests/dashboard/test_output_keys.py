"""The keys that decide what is seen of the output, in the dashboard as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.widgets.output_view import OutputView
from mptui.events import Output
from tests.dashboard.stage import Stage, own_program, stage

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (120, 30)


async def run_in(there: Stage) -> OutputView:
    run = await there.run()
    run.tell()
    await there.sees("Processing task ;  9")
    return next(view for view in there.app.query(OutputView) if view.display and view.size)


async def test_only_some_lines_are_shown_until_the_filter_is_emptied(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        view = await run_in(there)
        await there.press("ampersand", *r"[37]$", "enter")
        await there.sees("output · merged · &[37]$ 2")
        assert "Processing task ;  9" not in there.text
        assert view.has_focus
        await there.press("ampersand")
        await there.sees("only lines with", "[37]$")
        await there.press("ctrl+u", "enter")
        await there.sees("Processing task ;  9")
        assert "&" not in there.text


async def test_of_some_workers_and_of_standard_error(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE, history="killed_worker") as there:
        (await there.run()).tell()
        await there.sees("KeyboardInterrupt")
        await there.press("ampersand", *"!", "enter")
        await there.sees("output · merged · &! 3")
        await there.press("E")
        await there.until(lambda: "&!" not in there.text, "all lines")
        await there.press("ampersand", *"@nobody", "enter")
        await there.sees("No line is as @nobody asks")
        await there.press("escape")
        await there.until(lambda: "nobody" not in there.text, "all lines")


async def test_a_filter_ends_with_its_run(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        await run_in(there)
        await there.press("ampersand", *"3", "enter")
        await there.sees("&3 1")
        there.teller.runs[-1].end()
        await there.until(lambda: not there.app.pane_runs[-1].is_live, "its end")
        await there.press("r")
        await there.until(lambda: len(there.teller.runs) == 2, "another run")
        there.teller.runs[-1].tell()
        await there.sees("Processing task ;  9")


async def test_lines_are_wrapped_and_timed_wherever_the_keys_go(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        view = await run_in(there)
        assert not view.has_focus
        await there.press("W", "T")
        await there.until(lambda: view.is_wrapped, "wrapped lines")
        await there.sees("00:00.")
        await there.press("T", "W")
        await there.until(lambda: not view.is_wrapped, "cut lines")
        await there.until(lambda: "00:00." not in there.text, "times of the day")
        await there.press("T")
        assert view.wishes.time_style == "none"


async def test_a_filter_and_times_hold_in_columns_and_in_the_one_output(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        await run_in(there)
        await there.press("o", "o")
        await there.sees("output · side by side")
        await there.press("ampersand", *"[1-4]$", "enter", "T")
        await there.sees("output · side by side · &[1-4]$", "Process-4", "00:00.")
        assert "Processing task ;  9" not in there.text
        await there.press("H", *"task", "enter")
        await there.until(lambda: there.app.stack.pane.wishes.highlight == "task", "a highlight")
        await there.press("o")
        await there.sees("output · merged · &[1-4]$ 4", "00:00.")
        view = there.app.query_one(OutputView)
        assert view.wishes == there.app.stack.pane.wishes
        view.focus()
        await there.press("escape")
        await there.sees("Processing task ;  9")
        await there.press("o", "o")
        await there.sees("output · side by side", "Processing task ;  9")
        assert "&" not in there.text


async def test_words_are_highlighted_and_a_time_is_gone_to(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        view = await run_in(there)
        view.focus()
        await there.press("H", *"task", "enter")
        await there.until(lambda: view.wishes.highlight, "a highlight")
        await there.press("H")
        await there.sees("words", "task")
        await there.press("escape", "colon", *"soon", "enter")
        await there.until(lambda: there.notices, "a hint")
        assert "1:30" in there.notices[-1]
        await there.press("colon", *"0", "enter")
        await there.until(lambda: not view.is_following, "a view that is held")


async def test_what_is_copied_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        view = await run_in(there)
        view.focus()
        await there.press("v", "up")
        await there.sees("2 lines, y copies")
        await there.press("y")
        await there.until(lambda: there.notices, "a notice")
        assert there.notices[-1] == "2 lines sent to the clipboard"
        assert there.app.clipboard.count("\n") == 1


async def test_before_any_run_there_is_nothing_to_filter(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        await there.press("ampersand", "W", "T")
        assert there.notices == ["nothing ran here yet"]


async def test_the_output_of_each_process_is_saved_from_its_beginning_on(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        await there.press("S")
        assert there.notices == ["nothing ran here yet"]
        await run_in(there)
        pane_run = there.app.pane_runs[-1]
        await there.press("S")
        await there.sees("save in folder")
        await there.press("ctrl+u")
        await there.paste(str(tmp_path / "saved"))
        await there.press("enter")
        await there.until(lambda: pane_run.files, "files")
        assert pane_run.files is not None
        folder = pane_run.files.folder
        assert there.notices[-1].startswith("the output of each process is saved in")
        there.teller.runs[-1].tell(Output(t=9.0, process=1, stream="stderr", text="late"))
        await there.until((folder / "001-Process-1.err").exists, "what came later")
        there.teller.runs[-1].end()
        await there.until(lambda: not pane_run.is_live, "its end")
        pane_run.files.close()
        assert (folder / "001-Process-1.out").read_text().startswith("Processing task ;  ")
        await there.press("S")
        assert str(folder) in there.notices[-1]


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with stage(tmp_path, own_program(), size=SIZE) as there:
        await run_in(there)
        await there.press("S", "ctrl+u")
        await there.paste(str(tmp_path / "file"))
        await there.press("enter")
        await there.until(lambda: there.notices, "a refusal")
        assert "cannot write output files in" in there.notices[-1]


async def test_a_folder_on_the_command_line_holds_the_files_of_every_run(tmp_path: Path) -> None:
    own = own_program(output_folder=str(tmp_path / "logs"))
    async with stage(tmp_path, own, size=SIZE) as there:
        await run_in(there)
        there.teller.runs[-1].end()
        pane_run = there.app.pane_runs[-1]
        await there.until(lambda: not pane_run.is_live, "its end")
        assert pane_run.files is not None
        pane_run.files.close()
        (folder,) = (tmp_path / "logs").iterdir()
        assert (folder / "001-Process-1.out").exists()
