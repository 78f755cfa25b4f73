"""Workers that failed and nobody noticed, answers that are no failures, and kills by a watchdog."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules, serious

if TYPE_CHECKING:
    from collections.abc import Sequence


def with_failure(*, error: str | None = "KeyError: 'region'", exitcode: int = 1) -> Story:
    """One of two workers fails, and the main process goes on to a good end."""
    story = Story("search.py")
    workers = [story.process(f"searcher-{n}", target="search.look") for n in (1, 2)]
    story.work(0.4, workers)
    story.exit(workers[1], exitcode, error=error)
    story.exit(workers[0])
    return story


NONE: Final = (None, None, None, None)


def read(story: Story, process: int) -> None:
    """The program looks at the exit code of a process."""
    story.change(ev.ProcessChanged(t=story.t, process=process, exitcode_read=True))


def judge(endings: list[tuple[str, int]], *, error: str | None = None) -> Story:
    """Each argument gets a process of its own, one after the other; all exit codes are read."""
    story = Story("judge.py")
    for number, (argument, exitcode) in enumerate(endings, 1):
        worker = story.process(f"submission-{number}", target="judge.run", arguments=argument)
        story.after(0.2)
        story.exit(worker, exitcode, error=error)
        if exitcode:
            read(story, worker)
    return story


def watchdog(
    kill: signal.Signals = signal.SIGKILL, *, by: int = 0, arguments: Sequence[str | None] = NONE
) -> Story:
    """A worker is killed by a process, and started again, and so on."""
    story = Story("watch.py")
    for number, given in enumerate(arguments, 1):
        worker = story.process(f"ingest-{number}", target="watch.ingest", arguments=given)
        story.wait(worker, "sleep", timed=True)
        story.after(0.8)
        story.wait_over(worker)
        story.exit(worker, signal=kill, terminated_by=by)
    return story


# worker-failed


def with_manager(error: str, *, kill: int | None = signal.SIGKILL, first: bool = True) -> Story:
    """A Manager's server ends, and so does a worker that used it."""
    story = Story("share.py")
    server = story.process(
        "SyncManager-1",
        target="multiprocessing.managers.BaseManager._run_server",
        arguments="dict of 17, None, AuthenticationString, 'pickle', …",
    )
    worker = story.process("worker-1", target="share.work")
    ends = [lambda: story.exit(worker, 1, error=error)]
    if kill is not None:
        end = lambda: story.exit(server, signal=kill, terminated_by=0)  # noqa: E731
        ends.insert(0 if first else 1, end)
    for end in ends:
        end()
        story.after(0.5)
    story.exit(0)
    return story


def test_a_worker_that_lost_its_manager_is_told_with_what_became_of_that() -> None:
    error = "ConnectionRefusedError: 111, 'Connection refused'"
    finding = found_by("worker-failed", with_manager(error).events)
    assert finding.headline == (
        f"worker-1 ended with exit code 1: {error}, after SyncManager-1 was killed by SIGKILL"
    )
    assert "; share.py sent it." in finding.evidence
    assert finding.processes == (2, 1)
    for other in (
        with_manager("KeyError: 'row'"),
        with_manager(error, kill=None),
        with_manager(error, first=False),
    ):
        assert "SyncManager" not in found_by("worker-failed", other.events).headline


def test_a_new_process_that_ran_the_main_module_again() -> None:
    story = Story("calc.py")
    worker = story.process("calc", start_method="spawn", target="calc.work")
    line = "start a new process before the current process has finished its bootstrapping phase."
    story.say(worker, f"RuntimeError:\n{line}\n", "stderr")
    story.exit(worker, 1)
    assert "__main__" in found_by("worker-failed", story.events).advice


def test_a_watchdog_that_kills_forks_of_itself_says_so() -> None:
    story = Story("serve.py")
    for _ in range(4):
        child = story.process("serve.py", role="other")
        story.after(1.0)
        story.exit(child, signal=signal.SIGKILL, terminated_by=0)
    finding = found_by("killed-again", story.events)
    assert finding.headline.startswith("serve.py killed a fork of itself by SIGKILL 4 times")
    assert f"serve.py (pid {story.pid(1)})" in finding.evidence


def test_an_error_that_many_know_is_explained() -> None:
    asked = found_by(
        "worker-failed", with_failure(error="EOFError: EOF when reading a line").events
    )
    assert asked.advice.startswith("The standard input of a worker is empty")
    assert found_by("worker-failed", with_failure().events).advice.startswith("What it was to do")


def test_an_exception_that_nobody_noticed_is_told_with_its_message() -> None:
    finding = found_by("worker-failed", with_failure().finish())
    assert finding.headline == "searcher-2 ended with exit code 1: KeyError: 'region'"
    assert "search.look" in finding.evidence
    assert finding.severity == "warning"
    assert finding.processes == (2,)


def test_an_exit_code_alone_is_a_note() -> None:
    (finding,) = found(with_failure(error=None, exitcode=3).finish())
    assert (finding.kind, finding.severity) == ("worker-failed", "note")
    assert finding.headline == "searcher-2 ended with exit code 3"


def test_workers_that_failed_alike_are_one_finding() -> None:
    story = Story("search.py")
    workers = [story.process(f"searcher-{n}", target="search.look") for n in range(1, 9)]
    for worker in workers:
        story.exit(worker, 1, error="OSError: 2, 'no such file'")
    (finding,) = found(story.finish())
    assert finding.processes == tuple(workers)
    assert "searcher-4 and 4 more ended with exit code 1: OSError" in finding.headline


def test_an_exit_code_that_the_program_looked_at_is_no_finding() -> None:
    story = with_failure()
    read(story, 2)
    assert found(story.finish()) == ()


def test_a_worker_of_an_executor_that_has_done_its_tasks_did_not_fail() -> None:
    story = Story("search.py")
    story.executor = "executor"
    target = "concurrent.futures.process._process_worker"
    workers = [story.process(f"ForkProcess-{n}", target=target) for n in (1, 2)]
    story.task_done(workers[0], "search.look", 0.1)
    story.exit(workers[0], 1)
    assert found(story.events) == ()
    story.exit(workers[1], 1)
    assert rules(story.events) == ["worker-failed"]


def test_an_interrupt_is_no_failure() -> None:
    assert found(with_failure(error="KeyboardInterrupt").finish()) == ()


def test_a_worker_that_fails_as_the_run_is_stopped_is_no_finding() -> None:
    story = Story("search.py")
    worker = story.process("searcher-1")
    story.stop()
    story.exit(worker, 1, error="OSError: broken pipe", stopping=True)
    assert found(story.finish(130, stopped="user")) == ()


# Answers are no crash loop


def test_exit_codes_that_are_answers_are_no_crash_loop() -> None:
    endings = [("'exit'", 2), ("'fine'", 0), ("'raise'", 1), ("'exit'", 2), ("'raise'", 1)]
    assert serious(judge(endings).finish()) == []
    assert serious(judge([(f"'part-{n}'", 1) for n in range(6)]).finish()) == []


def test_an_answer_that_came_just_now_is_no_crash_loop_before_it_can_be_read() -> None:
    story = judge([(f"'part-{n}'", n % 3) for n in range(8)])
    worker = story.process("submission-9", target="judge.run", arguments="'part-8'")
    story.after(0.2)
    story.exit(worker, 2)
    assert "crash-loop" not in rules(story.events)


def test_the_same_again_and_again_is_a_crash_loop_though_its_code_was_read() -> None:
    assert rules(judge([("'settings'", 1)] * 6).finish(1)) == ["crash-loop"]


def test_an_exception_again_and_again_is_no_answer() -> None:
    story = judge([(f"'part-{n}'", 1) for n in range(6)], error="ImportError: no numpy")
    assert "ImportError: no numpy" in found_by("crash-loop", story.finish(1)).evidence


def test_exceptions_of_all_kinds_are_answers_too() -> None:
    story = Story("judge.py")
    errors = ["ValueError: 3", "KeyError: 'a'", None, "ZeroDivisionError", "ValueError: 4"]
    for number, error in enumerate(errors, 1):
        worker = story.process(f"Process-{number}", target="judge.run", arguments=f"{number}")
        story.after(0.2)
        story.exit(worker, 1, error=error)
        read(story, worker)
    assert serious(story.finish()) == []


def test_a_crash_that_the_program_looked_at_is_a_note() -> None:
    story = Story("judge.py")
    worker = story.process("submission-1")
    story.exit(worker, signal=11)
    assert serious(story.events) == ["worker-crashed"]
    read(story, worker)
    assert rules(story.events) == ["worker-crashed"]
    assert serious(story.finish()) == []


def test_a_main_module_without_a_guard_is_named() -> None:
    story = Story("spawning.py")
    for number in range(1, 5):
        worker = story.process(
            f"SpawnPoolWorker-{number}",
            start_method="spawn",
            target="multiprocessing.pool.worker",
        )
        story.after(0.3)
        story.say(worker, "current process has finished its bootstrapping phase.\n", "stderr")
        story.exit(worker, 1)
    story.look({})
    finding = found_by("crash-loop", story.events)
    assert "__main__" in finding.advice
    assert finding.headline.startswith("Crash loop: SpawnPoolWorker ended badly 4 times")


# killed-again


def test_a_watchdog_that_kills_again_and_again() -> None:
    finding = found_by("killed-again", watchdog().finish())
    assert finding.headline == (
        "watch.py killed watch.ingest by SIGKILL 4 times, and started it again each time"
    )
    assert "lived 0.8 s each" in finding.evidence
    assert "All of them were waiting" in finding.evidence
    assert finding.severity == "warning"


def test_kills_of_workers_with_other_arguments_may_be_answers() -> None:
    story = watchdog(arguments=[f"'submission-{n}'" for n in range(4)])
    finding = found_by("killed-again", story.finish())
    assert finding.headline.endswith("4 times, and started another one each time")
    assert finding.severity == "note"


def test_kills_that_are_no_loop() -> None:
    assert found(watchdog(arguments=[None] * 2).finish()) == ()
    assert found(watchdog(signal.SIGTERM).finish()) == ()


def test_many_killed_at_once_are_no_loop() -> None:
    story = Story("team.py")
    workers = [story.process(f"member-{n}", target="team.play") for n in range(1, 6)]
    story.work(0.4, workers)
    for worker in workers:
        story.exit(worker, signal=9, terminated_by=story.main)
    assert found(story.finish()) == ()


# does-not-end


def asked_to_end(
    *, seconds: float = 6.0, timed: bool = False, disposition: str | None = None, number: int = 15
) -> Story:
    """The main process asks a worker to end and waits for that; the worker goes on."""
    story = Story("fleet.py")
    worker = story.process("stubborn", target="fleet.serve", start_method="fork")
    story.ask(worker, story.main, number, disposition=disposition)
    story.wait(story.main, "join", "stubborn", joined=worker, timed=timed)
    story.wait(worker, "sleep", timed=True)
    story.work(seconds, [])
    return story


def test_a_process_that_does_not_end_when_it_is_asked() -> None:
    finding = found_by("does-not-end", asked_to_end().events)
    assert finding.headline == "stubborn does not end, though fleet.py asked it to by SIGTERM"
    assert "fleet.py waits for its end" in finding.evidence


def test_why_it_does_not_end_is_told_where_that_is_known() -> None:
    caught = found_by("does-not-end", asked_to_end(disposition="caught").events)
    assert "has a handler for SIGTERM, which a fork inherits" in caught.advice
    ignored = found_by("does-not-end", asked_to_end(disposition="ignored").events)
    assert "It ignores SIGTERM" in ignored.advice
    blocked = found_by("does-not-end", asked_to_end(disposition="blocked").events)
    assert "blocked" in blocked.advice
    assert "has a handler" in found_by("does-not-end", asked_to_end().events).advice


def test_one_that_rests_as_if_nothing_had_been_said_is_a_note_without_a_wait() -> None:
    story = asked_to_end(seconds=8.0, timed=True, disposition="caught")
    finding = found_by("does-not-end", story.events)
    assert finding.severity == "note"
    assert "waits for its end" not in finding.evidence


def test_one_that_may_be_tidying_up_is_no_finding_without_a_wait() -> None:
    assert rules(asked_to_end(seconds=3.0, timed=True, disposition="caught").events) == []
    assert rules(asked_to_end(seconds=8.0, timed=True, disposition="default").events) == []
    assert rules(asked_to_end(seconds=8.0, timed=True, disposition="caught", number=2).events) == []
    at_work = asked_to_end(timed=True, disposition="caught")
    at_work.wait_over(1)
    at_work.work(4.0, [1])
    assert rules(at_work.events) == []


def test_a_process_that_ends_in_the_end_was_only_slow() -> None:
    assert found(asked_to_end(seconds=2.0).events) == ()
    assert found(asked_to_end(timed=True).events) == ()
    story = asked_to_end()
    story.wait_over(1)
    story.exit(1, signal=15, terminated_by=story.main)
    assert found(story.events) == ()
