"""The file beside a recording: private, whole or not there, and never needed."""

from __future__ import annotations

import os
import pickle
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording.run_summary import summary_of
from mptui.recording.runs_folder import INDEX_ENDING, remove_recording, runs_folder
from mptui.replay.frozen_state import DamagedStateError, frozen, thawed
from mptui.replay.index import Index
from tests.histories import HISTORIES
from tests.replay.indexing import note_each
from tests.replay.seen import seen

if TYPE_CHECKING:
    from collections.abc import Callable

POOL = HISTORIES["pool_tasks"]


@pytest.fixture
def recording() -> Path:
    """A recording where mptui keeps them."""
    runs_folder().mkdir(parents=True, mode=0o700)
    path = runs_folder() / "20250314T091500-pool.py.jsonl"
    path.write_bytes(b"".join(map(ev.encode, POOL)))
    return path


def make(recording: Path) -> Path:
    """Make its index."""
    index = Index(recording, stride_events=1, stride_bytes=1000, share=0)
    note_each(index, POOL)
    assert not recording.with_suffix(INDEX_ENDING).exists()
    index.finish()
    index.close()
    return recording.with_suffix(INDEX_ENDING)


def count_of(recording: Path) -> int:
    index = Index(recording)
    count = len(index.checkpoints)
    index.close()
    return count


def test_it_lies_beside_the_recording_for_its_owner_alone(recording: Path) -> None:
    before = summary_of(recording)
    index = make(recording)
    assert index.stat().st_mode & 0o777 == 0o600
    assert count_of(recording) > 1
    assert sorted(recording.parent.iterdir()) == sorted([recording, index])
    after = summary_of(recording)
    assert before is not None
    assert after is not None
    assert after.size_bytes == before.size_bytes + index.stat().st_size
    remove_recording(recording)
    assert list(runs_folder().iterdir()) == []


def cut(index: Path) -> None:
    os.truncate(index, index.stat().st_size - 3)


def open_to_others(index: Path) -> None:
    index.chmod(0o644)


def empty(index: Path) -> None:
    index.write_bytes(b"")


def lead_elsewhere(index: Path) -> None:
    other = index.with_name("other")
    index.rename(other)
    index.symlink_to(other)


def of_another_version(index: Path) -> None:
    index.write_bytes(index.read_bytes().replace(b'"layout":"', b'"layout":"0'))


def outdated(index: Path) -> None:
    os.utime(index.with_name("20250314T091500-pool.py.jsonl"), (1, 1))


@pytest.mark.parametrize(
    "spoil", [cut, open_to_others, empty, lead_elsewhere, of_another_version, outdated]
)
def test_one_that_may_be_wrong_is_not_taken(recording: Path, spoil: Callable[[Path], None]) -> None:
    spoil(make(recording))
    assert count_of(recording) == 0


def test_where_a_state_is_damaged_an_earlier_one_or_the_beginning_does(recording: Path) -> None:
    path = make(recording)
    data = bytearray(path.read_bytes())
    data[: len(data) // 2] = bytes(len(data) // 2)
    path.write_bytes(data)
    path.chmod(0o600)
    index = Index(recording)
    t = POOL[len(POOL) // 3].t
    moment = index.before(t)
    while not moment.advance(t):
        pass
    run, findings = Run(), Findings()
    for event in POOL:
        if event.t > t:
            break
        run.apply([event], before=findings.note)
    assert seen(moment.run, moment.findings) == seen(run, findings)
    moment.close()
    index.close()
    # The next one makes it anew.
    assert count_of(recording) == 0


def test_beside_a_recording_elsewhere_nothing_is_left(tmp_path: Path, recording: Path) -> None:
    elsewhere = tmp_path / "run.jsonl"
    recording.rename(elsewhere)
    make(elsewhere)
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


def test_one_that_was_not_finished_is_gone(recording: Path) -> None:
    index = Index(recording, stride_events=1, stride_bytes=1, share=0)
    index.note(Run(), Findings(), 1000, 1)
    assert len(list(recording.parent.iterdir())) == 2
    index.close()
    assert list(recording.parent.iterdir()) == [recording]


def test_a_folder_that_cannot_be_written_costs_time_alone(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError

    monkeypatch.setattr("mptui.replay.index.os.open", refuse)
    index = Index(recording, stride_events=1, stride_bytes=1, share=0)
    index.note(Run(), Findings(), 1000, 1)
    index.finish()
    index.close()
    assert list(recording.parent.iterdir()) == [recording]


def test_a_state_that_has_no_form_as_bytes_costs_time_alone(recording: Path) -> None:
    run = Run()
    run.odd = lambda: None  # type: ignore[attr-defined]
    index = Index(recording, stride_events=1, stride_bytes=1, share=0)
    index.note(run, Findings(), 1000, 1)
    index.finish()
    assert not index.checkpoints
    index.close()
    assert list(recording.parent.iterdir()) == [recording]


class _Call:
    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.function, self.arguments


@pytest.mark.parametrize(
    "state",
    [
        _Call(os.system, "touch harmed"),
        _Call(eval, "open('harmed', 'w')"),
        _Call(getattr, Run, "apply"),
        _Call(Path, "harmed"),
        (Run, Findings),
        (1, 2),
    ],
)
def test_bytes_that_are_no_state_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: object
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DamagedStateError):
        thawed(zlib.compress(pickle.dumps(state)))
    assert list(tmp_path.iterdir()) == []


def test_a_state_comes_back_and_shares_nothing() -> None:
    run, findings = Run(), Findings()
    run.apply(POOL[:-1], before=findings.note)
    before = seen(run, findings)
    again, found = thawed(frozen(run, findings))
    assert seen(again, found) == before
    again.apply(POOL[-1:], before=found.note)
    assert seen(run, findings) == before
