"""What piles up, and what only looks like it: a fixed set, a start, a number that stays."""

from __future__ import annotations

from mptui import events as ev
from tests.histories import MEBIBYTE, Story
from tests.model.findings.finding import found_by, rules, serious

MANAGER = "multiprocessing.managers.BaseManager._run_server"


def used_pools(
    count: int, *, uses_again: bool = False, closes: bool = False, kind: str = "pool"
) -> Story:
    """One pool after the other does tasks, and its workers wait then."""
    story = Story("jobs.py")
    pools: list[list[int]] = []
    for number in range(count):
        workers = [
            story.process(f"ForkPoolWorker-{2 * number + n}", target="multiprocessing.pool.worker")
            for n in (1, 2)
        ]
        story.events.append(
            ev.QueueSampled(
                t=story.t, queue=number, put=10, got=10, depth=0, kind=kind, place="jobs.py:7"
            )
        )
        for worker in workers:
            story.wait(worker, "task", queue=number)
        story.after(0.8)
        pools.append(workers)
        for worker in pools[0] if uses_again and number else ():
            story.wait_over(worker)
            story.after(0.01)
            story.wait(worker, "task", queue=0)
        if closes:
            for worker in workers:
                story.exit(worker)
    return story


def managers(count: int, *, shut_down: bool = False, pause: float = 0.7) -> Story:
    """One manager after the other is started."""
    story = Story("cache.py")
    for number in range(count):
        manager = story.process(f"SyncManager-{number + 1}", target=MANAGER)
        story.after(pause)
        if shut_down:
            story.exit(manager)
    return story


def idle_workers(count: int, *, kind: str = "get", peers: list[int] | None = None) -> Story:
    """One worker after the other has done its work and waits for more."""
    story = Story("serve.py")
    for number in range(count):
        worker = story.process(f"Process-{number + 1}", target="__main__.serve")
        story.after(0.1)
        story.wait(worker, kind, "q", queue=number if kind == "get" else None, peers=peers)
        story.after(1.2)
    return story


def descriptors(
    *counts: int, limit: int | None = 1024, what: str = "pipes", pause: float = 1.0
) -> Story:
    """The main process is found to have so many descriptors open."""
    story = Story("jobs.py")
    for count in counts:
        story.after(pause)
        story.events.append(
            ev.DescriptorsCounted(
                t=story.t, process=0, count=count, limit=limit, **{what: count - 5}
            )
        )
    return story


def threads(*counts: int, name: str = "Thread-{n} (serve)", pause: float = 0.5) -> Story:
    """The main process is found to have so many threads."""
    story = Story("serve.py")
    for count in counts:
        story.after(pause)
        story.threads(0, {n: name.format(n=n) for n in range(count)})
        sample = ev.ProcessSample(1.0, MEBIBYTE, 0, "S", count)
        story.events.append(ev.Sampled(t=story.t, cores=[1.0] * 8, processes={0: sample}))
    return story


def segments(*counts: int, made: int | None = None, free: int = 40 * MEBIBYTE) -> Story:
    """The main process has made segments of shared memory of which so many are there."""
    story = Story("frames.py")
    for count in counts:
        story.after(0.7)
        story.events.append(
            ev.SharedMemorySampled(
                t=story.t, process=0, count=count, made=made or count, bytes=count * MEBIBYTE,
                place="frames.py:9", room_bytes=64 * MEBIBYTE, free_bytes=free,
            )
        )  # fmt: skip
    return story


# Pools


def test_pools_that_are_not_closed_are_told_with_where_they_are_made() -> None:
    finding = found_by("pools-left-open", used_pools(6).events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "jobs.py leaves its pools open: 5 of them, with 10 workers, were not used again once the "
        "next one was made"
    )
    assert "jobs.py:7" in finding.evidence
    assert "with block" in finding.advice
    assert finding.until is None


def test_executors_are_told_as_what_they_are() -> None:
    finding = found_by("pools-left-open", used_pools(6, kind="executor").events)
    assert "leaves its executors open" in finding.headline
    assert "shutdown()" in finding.advice


def test_pools_that_ended_with_the_program_only_stay_told_and_dated() -> None:
    story = used_pools(6)
    for worker in range(1, 13):
        story.exit(worker)
    assert found_by("pools-left-open", story.finish()).until is not None


def test_no_finding_about_pools_that_are_closed() -> None:
    story = used_pools(8, closes=True)
    assert rules(story.events) == []
    story.after(5.0)
    story.look({})
    assert rules(story.finish()) == []


def test_no_finding_about_pools_that_were_closed_long_before_the_end() -> None:
    story = used_pools(6)
    for worker in range(1, 13):
        story.exit(worker)
    story.after(5.0)
    assert rules(story.finish()) == []


def test_no_finding_about_a_few_pools() -> None:
    assert rules(used_pools(3).finish()) == []


def test_no_finding_about_pools_that_are_made_at_once_and_used_later() -> None:
    story = Story("jobs.py")
    workers = [story.process(f"ForkPoolWorker-{n}") for n in range(1, 13)]
    for number, worker in enumerate(workers):
        story.queue(number, 0, 0, kind="pool")
        story.wait(worker, "task", queue=number)
    story.after(4.0)
    for number in range(12):
        story.queue(number, 10, 10, kind="pool")
        story.wait_over(workers[number])
        story.after(0.1)
        story.wait(workers[number], "task", queue=number)
    story.after(4.0)
    assert rules(story.events) == []


def test_a_pool_that_is_used_again_is_not_counted() -> None:
    assert rules(used_pools(5, uses_again=True).events) == []


# Managers and workers


def test_managers_that_are_not_shut_down() -> None:
    finding = found_by("managers-left-open", managers(7).events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "cache.py starts one manager after the other and shuts none down: 7 live"
    )
    assert finding.processes == (0, *range(1, 8))


def test_managers_that_lived_until_the_end_are_told_and_dated() -> None:
    story = managers(7)
    for manager in range(1, 8):
        story.exit(manager)
    assert found_by("managers-left-open", story.finish()).until is not None


def test_no_finding_about_managers_that_are_shut_down() -> None:
    assert rules(managers(9, shut_down=True).finish()) == []


def test_no_finding_about_a_fixed_set_of_managers() -> None:
    assert rules(managers(6, pause=0.1).finish()) == []
    story = managers(6)
    story.after(20.0)
    assert rules(story.finish()) == []


def test_workers_without_work_while_more_are_started() -> None:
    finding = found_by("workers-pile-up", idle_workers(12).events)
    assert "starts more and more workers of serve" in finding.headline
    assert "have nothing to do" in finding.headline
    assert finding.severity == "warning"


def test_workers_that_wait_for_a_message_of_their_parent_pile_up_too() -> None:
    assert rules(idle_workers(12, kind="receive", peers=[0]).events) == ["workers-pile-up"]


def test_no_finding_about_workers_that_wait_for_somebody_else() -> None:
    assert rules(idle_workers(14, kind="socket").events) == []
    assert rules(idle_workers(14, kind="receive").events) == []


def test_no_finding_about_workers_whose_number_stays() -> None:
    story = idle_workers(12)
    story.after(30.0)
    story.look({})
    assert "workers-pile-up" not in rules(story.events)
    assert "workers-pile-up" not in rules(idle_workers(6).events)


# Descriptors


def test_pipes_that_are_never_closed() -> None:
    finding = found_by("descriptors-rise", descriptors(80, 120, 160, 200, 240, 280).events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "jobs.py has 280 file descriptors open of at most 1,024, and more and more"
    )
    assert "275 of them are pipes" in finding.evidence
    assert "the limit is reached in" in finding.evidence
    assert "Pipe()" in finding.advice


def test_all_descriptors_in_use_are_an_error() -> None:
    full = found_by("descriptors-rise", descriptors(100, 255, limit=256).events)
    assert full.severity == "error"
    assert "Too many open files" in full.evidence


def test_a_process_that_could_open_nothing_more_needs_no_long_look() -> None:
    story = descriptors(40, 140, limit=256)
    says = "OSError: [Errno 24] Too many open files\n"
    story.say(0, says, stream="stderr")
    ran_out = found_by("descriptors-rise", story.finish(1))
    assert ran_out.severity == "error"
    assert "it failed with OSError: Too many open files" in ran_out.evidence
    few = descriptors(40, limit=1024)
    few.say(0, says, stream="stderr")
    assert rules(few.finish(1)) == []


def test_connections_that_become_more_are_a_note_until_half_of_the_limit() -> None:
    few = descriptors(80, 120, 160, 200, 240, 280, what="sockets")
    assert found_by("descriptors-rise", few.events).severity == "note"
    many = descriptors(80, 220, 360, 500, 640, 780, what="sockets")
    assert found_by("descriptors-rise", many.events).severity == "warning"


def test_no_finding_about_many_descriptors_whose_number_stays() -> None:
    assert rules(descriptors(400).events) == []
    assert rules(descriptors(100, 400, 410, 400, 405, 400).events) == []
    ramp = descriptors(80, 120, 160, 200, 240, 280)
    ramp.after(20.0)
    assert rules(ramp.finish()) == []


def test_no_finding_about_descriptors_that_are_closed_again_and_again() -> None:
    waves = [80, 160, 240, 90, 170, 250, 80, 160, 240, 90, 160, 240]
    assert rules(descriptors(*waves).events) == []


# Threads


def test_executors_of_threads_that_are_never_shut_down() -> None:
    story = threads(*range(15, 75, 5), name="ThreadPoolExecutor-{n}_0")
    finding = found_by("threads-rise", story.events)
    assert finding.severity == "warning"
    assert finding.headline == "serve.py has 70 threads, and starts more and more that do not end"
    assert "70 of them belong to 70 ThreadPoolExecutors" in finding.evidence
    assert "shutdown()" in finding.advice


def test_other_threads_are_a_note_while_they_are_few() -> None:
    assert found_by("threads-rise", threads(*range(15, 75, 5)).events).severity == "note"
    assert found_by("threads-rise", threads(*range(20, 260, 20)).events).severity == "warning"


def test_feeders_of_queues_are_named() -> None:
    finding = found_by("threads-rise", threads(*range(15, 75, 5), name="QueueFeederThread").events)
    assert "QueueFeederThread" in finding.evidence
    assert "Queue" in finding.advice


def test_no_finding_about_threads_whose_number_stays() -> None:
    assert rules(threads(4, 40, 40, 41, 40, 41, 40, 41, 40, 41, 40).events) == []
    story = threads(*range(15, 75, 5))
    story.after(30.0)
    assert rules(story.finish()) == []


# Shared memory


def test_shared_memory_that_is_not_unlinked() -> None:
    finding = found_by("shared-memory-left", segments(*range(2, 20, 2)).events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "frames.py makes shared memory and does not unlink it: 18 segments, 18 MB"
    )
    assert "frames.py:9" in finding.evidence
    assert "/dev/shm holds 64 MB, 40 MB of it are free" in finding.evidence
    assert "unlink()" in finding.advice


def test_no_finding_about_segments_most_of_which_are_unlinked() -> None:
    assert rules(segments(*range(2, 20, 2), made=400).events) == []


def test_no_finding_about_a_ring_of_segments() -> None:
    assert rules(segments(8).finish()) == []
    assert rules(segments(4, 8, 8, 7, 8, 8, 7, 8, 8).finish()) == []


def test_what_the_resource_tracker_removed_at_the_end_is_a_note() -> None:
    story = Story("frames.py")
    tracker = story.process("resource tracker", role="helper")
    story.after(1.0)
    story.say(
        tracker,
        "resource_tracker.py:254: UserWarning: resource_tracker: There appear to be 3 leaked "
        "shared_memory objects to clean up at shutdown\n",
        "stderr",
    )
    story.exit(tracker)
    finding = found_by("shared-memory-left", story.finish())
    assert finding.severity == "note"
    assert finding.headline == "3 segments of shared memory were never unlinked"


def test_a_program_that_says_so_itself_is_not_believed() -> None:
    story = Story("frames.py")
    story.say(0, "There appear to be 3 leaked shared_memory objects\n", "stderr")
    assert rules(story.finish()) == []


# Zombies


def test_children_that_are_passed_over_while_more_are_started() -> None:
    story = Story("forks.py")
    for number in range(1, 13):
        child = story.process("forks.py", role="other")
        story.exit(child)
        story.after(0.5)
        if number > 6:
            story.change(ev.ProcessChanged(t=story.t, process=child - 6, zombie=True))
    assert serious(story.events) == []
    assert found_by("zombie", story.events).severity == "note"


def test_no_finding_about_children_that_are_waited_for_at_the_end() -> None:
    story = Story("forks.py")
    children = [story.process("forks.py", role="other") for _ in range(8)]
    for child in children:
        story.exit(child)
        story.after(0.5)
    for child in children:
        story.change(ev.ProcessChanged(t=story.t + 3.0, process=child, zombie=True))
    story.after(4.0)
    assert rules(story.events) == []


def test_a_full_file_system_of_shared_memory_is_an_error() -> None:
    finding = found_by("shared-memory-left", segments(*range(2, 20, 2), free=0).events)
    assert finding.severity == "error"
    assert "while it is full, whoever writes to new memory is killed by SIGBUS" in finding.evidence
