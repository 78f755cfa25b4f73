"""Records are JSON in ASCII, of a bounded size, whatever they are about."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from mptui.probe import _mptui_probe as records

if TYPE_CHECKING:
    from pathlib import Path

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=5000)
WHOLE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(name=ANY_TEXT, target=ANY_TEXT, argv=st.lists(ANY_TEXT, max_size=50))
def test_a_record_is_one_short_line_of_json(name: str, target: str, argv: list[str]) -> None:
    line = records.encode(
        "hello", 2**31, {"name": name, "target": target, "argv": argv, "ppid": 2**31, "how": "exec"}
    )
    assert len(line) <= records.RECORD_LIMIT_BYTES
    assert line.isascii()
    assert line.index(b"\n") == len(line) - 1
    # No half of a pair is left, which strict readers refuse.
    json.dumps(json.loads(line), ensure_ascii=False).encode()


@given(argv=st.lists(WHOLE_TEXT, max_size=10))
def test_short_texts_come_back_as_they_were(argv: list[str]) -> None:
    assert json.loads(records.encode("hello", 1, {"argv": argv}))["argv"] == argv


def test_what_is_cut_off_shows_that_it_was() -> None:
    record = json.loads(records.encode("hello", 1, {"argv": ["x" * 9999, "y"], "name": "n" * 999}))
    assert record["name"] == "n" * 300 + "…"
    assert record["argv"][0].startswith("xxxx")
    assert record["argv"][0].endswith("…")


def test_what_is_unknown_is_left_out() -> None:
    record = json.loads(records.encode("process", 1, {"name": None, "target": "f"}))
    assert record == {"probe": "process", "pid": 1, "target": "f"}


def test_lost_records_are_counted_and_reported_later(tmp_path: Path) -> None:
    fifo = records.fifo
    fifo.path = str(tmp_path / "events")
    try:
        records.report("one", {})
        os.mkfifo(fifo.path, 0o600)
        records.report("two", {})
        reader = os.open(fifo.path, os.O_RDONLY | os.O_NONBLOCK)
        records.report("three", {})
        heard = [json.loads(line) for line in os.read(reader, 9999).splitlines()]
        os.close(reader)
    finally:
        fifo.path, fifo.dropped = "", 0
    assert heard == [
        {"probe": "dropped", "pid": os.getpid(), "count": 2},
        {"probe": "three", "pid": os.getpid()},
    ]
