"""What an index knows of a whole recording is what all its events make."""

from __future__ import annotations

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording.runs_folder import runs_folder
from mptui.replay.index import Index
from mptui.replay.known_whole import known_whole
from tests.histories import HISTORIES
from tests.replay.indexing import note_each
from tests.replay.seen import seen


def test_a_whole_run_is_known_by_its_index_alone_once_there_is_one() -> None:
    events = HISTORIES["pool_tasks"]
    runs_folder().mkdir(parents=True, mode=0o700)
    recording = runs_folder() / "20250314T091500-pool.py.jsonl"
    recording.write_bytes(b"".join(map(ev.encode, events)))
    assert known_whole(recording) is None
    index = Index(recording, stride_events=1, stride_bytes=1000, share=0)
    note_each(index, events)
    index.finish({"word": b"kept"})
    index.close()
    found = Index(recording)
    assert (found.is_whole, found.beside("word"), found.beside("other")) == (True, b"kept", b"")
    found.close()
    run, findings = Run(), Findings()
    run.apply(events, before=findings.note)
    known = known_whole(recording)
    assert known is not None
    assert seen(known.run, known.findings) == seen(run, findings)
