"""Where processes are, as lines on the screen."""

from __future__ import annotations

from mptui.dashboard.presentation.processes.stacks import all_stacks, process_stacks
from mptui.model import Run
from tests.dashboard.widgets.runs import run_of
from tests.histories import Story

LIBRARY = ("/usr/lib/python3.12/threading.py", 9, "wait")
OWN = ("/home/ada/study/crawl/fetch.py", 41, "fetch")


def run_with_stacks() -> tuple[Run, list[int]]:
    story = Story("crawl.py")
    workers = [story.process(f"Process-{n}") for n in range(3)]
    for worker in workers[:2]:
        story.stacks(worker, LIBRARY, OWN)
        story.after(1.0)
    run = Run()
    run.apply(story.events)
    return run, workers


def test_a_thread_is_told_with_its_frames_the_program_s_own_by_their_path() -> None:
    run, workers = run_with_stacks()
    assert process_stacks(run, workers[0], is_live=True) == [
        ("MainThread at 0.0 s", "head"),
        ("threading.py:9 in wait", "library"),
        ("crawl/fetch.py:41 in fetch", "own"),
    ]


def test_what_has_not_been_read_is_being_read_or_never_was() -> None:
    run, workers = run_with_stacks()
    assert process_stacks(run, workers[2], is_live=True) == [("reading the stacks", "library")]
    assert process_stacks(run, workers[2], is_live=False) == [
        ("no stacks have been read", "library")
    ]
    empty = run_of("just_started")
    assert all_stacks(empty, is_live=True) == [("reading the stacks", "library")]
    assert all_stacks(empty, is_live=False) == [("no stacks have been read", "library")]


def test_why_a_stack_cannot_be_read_is_said() -> None:
    story = Story("crawl.py")
    story.stacks(story.main, error="not_python")
    run = Run()
    run.apply(story.events)
    ((text, kind),) = process_stacks(run, story.main, is_live=True)
    assert kind == "library"
    assert text.endswith("not known, it runs no Python, only C code or another interpreter")


def test_all_are_told_together_and_how_many_are_missing() -> None:
    run, _ = run_with_stacks()
    assert all_stacks(run, is_live=True) == [
        ("read at 0.0 s to 1.0 s; 2 not read", "library"),
        ("2 processes in fetch, fetch.py:41: Process-0, Process-1", "head"),
        ("threading.py:9 in wait", "library"),
        ("crawl/fetch.py:41 in fetch", "own"),
    ]


def test_nothing_brings_a_control_character_to_the_screen() -> None:
    story = Story("crawl.py")
    worker = story.process("\x1b[31mred\x07")
    story.stacks(worker, ("/srv/\x1b]0;evil\x07.py", 3, "f\x9b31m"))
    run = Run()
    run.apply(story.events)
    for line in (*process_stacks(run, worker, is_live=True), *all_stacks(run, is_live=True)):
        assert not set(line.text) & set("\x1b\x07\x9b\n")
