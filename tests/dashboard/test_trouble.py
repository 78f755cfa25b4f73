"""Where a person looks, in the running app: trouble is on the tab, in the header, in the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dashboard.stage import own_program, stage
from tests.histories import HISTORIES, Story

if TYPE_CHECKING:
    from pathlib import Path

    from mptui import events as ev


def with_failed_worker() -> list[ev.Event]:
    """The main process ends well; nobody looks at the exit code of one of its workers."""
    story = Story("train.py", core_count=4)
    workers = [story.process(f"loader-{n}", target="train.load") for n in (1, 2)]
    story.work(0.6, workers)
    story.exit(workers[0])
    story.exit(workers[1], 3)
    story.after(0.1)
    return story.finish(0)


def tab_of(row: str, title: str) -> str:
    """What stands beside a title in the line of tabs, up to the next key."""
    before, _, after = row.partition(title)
    return before[-2:] + after[:2]


async def test_trouble_in_a_pane_that_is_not_in_front_is_on_its_tab(tmp_path: Path) -> None:
    panes = own_program("one.py"), own_program("two.py")
    async with stage(tmp_path, *panes, has_gallery=False, size=(120, 40)) as there:
        run = await there.run()
        await there.press("1")
        await there.until(lambda: there.app.stack.front == 0, "the other pane")
        run.tell(*HISTORIES["deadlock"])
        await there.until(lambda: "✗" in tab_of(there.rows[0], "two.py"), "the sign")
        assert "✗" not in tab_of(there.rows[0], "one.py")
        assert "finding" not in there.text
        await there.press("2")
        await there.sees("1 finding: w")
        run.end()


async def test_trouble_is_in_the_header_and_in_the_row_of_each_worker_it_is_about(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*HISTORIES["deadlock"])
        await there.sees("✗ 1 finding: w")
        pane_run = there.app.stack.pane_run
        about = pane_run.findings.find(pane_run.run)[0].processes
        for process, state in pane_run.run.processes.items():
            # Others may stand in the row too, as what is waited for.
            row = next(row for row in there.rows[4:] if state.name in row[:20])
            is_marked = "✗" in row.partition(state.name)[0]
            assert is_marked == (process in about), row
        run.end()


async def test_a_run_with_a_failed_worker_is_not_plain_green(tmp_path: Path) -> None:
    panes = own_program("one.py"), own_program("train.py")
    async with stage(tmp_path, *panes, has_gallery=False, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*with_failed_worker())
        run.end()
        await there.sees("▲ finished, exit 0, 1 worker failed")
        await there.press("1")
        await there.until(lambda: "▲" in tab_of(there.rows[0], "train.py"), "the sign")


async def test_a_run_without_trouble_is_plain_green(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program("train.py"), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*HISTORIES["pool"])
        run.end()
        await there.sees("✓ finished, exit 0 ")
        assert "finding" not in there.text
