"""The curves of CPU, memory and tasks."""

from __future__ import annotations

import pytest

from mptui import events as ev
from mptui.dashboard.presentation.processes.details import process_details
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.dashboard.presentation.use.history import bar_edges, curves, history_lines
from mptui.model import Run
from tests.dashboard.widgets.runs import worker_started


def busy_run(seconds: int = 20) -> Run:
    """Process 1 uses ever more of a core and ends a task a second, from the sixth second on."""
    run = Run()
    run.apply([worker_started(0), worker_started(1)])
    for second in range(seconds + 1):
        sample = ev.ProcessSample(100 * second / seconds, 2**20 * (second + 1), 0, "R", 1)
        if second > 5:
            done = ev.TaskFinished(t=second - 0.5, process=1, label="f", ok=True, seconds=0.1)
            run.apply([done])
        run.apply([ev.Sampled(t=float(second), cores=[], processes={1: sample})])
    return run


def text_of(run: Run, process: int | None, size: tuple[int, int], signs: Glyphs) -> list[str]:
    lines = history_lines(run, process, run.now, size, signs).lines
    return ["".join(span.text for span in line) for line in lines]


def test_each_bar_stands_for_the_same_time_and_only_complete_ones_are_there() -> None:
    assert bar_edges(0.0, 0.4, 10) == [0.0]
    assert bar_edges(0.3, 2.2, 10) == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert bar_edges(0.0, 61.0, 10) == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    for end in (5.0, 77.7, 3600.0, 5e5, 9e8):
        edges = bar_edges(0.0, end, 24)
        assert len(edges) <= 25
        assert edges[-1] <= end
        assert edges == bar_edges(0.0, end + 0.001, 24) or end in edges


def test_curves_of_a_process_and_of_all() -> None:
    run = busy_run()
    for process in (1, None):
        (cpu, memory, tasks), seconds = curves(run, process, run.now, 24)
        assert (cpu.title, memory.title, tasks.title) == ("CPU", "MEM", "TASKS")
        assert seconds == 20.0
        assert len(cpu.values) == 20
        assert cpu.values == tuple(sorted(cpu.values))
        assert memory.values[-1] == 21 * 2**20
        assert tasks.values[:5] == (0.0,) * 5
        assert tasks.values[5:] == pytest.approx([1.0] * 15)
    # Process 0 was never sampled.
    assert curves(run, 7, run.now, 24) == ([], 0.0)


def test_below_each_other_each_curve_has_a_line_and_else_they_stand_side_by_side() -> None:
    run = busy_run()
    lines = text_of(run, None, (40, 3), UNICODE)
    assert [line.split()[0] for line in lines] == ["CPU", "MEM", "TASKS"]
    assert [line.split()[-1] for line in lines] == ["100%", "21M", "1.0/s"]
    for width, titles in ((90, ["CPU", "MEM", "TASKS"]), (58, ["CPU", "MEM"]), (40, ["CPU"])):
        (line,) = text_of(run, None, (width, 1), UNICODE)
        assert line.split()[::3] == titles
        assert len(line) <= width
    assert all(line.isascii() for line in text_of(run, 1, (40, 3), ASCII))


def test_a_load_of_less_than_a_core_does_not_fill_its_bar() -> None:
    run = busy_run()
    (cpu, *_), _ = curves(run, 1, run.now, 24)
    assert cpu.top == 100.0
    lines = text_of(run, 1, (40, 3), UNICODE)
    assert lines[0].count("█") <= 2


def test_details_tell_the_history_and_the_most_there_was() -> None:
    run = busy_run()
    facts = dict(process_details(run, 1, run.now, UNICODE))
    assert facts["CPU so far"].endswith("100% at most in 20 s")
    assert facts["memory so far"].endswith("21M at most in 20 s")
    assert facts["tasks so far"].endswith("1.0/s at most in 20 s")
    assert not any("so far" in label for label, _ in process_details(Run(), 1, 0.0, UNICODE))
