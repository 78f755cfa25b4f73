import copy
import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Line, OutputLog, ProcessState, Run
from mptui.model.run import GAPS_KEPT
from tests.histories import HISTORIES


def run_after(events: list[ev.Event]) -> Run:
    run = Run()
    run.apply(events)
    return run


@dataclass(frozen=True)
class Seen:
    """Everything of a run that can be seen from outside."""

    processes: dict[int, ProcessState]
    lines: dict[int | None, list[Line]]
    rest: tuple[object, ...]


def seen(run: Run) -> Seen:
    logs: list[tuple[int | None, OutputLog]] = [(None, run.merged), *run.logs.items()]
    return Seen(
        processes=dict(run.processes),
        lines={whose: log.lines(0, log.end_line) + log.pending() for whose, log in logs},
        rest=(
            run.started, run.finished, run.now, run.cores, run.dropped, run.line_count,
            run.byte_count, run.is_live, run.alive_count, work_seen(run),
        ),
    )  # fmt: skip


def work_seen(run: Run) -> tuple[object, ...]:
    """What of tasks, queues, waits and threads can be seen."""
    book = run.tasks
    functions = [
        (name, times.count, times.failed, times.seconds_total, times.percentile_seconds(0.9))
        for name, times in book.functions.items()
    ]
    lanes = [(key, lane.between(0.0, 1e9)) for key, lane in run.timeline.lanes.items()]
    processes = [
        (
            process, run.time_split(process), run.waits.total_seconds(process),
            list(run.rss_history(process)), book.running_in(process),
        )
        for process in run.processes
    ]  # fmt: skip
    return (
        functions, lanes, processes, book.slowest, list(book.failed), book.lost, book.of_process,
        book.changes, dict(run.waits.current), dict(run.queues), run.progress, run.threads,
        [list(run.queue_history(queue)) for queue in run.queues],
    )  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_the_size_of_the_batches_never_changes_the_state(name: str) -> None:
    one_by_one = Run()
    for event in HISTORIES[name]:
        one_by_one.apply([event])
    assert seen(one_by_one) == seen(run_after(HISTORIES[name]))


@pytest.mark.parametrize("name", HISTORIES)
def test_a_recording_tells_the_same_as_the_events_did(name: str) -> None:
    read = [ev.decode(ev.encode(event)) for event in HISTORIES[name]]
    assert None not in read
    assert seen(run_after([event for event in read if event])) == seen(run_after(HISTORIES[name]))


@pytest.mark.parametrize("name", HISTORIES)
def test_no_event_is_changed_by_being_applied(name: str) -> None:
    before = copy.deepcopy(HISTORIES[name])
    run_after(HISTORIES[name])
    assert HISTORIES[name] == before


@given(
    st.sampled_from(sorted(set(HISTORIES) - {"flood"})).flatmap(
        lambda name: st.lists(st.sampled_from(HISTORIES[name]), max_size=60)
    )
)
def test_events_in_any_order_and_number_never_raise(events: list[ev.Event]) -> None:
    run = run_after(events)
    assert run.alive_count <= len(run.processes)
    assert set(run.processes) <= set(run.logs)


@pytest.mark.parametrize("name", HISTORIES)
def test_counts_of_the_processes_add_up_to_those_of_the_run(name: str) -> None:
    run = run_after(HISTORIES[name])
    assert sum(state.line_count for state in run.processes.values()) == run.line_count
    assert sum(state.byte_count for state in run.processes.values()) == run.byte_count


def test_a_run_that_has_not_begun_is_not_live() -> None:
    run = Run()
    assert not run.is_live
    assert (run.now, run.processes, run.cores, run.line_count) == (0.0, {}, (), 0)


def test_a_run_is_live_until_it_is_finished() -> None:
    history = HISTORIES["pool"]
    assert run_after(history[:-1]).is_live
    assert not run_after(history).is_live
    assert run_after(history).finished == history[-1]


def test_now_is_the_time_of_the_latest_event_and_never_goes_back() -> None:
    run = run_after(HISTORIES["pool_live"])
    latest = HISTORIES["pool_live"][-1].t
    assert run.now == latest
    run.apply([ev.EventsDropped(t=0.1, what="samples", count=1)])
    assert run.now == latest


def test_whoever_looks_before_each_event_sees_its_time_and_the_state_without_it() -> None:
    seen: list[tuple[type[ev.Event], float, int]] = []
    run = Run()
    run.apply(
        HISTORIES["just_started"],
        before=lambda state, event: seen.append((type(event), state.now, len(state.processes))),
    )
    assert seen == [(ev.RunStarted, 0.0, 0), (ev.ProcessStarted, 0.012, 0)]
    assert len(run.processes) == 1


def test_processes_stand_in_the_order_of_their_discovery() -> None:
    run = run_after(HISTORIES["pool_live"])
    names = [state.name for state in run.processes.values()]
    assert names == ["pool.py", *(f"ForkPoolWorker-{n}" for n in range(1, 6))]


def test_every_process_has_a_log_even_if_it_never_wrote() -> None:
    run = run_after(HISTORIES["just_started"])
    assert run.logs[0].end_line == 0


def test_what_becomes_known_later_changes_only_what_was_said() -> None:
    run = run_after(HISTORIES["fork_server"][:-8])
    worker = run.processes[3]
    assert (worker.role, worker.name, worker.start_method) == (
        "worker",
        "ForkServerProcess-1",
        "forkserver",
    )
    assert worker.parent == 0
    assert worker.ppid == run.processes[2].pid
    assert worker.target == "served.count_words"
    assert worker.instrumented


def test_a_change_of_nothing_keeps_the_very_same_state() -> None:
    run = run_after(HISTORIES["pool_live"])
    before = dict(run.processes)
    run.apply(
        [ev.ProcessChanged(t=9.0, process=1), ev.ProcessChanged(t=9.0, process=999, name="x")]
    )
    assert all(run.processes[process] is state for process, state in before.items())
    assert 999 not in run.processes


def test_only_the_states_of_processes_that_changed_are_replaced() -> None:
    run = run_after(HISTORIES["pool_live"])
    before = dict(run.processes)
    run.apply([ev.Output(t=9.0, process=2, stream="stdout", text="news\n")])
    changed = [process for process, state in before.items() if run.processes[process] is not state]
    assert changed == [2]
    assert run.processes[2].line_count == 1
    assert before[2].line_count == 0


def test_the_end_of_a_run_replaces_no_state_that_it_does_not_change() -> None:
    run = run_after(HISTORIES["pool"][:-1])
    before = dict(run.processes)
    run.apply(HISTORIES["pool"][-1:])
    assert all(run.processes[process] is state for process, state in before.items())


def test_a_sample_is_the_latest_look_and_is_kept_where_nothing_changed() -> None:
    run = run_after(HISTORIES["pool_live"])
    look = ev.ProcessSample(cpu_percent=1.0, rss_bytes=2, core=3, state="D", threads=4)
    other = run.processes[2].sample
    run.apply([ev.Sampled(t=9.0, cores=[5.0, 6.0], processes={1: look})])
    assert run.processes[1].sample == look
    assert run.processes[2].sample == other
    assert run.cores == (5.0, 6.0)


def test_a_process_that_ended_has_no_sample_not_even_from_a_look_told_late() -> None:
    run = run_after(HISTORIES["pool_live"])
    look = ev.ProcessSample(cpu_percent=1.0, rss_bytes=2, core=3, state="R", threads=4)
    run.apply(
        [
            ev.ProcessExited(t=9.0, process=1, exitcode=0, signal=None),
            ev.Sampled(t=9.1, cores=[], processes={1: look, 77: look}),
        ]
    )
    assert run.processes[1].sample is None
    assert 77 not in run.processes


def test_each_way_to_end_is_kept_as_it_was_told() -> None:
    run = run_after(HISTORIES["ends"])
    ends = {
        state.name: (state.is_alive, state.exitcode, state.signal, state.terminated_by, state.oom)
        for state in run.processes.values()
    }
    assert ends["well"] == (False, 0, None, None, False)
    assert ends["code"] == (False, 3, None, None, False)
    assert ends["signal"] == (False, None, 11, None, False)
    assert ends["asked"] == (False, None, 15, 0, False)
    assert ends["memory"] == (False, None, 9, None, True)
    assert ends["unknown"] == (False, None, None, None, False)
    assert ends["alive"] == (True, None, None, None, False)
    assert run.alive_count == 2


def test_gaps_are_counted_by_what_is_missing() -> None:
    assert run_after(HISTORIES["gaps"]).dropped == {"probe_reports": 15, "output": 65536}


def test_any_more_kinds_of_gaps_are_counted_together() -> None:
    run = Run()
    run.apply(ev.EventsDropped(t=1.0, what=f"gap-{n}", count=2) for n in range(GAPS_KEPT + 5))
    assert run.dropped[""] == 10
    assert sum(run.dropped.values()) == 2 * (GAPS_KEPT + 5)


def test_unfinished_lines_of_who_is_left_become_lines_when_the_run_ends() -> None:
    run = run_after(HISTORIES["pool_live"])
    run.apply(
        [
            ev.Output(t=9.0, process=1, stream="stdout", text="unfini"),
            ev.RunFinished(t=9.1, exitcode=0, signal=None, seconds=9.1, stopped="user"),
        ]
    )
    assert run.merged.lines(0, 9) == [Line(0, 1, "stdout", "unfini", is_complete=False)]
    assert run.processes[1].line_count == 1


def test_output_told_before_its_process_counts_for_the_process() -> None:
    run = run_after(HISTORIES["just_started"])
    run.apply([ev.Output(t=1.0, process=1, stream="stdout", text="early\n")])
    assert 1 not in run.processes
    run.apply(
        [
            ev.ProcessStarted(
                t=1.1, process=1, pid=5, parent=0, ppid=4, role="worker", name="w",
                instrumented=True, argv=["w", "x"],
            )
        ]
    )  # fmt: skip
    assert (run.processes[1].line_count, run.processes[1].byte_count) == (1, 6)
    assert run.processes[1].argv == ("w", "x")


def test_a_flood_leaves_the_newest_lines_and_the_whole_count() -> None:
    run = run_after(HISTORIES["flood"])
    assert run.line_count == 260_000
    for process in range(1, 5):
        log = run.logs[process]
        assert run.processes[process].line_count == log.end_line == 65_000
        assert [line.text for line in log.lines(64_999, 65_000)] == [f"{process}: line 64999"]
    last = run.merged.lines(259_999, 260_000)
    assert [line.text for line in last] == ["4: line 64999"]


def test_smaller_limits_keep_less() -> None:
    run = Run(merged_bytes=64 * 1024, process_bytes=16 * 1024)
    run.apply(HISTORIES["flood"])
    assert 0 < run.merged.end_line - run.merged.first_line < 10_000
    assert run.line_count == 260_000


def test_memory_is_summed_over_the_living_and_the_most_of_it_is_remembered() -> None:
    run = run_after(HISTORIES["just_started"])

    def look(t: float, sizes: dict[int, int]) -> ev.Event:
        samples = {n: ev.ProcessSample(10.0, size, 0, "S", 1) for n, size in sizes.items()}
        return ev.Sampled(t=t, cores=[], processes=samples)

    run.apply([_worker(1), look(1.0, {0: 5, 1: 7})])
    assert (run.rss_bytes, run.cpu_percent) == (12, 20.0)
    run.apply([look(1.5, {1: 3})])
    assert (run.rss_bytes, run.peak_rss_bytes) == (8, 12)
    run.apply([ev.ProcessExited(t=2.0, process=1, exitcode=0, signal=None)])
    assert (run.rss_bytes, run.peak_rss_bytes, run.cpu_percent) == (5, 12, 10.0)
    assert run.processes[1].peak_rss_bytes == 7


def test_the_process_changes_when_somebody_comes_goes_or_is_renamed_and_else_not() -> None:
    run = run_after(HISTORIES["just_started"])
    counts = [run.process_changes]
    for event in (
        ev.Output(t=1.0, process=0, stream="stdout", text="x\n"),
        ev.Sampled(t=1.1, cores=[1.0], processes={}),
        _worker(1),
        ev.ProcessChanged(t=1.3, process=1, name="w"),
        ev.ProcessExited(t=1.4, process=1, exitcode=0, signal=None),
    ):
        run.apply([event])
        counts.append(run.process_changes)
    assert [after - before for before, after in itertools.pairwise(counts)] == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("name", HISTORIES)
def test_the_living_are_those_without_an_end(name: str) -> None:
    run = run_after(HISTORIES[name])
    alive = {state.process for state in run.processes.values() if state.is_alive}
    assert {state.process for state in run.alive} == alive
    assert run.alive_count == len(alive)


def test_those_who_printed_are_counted_once_each() -> None:
    run = run_after(HISTORIES["just_started"])
    for process in (0, 0, 7):
        run.apply([ev.Output(t=1.0, process=process, stream="stdout", text="x")])
    assert run.speaker_count == 2


def _worker(process: int) -> ev.Event:
    return ev.ProcessStarted(
        t=0.5, process=process, pid=5, parent=0, ppid=4, role="worker", name="w", instrumented=True
    )
