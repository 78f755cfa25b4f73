"""A process may outlive its run: who makes a folder where the run's was is told nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.collector import PROBE, plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector

PROGRAM = """
import multiprocessing, os, shutil, socket, subprocess, sys

def work():
    print("worker")

def replace(folder):
    names = os.listdir(folder)
    shutil.rmtree(folder)
    os.mkdir(folder)
    os.mkfifo(folder + "/events")
    door = socket.socket(socket.AF_UNIX)
    door.bind(folder + "/streams")
    door.listen(10)
    door.setblocking(False)
    for name in names:
        if name not in ("events", "streams"):
            os.symlink("1:stdout", folder + "/" + name)
    fifo = os.open(folder + "/events", os.O_RDWR | os.O_NONBLOCK)
    {give}
    return fifo, door

def all_that_came(folder, fifo, door, before):
    try:
        return os.read(fifo, 65536)
    except BlockingIOError:
        pass
    try:
        return door.accept()[0].recv(65536)
    except BlockingIOError:
        return sorted(set(os.listdir(folder)) - before)

if __name__ == "__main__":
    folder = os.environ["MPTUI_RUN"]
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(1) as pool:
        pool.map(abs, [1])
    fifo, door = replace(folder)
    before = set(os.listdir(folder))
    process = multiprocessing.Process(target=work)
    process.start()
    process.join()
    with multiprocessing.Pool(1) as pool:
        pool.map(abs, [1])
    subprocess.run([sys.executable, "-c", "print('child')"])
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    print("came:", all_that_came(folder, fifo, door, before))
"""
GIVEN = [
    pytest.param("os.chmod(folder, 0o755)", id="open to others"),
    pytest.param(
        "[os.chown(each, 65534, -1) for each in (folder, folder + '/events')]",
        id="of another user",
        marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away"),
    ),
]


@pytest.mark.parametrize("give", GIVEN)
@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_a_folder_in_the_place_of_the_run_s_gets_nothing(
    collector: Collector, program: Callable[[str], str], give: str, start_method: str
) -> None:
    path = program(PROGRAM.replace("{give}", give))
    outcome = collector.run([sys.executable, path, start_method])
    assert outcome.everything("stderr") == ""
    assert sorted(outcome.text().splitlines()) == ["came: []", "child", "worker"]
    assert outcome.exit_status == 0


def test_a_plain_file_in_the_place_of_the_fifo_is_not_written_to(collector: Collector) -> None:
    (collector.folder / "events").rename(collector.folder / "elsewhere")
    (collector.folder / "events").write_text("kept")
    outcome = collector.run([sys.executable, "-c", "print('fine')"])
    assert outcome.text() == "fine\n"
    assert (collector.folder / "events").read_text() == "kept"


def test_of_a_run_that_is_over_nothing_is_loaded(interpreter: str, tmp_path: Path) -> None:
    code = "import sys; print([name for name in sys.modules if 'mptui' in name], sys.path)"
    over = plain_environment({"PYTHONPATH": str(PROBE), "MPTUI_RUN": str(tmp_path / "over")})
    outputs = [
        subprocess.run([interpreter, "-c", code], env=environment, capture_output=True, check=True)
        for environment in (plain_environment(), over)
    ]
    assert outputs[0].stdout == outputs[1].stdout
