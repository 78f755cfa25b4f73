"""Whatever way the output of a program is torn, its lines are the same."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mptui.events import Output, ProcessExited, StreamName
from mptui.model import Line, OutputLog, Run
from mptui.model.output.line_cutter import MAX_LINE_CHARACTERS

Content = tuple[str, bool]
"""What matters of a line here: its text and whether a line feed ended it."""


def contents(log: OutputLog, stream: StreamName | None = None) -> list[Content]:
    lines = log.lines(0, log.end_line)
    return [(line.text, line.is_complete) for line in lines if stream in (None, line.stream)]


def written(process: int, stream: StreamName, data: bytes) -> Output:
    """The event that the supervisor makes of these bytes."""
    try:
        return Output(t=1.0, process=process, stream=stream, text=data.decode())
    except UnicodeDecodeError:
        return Output(t=1.0, process=process, stream=stream, data=data)


def torn(data: bytes, positions: list[int]) -> list[bytes]:
    cuts = sorted({0, len(data), *(position % (len(data) + 1) for position in positions)})
    return [data[start:end] for start, end in pairwise(cuts)]


def exited(process: int) -> ProcessExited:
    return ProcessExited(t=2.0, process=process, exitcode=0, signal=None)


def run_of(*events: Output | ProcessExited) -> Run:
    run = Run()
    run.apply(events)
    return run


bytes_with_lines = st.lists(
    st.sampled_from([b"\n", b"\n", b"a", b"word", b"\r", "é☕🎉".encode(), b"\xff", b"\xe2\x98"])
    | st.binary(max_size=3)
).map(b"".join)
positions = st.lists(st.integers(0, 1000), max_size=12)
near = st.sampled_from([-1, 0, 1, 12_345])


def expected_contents(data: bytes) -> list[Content]:
    *whole, last = data.decode("utf-8", "backslashreplace").split("\n")
    return [(text, True) for text in whole] + ([(last, False)] if last else [])


@given(bytes_with_lines, positions)
def test_the_places_where_output_is_torn_never_change_its_lines(
    data: bytes, cuts: list[int]
) -> None:
    pieces = [written(1, "stdout", piece) for piece in torn(data, cuts)]
    run = run_of(*pieces, exited(1))
    if pieces:
        assert contents(run.logs[1]) == expected_contents(data)
    assert contents(run.merged) == expected_contents(data)
    assert run.merged.pending() == []
    assert run.byte_count == len(data)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(["stdout", "stderr"]), bytes_with_lines, positions
        ),
        max_size=5,
    ),
    st.randoms(use_true_random=False),
)
def test_what_others_write_in_between_never_changes_the_lines_of_a_process(
    writers: list[tuple[int, StreamName, bytes, list[int]]], random: Random
) -> None:
    waiting: dict[tuple[int, StreamName], list[bytes]] = {}
    data: dict[tuple[int, StreamName], bytes] = {}
    for process, stream, piece, cuts in writers:
        waiting.setdefault((process, stream), []).extend(torn(piece, cuts))
        data[process, stream] = data.get((process, stream), b"") + piece
    events: list[Output | ProcessExited] = []
    while left := [source for source, pieces in waiting.items() if pieces]:
        process, stream = source = random.choice(left)
        events.append(written(process, stream, waiting[source].pop(0)))
    run = run_of(*events, *(exited(process) for process in range(3)))
    for (process, stream), everything in data.items():
        if everything:
            assert contents(run.logs[process], stream) == expected_contents(everything)
    merged = run.merged.lines(0, run.merged.end_line)
    for process, log in run.logs.items():
        own = [line._replace(number=0) for line in log.lines(0, log.end_line)]
        assert own == [line._replace(number=0) for line in merged if line.process == process]
    assert run.merged.end_line == sum(log.end_line for log in run.logs.values())


@given(
    st.builds(lambda n, more: n * MAX_LINE_CHARACTERS + more, st.integers(1, 2), near), positions
)
def test_a_very_long_line_is_cut_at_the_same_places_however_it_came(
    length: int, cuts: list[int]
) -> None:
    data = b"short\n" + b"x" * length + b"\nafter\nrest"
    spread = [cut * 131 for cut in cuts]
    run = run_of(*(written(1, "stdout", piece) for piece in torn(data, spread)))
    lines = contents(run.logs[1])
    assert lines == contents(run_of(written(1, "stdout", data)).logs[1])
    assert "".join(text for text, _ in lines) == "short" + "x" * length + "after"
    assert [len(text) for text, is_complete in lines if not is_complete] == [
        MAX_LINE_CHARACTERS
    ] * ((length - 1) // MAX_LINE_CHARACTERS)


def test_an_unfinished_line_waits_until_its_line_feed_comes() -> None:
    run = run_of(written(1, "stdout", b"one\ntw"))
    assert run.logs[1].lines(0, 9) == [Line(0, 1, "stdout", "one", is_complete=True)]
    assert run.logs[1].pending() == [Line(1, 1, "stdout", "tw", is_complete=False)]
    run.apply([written(1, "stdout", b"o\n")])
    assert run.logs[1].lines(1, 9) == [Line(1, 1, "stdout", "two", is_complete=True)]
    assert run.logs[1].pending() == []


def test_an_unfinished_line_becomes_a_line_when_its_process_ends() -> None:
    run = run_of(written(1, "stderr", b"last wor"), exited(1))
    assert run.logs[1].lines(0, 9) == [Line(0, 1, "stderr", "last wor", is_complete=False)]
    assert run.merged.lines(0, 9) == run.logs[1].lines(0, 9)
    assert run.merged.pending() == run.logs[1].pending() == []


def test_unfinished_lines_of_all_streams_stand_together_in_the_order_they_began() -> None:
    run = run_of(
        written(2, "stdout", b"b"),
        written(1, "stderr", b"whole\na"),
        written(1, "stdout", b"c"),
        written(2, "stdout", b"b"),
    )
    assert run.merged.pending() == [
        Line(1, 2, "stdout", "bb", is_complete=False),
        Line(2, 1, "stderr", "a", is_complete=False),
        Line(3, 1, "stdout", "c", is_complete=False),
    ]


def test_an_unfinished_line_above_the_limit_is_pushed_out_before_its_end() -> None:
    pieces = [b"x" * 40_000] * 4
    run = run_of(*(written(1, "stdout", piece) for piece in pieces))
    assert contents(run.logs[1]) == [("x" * MAX_LINE_CHARACTERS, False)] * 2
    assert [len(line.text) for line in run.logs[1].pending()] == [160_000 - 2 * MAX_LINE_CHARACTERS]


def test_bytes_that_are_no_text_are_shown_by_their_value() -> None:
    run = run_of(written(1, "stdout", b"\xff\xfe caf\xc3"), written(1, "stdout", b"\xa9\n"))
    assert contents(run.logs[1]) == [("\\xff\\xfe café", True)]


def test_a_character_that_never_came_whole_is_shown_before_the_text_that_follows() -> None:
    events = [written(1, "stdout", b"\xe2\x98"), written(1, "stdout", b"text\n")]
    assert contents(run_of(*events).logs[1]) == [("\\xe2\\x98text", True)]


def test_output_after_the_end_of_its_process_is_kept() -> None:
    run = run_of(written(1, "stdout", b"on"), exited(1), written(1, "stdout", b"late\nla"))
    assert contents(run.logs[1]) == [("on", False), ("late", True)]
    assert [line.text for line in run.merged.pending()] == ["la"]
