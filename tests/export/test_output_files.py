"""What each process prints, in files of its own."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.errors import MptuiError
from mptui.export.output_files import OutputFiles
from tests.commanding import mptui
from tests.dashboard.widgets.runs import ended_workers, said, worker_started

if TYPE_CHECKING:
    from pathlib import Path

WORKERS = """
import multiprocessing, os, sys
def work(number):
    print(f"{number} says hello")
    sys.stderr.write(f"{number} is cross")
    sys.stderr.flush()
    os.write(1, b"\\xff\\x00\\x1b[31mraw\\n")
if __name__ == "__main__":
    workers = [multiprocessing.Process(target=work, args=(n,)) for n in range(2)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    print("done")
    sys.exit(5)
"""


def recorded(folder: Path, *told: ev.Event) -> Path:
    path = folder / "20260301T120000-train.py.jsonl"
    with path.open("ab") as file:
        file.write(b"".join(ev.encode(event) for event in told))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_stream_of_each_process_has_a_file_with_what_was_written(tmp_path: Path) -> None:
    recording = recorded(
        tmp_path,
        worker_started(0, "train.py"),
        worker_started(1, "ForkPoolWorker-1"),
        said(1, "one\n"),
        said(0, "main"),
        said(1, "bad", "stderr"),
        ev.Output(t=1.0, process=1, stream="stdout", data=b"\xff\x1b[2J"),
    )
    files = OutputFiles(tmp_path / "deep" / "logs", recording)
    recorded(tmp_path, said(0, "more\n"), said(7, "a stranger\n"))
    files.wake()
    files.close()
    assert files.trouble is None
    assert contents(files.folder) == {
        "000-train.py.out": b"mainmore\n",
        "001-ForkPoolWorker-1.out": b"one\n\xff\x1b[2J",
        "001-ForkPoolWorker-1.err": b"bad",
        "007.out": b"a stranger\n",
    }
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.folder.iterdir()} == {0o600}


def test_a_name_that_becomes_known_later_is_given_to_what_was_written(tmp_path: Path) -> None:
    recording = recorded(
        tmp_path,
        said(3, "early\n"),
        worker_started(3, "python"),
        said(3, "then\n", "stderr"),
        ev.ProcessChanged(t=1.0, process=3, name="loader"),
        said(3, "late\n"),
    )
    files = OutputFiles(tmp_path, recording)
    files.close()
    assert contents(files.folder) == {
        "003-loader.out": b"early\nlate\n",
        "003-loader.err": b"then\n",
    }


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "001-etc-passwd"),
        ("a/b\n\x1b[31m c", "001-a-b-31m-c"),
        ("-rf", "001-rf"),
        ("...", "001-process"),
        ("é漢", "001-process"),
        ("x" * 500, "001-" + "x" * 60),
    ],
)
def test_a_name_chooses_no_folder_and_drives_no_terminal(
    tmp_path: Path, name: str, stem: str
) -> None:
    files = OutputFiles(tmp_path, recorded(tmp_path, worker_started(1, name), said(1, "x\n")))
    files.close()
    assert contents(files.folder) == {f"{stem}.out": b"x\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [files.folder.name, "20260301T120000-train.py.jsonl"]
    )


def test_what_lies_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    recording = recorded(tmp_path, said(1, "x\n"))
    first = OutputFiles(tmp_path / "logs", recording)
    first.close()
    second = OutputFiles(tmp_path / "logs", recording)
    second.close()
    assert second.folder.name == f"{first.folder.name}-2"
    assert contents(first.folder) == contents(second.folder) == {"001.out": b"x\n"}


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    recording = recorded(tmp_path)
    files = OutputFiles(tmp_path, recording)
    target = tmp_path / "target"
    target.write_text("precious")
    (files.folder / "001.out").symlink_to(target)
    recorded(tmp_path, said(1, "x\n"))
    files.close()
    assert target.read_text() == "precious"
    assert files.trouble is not None


def test_a_full_disk_is_said_and_nothing_is_written_after_the_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = recorded(tmp_path, said(1, "before\n"))
    files = OutputFiles(tmp_path, recording)

    def write(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("mptui.export.output_files.os.write", write)
    recorded(tmp_path, said(1, "lost\n"))
    files.close()
    monkeypatch.undo()
    recorded(tmp_path, said(1, "after\n"))
    files.close()
    assert files.trouble == f"the files in {files.folder} are not whole: No space left on device"
    assert contents(files.folder).get("001.out", b"") in (b"", b"before\n")


def test_a_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MptuiError, match=r"cannot write output files in .*/file/logs"):
        OutputFiles(tmp_path / "file" / "logs", recorded(tmp_path))


def test_names_of_processes_long_gone_are_not_kept(tmp_path: Path) -> None:
    files = OutputFiles(tmp_path, recorded(tmp_path, *ended_workers(1100)))
    files.close()
    assert len(files._stems) <= 1002
    assert len(files._written) <= 1002
    assert len(contents(files.folder)) == 1100


def test_a_run_without_a_screen_saves_what_its_workers_print(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORKERS)
    completed = mptui("run", "--json", "--log-dir", "logs", "work.py", cwd=tmp_path)
    assert completed.returncode == 5
    assert completed.stderr == b""
    (folder,) = (tmp_path / "logs").iterdir()
    assert {name.partition("-")[2]: saved for name, saved in contents(folder).items()} == {
        "work.py.out": b"done\n",
        "Process-1.out": b"0 says hello\n\xff\x00\x1b[31mraw\n",
        "Process-1.err": b"0 is cross",
        "Process-2.out": b"1 says hello\n\xff\x00\x1b[31mraw\n",
        "Process-2.err": b"1 is cross",
    }


def test_a_folder_that_cannot_be_made_is_a_wrong_command_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    completed = mptui("run", "--headless", "--log-dir", "file", "-c", "print(1)", cwd=tmp_path)
    assert completed.returncode == 2
    assert completed.stdout == b""
    assert completed.stderr.count(b"\n") == 1
    assert b"cannot write output files in" in completed.stderr
