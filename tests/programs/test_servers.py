"""Servers that fork their workers first: they serve a request, and end when they are told to."""

from __future__ import annotations

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commanding import command_line
from tests.process_table import wait_until
from tests.programs.watching import Watched, assert_whole, program_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.process_table import Mark

pytestmark = pytest.mark.timeout(400)

APPLICATION = """\
def wsgi(environment, start_response):
    print("served", environment["PATH_INFO"], flush=True)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


async def asgi(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
    print("served", scope["path"], flush=True)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""

FORKING = """
import http.server
import socketserver
import threading
import urllib.request

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("served", self.path, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *arguments):
        pass

class Server(socketserver.ForkingMixIn, http.server.HTTPServer):
    pass

with Server(("127.0.0.1", 0), Page) as server:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    for number in range(3):
        url = "http://127.0.0.1:%d/%d" % (server.server_port, number)
        print(urllib.request.urlopen(url).read(), flush=True)
    server.shutdown()
    thread.join()
"""


def serve(command: list[str], folder: Path, mark: Mark, end: signal.Signals) -> Watched:
    """Start a server under mptui, ask it for a page, signal mptui; what was seen meanwhile."""
    (folder / "application.py").write_text(APPLICATION)
    port = _free_port()
    command = [part.replace("PORT", str(port)) for part in command]
    process = subprocess.Popen(
        command_line("run", "--json", "--", *command),
        cwd=folder,
        env=program_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: _answer(port, "/ready") == b"hello", "the server to serve", 60)
        assert _answer(port, "/page") == b"hello"
        process.send_signal(end)
        output, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert complaints == b""
    watched = Watched(process.returncode, output)
    assert_whole(watched)
    wait_until(lambda: not mark.pids(), "every process to be gone")
    assert watched.stream("stdout").count(b"served /page") == 1
    return watched


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _answer(port: int, path: str) -> bytes | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
            answer: bytes = response.read()
            return answer
    except OSError:
        return None


def gunicorn(python: str, *options: str) -> list[str]:
    address = ["-b", "127.0.0.1:PORT"]
    return [str(Path(python).with_name("gunicorn")), "-w", "2", *address, *options]


def test_gunicorn_serves_with_two_workers_and_ends_on_sigterm(
    each_environment: str, tmp_path: Path, mark: Mark
) -> None:
    command = gunicorn(each_environment, "application:wsgi")
    watched = serve(command, tmp_path, mark, signal.SIGTERM)
    assert watched.status == 0
    first, second = watched.processes[1:]
    assert (first.parent, second.parent) == (0, 0)
    assert (first.exitcode, second.exitcode) == (0, 0)
    assert b"Handling signal: term" in watched.printed(watched.main, "stderr")
    assert watched.printed(watched.main) == b""
    for worker in (first, second):
        log = watched.printed(worker, "stderr")
        assert b"Booting worker with pid: %d" % worker.pid in log
        assert log.count(b"Worker exiting") == 1


def test_workers_of_gunicorn_are_told_from_their_master(
    environment: str, tmp_path: Path, mark: Mark
) -> None:
    command = gunicorn(environment, "application:wsgi")
    watched = serve(command, tmp_path, mark, signal.SIGTERM)
    assert {process.name for process in watched.processes[1:]} == {"gunicorn: worker"}
    assert {process.role for process in watched.processes[1:]} == {"worker"}


@pytest.mark.slow
def test_gunicorn_loads_the_application_first_and_ends_on_sigint(
    environment: str, tmp_path: Path, mark: Mark
) -> None:
    command = gunicorn(environment, "--preload", "application:wsgi")
    watched = serve(command, tmp_path, mark, signal.SIGINT)
    assert watched.status == 0
    assert len(watched.processes) == 3


@pytest.mark.parametrize(
    "end", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_uvicorn_serves_with_two_workers_and_ends_on_a_signal(
    environment: str, tmp_path: Path, mark: Mark, end: signal.Signals
) -> None:
    options = ["--workers", "2", "--port", "PORT", "application:asgi"]
    watched = serve([environment, "-m", "uvicorn", *options], tmp_path, mark, end)
    assert watched.status == 0
    # The second may be told to end before it has started: then it has no name yet.
    assert len(watched.workers()) == 2
    # It ends them by SIGTERM as a matter of course.
    assert {worker.terminated_by for worker in watched.workers() if worker.signal == 15} <= {0}


def test_a_server_forks_a_process_for_each_request(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, FORKING, has_known_ends=False)
    served = [watched.printed(process) for process in watched.processes[1:]]
    assert sorted(served) == [b"served /%d\n" % number for number in range(3)]
