"""What one terminal for all would have shown: the writes as they came, bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events as ev
from mptui.dashboard.session.shared_terminal import read_together, written_together
from tests.histories import Story

if TYPE_CHECKING:
    from pathlib import Path


def torn() -> list[ev.Event]:
    """Two workers that print their lines in pieces."""
    story = Story("workers.py")
    first, second = story.process("Process-1"), story.process("Process-2")
    story.say(first, "task ; ")
    story.say(second, "task ; ")
    story.say(first, " 0\n")
    story.say_bytes(second, b" \xff\n")
    return story.events


def test_pieces_stand_in_the_order_in_which_they_came() -> None:
    written = written_together(torn())
    assert written.lines == ("task ; task ;  0", " \\xff")
    assert written.is_whole


def test_a_character_whose_bytes_came_in_two_writes_is_one() -> None:
    story = Story("euro.py")
    story.say_bytes(story.main, "€".encode()[:1])
    story.say_bytes(story.main, "€".encode()[1:])
    assert written_together(story.events).lines == ("€",)


def test_only_the_last_of_much_is_kept_and_that_is_known() -> None:
    story = Story("flood.py")
    for number in range(100):
        story.say(story.main, f"{number:09}\n")
    written = written_together(story.events, most_bytes=50)
    assert written.lines == tuple(f"{number:09}" for number in range(95, 100))
    assert not written.is_whole
    one_write = Story("flood.py")
    one_write.say(one_write.main, "x" * 100)
    cut = written_together(one_write.events, most_bytes=50)
    assert (cut.lines, cut.is_whole) == (("x" * 50,), False)


def test_it_is_read_from_the_recording(tmp_path: Path) -> None:
    recording = tmp_path / "run.jsonl"
    recording.write_bytes(b"".join(map(ev.encode, torn())))
    assert read_together(recording) == written_together(torn())
