"""Output of many processes: bounded over all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events as ev
from mptui.model import Run
from mptui.model.output import program_output
from mptui.model.output.program_output import STRANGERS_KEPT, STREAMS_KEPT, ProgramOutput
from tests.model.telling import run_of, started

if TYPE_CHECKING:
    import pytest


def written(process: int, text: str, stream: str = "stdout") -> ev.Output:
    return ev.Output(t=1.0, process=process, stream=stream, text=text)


def test_logs_together_keep_no_more_than_some_do_and_the_largest_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program_output, "ALL_PROCESSES_BYTES", 200_000)
    output = ProgramOutput()
    output.write(written(0, "not much\n"))
    for block in range(200):
        for process in (1, 2, 3):
            output.write(written(process, f"{block}: {'x' * 994}\n" * 2))
    assert sum(log.size for log in output.logs.values()) <= 200_000
    assert output.written(1) == (400, output.byte_count // 3 - 3)
    for process in (1, 2, 3):
        log = output.logs[process]
        (last,) = log.lines(log.end_line - 1, log.end_line)
        assert last.text.startswith("199: ")
        assert log.first_line > 0
    assert output.logs[0].first_line == 0


def test_what_a_forgotten_process_took_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_output, "ALL_PROCESSES_BYTES", 200_000)
    output = ProgramOutput()
    for process in range(50):
        output.open(process)
        output.write(written(process, "x" * 50_000 + "\n"))
        assert output.logs[process].first_line == 0
        assert output.forget(process) == (1, 50_001)
    assert output.logs == {}


def test_unfinished_lines_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_output, "PENDING_CHARACTERS", 10_000)
    output = ProgramOutput()
    for process in range(50):
        output.write(written(process, "y" * 999))
    assert len(output.merged.pending()) == 10
    assert output.merged.end_line == 40
    output.close_all()
    assert [line.text for line in output.merged.lines(0, 99)] == ["y" * 999] * 50
    assert not any(line.is_complete for line in output.merged.lines(0, 99))
    output.write(written(0, "y" * 9000))
    assert len(output.merged.pending()) == 1


def test_more_streams_than_there_are_is_one_stream() -> None:
    run = run_of(*(written(1, f"{n}\n", f"stream {n}") for n in range(3 * STREAMS_KEPT)))
    lines = run.logs[1].lines(0, 99)
    assert [line.text for line in lines] == [str(n) for n in range(3 * STREAMS_KEPT)]
    assert len({line.stream for line in lines}) == STREAMS_KEPT


def test_what_a_process_wrote_long_before_it_was_known_does_not_count_for_it() -> None:
    run = Run()
    run.apply(written(process, "early\n") for process in range(2 * STRANGERS_KEPT))
    assert len(run.logs) == STRANGERS_KEPT
    assert run.line_count == 2 * STRANGERS_KEPT
    run.apply([started(1), started(2 * STRANGERS_KEPT - 1)])
    assert run.processes[1].line_count == 0
    assert run.processes[2 * STRANGERS_KEPT - 1].line_count == 1
