import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.wording.sizes import bytes_text, size_text

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@pytest.mark.parametrize(
    ("size", "column", "sentence"),
    [
        (0, "0B", "0 B"),
        (1023, "1023B", "1023 B"),
        (1024, "1.0K", "1.0 KB"),
        (10 * KIBIBYTE - 1, "10K", "10 KB"),
        (24 * MEBIBYTE, "24M", "24 MB"),
        (MEBIBYTE * KIBIBYTE - 1, "1.0G", "1.0 GB"),
        (1.2 * MEBIBYTE * KIBIBYTE, "1.2G", "1.2 GB"),
    ],
)
def test_sizes_are_said_in_the_unit_that_keeps_them_short(
    size: float, column: str, sentence: str
) -> None:
    assert (bytes_text(size), size_text(size)) == (column, sentence)


@given(st.integers(0, 2**60))
def test_no_size_needs_more_than_five_characters(size: int) -> None:
    assert len(bytes_text(size)) <= 5
