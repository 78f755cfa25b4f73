from mptui.dashboard.presentation.processes.selection import Selection
from mptui.dashboard.presentation.words.findings import NOTHING_FOUND
from mptui.dashboard.widgets.findings_view import FindingsView
from mptui.model.findings import Finding
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines


def finding(number: int) -> Finding:
    return Finding(
        kind="a-rule",
        severity="warning",
        headline=f"Number {number} is [bold]slow[/bold]",
        evidence="It took long.",
        advice="Make it faster.",
        processes=(number,),
        since=1.0,
    )


async def test_findings_are_read_and_scrolled_through() -> None:
    view = FindingsView()
    async with Stage(view).run_test(size=(60, 6)) as pilot:
        view.focus()
        view.selected = Selection(4)
        view.show(tuple(map(finding, range(5))))
        await pilot.pause()
        assert lines_of(view)[0] == " ▲ Number 0 is [bold]slow[/bold]  at 1.0 s"
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(view)[-3].startswith("▸▲ Number 4")


async def test_same_findings_are_not_painted_again() -> None:
    view = FindingsView()
    async with Stage(view).run_test(size=(60, 10)) as pilot:
        view.show((finding(0),))
        await pilot.pause()
        painted_lines(view)
        view.show((finding(0),))
        assert painted_lines(view) == set()
        view.show(())
        assert painted_lines(view) == {0, 1, 2}
        assert lines_of(view)[0] == NOTHING_FOUND
