"""How much may be sent in a while, on a clock that the test turns."""

from mptui.dashboard.terminal.line_pace import LEAST_BYTES_A_SECOND, MOST_BYTES_A_SECOND, LinePace


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def bytes_in(pace: LinePace, clock: Clock, seconds: float, *, frame: int, taken: float) -> int:
    """What is sent in so long, eight times a second, on a line that carries so much a second."""
    sent = waiting = 0.0
    for _ in range(round(seconds * 8)):
        clock.seconds += 1 / 8
        waiting = max(0.0, waiting - taken / 8)
        if pace.has_room(is_line_full=waiting > 2 * frame):
            pace.spend(frame)
            sent += frame
            waiting += frame
    return round(sent)


def test_a_quiet_screen_is_never_held_back() -> None:
    clock = Clock()
    assert bytes_in(LinePace(clock), clock, 60, frame=1_500, taken=1e9) == 60 * 8 * 1_500


def test_a_flood_is_held_to_what_an_ordinary_line_carries_with_ease() -> None:
    clock = Clock()
    sent = bytes_in(LinePace(clock), clock, 60, frame=9_000, taken=1e9)
    assert 0.9 < sent / 60 / MOST_BYTES_A_SECOND < 1.1


def test_on_a_slower_line_no_more_is_sent_than_it_takes() -> None:
    clock = Clock()
    pace = LinePace(clock)
    assert bytes_in(pace, clock, 60, frame=3_000, taken=5_000) < 60 * 5_500
    assert bytes_in(pace, clock, 60, frame=3_000, taken=1e9) > 55 * 8 * 3_000


def test_however_slow_the_line_is_something_is_sent_in_the_end() -> None:
    clock = Clock()
    pace = LinePace(clock)
    for _ in range(100):
        assert not pace.has_room(is_line_full=True)
    pace.spend(5_000)
    clock.seconds += 6_000 / LEAST_BYTES_A_SECOND
    assert pace.has_room(is_line_full=False)


def test_what_was_saved_is_no_more_than_half_a_second_is_worth() -> None:
    clock = Clock()
    pace = LinePace(clock)
    clock.seconds = 3600.0
    assert pace.has_room(is_line_full=False)
    pace.spend(round(MOST_BYTES_A_SECOND / 2) + 1)
    assert not pace.has_room(is_line_full=False)
