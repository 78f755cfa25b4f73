"""What a person chose of the table is there again the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.session.kept_choice import KeptChoice
from mptui.dashboard.session.table_choice import TableChoice
from tests.dashboard.stage import own_program, stage

if TYPE_CHECKING:
    from pathlib import Path

CHOICE = TableChoice(sort="memory", is_reversed=True, columns=("pid", "name"))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mptui" / "table.json"
    assert KeptChoice(path).read() == TableChoice()
    KeptChoice(path).write(CHOICE)
    assert KeptChoice(path).read() == CHOICE
    assert [one.name for one in path.parent.iterdir()] == ["table.json"]


@pytest.mark.parametrize(
    "held", [b"", b"[]", b'{"sort": 7}', b'{"columns": "pid"}', b"\xff", b"[" * 100_000]
)
def test_what_makes_no_sense_counts_as_no_choice(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(held)
    assert KeptChoice(path).read() == TableChoice()


def test_where_nothing_can_be_written_it_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for kept in (KeptChoice(), KeptChoice(tmp_path / "file" / "table.json")):
        kept.write(CHOICE)
        assert kept.read() == TableChoice()


async def test_dashboard_begins_with_it_and_keeps_what_is_chosen(tmp_path: Path) -> None:
    kept = KeptChoice(tmp_path / "table.json")
    kept.write(CHOICE)
    async with stage(tmp_path, own_program(), history="pool_live", kept=kept) as there:
        run = await there.run()
        run.tell()
        await there.sees("PID NAME", "workers · by MEM ▲")
        await there.press("I")
        await there.sees("workers · by MEM ▼")
        await there.until(lambda: not kept.read().is_reversed, "the choice in the file")
