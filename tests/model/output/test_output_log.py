from hypothesis import given
from hypothesis import strategies as st

from mptui.model import Line, OutputLog
from mptui.model.output.line_cutter import Origin, WholeLines

MINE = Origin(1, "stdout", is_complete=True)
OTHERS = Origin(2, "stderr", is_complete=True)


def lines_of(origin: Origin, *texts: str) -> WholeLines:
    text = "".join(line + "\n" for line in texts)
    return WholeLines(origin, text, len(texts), len(text))


def filled(
    max_bytes: int, block_count: int, lines_a_block: int = 3
) -> tuple[OutputLog, list[Line]]:
    """A log after so many blocks, and all lines that were ever in it."""
    log = OutputLog(max_bytes)
    everything: list[Line] = []
    for block in range(block_count):
        origin = (MINE, OTHERS)[block % 3 == 0]
        texts = [f"block {block} line {line}" for line in range(lines_a_block)]
        for text in texts:
            everything.append(Line(len(everything), *origin[:2], text, is_complete=True))
        log.append(lines_of(origin, *texts))
    return log, everything


@given(st.integers(0, 4000), st.integers(0, 60), st.integers(0, 9))
def test_what_is_kept_is_the_newest(max_bytes: int, blocks: int, lines_a_block: int) -> None:
    log, everything = filled(max_bytes, blocks, lines_a_block + 1)
    assert log.end_line == len(everything)
    assert log.lines(0, log.end_line) == everything[log.first_line :]
    assert not everything or log.first_line < log.end_line


@given(st.integers(0, 60), st.integers(-5, 200), st.integers(-5, 200))
def test_any_part_can_be_asked_for(blocks: int, start: int, stop: int) -> None:
    log, everything = filled(2000, blocks)
    kept = everything[log.first_line :]
    assert log.lines(start, stop) == [line for line in kept if start <= line.number < stop]


def test_a_full_log_keeps_most_of_its_limit_and_not_more() -> None:
    log, everything = filled(100_000, 20_000)
    kept_bytes = sum(len(line.text) + 1 for line in log.lines(0, log.end_line))
    assert log.first_line > 0
    assert 0.5 * 100_000 < kept_bytes <= 100_000
    assert log.lines(log.end_line - 1, log.end_line) == everything[-1:]


def test_a_block_larger_than_the_limit_is_kept_until_another_comes() -> None:
    log = OutputLog(100)
    log.append(lines_of(MINE, "x" * 1000))
    assert [line.text for line in log.lines(0, 1)] == ["x" * 1000]
    log.append(lines_of(MINE, "new"))
    assert log.lines(0, 9) == [Line(1, 1, "stdout", "new", is_complete=True)]


def test_lines_keep_their_numbers_while_others_come_and_go() -> None:
    log, everything = filled(2000, 10)
    assert log.lines(20, 21) == everything[20:21]
    for _ in range(10):
        log.append(lines_of(OTHERS, "later"))
    assert log.lines(20, 21) == everything[20:21]


def test_the_newest_page_shows_lines_that_came_after_it_was_looked_at() -> None:
    log = OutputLog(1_000_000)
    log.append(lines_of(MINE, "a"))
    assert len(log.lines(0, 9)) == 1
    log.append(lines_of(OTHERS, "b", "", "c"))
    assert [line.text for line in log.lines(0, 9)] == ["a", "b", "", "c"]
    assert [line.process for line in log.lines(0, 9)] == [1, 2, 2, 2]


def test_looking_everywhere_keeps_only_a_few_pages_split() -> None:
    log, _ = filled(100_000, 10_000)
    for number in range(log.first_line, log.end_line, 50):
        log.lines(number, number + 1)
    assert sum(page.split is not None for page in log._pages) <= 4


def test_a_log_of_many_tiny_lines_of_many_writers_stays_within_its_limit() -> None:
    log = OutputLog(10_000)
    for number in range(5000):
        log.append(lines_of((MINE, OTHERS)[number % 2], ""))
    # Each costs its line feed, and the note of whose it is.
    assert log.end_line - log.first_line <= 10_000 / 17


def test_an_empty_log_has_no_lines() -> None:
    log = OutputLog(1000)
    assert (log.first_line, log.end_line) == (0, 0)
    assert log.lines(0, 10) == []
    assert log.pending() == []


def test_when_a_line_came_is_known_as_long_as_it_is_kept() -> None:
    log = OutputLog(2000)
    for block in range(60):
        log.append(lines_of((MINE, OTHERS)[block % 2], "a", "b"), t=block / 2)
    assert log.time_of(119) == 29.5
    assert log.time_of(118) == 29.5
    assert log.time_of(117) == 29.0
    assert log.first_line > 0
    assert log.time_of(log.first_line) == log.first_line // 2 / 2
    assert log.time_of(log.first_line - 1) is None
    assert log.time_of(120) is None


def test_the_first_line_at_a_time_is_found() -> None:
    log = OutputLog(1_000_000)
    assert log.line_at(1.0) == 0
    for t in (1.0, 1.0, 2.0, 4.0):
        log.append(lines_of(MINE, "a", "b"), t)
    assert [log.line_at(t) for t in (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)] == [0, 0, 4, 4, 6, 6, 8]
