import pytest

from mptui.wording.endings import ending_text, exit_text


@pytest.mark.parametrize(
    ("exitcode", "signal", "is_asked", "text"),
    [
        (0, None, False, "exit 0"),
        (1, None, False, "exit 1"),
        (None, 9, False, "SIGKILL"),
        (None, 15, True, "SIGTERM (asked)"),
        (None, 63, False, "signal 63"),
        (None, None, False, "ended"),
    ],
)
def test_an_end_is_said_in_the_words_of_the_system(
    *, exitcode: int | None, signal: int | None, is_asked: bool, text: str
) -> None:
    assert exit_text(exitcode, signal, is_asked=is_asked) == text


@pytest.mark.parametrize(
    ("exitcode", "signal", "text"),
    [
        (1, None, "ended with exit code 1"),
        (None, 9, "killed by SIGKILL"),
        (None, 63, "killed by signal 63"),
        (None, None, "ended, it is not known how"),
    ],
)
def test_an_end_is_said_in_a_sentence(exitcode: int | None, signal: int | None, text: str) -> None:
    assert ending_text(exitcode, signal) == text
