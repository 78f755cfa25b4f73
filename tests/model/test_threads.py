from mptui import events as ev
from mptui.model import Run
from mptui.model.thread_states import THREADS_OF_A_PROCESS, THREADS_OF_ALL
from tests.histories import HISTORIES
from tests.model.telling import exited, run_of


def looked(*threads: int, ended: tuple[int, ...] = (), process: int = 1) -> ev.Event:
    samples = {thread: ev.ThreadSample(f"Thread-{thread}", 5.0, 2, "S") for thread in threads}
    return ev.ThreadsSampled(t=1.0, process=process, threads=samples, ended=list(ended))


def test_a_thread_is_what_the_latest_look_found_and_is_gone_when_it_ended() -> None:
    run = run_of(looked(7, 8), looked(9, ended=(7, 55)))
    assert list(run.threads[1]) == [8, 9]
    thread = run.threads[1][8]
    assert (thread.name, thread.cpu_percent) == ("Thread-8", 5.0)
    assert (thread.core, thread.state) == (2, "S")


def test_every_process_has_threads_to_ask_for_and_none_after_its_end() -> None:
    run = run_of(looked(7))
    assert run.threads[0] == {}
    run.apply([exited(2.0), looked(8)])
    assert run.threads[1] == {}


def test_threads_of_a_process_that_never_began_are_left_out() -> None:
    assert set(run_of(looked(7, process=77)).threads) == {0, 1}


def test_the_threads_in_hand_stay_as_they_are() -> None:
    run = run_of(looked(7))
    in_hand = run.threads[1]
    run.apply([looked(8)])
    assert list(in_hand) == [7]


def test_tasks_of_threads_have_lanes_after_that_of_their_process() -> None:
    run = Run()
    run.apply(HISTORIES["threads"])
    lanes = run.timeline.of_process(0)
    assert [lane.thread for lane in lanes] == [None, 4201, 4202, 4203]
    assert all(len(lane.between(0, 99)) >= 5 for lane in lanes[1:])
    assert [task.thread for task in run.tasks.running_in(0)] == [4201, 4202]
    assert run.threads[0][4201].name == "ThreadPoolExecutor-0_0"
    assert 4209 not in run.threads[0]


def test_more_threads_than_there_can_be_are_left_out_and_counted() -> None:
    run = run_of(looked(*range(1000)), workers=2)
    assert list(run.threads[1]) == list(range(THREADS_OF_A_PROCESS))
    assert run.unkept == {"threads": 1000 - THREADS_OF_A_PROCESS}
    run.apply([looked(*range(2000, 2010), ended=tuple(range(250)))])
    assert list(run.threads[1])[-1] == 2009
    assert len(run.threads[1]) == 16


def test_threads_of_all_processes_together_are_bounded() -> None:
    count = THREADS_OF_ALL // 200
    run = run_of(*(looked(*range(200), process=n + 1) for n in range(count + 5)), workers=count + 5)
    assert sum(map(len, run.threads.values())) == THREADS_OF_ALL
    run.apply([exited(2.0, 1), looked(*range(200), process=count + 1)])
    assert len(run.threads[count + 1]) == 200
