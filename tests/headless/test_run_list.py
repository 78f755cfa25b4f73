"""What `mptui ls` prints and `mptui rm` removes, with the folder of the runs as it may be."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.errors import MptuiError
from mptui.headless import run_list
from mptui.headless.findings import print_findings
from mptui.headless.run_list import print_runs, remove_runs
from mptui.recording import runs_folder as folder
from mptui.recording.run_facts import RunFacts
from mptui.recording.run_summary import newest_runs
from mptui.recording.runs_folder import create_recording, runs_folder
from mptui.terminal_text import cell_count
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
NEWER = b'{"event":"run_started","t":0.0,"schema":3,"id":"x"}\n'
POOL = b"".join(map(ev.encode, HISTORIES["pool_tasks"]))


def recorded(stem: str, content: bytes = POOL) -> Path:
    path = runs_folder() / f"{stem}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def listed(capfd: pytest.CaptureFixture[str], most: int = 20) -> list[str]:
    assert print_runs(most=most, is_json=False) == 0
    return capfd.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["训练.py", "Übung.py", "обучение", "a\x1b[31mb", "e\u0301.py"])
def test_columns_stand_below_each_other_whatever_a_run_is_called(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    recorded(f"20250314T091500-{name}")
    recorded("20250314T091600-pool.py")
    head, *rows, _ = listed(capfd)
    column = head.index("STATE")
    for row in rows:
        assert cell_count(row.partition("exit 0")[0]) == column
        assert "\x1b" not in row


@pytest.mark.parametrize(
    ("name", "stem"),
    [("训练.py", "训练.py"), ("o\u0308l", "\u00f6l"), ("a b/c", "a-b-c"), ("\u202e..", "run")],
)
def test_a_run_is_called_as_its_program_in_any_language(name: str, stem: str) -> None:
    path, descriptor = create_recording(name, NOW)
    os.close(descriptor)
    assert path.stem.partition("-")[2] == stem


def test_the_longest_name_fits_into_any_file_system() -> None:
    path, descriptor = create_recording("\U00020000" * 100, NOW)
    os.close(descriptor)
    assert len(os.fsencode(path.with_suffix(".socket").name)) < 250


def test_a_locale_without_such_letters_has_ascii_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> bytes:
        raise UnicodeEncodeError("latin-1", "", 0, 1, "no such letter")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsencode", refuse)
        assert folder._file_name("训练-a.py") == "a.py"


def test_of_one_second_the_last_with_its_number_is_the_newest(
    capfd: pytest.CaptureFixture[str],
) -> None:
    stems = [create(number) for number in range(11)]
    _, *rows, _ = listed(capfd)
    assert [row.split()[-1] for row in rows] == stems[::-1]


def create(_: int) -> str:
    path, descriptor = create_recording("pool", NOW)
    os.write(descriptor, POOL)
    os.close(descriptor)
    return path.stem


def test_a_narrow_terminal_has_what_an_id_does_not_say(capfd: pytest.CaptureFixture[str]) -> None:
    recorded("20250314T091500-train_resnet.py")
    found = newest_runs(20)
    facts = [(run, RunFacts(5, "warning")) for run in found.runs]
    lines = {columns: list(run_list._table(facts, columns)) for columns in (0, 200, 100, 80)}
    assert lines[0] == lines[200]
    assert lines[0][0].split()[0] == "NAME"
    assert lines[100][0].split() == ["NAME", "STATE", "TIME", "PROCESSES", "WORST", "SIZE", "ID"]
    assert lines[80][0].split() == ["STATE", "TIME", "PROCESSES", "WORST", "SIZE", "ID"]
    assert max(map(len, lines[80])) <= 80
    assert capfd.readouterr().out == ""


def test_json_has_the_same_fields_whatever_became_of_a_run(
    capfd: pytest.CaptureFixture[str],
) -> None:
    recorded("20250314T091500-pool.py")
    recorded("20250314T091600-hang.py", b"".join(map(ev.encode, HISTORIES["deadlock"][:-1])))
    recorded("20250314T091700-newer.py", NEWER)
    assert print_runs(most=20, is_json=True) == 0
    runs = json.loads(capfd.readouterr().out)
    assert [run["state"] for run in runs] == ["abandoned", "finished"]
    for run in runs:
        assert list(run) == [
            *("id", "name", "state", "exitcode", "signal", "stopped", "started_at", "seconds"),
            *("command", "cwd", "host", "processes", "worst", "size_bytes", "recording"),
        ]


def test_what_is_wrong_is_looked_for_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    looked: list[Path] = []
    fold = run_list._folded

    def folded(path: Path) -> RunFacts:
        looked.append(path)
        return fold(path)

    monkeypatch.setattr(run_list, "_folded", folded)
    path = recorded("20250314T091500-pool.py")
    first = listed(capfd)
    assert listed(capfd) == first
    assert looked == [path]
    recorded(path.stem, b"".join(map(ev.encode, HISTORIES["deadlock"])))
    assert " error " in listed(capfd)[1]
    assert looked == [path, path]
    found = runs_folder().parent / "found.json"
    assert found.stat().st_mode & 0o777 == 0o600
    found.write_bytes(b'{"mptui":7')
    assert " error " in listed(capfd)[1]


def test_what_takes_too_long_is_left_for_the_next_time_or_for_findings(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_list, "_SMALL_BYTES", 0)
    monkeypatch.setattr(run_list, "_LOOK_SECONDS", -1.0)
    recorded("20250314T091500-hang.py", b"".join(map(ev.encode, HISTORIES["deadlock"])))
    assert listed(capfd)[1].split()[-6:-4] == ["?", "?"]
    assert print_findings("hang", is_json=False, fail_on=None) == 0
    capfd.readouterr()
    assert " error " in listed(capfd)[1]


def test_only_those_that_are_shown_are_read(capfd: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        recorded(f"20250314T09150{number}-pool.py")
    (runs_folder() / "20250314T090000-gone.jsonl").symlink_to("/nowhere")
    *rows, note = listed(capfd, most=2)
    assert len(rows) == 3
    assert note.startswith("4 older not shown (-n); kept are the newest 100 or 2.0 GB, in /")


def test_files_that_cannot_be_read_are_named_and_can_be_removed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    recorded("20250314T091500-newer.py", NEWER)
    recorded("20250314T091600-empty.py", b"")
    recorded("20250314T091700-other.py", b"no recording\n")
    *_, note, _ = [*listed(capfd), ""]
    assert note == (
        "not listed, since mptui cannot read them: 20250314T091700-other.py, "
        "20250314T091600-empty.py, 20250314T091500-newer.py"
    )
    assert remove_runs(["newer", "empty.py", "20250314T091700-other.py"], older_days=None) == 0
    assert list(runs_folder().iterdir()) == []


def test_a_run_that_has_only_just_begun_is_not_called_unreadable(
    capfd: pytest.CaptureFixture[str],
) -> None:
    _, descriptor = create_recording("begun", NOW)
    assert listed(capfd) == [f"no runs in {runs_folder()}"]
    with pytest.raises(MptuiError, match="20260301T123005-begun is live"):
        remove_runs(["begun"], older_days=None)
    os.close(descriptor)


def test_what_a_name_means_is_not_guessed_before_it_is_removed() -> None:
    first, second = recorded("20250314T091500-train.py"), recorded("20250314T091600-train.py")
    other, backup = recorded("20250314T091700-eval"), recorded("20250314T091700-eval.py")
    for name in ("train.py", "tr", "2025"):
        with pytest.raises(MptuiError, match=f"{name} may be any of "):
            remove_runs([name], older_days=None)
    with pytest.raises(MptuiError, match=f"2 runs: {second.stem}, {first.stem}"):
        remove_runs([second.stem, "train.py"], older_days=None)
    assert second.exists()
    remove_runs([second.stem, "eval"], older_days=None)
    remove_runs(["tr"], older_days=None)
    assert (first.exists(), other.exists(), backup.exists()) == (False, False, True)


def test_older_ones_are_removed_with_those_that_nobody_can_read() -> None:
    recorded("20250314T091500-newer.py", NEWER)
    recorded("20250314T091600-pool.py")
    live, descriptor = create_recording("live", NOW)
    assert remove_runs([], older_days=0) == 0
    assert list(runs_folder().iterdir()) == [live]
    os.close(descriptor)
