"""The public description of the events: their JSON Schema, and the table in the README."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

import mptui
from mptui import events as ev
from mptui.cli.event_table import event_table, with_event_table
from mptui.cli.schema import event_schema
from tests.commanding import mptui as run_mptui
from tests.histories import HISTORIES
from tests.running import read_recording

README = Path(mptui.__file__).parents[1] / "README.md"
OLD_RECORDINGS = sorted((Path(__file__).parents[1] / "recording" / "schema_1").glob("*.jsonl"))
RUN = '{"event":"run_finished","t":1.0,"exitcode":0,"signal":null,"seconds":1.0,"stopped":null}'
PROGRAM = """
import multiprocessing
def square(number):
    return number * number
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(10)))
"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(event_schema())


def test_the_command_prints_a_valid_json_schema() -> None:
    completed = run_mptui("schema")
    assert (completed.returncode, completed.stderr) == (0, b"")
    printed = json.loads(completed.stdout)
    Draft202012Validator.check_schema(printed)
    assert printed == event_schema()


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_is_as_the_schema_says(name: str, validator: Draft202012Validator) -> None:
    for event in HISTORIES[name]:
        validator.validate(json.loads(ev.encode(event)))


@pytest.mark.parametrize("path", OLD_RECORDINGS, ids=lambda path: path.stem)
def test_a_lifted_recording_is_as_the_schema_says(
    path: Path, validator: Draft202012Validator
) -> None:
    for event in read_recording(path):
        validator.validate(json.loads(ev.encode(event)))


def test_what_a_run_prints_is_as_the_schema_says(
    tmp_path: Path, validator: Draft202012Validator
) -> None:
    (tmp_path / "work.py").write_text(PROGRAM)
    lines = run_mptui("run", "--json", "work.py", cwd=tmp_path).stdout.splitlines()
    assert len(lines) > 10
    for line in lines:
        validator.validate(json.loads(line))


@pytest.mark.parametrize(
    ("field", "value"),
    [("exitcode", "none"), ("t", None), ("seconds", [1.0]), ("event", "run_finnished")],
)
def test_what_is_not_an_event_is_not_as_the_schema_says(
    field: str, value: object, validator: Draft202012Validator
) -> None:
    line: dict[str, Any] = json.loads(RUN)
    assert validator.is_valid(line)
    assert not validator.is_valid({**line, field: value})
    del line[field]
    assert not validator.is_valid(line)


def test_a_later_version_may_say_more(validator: Draft202012Validator) -> None:
    assert validator.is_valid({**json.loads(RUN), "stopped": "policy", "invented_later": 1})


def test_known_values_and_explanations_are_in_the_schema() -> None:
    definitions = event_schema()["$defs"]
    role = definitions["ProcessStarted"]["properties"]["role"]
    assert role["examples"] == list(get_args(ev.Role))
    assert "2^(k/4)" in definitions["TasksCounted"]["properties"]["histogram"]["description"]
    sample = definitions["ProcessSample"]["prefixItems"]
    assert [item["title"] for item in sample] == list(ev.ProcessSample.__struct_fields__)
    assert all(definition["description"] for definition in definitions.values())


def test_the_readme_holds_exactly_the_table_that_is_made() -> None:
    readme = README.read_text(encoding="utf-8")
    assert with_event_table(readme) == readme, "make readme"
    assert f'`"schema": {ev.SCHEMA}`' in readme


def test_a_stale_readme_is_renewed(tmp_path: Path) -> None:
    stale = tmp_path / "README.md"
    fresh = README.read_text(encoding="utf-8")
    stale.write_text(fresh.replace("| `output` |", "| `printed` |"), encoding="utf-8")
    renewing = [sys.executable, "-W", "error", "-m", "mptui.cli.readme_tables", str(stale)]
    subprocess.run(renewing, check=True, timeout=60)
    assert stale.read_text(encoding="utf-8") == fresh


def test_a_readme_without_a_place_for_the_table_is_not_touched() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_event_table("# mptui\n")


@pytest.mark.parametrize("kind", get_args(ev.Event), ids=lambda kind: kind.__name__)
def test_the_table_names_every_field(kind: type[ev.RunStarted]) -> None:
    tag = kind.__struct_config__.tag
    (row,) = (line for line in event_table().splitlines() if line.startswith(f"| `{tag}` |"))
    for field in msgspec.structs.fields(kind)[1:]:
        assert f"`{field.name}{'' if field.required else '?'}`" in row


@pytest.mark.parametrize(
    "values",
    [ev.Role, ev.StreamName, ev.StopReason, ev.ExecutorKind, ev.QueueKind, ev.WaitKind, ev.GapCode],
)
def test_the_table_names_every_known_value(values: object) -> None:
    for value in get_args(values):
        assert value in event_table()
