"""Runs a program without a screen: follows its recording, passes signals on, ends as it ended."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from mptui.errors import EXIT_OWN_FAILURE, MptuiError, exit_status_of
from mptui.export.output_files import OutputFiles
from mptui.headless.finding_lines import finding_lines
from mptui.headless.leftover_lines import LeftoverLines
from mptui.headless.prefixed_lines import PrefixedLines
from mptui.headless.stack_dump import StackDump
from mptui.headless.standard_streams import (
    ReaderStopped,
    StandardStreams,
    silence_standard_output,
)
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording.whole_reader import WholeReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.model.findings import Finding
    from mptui.recording import RecordingReader
    from mptui.supervisor.request import RunRequest
    from mptui.supervisor.supervised_run import ReadySupervisor, SupervisedRun

_KEPT: Final = "goes on without mptui"
_ENDED: Final = "is ended, as --on-disconnect says"

ShowNew: TypeAlias = "Callable[[RecordingReader], bool]"
"""Shows what was recorded since the last call; False if nothing was."""


def run_prefixed(request: RunRequest, supervisor: ReadySupervisor, *, has_findings: bool) -> int:
    """Run a program and print every line after its process's name; returns its exit status.

    Args:
        request: the program.
        supervisor: one made for it, so that it starts while this module is imported.
        has_findings: whether what is wrong with it is said at its end, on standard error.
    """
    streams = StandardStreams()
    lines, stacks = PrefixedLines(streams), StackDump(streams)
    run, findings = Run(), Findings()

    def show(reader: RecordingReader) -> bool:
        batch = reader.read()
        lines.show(batch)
        stacks.note(batch)
        if has_findings:
            run.apply(batch, before=findings.note)
        return bool(batch)

    status = _run(supervisor, request, show, stacks, streams)
    if has_findings and run.finished is not None:
        _say(findings.find(run), streams)
    return status


def run_json(request: RunRequest, supervisor: ReadySupervisor) -> int:
    """Run a program and print its events, one JSON object a line; returns its exit status.

    Args:
        request: the program.
        supervisor: one made for it, so that it starts while this module is imported.
    """
    streams = StandardStreams()
    leftovers, stacks = LeftoverLines(), StackDump(streams)

    def show(reader: RecordingReader) -> bool:
        lines = reader.read_lines()
        streams.write("stdout", lines)
        streams.flush()
        leftovers.learn_lines(lines)
        stacks.note_lines(lines)
        return bool(lines)

    status = _run(supervisor, request, show, stacks, streams)
    with suppress(BrokenPipeError, ReaderStopped):
        streams.write("stderr", leftovers.at_end())
        streams.flush()
    return status


def _say(findings: Sequence[Finding], streams: StandardStreams) -> None:
    has_colour = streams.has_colour and streams.is_terminal("stderr")
    # Who reads it may be gone, which changes nothing about how the program ended.
    with suppress(BrokenPipeError, ReaderStopped):
        streams.write("stderr", finding_lines(findings, has_colour=has_colour, lead="mptui: "))
        streams.flush()


def _run(
    supervisor: ReadySupervisor,
    request: RunRequest,
    show: ShowNew,
    stacks: StackDump,
    streams: StandardStreams,
) -> int:
    folder = Path(request.output_folder) if request.output_folder is not None else None
    run = supervisor.run(request)
    is_kept = request.on_disconnect == "keep"
    _pass_on_signals(run, streams, request, is_kept=is_kept)
    signal.signal(signal.SIGQUIT, lambda *_: _ask_for_stacks(run, stacks))
    try:
        with _reader_of(run) as reader, _saved(folder, run.recording, streams) as save:
            _follow(run, lambda: show(reader), save)
    except BrokenPipeError:
        # The reader of the output is gone: the program ends, as it would have by SIGPIPE.
        if request.attach is not None:
            run.leave()
        elif not is_kept:
            run.kill()
        if not is_kept:
            run.wait()
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    except _HungUp:
        _say_where(run, streams)
        return exit_status_of(None, signal.SIGHUP)
    except ReaderStopped:
        # Asked to end, and nobody takes what there is to say. The program may take its time.
        run.wait()
    except MptuiError as error:
        # What its own supervisor records cannot be read, which no command line can mend.
        raise MptuiError(error.message, EXIT_OWN_FAILURE) from error
    finally:
        run.detach()
    return _status_of(run, streams, is_kept=is_kept or _is_only_watched(request))


def _is_only_watched(request: RunRequest) -> bool:
    """Whether it goes on whatever becomes of those who watch it: others have started it."""
    return request.cluster is not None or request.attach is not None


class _HungUp(Exception):  # noqa: N818 - nothing has gone wrong here
    """The connection is gone, and the program is to go on."""


def _say_where(run: SupervisedRun, streams: StandardStreams) -> None:
    """Say how to come back, to whoever may still read it."""
    silence_standard_output()
    streams.hurry()
    with suppress(BrokenPipeError, ReaderStopped):
        streams.say(f"hung up: the program goes on, mptui attach {run.recording.stem} shows it")
        streams.flush()


def _follow(run: SupervisedRun, show: Callable[[], bool], save: Callable[[], None]) -> None:
    """Show all of a run, until its end."""
    while run.wait_for_news():
        save()
        while show():
            pass
    save()
    while show():
        pass


def _status_of(run: SupervisedRun, streams: StandardStreams, *, is_kept: bool) -> int:
    """How a run ended, once it is said what is missing of it."""
    with suppress(BrokenPipeError, ReaderStopped):
        if run.is_lost:
            streams.say(f"{run.trouble}: the program {_KEPT if is_kept else _ENDED}")
        elif run.trouble is not None:
            streams.say(f"the recording is not whole: {run.trouble}")
        if streams.trouble is not None:
            streams.say(f"{streams.trouble}; all of it is in {run.recording}")
        streams.flush()
    if streams.trouble is not None or run.exit_status is None:
        return EXIT_OWN_FAILURE
    return run.exit_status


def _reader_of(run: SupervisedRun) -> RecordingReader:
    """Reads everything, whatever becomes of the recording."""

    def begins_at() -> int | None:
        run.take_news()
        return run.overflow_at

    assert run.overflow is not None
    return WholeReader(run.recording, run.overflow, begins_at)


@contextmanager
def _saved(
    folder: Path | None, recording: Path, streams: StandardStreams
) -> Iterator[Callable[[], None]]:
    """Save the output in files too; what is wrong with them is said once, and the run goes on."""
    try:
        files = OutputFiles(folder, recording) if folder is not None else None
    except MptuiError as error:
        streams.say(error.message)
        files = None
    is_said = False

    def save() -> None:
        nonlocal is_said
        if files is None or is_said:
            return
        files.wake()
        if files.trouble is not None:
            streams.say(files.trouble)
            is_said = True

    try:
        yield save
    finally:
        if files is not None:
            files.close()
            save()


def _pass_on_signals(
    run: SupervisedRun, streams: StandardStreams, request: RunRequest, *, is_kept: bool
) -> None:
    """One Ctrl-C is one SIGINT for the program; a second one ends all of it.

    A program that ran before gets nothing: only the watching ends.
    """
    is_attached = request.attach is not None

    def hang_up(*_: object) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        raise _HungUp

    def interrupt(*_: object) -> None:
        (run.leave if is_attached else run.interrupt)()
        streams.hurry()

    def stop(*_: object) -> None:
        (run.leave if is_attached else run.stop)()
        streams.hurry()

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, hang_up if is_kept else stop)


def _ask_for_stacks(run: SupervisedRun, stacks: StackDump) -> None:
    """Say where everything is, as Java does, and go on."""
    stacks.ask()
    run.read_stacks()
