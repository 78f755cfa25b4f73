"""The stacks that are read from a process's memory directly: the same as pystack's, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pystack.engine import get_process_threads

from mptui.events import ThreadStack
from mptui.supervisor.linux.process_memory import ProcessMemory
from mptui.supervisor.stacks import stack_reader
from mptui.supervisor.stacks.dynamic_symbols import dynamic_symbols
from mptui.supervisor.stacks.frame_walk import UnfamiliarError, walk_threads
from mptui.supervisor.stacks.interpreter_layout import TOLD_BYTES, layout_of
from mptui.supervisor.stacks.line_table import line_of
from tests.interpreters import supported_interpreters
from tests.process_table import wait_until
from tests.supervisor.waiting import needs_sight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

WALKED: Final = ("3.11", "3.12", "3.13")
OURS: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
NESTED: Final = """\
import os, sys, threading, time
class Nested:
    def down(self, count):
        if count:
            return self.down(count - 1)
        return sorted([1, 2], key=lambda item: park(item))
def park(item):
    os.write(1, b"r")
    while True:
        time.sleep(1000)
def items():
    yield from (Nested().down(5) for _ in range(3))
def outer():
    for item in items():
        pass
threading.Thread(target=outer, daemon=True).start()
pid = os.fork()
if pid:
    os.write(1, f"{pid:>8}".encode())
outer()
"""
UMLAUTS: Final = """\
import os, time
def m\u00fcde():
    \u6f22()
def \u6f22():
    os.write(1, b"r")
    time.sleep(1000)
m\u00fcde()
"""


def interpreters() -> Iterator[object]:
    for version, path in supported_interpreters().items():
        if version in WALKED:
            yield pytest.param(path, id=version)


@contextmanager
def printed_by(*command: str, size: int) -> Iterator[tuple[int, bytes]]:
    """A process in a group of its own, once it has printed so much: its pid, and what it was."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0
    )
    assert process.stdout is not None
    try:
        yield process.pid, process.stdout.read(size)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def until_asleep(pid: int) -> None:
    def all_are_asleep() -> bool:
        stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
        return all(stat.rpartition(")")[2].split()[0] == "S" for stat in stats)

    wait_until(all_are_asleep, "all its threads sleep")


@needs_sight
@pytest.mark.parametrize("python", interpreters())
def test_what_is_walked_is_what_pystack_finds(python: str) -> None:
    # Two threads, and the thread of the fork that has one.
    with printed_by(python, "-c", NESTED, size=3 + 8) as (pid, text):
        child = int(text.replace(b"r", b""))
        for one in (pid, child):
            until_asleep(one)
            walked = walk_threads(one)
            found = get_process_threads(one, stop_process=False)
            assert {
                thread.native_id: ([tuple(place) for place in thread.places], thread.has_gil)
                for thread in walked
            } == {
                thread.tid: (
                    [
                        (frame.code.filename, frame.code.location.lineno, frame.code.scope)
                        for frame in reversed(list(thread.frames))
                        if frame.code is not None
                    ],
                    thread.holds_the_gil > 0,
                )
                for thread in found
            }
            assert walked[-1].places[0].function == "park"
            assert len(walked) == 1 + (one == pid)


@needs_sight
@pytest.mark.parametrize("python", interpreters())
def test_names_in_any_script_are_read(python: str) -> None:
    with printed_by(python, "-c", UMLAUTS, size=1) as (pid, _):
        until_asleep(pid)
        (thread,) = walk_threads(pid)
    assert [place.function for place in thread.places] == ["\u6f22", "m\u00fcde", "<module>"]


@needs_sight
@pytest.mark.skipif(OURS not in WALKED, reason="this one is read by pystack")
def test_who_sleeps_is_read_without_pystack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_reader, "_read_by_pystack", lambda _: pytest.fail("by pystack"))
    with printed_by(sys.executable, "-c", UMLAUTS, size=1) as (pid, _):
        until_asleep(pid)
        reply = stack_reader.read_stacks(pid)
    assert reply.error is None
    assert [frame.line for frame in reply.threads[0].frames] == [6, 3, 7]


@needs_sight
def test_who_has_run_meanwhile_is_read_by_pystack(monkeypatch: pytest.MonkeyPatch) -> None:
    traces = iter([{1: b"1 1 1\n"}, {1: b"2 1 2\n"}])
    monkeypatch.setattr(stack_reader, "_traces", lambda _: next(traces))
    monkeypatch.setattr(stack_reader, "_are_asleep", lambda *_: True)
    monkeypatch.setattr(stack_reader, "walk_threads", lambda _: [])
    by_pystack = [ThreadStack(thread=1, frames=[])]
    monkeypatch.setattr(stack_reader, "_read_by_pystack", lambda _: by_pystack)
    assert stack_reader.read_stacks(os.getpid()).threads == by_pystack


@needs_sight
def test_what_is_no_python_is_unfamiliar() -> None:
    with printed_by("sh", "-c", "printf r; exec sleep 1000", size=1) as (pid, _):
        wait_until(
            lambda: "sleep" in Path(f"/proc/{pid}/comm").read_text(), "the program has begun"
        )
        with pytest.raises(UnfamiliarError):
            walk_threads(pid)


def test_memory_that_is_not_as_expected_is_unfamiliar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProcessMemory, "read", lambda _, __, size: b"\1" * size)
    with pytest.raises(UnfamiliarError):
        walk_threads(os.getpid())


def test_only_releases_of_known_versions_have_a_layout() -> None:
    nothing = bytes(TOLD_BYTES)
    assert layout_of(0x030B_00A7, nothing) is None
    assert layout_of(0x030A_00F0, nothing) is None
    assert layout_of(0x030D_00F0, nothing) is None
    assert layout_of(0x030E_00F0, nothing) is None


def test_what_is_no_elf_file_has_no_symbols(tmp_path: Path) -> None:
    program = Path(sys.executable).read_bytes()
    for number, content in enumerate((b"", b"#!/bin/sh\n", program[:64], program[:4096])):
        path = tmp_path / str(number)
        path.write_bytes(content)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            assert dynamic_symbols(descriptor, ("_PyRuntime",)).addresses == {}
        finally:
            os.close(descriptor)


@pytest.mark.skipif(OURS not in WALKED, reason="its tables may be others")
def test_lines_are_those_that_python_knows() -> None:
    codes = list(codes_in(compile(Path(subprocess.__file__).read_text(), "subprocess.py", "exec")))
    assert len(codes) > 50
    for code in codes:
        for number, (line, *_) in enumerate(code.co_positions()):
            if line is not None:
                assert line_of(code.co_linetable, code.co_firstlineno, number) == line


def codes_in(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from codes_in(constant)
