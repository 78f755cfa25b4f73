"""`mptui export` as a user runs it: real runs, files, pipes, and what cannot be read or written."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.errors import MptuiError
from mptui.export.exports import export_run
from tests.commanding import mptui
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from mptui.export.exports import Form

POOL = """
import multiprocessing
def work(number):
    print(f"number {number}")
    return number * number
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(sum(pool.map(work, range(6), chunksize=1)))
"""
OLD = Path(__file__).parent.parent / "recording" / "schema_1"
FORMS: tuple[Form, ...] = ("perfetto", "csv", "html", "markdown")


def recorded(name: str, folder: Path) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(ev.encode(event) for event in HISTORIES[name]))
    return path


def test_a_real_run_is_handed_on_in_every_form(tmp_path: Path) -> None:
    program = tmp_path / "pool.py"
    program.write_text(POOL)
    recording = mptui("run", "--json", str(program)).stdout

    trace = json.loads(mptui("export", "-", "--to", "perfetto", stdin=recording).stdout)
    tasks = [one for one in trace["traceEvents"] if one.get("cat") == "task"]
    assert len(tasks) == 6
    assert all(one["name"] == "work" and one["dur"] >= 0 for one in tasks)

    table = mptui("export", "-", "--to", "csv", stdin=recording).stdout.decode()
    rows = list(csv.DictReader(table.splitlines()))
    assert sorted(row["argument"] for row in rows) == list("012345")

    processes = mptui("export", "-", "--to", "csv", "--table", "processes", stdin=recording).stdout
    assert b"ForkPoolWorker-1" in processes

    page = mptui("export", "-", "--to", "html", stdin=recording).stdout.decode()
    assert "number 5" in page
    summary = mptui("export", "-", "--to", "markdown", stdin=recording).stdout.decode()
    assert summary.startswith("## ✅ pool.py: ended with exit code 0 after ")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_for_its_owner_and_whole(form: Form, tmp_path: Path) -> None:
    source, file = recorded("pool_tasks", tmp_path), tmp_path / "made"
    completed = mptui("export", str(source), "--to", form, "-o", str(file))
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, b"", b"")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == mptui("export", str(source), "--to", form).stdout


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["failing_pool", "deadlock", "workers", "gap"])
def test_a_recording_of_an_old_version_and_a_torn_one(
    form: Form, name: str, tmp_path: Path
) -> None:
    old = (OLD / f"{name}.jsonl").read_bytes()
    for content in (old, old[: len(old) * 2 // 3]):
        source, file = tmp_path / "run.jsonl", tmp_path / "made"
        source.write_bytes(content)
        assert export_run(str(source), form, str(file)) == 0
        assert file.stat().st_size > 100
        if form == "perfetto":
            assert json.loads(file.read_bytes())["traceEvents"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["/nope", "--to", "csv"], "cannot read /nope: no such file, and no run in "),
        (["/etc/passwd", "--to", "csv"], "cannot read /etc/passwd: it is not a recording of mptui"),
        (["-", "--to", "html"], "cannot read standard input: it is not a recording of mptui\n"),
        (["-", "--to", "xml"], "Invalid value for '--to': 'xml' is not one of "),
        (["-"], "Missing option '--to'. Choose from: perfetto, csv, html, markdown; see mptui "),
        (["-", "--to", "html", "--table", "tasks"], "--table goes with --to csv; see mptui export"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_2(arguments: list[str], line: str) -> None:
    completed = mptui("export", *arguments)
    said = completed.stderr.decode()
    assert said.startswith(f"mptui: {line}")
    assert (completed.returncode, completed.stdout) == (2, b"")


def test_a_recording_is_not_written_over(tmp_path: Path) -> None:
    source = recorded("pool", tmp_path)
    before = source.read_bytes()
    with pytest.raises(MptuiError, match="is the recording itself"):
        export_run(str(source), "csv", str(source))
    assert source.read_bytes() == before


def test_what_cannot_be_read_leaves_no_file(tmp_path: Path) -> None:
    source, file = tmp_path / "run.jsonl", tmp_path / "made"
    source.write_text("no recording\n")
    for form in FORMS:
        with pytest.raises(MptuiError):
            export_run(str(source), form, str(file))
    assert not file.exists()


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    source = recorded("pool_tasks", tmp_path)
    for form in FORMS:
        with pytest.raises(MptuiError, match="No space left on device"):
            export_run(str(source), form, "/dev/full")
    with pytest.raises(MptuiError, match="cannot write /nope/made: No such file"):
        export_run(str(source), "csv", "/nope/made")


def test_a_reader_that_goes_away_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = recorded("pool_tasks", tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(os, "dup", lambda _: writing)
    assert export_run(str(source), "csv") == 128 + 13
