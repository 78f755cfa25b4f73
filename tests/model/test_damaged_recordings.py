"""A recording that was cut, shuffled or altered is folded and looked at without an exception."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mptui import events
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

WILD: list[Any] = [
    -1,
    0,
    1,
    3,
    2**31,
    2**63,
    -(2**63),
    1e300,
    -1e300,
    0.5,
    None,
    "",
    "x",
    [],
    {},
    True,
]
NAMES = sorted(HISTORIES)


def _damaged(name: str, seed: int) -> list[bytes]:
    """The lines of a history, each of them maybe altered, and in another order or number."""
    chance = random.Random(seed)
    lines = [events.encode(event) for event in HISTORIES[name]]
    for _ in range(chance.randrange(1, 12)):
        place = chance.randrange(len(lines))
        what = chance.randrange(5)
        if what == 0:
            del lines[place : place + chance.randrange(1, 6)]
        elif what == 1:
            lines.insert(chance.randrange(len(lines) + 1), lines[place])
        elif what == 2:
            line = bytearray(lines[place])
            line[chance.randrange(len(line))] = chance.randrange(256)
            lines[place] = bytes(line)
        elif _is_json(lines[place]):
            altered = _altered(json.loads(lines[place]), chance)
            lines[place] = json.dumps(altered).encode() + b"\n"
        lines = lines or [b"\n"]
    return lines


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _altered(fields: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same event with one of its values changed, or that of another one inside it."""
    key = chance.choice([key for key in fields if key != "event"] or ["t"])
    value = fields.get(key)
    if isinstance(value, dict) and value and chance.random() < 0.7:
        return {**fields, key: _altered(value, chance)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        items = list(value)
        items[chance.randrange(len(items))] = chance.choice(WILD)
        return {**fields, key: items}
    return {**fields, key: chance.choice(WILD)}


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(NAMES), seed=st.integers(0, 2**32))
def test_no_damage_is_an_exception(name: str, seed: int) -> None:
    run, findings = Run(), Findings()
    for line in _damaged(name, seed):
        if (event := events.decode(line)) is not None:
            run.apply([event], before=findings.note)
    for finding in findings.find(run):
        assert finding.headline


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_read(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    whole = b"".join(_damaged(chance.choice(NAMES), seed))
    path = tmp_path / "run.jsonl"
    path.write_bytes(whole[: chance.randrange(len(whole) + 1)] + b"\0" * chance.randrange(3) * 4096)
    with RecordingReader(path) as reader:
        while reader.read():
            pass
