"""A search in lines that only the recording has finds what a look at every line would."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mptui import events as ev
from mptui.dashboard.presentation.text.text_search import (
    alternatives,
    expression,
    ignores_case,
    required,
)
from mptui.model.output.program_output import ProgramOutput
from mptui.replay.chunk_count import ChunkCount, Question
from mptui.replay.output_search import OlderSearch, Sought
from mptui.replay.sieve import Begun, Sieve
from mptui.terminal_text import shown_text
from tests.histories import Story
from tests.replay.recorded_output import RecordedOutput, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.model import Line

WAIT_SECONDS = 60
SAID = (
    "all is well",
    'he said "timeout" and left',
    "C:\\new\\table",
    "Größe überschritten: ÜBERLAUF",
    "\x1b[31mti\x1b[1mme\x1b[0mout\x1b[0m in red",
    "1 %\r 50 %\rtimeout at 100 %",
    "tab\tafter tab",
    "ошибка: ДИСК полон",
    "Kelvin \u212a sign",
    "price 5 € total, 試験",
    'a\\needle, and another "needle"',
    "no\needle",
    "deleted\x7f needle",
    "long " * 900 + "needle",
    "needle " + "long " * 900,
    "\x1b[?25lbar needle\n\x1b[1Abar\n\x1b[?25h",
)
TORN = (("shard 7 ti", "meout over a border\n"), ("schr", "äg", "\nnext "), ('q"uo', "te\n"))
LOOKED_FOR = (
    "timeout",
    "TIMEOUT",
    "Timeout",
    "überlauf",
    "Größe",
    "диск",
    "ОШИБКА",
    'q"uote',
    "\\new",
    "k ",
    "after tab",
    "€",
    "試験",
    "schräg",
    "line 1[0-9]1",
    "time+out",
    "lin.*9$",
    r"line \d7\d of [a-z]ll",
    r"said .timeout.{1,3}and",
    "needle",
    "next ",
    "n",
    "(5|7)",
    "t?imeout",
    "timeout|needle",
    "(Größe|€|5)",
    "(one)|(two)",
    "nothing of the kind",
    "stdout",
    "process",
    "latin ÿ",
)


def story_of_all() -> list[ev.Event]:
    """All that is hard to find, between much that is not."""
    story = Story("train.py")
    workers = [story.process(f"Process-{number}") for number in (1, 2)]
    for number in range(300):
        worker = workers[number % 2]
        story.after(0.01)
        story.say(worker, f"line {number} of {SAID[0]}\n" + "x" * 50 + "\n")
        if number % 20 == 0:
            story.say(worker, f"{SAID[number // 20 % len(SAID)]}\n", "stderr")
        if number % 50 == 7:
            for piece in TORN[number // 50 % len(TORN)]:
                story.say(worker, piece)
                story.say(workers[1 - number % 2], "another line between\n")
        if number == 150:
            data = "latin ÿ\n".encode("latin-1")
            story.events.append(ev.Output(t=story.t, process=worker, stream="stdout", data=data))
    return story.finish(0)


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> RecordedOutput:
    return recorded(tmp_path_factory.mktemp("runs") / "run.jsonl", story_of_all())


def sought(text: str, *, is_handed_on: bool = False) -> Sought:
    pattern = expression(text)

    def accepts(line: Line) -> bool:
        return pattern.search(shown_text(line.text)) is not None

    word = required(text)
    handed_on = (pattern, word == text, alternatives(text)) if is_handed_on else ()
    return Sought(accepts, word, ignores_case(text), *handed_on)


@pytest.mark.parametrize("is_handed_on", [False, True])
@pytest.mark.parametrize("text", LOOKED_FOR)
def test_every_line_is_found_in_which_it_can_be_read(
    hidden: RecordedOutput, text: str, *, is_handed_on: bool
) -> None:
    for log in (None, 1):
        source = hidden.whole.merged if log is None else hidden.whole.logs[log]
        end = (hidden.run.merged if log is None else hidden.run.logs[log]).first_line
        wanted = sought(text, is_handed_on=is_handed_on)
        expected = [line.number for line in source.lines(0, end) if wanted.accepts(line)]
        search = OlderSearch(hidden.older, log, wanted, processes=0)
        search.look_through(0, end, end // 2)
        assert search.wait(WAIT_SECONDS)
        assert (search.count, search.problem) == (len(expected), None)
        assert search.progress == 1
        stepped, line = [], -1
        while (below := search.below(line)) is not None:
            stepped.append(line := below)
        assert stepped == expected
        back, line = [], end
        while (above := search.above(line)) is not None:
            back.append(line := above)
        assert back == expected[::-1]
        assert [search.count_up_to(one) for one in expected] == list(range(1, len(expected) + 1))
        search.close()


@pytest.mark.parametrize("processes", [0, 1, 3])
def test_most_of_a_recording_is_passed_over_by_its_bytes_alone(
    tmp_path: Path, processes: int
) -> None:
    story = Story("train.py")
    worker = story.process("Process-1")
    for number in range(2000):
        story.say(worker, f"line {number} of many\n")
    found = recorded(tmp_path / "run.jsonl", story.finish(0))
    end = found.run.merged.first_line
    asked = []
    number = end // 2

    def accepts(line: Line) -> bool:
        asked.append(line.number)
        return f"line {number} " in line.text

    wanted = Sought(accepts, f"line {number} ", ignores_case=True)
    search = OlderSearch(found.older, None, wanted, processes=processes)
    search.look_through(0, end, end)
    assert search.wait(WAIT_SECONDS)
    assert search.count == 1
    assert len(asked) < end / 5


def test_a_search_can_be_cancelled_in_the_middle(hidden: RecordedOutput) -> None:
    is_begun, may_go_on = threading.Event(), threading.Event()

    def accepts(_: Line) -> bool:
        is_begun.set()
        assert may_go_on.wait(WAIT_SECONDS)
        return True

    end = hidden.run.merged.first_line
    search = OlderSearch(hidden.older, None, Sought(accepts, "", ignores_case=False))
    search.look_through(0, end, end)
    assert is_begun.wait(WAIT_SECONDS)
    search.close()
    may_go_on.set()
    assert search.wait(WAIT_SECONDS)
    assert search.progress < 1


PLAIN = ["needle", "nee", "dle", "\n", "\n", "x", "N", '"']
STRANGE = ["\\", "\\n", "\t", "\r", "é", "\x1b[1m", "\x1b[", "2A"]
TEXTS = st.lists(st.sampled_from(PLAIN * 5 + STRANGE), min_size=1, max_size=6).map("".join)
OUTPUTS = st.lists(
    st.builds(
        ev.Output,
        t=st.just(1.0),
        process=st.integers(0, 1),
        stream=st.sampled_from(["stdout", "stdout", "stderr"]),
        text=TEXTS,
    ),
    max_size=8,
)


def said(text: str) -> list[ev.Output]:
    return [ev.Output(t=1.0, process=1, stream="stdout", text=text)]


@settings(max_examples=60)
@example([], said("x\nx\needle\n"), "n")
@example(said("x\nneedle\n\x1b["), said("2Aneedle\nx\n"), "needle")
@example(said("x\nneedle\n"), said("\x1b[2A\nneedle\n\n\n"), "needle")
@example(said("nee"), said("dle"), "needle")
@given(
    OUTPUTS,
    OUTPUTS,
    st.sampled_from(["needle", "Needle", "n", 'e"', "dl.\\n?", "é", "[xN]$", "nee|x|Nx+"]),
)
def test_a_part_is_counted_as_its_lines_are(
    before: list[ev.Output], part: list[ev.Output], text: str
) -> None:
    wanted = sought(text, is_handed_on=True)
    for log in (None, 1):
        output = ProgramOutput()
        for one in before:
            output.write(one)
        begun = [
            Begun(process, cutter.origin.stream, cutter.pending, not cutter.is_plain)
            for process in output.logs
            for cutter in output.cutters(process)
        ]
        data = bytearray(b"".join(map(ev.encode, part)))
        question = Question(log, begun, is_counted=True)
        count = ChunkCount(wanted.handed_on).count(data, question)
        output.open(1)
        source = output.merged if log is None else output.logs[log]
        start = source.end_line
        for one in part:
            output.write(one)
        found = sum(map(wanted.accepts, source.lines(start, source.end_line)))
        assert count in (None, found)
        if not any(strange in (one.text or "") for one in (*before, *part) for strange in STRANGE):
            assert count == found


def test_nothing_is_known_of_what_a_search_requires_where_that_is_intricate() -> None:
    assert Sieve(required("(5|7)"), ignores_case=True).is_open
    assert not Sieve(required("lin.*9$"), ignores_case=True).is_open
    assert required("colou?r.*") == "colo"
    assert required(r"took \d+ [a-z]{1,2} longer") == " longer"
    assert required(r"\x41bc") == ""


def test_a_search_goes_on_by_itself_where_no_process_helps(
    hidden: RecordedOutput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mptui.replay.sieves._MODULE", "mptui.replay.no_such_module")
    end = hidden.run.merged.first_line
    search = OlderSearch(hidden.older, None, sought("line 13 of"))
    search.look_through(0, end, end)
    assert search.wait(WAIT_SECONDS)
    assert (search.count, search.problem) == (1, None)
