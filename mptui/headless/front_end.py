"""Runs a program without a screen: follows its recording, passes signals on, ends as it ended."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, TypeAlias

from mptui.errors import EXIT_OWN_FAILURE, exit_status_of
from mptui.headless.prefixed_lines import PrefixedLines
from mptui.headless.stack_dump import StackDump
from mptui.headless.standard_streams import StandardStreams
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.request import RunRequest

ShowNew: TypeAlias = "Callable[[RecordingReader], bool]"
"""Shows what was recorded since the last call; False if nothing was."""


def run_prefixed(request: RunRequest) -> int:
    """Run a program and print every line after its process's name; returns its exit status."""
    streams = StandardStreams()
    lines, stacks = PrefixedLines(streams), StackDump(streams)

    def show(reader: RecordingReader) -> bool:
        batch = reader.read()
        lines.show(batch)
        stacks.note(batch)
        return bool(batch)

    return _run(request, show, stacks)


def run_json(request: RunRequest) -> int:
    """Run a program and print its events, one JSON object a line; returns its exit status."""
    streams = StandardStreams()
    stacks = StackDump(streams)

    def show(reader: RecordingReader) -> bool:
        lines = reader.read_lines()
        streams.write("stdout", lines)
        streams.flush()
        stacks.note_lines(lines)
        return bool(lines)

    return _run(request, show, stacks)


def _run(request: RunRequest, show: ShowNew, stacks: StackDump) -> int:
    # Standard input is the program's, exactly as it is ours.
    run = SupervisedRun.start(request, stdin=0 if _is_open(0) else None)
    _pass_on_signals(run)
    signal.signal(signal.SIGQUIT, lambda *_: _ask_for_stacks(run, stacks))
    try:
        with RecordingReader(run.recording) as reader:
            while run.wait_for_news():
                while show(reader):
                    pass
            while show(reader):
                pass
    except BrokenPipeError:
        # The reader of the output is gone: the program ends, as it would have by SIGPIPE.
        run.kill()
        run.wait()
        _silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    finally:
        run.detach()
    if run.trouble is not None:
        sys.stderr.write(f"mptui: the recording is not whole: {run.trouble}\n")
    return run.exit_status if run.exit_status is not None else EXIT_OWN_FAILURE


def _pass_on_signals(run: SupervisedRun) -> None:
    """One Ctrl-C is one SIGINT for the program; a second one ends all of it."""
    signal.signal(signal.SIGINT, lambda *_: run.interrupt())
    signal.signal(signal.SIGTERM, lambda *_: run.stop())
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: run.stop())


def _ask_for_stacks(run: SupervisedRun, stacks: StackDump) -> None:
    """Say where everything is, as Java does, and go on."""
    stacks.ask()
    run.read_stacks()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _silence_standard_output() -> None:
    """Keep the interpreter's last flush from printing an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
