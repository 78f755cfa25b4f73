import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.wording.counts import count_text, counted, percent_text, rate_text


@given(st.integers(0, 10**12))
def test_no_count_needs_more_than_five_characters(count: int) -> None:
    assert len(count_text(count)) <= 5


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 processes"), (1, "1 process"), (12, "12 processes"), (123_456, "123k processes")],
)
def test_one_is_said_as_one(count: int, text: str) -> None:
    assert counted(count, "process", "processes") == text


def test_most_plurals_have_an_s() -> None:
    assert (counted(1, "task"), counted(2, "task")) == ("1 task", "2 tasks")


def test_a_share_above_a_hundred_is_said_as_it_is() -> None:
    assert percent_text(398.7) == "399%"


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(0.42, "0.4/s"), (9.96, "10/s"), (12.4, "12/s"), (1234.0, "1200/s"), (123_456.0, "120k/s")],
)
def test_a_rate_is_no_more_exact_than_it_is_steady(per_second: float, text: str) -> None:
    assert rate_text(per_second) == text
