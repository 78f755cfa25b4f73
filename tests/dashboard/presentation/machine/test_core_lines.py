from msgspec.structs import replace

from mptui.dashboard.presentation.machine.core_lines import Machine, core_lines
from mptui.dashboard.presentation.machine.core_words import idle_text, ranges_text
from mptui.dashboard.presentation.processes.cores import core_cells, names_in, names_on_cores
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE
from mptui.events import Event, RunFinished, RunStarted
from mptui.model import Run
from tests.histories import HISTORIES, Story


def run_on(history: str, **facts: object) -> Run:
    """A run on a machine of which this is known."""
    run = Run()
    run.apply(_with(event, **facts) for event in HISTORIES[history])
    return run


def _with(event: Event, **facts: object) -> Event:
    return replace(event, **facts) if isinstance(event, RunStarted) else event


def texts_of(run: Run, width: int, height: int, selected: int | None = None) -> list[str]:
    cells = core_cells(run, selected)
    machine = Machine(cells, [[] for _ in cells], idle_text(run, cells))
    lines = core_lines(machine, (width, height), UNICODE)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def test_below_the_map_stands_who_runs_where_and_how_many_more_there_are() -> None:
    lines = texts_of(run_on("many_cores"), 32, 12)
    assert lines[5] == ""
    assert lines[6].split() == ["1", "91%", "SpawnPoolWorker-13"]
    assert lines[-1] == " … and on 35 more cores"
    assert len(lines) == 12
    assert "more" not in texts_of(run_on("many_cores"), 32, 60)[-1]


def test_cores_of_a_numa_node_stand_together() -> None:
    nodes = [[*range(16), *range(32, 48)], [*range(16, 32), *range(48, 64)]]
    lines = texts_of(run_on("many_cores", numa_nodes=nodes), 60, 6)
    assert [line.split()[:2] for line in lines[:4]] == [
        ["n0", "0"],
        ["n0", "32"],
        ["n1", "16"],
        ["n1", "48"],
    ]
    eight = texts_of(run_on("pool_live", numa_nodes=[[0, 2, 4, 6], [1, 3, 5, 7]]), 60, 9)
    assert [line.split()[:2] for line in eight[:8]] == [
        *(["n0", str(core)] for core in (0, 2, 4, 6)),
        *(["n1", str(core)] for core in (1, 3, 5, 7)),
    ]


def test_cores_that_the_program_may_not_use_are_named_and_not_counted_as_idle() -> None:
    run = run_on("many_cores", allowed_cores=list(range(60)), usable_cores=60.0)
    lines = texts_of(run, 60, 6)
    assert lines[2] == "40/64 busy, mean 60%, 23 of 60 usable cores idle"
    assert lines[3] == "· not usable: 60-63"
    bars = texts_of(run_on("pool_live", allowed_cores=[0, 1, 2, 4, 5, 7], usable_cores=6.0), 60, 9)
    assert bars[3].endswith("not usable")
    assert bars[6].endswith("not usable")
    assert bars[8] == " 1 of 6 usable cores idle"


def test_idle_cores_are_told_only_where_the_program_could_use_them() -> None:
    idle = run_on("pool_live")
    assert idle_text(idle, core_cells(idle, None)) == "3 of 8 cores idle"
    limited = run_on("pool_live", usable_cores=4.0)
    assert idle_text(limited, core_cells(limited, None)) == ""
    idle.apply([RunFinished(t=9.0, exitcode=0, signal=None, seconds=9.0, stopped=None)])
    assert idle_text(idle, core_cells(idle, None)) == ""


def test_all_names_on_a_core_are_said_as_long_as_they_find_room() -> None:
    story = Story("train.py", core_count=1)
    workers = [story.process(f"ForkPoolWorker-{number}") for number in (2, 5, 7)]
    story.look(dict.fromkeys(workers, 33.0))
    run = Run()
    run.apply(story.events)
    (cell,) = core_cells(run, None)
    names = names_on_cores([cell])

    def said(width: int) -> str:
        return "".join(span.text for span in names_in(cell, width, names, UNICODE)).rstrip()

    assert said(40) == "PoolWorker-2 PoolWorker-5 PoolWorker-7"
    assert said(20) == "Pool-2 Pool-5 Pool-7"
    assert said(11) == "P2 P5 P7"
    assert said(5) == "2 5 7"
    assert said(4) == "2 +2"
    assert said(2) == "+3"
    assert all(len(said(width)) <= width for width in range(41))


def test_ascii_only_draws_nothing_else() -> None:
    run = run_on("many_cores", allowed_cores=[0, 1], numa_nodes=[[*range(32)], [*range(32, 64)]])
    cells = core_cells(run, 1)
    lines = core_lines(Machine(cells, [], idle_text(run, cells)), (60, 40), ASCII)
    assert "".join(span.text for line in lines for span in line).isascii()


def test_ranges() -> None:
    assert ranges_text([]) == ""
    assert ranges_text([3]) == "3"
    assert ranges_text([0, 1, 2, 3, 8, 10, 11]) == "0-3 8 10-11"
