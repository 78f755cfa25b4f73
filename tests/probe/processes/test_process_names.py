"""Processes that a program names itself are called what it calls them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector, Outcome

GATEWAY = """
class BaseGateway:
    id = "<worker>"
    def __init__(self, io, id, _startcount=2):
        self.id = id
class WorkerGateway(BaseGateway):
    def serve(self):
        import traceback
        assert len(traceback.extract_stack()) == 2
"""
LOADER = """
def _worker_loop(kind, dataset, index_queue, worker_id, count):
    return index_queue
"""
TITLES = "def _setproctitle(title):\n    pass\n"


def write_package(folder: Path, module: str, text: str) -> None:
    package, _, name = module.partition(".")
    (folder / package).mkdir(exist_ok=True)
    (folder / package / "__init__.py").touch()
    (folder / package / f"{name}.py").write_text(text)


def names(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(record["name"], record.get("role")) for record in outcome.of("process")]


def test_workers_of_xdist_are_called_what_pytest_calls_them(
    collector: Collector, tmp_path: Path
) -> None:
    write_package(tmp_path, "execnet.gateway_base", GATEWAY)
    write_package(tmp_path, "_pytest.config", "")
    code = """
from execnet.gateway_base import BaseGateway, WorkerGateway
BaseGateway(None, "gw1")
import sys; sys.argv[1:] and WorkerGateway(None, id="gw1-worker").serve()
import _pytest.config
"""
    extra = {"PYTHONPATH": str(tmp_path)}
    outcome = collector.run([sys.executable, "-c", code, "worker"], environment=extra)
    assert (outcome.exit_status, outcome.text(stream="stderr")) == (0, "")
    assert names(outcome) == [("execnet gw1", "worker"), ("pytest gw1", "worker")]
    assert names(collector.run([sys.executable, "-c", code], environment=extra)) == []


def test_processes_of_gunicorn_have_their_titles(collector: Collector, tmp_path: Path) -> None:
    write_package(tmp_path, "gunicorn.util", TITLES)
    code = """
from gunicorn import util
for title in ("master [app]", "worker [app]", None): util._setproctitle(title)
"""
    outcome = collector.run([sys.executable, "-c", code], environment={"PYTHONPATH": str(tmp_path)})
    assert (outcome.exit_status, outcome.text(stream="stderr")) == (0, "")
    assert names(outcome) == [
        ("gunicorn: master", None),
        ("gunicorn: worker", "worker"),
    ]


@pytest.mark.parametrize("library", ["multiprocess", "billiard"])
def test_libraries_that_began_as_multiprocessing_are_watched_like_it(
    collector: Collector, program: Callable[[str], str], library: str
) -> None:
    pytest.importorskip(library)
    text = f"""
import {library} as library

def leave(): raise SystemExit(3)

if __name__ == "__main__":
    process = library.Process(target=leave, name="watched")
    process.start()
    process.join()
"""
    outcome = collector.run([sys.executable, program(text)])
    (hello,) = [hello for hello in outcome.of("hello") if "name" in hello]
    assert (hello["name"], hello["start_method"], hello["target"], hello["role"]) == (
        "watched",
        "fork",
        "__main__.leave",
        "worker",
    )
    assert [(end["pid"], end["code"]) for end in outcome.of("ended")] == [(hello["pid"], 3)]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_a_data_loader_are_called_by_their_numbers(
    collector: Collector, program: Callable[[str], str], tmp_path: Path, method: str
) -> None:
    folder = tmp_path
    for package in ("torch", "utils", "data", "_utils"):
        folder /= package
        folder.mkdir()
        (folder / "__init__.py").touch()
    (folder / "worker.py").write_text(LOADER)
    text = """
import multiprocessing, sys
from torch.utils.data._utils.worker import _worker_loop
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for given in ((1, None, None, 0, 2), (1, None, None, 1, 2), (1, None, None, "x", 2), ()):
        worker = context.Process(target=_worker_loop, args=given, name="plain")
        worker.start()
        worker.join()
        assert worker.name == "plain"
"""
    command = [sys.executable, program(text), method]
    outcome = collector.run(command, environment={"PYTHONPATH": str(tmp_path)})
    described = {record["pid"]: record["name"] for record in outcome.records if "name" in record}
    workers = [
        name
        for pid, name in described.items()
        if any(record["pid"] == pid for record in outcome.of("ended"))
    ]
    assert workers == ["DataLoader 0", "DataLoader 1", "plain", "plain"]
    assert not outcome.of("fault")
