"""How the main process and other programs ended, where that says that something is wrong."""

from __future__ import annotations

import signal

import pytest

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found_by, rules, serious


def main_ended(number: int, *, oom: bool = False, stopping: bool = False) -> list[ev.Event]:
    story = Story("train.py")
    story.work(1.0, [])
    if stopping:
        story.stop()
    story.exit(story.main, signal=number, oom=oom, stopping=stopping)
    stopped = "user" if stopping else None
    end = ev.RunFinished(t=story.t, exitcode=None, signal=number, seconds=story.t, stopped=stopped)
    return [*story.events, end]


def tool(
    exitcode: int | None,
    number: int | None = None,
    *,
    by: int | None = None,
    argv: tuple[str, ...] = ("cc", "-O2", "main.c"),
) -> Story:
    story = Story("build.py")
    child = story.process(argv[0], role="other", argv=list(argv))
    story.after(0.3)
    story.exit(child, exitcode, signal=number, terminated_by=by)
    return story


def test_a_crash_of_the_main_process_is_told_with_what_it_means() -> None:
    finding = found_by("main-killed", main_ended(signal.SIGSEGV))
    assert finding.severity == "error"
    assert finding.headline == "train.py was killed by SIGSEGV"
    assert "recursion" in finding.advice
    assert "faulthandler" in finding.advice


def test_the_kernels_count_of_kills_for_want_of_memory_is_told() -> None:
    finding = found_by("main-killed", main_ended(signal.SIGKILL, oom=True))
    assert finding.headline == "train.py was killed by SIGKILL, as memory ran out"
    assert "kernel" in finding.evidence
    assert "fewer workers" in finding.advice


def test_a_kill_from_outside_is_told_as_such() -> None:
    finding = found_by("main-killed", main_ended(signal.SIGKILL))
    assert finding.severity == "error"
    assert "outside of the program" in finding.advice


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGHUP])
def test_what_a_person_or_a_shell_does_is_no_more_than_a_note(number: int) -> None:
    assert serious(main_ended(number)) == []


def test_no_finding_about_what_mptui_ended() -> None:
    assert rules(main_ended(signal.SIGKILL, stopping=True)) == []
    assert rules(main_ended(signal.SIGTERM, stopping=True)) == []


def test_one_finding_where_others_outlive_the_main_process() -> None:
    story = Story("train.py")
    story.process("Process-1")
    story.after(1.0)
    story.exit(story.main, signal=signal.SIGKILL)
    story.after(3.0)
    story.look({})
    assert rules(story.events) == ["workers-outlive-main"]


def test_programs_that_crash_or_are_not_found_are_notes() -> None:
    crashed = found_by("program-failed", tool(None, signal.SIGSEGV).finish())
    assert crashed.headline == "cc was killed by SIGSEGV"
    assert "cc -O2 main.c" in crashed.evidence
    shell = ("/bin/sh", "-c", "nosuchcommand; exit $?")
    missing = found_by("program-failed", tool(127, argv=shell).finish())
    assert missing.headline == "/bin/sh ended with exit code 127"
    assert "does not find a command" in missing.advice
    assert {crashed.severity, missing.severity} == {"note"}


@pytest.mark.parametrize(
    ("exitcode", "number", "by"),
    [(1, None, None), (129, None, None), (0, None, None),
     (None, signal.SIGTERM, 0), (None, signal.SIGKILL, 0),
     (None, signal.SIGABRT, 0), (None, signal.SIGPIPE, None)],
)  # fmt: skip
def test_no_finding_about_ordinary_ends_of_programs(
    exitcode: int | None, number: int | None, by: int | None
) -> None:
    assert rules(tool(exitcode, number, by=by).finish()) == []


@pytest.mark.parametrize(
    ("number", "word"),
    [(signal.SIGBUS, "/dev/shm is full"), (signal.SIGXCPU, "CPU time"),
     (signal.SIGABRT, "gave up"), (signal.SIGSEGV, "too deep")],
)  # fmt: skip
def test_a_signal_that_ended_a_worker_is_explained(number: int, word: str) -> None:
    story = Story("train.py")
    worker = story.process("Worker-1")
    story.work(0.4, [worker])
    story.exit(worker, signal=number)
    assert word in found_by("worker-crashed", story.finish()).advice


def test_an_exit_code_of_a_worker_with_a_meaning_is_explained() -> None:
    story = Story("train.py")
    worker = story.process("Worker-1", target="train.load")
    story.work(0.4, [worker])
    story.exit(worker, 255)
    assert "sys.exit(-1)" in found_by("worker-failed", story.finish()).evidence


@pytest.mark.parametrize(
    ("codes", "is_found"),
    [((3, 3, 3), True), ((3, 3), False), ((3, 0, 3), False), ((1, 1, 1), False)],
    ids=["each time", "twice", "not always", "says no"],
)
def test_a_program_that_fails_each_time(codes: tuple[int, ...], is_found: bool) -> None:
    story = Story("convert.py")
    for code in codes:
        child = story.process("ffmpeg", role="other", argv=["ffmpeg", "-i", "a.avi"])
        story.exit(child, code)
    story.work(1.0, [])
    assert ("program-failed" in rules(story.events)) is is_found
    if is_found:
        finding = found_by("program-failed", story.events)
        assert finding.headline == "ffmpeg ended with exit code 3, each of 3 times"
        assert finding.severity == "note"
