"""The supervisor's loop: the one place that waits, and then handles everything that has come.

What the probes report is read before what the program printed, and what it printed before how it
ended: that keeps the recording in order. The loop must never wait for the program, for a front end
or for the disk.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from typing import TYPE_CHECKING, Final

import msgspec

from mptui import events
from mptui.errors import EXIT_LIMIT, exit_status_of
from mptui.supervisor.closing import Closing
from mptui.supervisor.gpus.gpu_watch import watch_gpus
from mptui.supervisor.launch import run_mark
from mptui.supervisor.leftovers import Leftovers
from mptui.supervisor.linux import kernel
from mptui.supervisor.probe_listener import ProbeListener
from mptui.supervisor.processes.endings import Endings, exitcode_and_signal
from mptui.supervisor.processes.naming import describe_unreported_fork
from mptui.supervisor.processes.out_of_memory import OutOfMemoryCount
from mptui.supervisor.processes.program_search import ProgramSearch
from mptui.supervisor.processes.registry import ProcessRegistry
from mptui.supervisor.processes.table_scan import TableScan
from mptui.supervisor.processes.zombie_watch import ZombieWatch
from mptui.supervisor.queues.queue_watch import QueueWatch
from mptui.supervisor.resources.descriptor_watch import DescriptorWatch
from mptui.supervisor.resources.shared_memory_watch import SharedMemoryWatch
from mptui.supervisor.samples.motion import Motion
from mptui.supervisor.samples.sampler import Sampler
from mptui.supervisor.samples.thread_watch import ThreadWatch
from mptui.supervisor.signalling import send_wanted
from mptui.supervisor.stacks.reader_process import start_reader
from mptui.supervisor.stacks.stack_watch import StackWatch
from mptui.supervisor.stopping import Stopper
from mptui.supervisor.streams.input_pipe import InputPipe
from mptui.supervisor.streams.output_pipe import OutputPipe
from mptui.supervisor.streams.streams import SMALL_BYTES, TINY_BYTES, Streams
from mptui.supervisor.tasks.task_watch import TaskWatch
from mptui.supervisor.waits.wait_watch import WaitWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event, StopReason
    from mptui.recording import RecordingWriter
    from mptui.supervisor.attached.injection import Injection
    from mptui.supervisor.front_ends.present import FrontEnds
    from mptui.supervisor.launch import Launched
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.request import RunRequest
    from mptui.supervisor.stacks.reader_process import ReaderLink
    from mptui.supervisor.streams.keeper import KeeperLink
    from mptui.supervisor.watch import Watch

_HURRY_SECONDS: Final = 0.02
_AFTER_SECONDS: Final = 0.5
"""How often to see whether what a finished run left behind is still there."""
_GATHER_SECONDS: Final = 0.005
_DISK_SECONDS: Final = 0.02
"""How often to see whether a slow disk, or a slow reader of the overflow, has come further."""
_SIGNALS: Final = {"stop": signal.SIGTERM, "interrupt": signal.SIGINT}
"""The signal that each command of a front end sends."""


class Supervisor:
    """One run, from its main process's start to its end.

    Args:
        request: what was asked for.
        launched: the program, just started.
        clock: seconds since the run began.
        folder: the run folder.
        recording: where events go.
        front_ends: who looks at it.
    """

    _left_for: StopReason | None = None
    """Why watching ends while the program goes on; None while it does not."""

    def __init__(
        self,
        request: RunRequest,
        launched: Launched,
        clock: Callable[[], float],
        folder: RunFolder,
        recording: RecordingWriter,
        front_ends: FrontEnds,
    ) -> None:
        self._request = request
        self._clock = clock
        self._recording = recording
        self._selector = selectors.DefaultSelector()
        self._front_ends = front_ends
        self._streams = Streams(self._selector, folder, self._record, clock)
        self._search = ProgramSearch(
            run_mark(folder),
            lambda: [process.pid for process in self._registry.living],
            launched.strangers,
        )
        self._registry = ProcessRegistry(
            self._record,
            clock,
            self._watch_end,
            self._search.can_be,
            describe_unreported_fork if self._is_attached else None,
        )
        motion = Motion(self._registry, clock)
        self._sampler = Sampler(self._registry, self._record, clock, request.sample_seconds)
        threads = ThreadWatch(self._registry, self._record, clock, request.sample_seconds)
        self._stacks = StackWatch(
            self._registry, threads.name_of, self._record, clock, ran_before=self._is_attached
        )
        self._watches, self._due = self._make_watches(folder, motion, threads), 0.0
        self._listener = ProbeListener(
            folder, self._registry, self._streams, self._record, clock, self._watches
        )
        self._endings = Endings(self._registry.is_orphan, self._note_zombie)
        self._out_of_memory = OutOfMemoryCount()
        self._stopper = Stopper(
            launched.pid,
            self._search.pids,
            request.grace_seconds,
            leads_group=not self._is_attached,
        )
        self._leftovers = self._make_leftovers(launched)
        self._input = InputPipe(launched.stdin, self._selector) if launched.stdin else None
        self._unwatched: list[WatchedProcess] = []
        self._main_code: int | None = None
        self._main_ended_at: float | None = None
        self._main_stopped: StopReason | None = None
        """Why the main process was stopped, if it was."""
        self._is_finished = self._is_stop_noted = False
        self._closing = Closing(recording, front_ends)
        self._limit = request.limit_seconds
        """When to stop the program; None once that moment is over."""
        self._register_own_descriptors(folder)
        self._main = self._add_main(launched)

    @property
    def _is_attached(self) -> bool:
        """Whether the program ran before, so that the end of watching is not its own."""
        return self._request.attach is not None

    def keep_pipes_with(self, keeper: KeeperLink) -> None:
        """This one has the pipes too, and does what is to be done should this process be killed."""
        self._streams.keep_with(keeper)

    def bring_probe_by(self, injection: Injection) -> None:
        """Bring the probe into the processes that were there before; why not, is recorded."""
        from mptui.supervisor.attached.late_children import LateChildren  # noqa: PLC0415 - seldom

        late = LateChildren(self._registry, injection, self._clock, self._note_refusal)
        self._watches = (*self._watches, late)
        for reason in injection.bring_into([process.pid for process in self._registry.living]):
            self._note_refusal(reason)

    def _note_refusal(self, reason: str) -> None:
        self._record(
            events.EventsDropped(
                t=self._clock(),
                what="probe_faults",
                count=1,
                detail=f"the probe was not brought in: {reason}",
            )
        )

    def read_stacks_with(self, reader: ReaderLink) -> None:
        """Where processes are is read by this one; without it that is not known."""
        self._listen_to_reader(reader)
        self._stacks.use(reader, self._start_reader)

    def _start_reader(self) -> ReaderLink | None:
        reader = start_reader()
        if reader is not None:
            self._listen_to_reader(reader)
        return reader

    def _listen_to_reader(self, reader: ReaderLink) -> None:
        self._selector.register(
            reader.fileno(), selectors.EVENT_READ, lambda: self._receive_stacks(reader)
        )

    def _make_watches(
        self, folder: RunFolder, motion: Motion, threads: ThreadWatch
    ) -> tuple[Watch, ...]:
        record, clock = self._record, self._clock
        queues = QueueWatch(folder.descriptor, record, clock)
        # Polled in this order: a process found is sampled at once, those that run are known first,
        # and tasks done are counted as got from their queue.
        return (
            TableScan(self._registry, self._search, clock),
            motion,
            self._sampler,
            TaskWatch(folder.descriptor, record, clock, queues),
            queues,
            ZombieWatch(record, clock),
            WaitWatch(self._registry, motion, queues, record, clock),
            threads,
            watch_gpus(self._registry, record, clock),
            DescriptorWatch(self._registry, record, clock),
            SharedMemoryWatch(record, clock),
            self._stacks,
        )

    def _make_leftovers(self, launched: Launched) -> Leftovers:
        leftovers = Leftovers(self._request, self._registry, self._search, self._stopper)
        session = kernel.session_of(launched.pid)
        leftovers.expect_session(session, is_shared=self._is_attached)
        return leftovers

    def _add_main(self, launched: Launched) -> WatchedProcess:
        main = self._registry.add_main(launched.pid, self._request.command)
        self._streams.add(main.number, launched.pipes.keys(), launched.pipes.values())
        if self._is_attached:
            for pid in filter(kernel.is_running, kernel.with_descendants([main.pid])):
                self._registry.find(pid)
        return main

    def run(self) -> None:
        """Watch until the program has ended and nothing of it is left to drain."""
        while not self._closing.is_done or self._has_leftovers():
            self._turn()

    def _turn(self) -> None:
        """Wait until something comes; handle all of it, in the order that keeps events in order."""
        ready = [key.data for key, _ in self._selector.select(self._patience())]
        self._note_stop()
        if ready:
            self._listener.listen()
        pipes = [pipe for pipe in ready if isinstance(pipe, OutputPipe)]
        has_other_news = len(pipes) < len(ready)
        sizes = self._read_outputs(pipes)
        for callback in ready:
            if callable(callback):
                callback()
        if has_other_news or self._unwatched or self._endings.is_waiting:
            self._record_exits()
        if self._front_ends in ready:
            # After the exits: what has ended by now did not end because of these commands.
            self._obey()
            self._note_stop()
        self._stopper.pursue(self._clock())
        if has_other_news or self._clock() >= self._due:
            self._poll_watches()
        self._stop_at_limit()
        self._finish_if_over()
        self._closing.pursue(self._clock())
        self._flush()
        if sizes:
            self._gather(max(sizes))

    def _gather(self, size: int) -> None:
        """Let more come, if there was little: many small writes are cheaper read together.

        No writer waits for this, for what comes meanwhile has room in its pipe.
        """
        if size < SMALL_BYTES:
            time.sleep(_GATHER_SECONDS if size < TINY_BYTES else _GATHER_SECONDS / 2)

    def _read_outputs(self, pipes: list[OutputPipe]) -> list[int]:
        """Read once from each of these pipes; the size of each piece."""
        if pipes and self._recording.must_wait:
            # Nothing takes what would be read: whoever prints waits for whoever reads it.
            time.sleep(_DISK_SECONDS)
            return []
        return [self._streams.read(pipe) for pipe in pipes]

    def _patience(self) -> float:
        """How long the loop may wait, in seconds."""
        now = self._clock()
        self._due = 0.0
        if not self._closing.is_done and self._recording.has_more:
            return _DISK_SECONDS
        if self._endings.is_waiting or self._stopper.is_killing or self._leftovers.is_urgent(now):
            return _HURRY_SECONDS
        if self._is_finished:
            return _AFTER_SECONDS
        self._due = until = min([watch.next_poll for watch in self._watches])
        if self._stopper.deadline is not None:
            until = min(until, self._stopper.deadline)
        elif self._limit is not None:
            until = min(until, self._limit)
        return max(0.0, until - now)

    # What comes in

    def _register_own_descriptors(self, folder: RunFolder) -> None:
        """Wait for the probes, for the front end, and for the signals that this process gets."""
        reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGHUP):
            # Only to wake the loop; and a handler, for the program would inherit SIG_IGN.
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end("user"))
        signal.signal(signal.SIGQUIT, lambda *_: self._stacks.want_all_soon())
        signal.signal(signal.SIGUSR1, lambda *_: self._stacks.want_all_soon(native=True))
        read = selectors.EVENT_READ
        self._selector.register(reading, read, lambda: os.read(reading, 4096))
        self._selector.register(folder.doors, read)
        self._front_ends.wake(self._selector)

    def _watch_end(self, process: WatchedProcess) -> None:
        """Notice the end of a process that was found."""
        if process.pidfd is None and kernel.exists(process.pid):
            # No descriptor is free: its end is noticed a little later, by asking each turn.
            self._unwatched.append(process)
        elif process.pidfd is None:
            self._endings.note(process, self._clock())
        else:
            self._selector.register(
                process.pidfd, selectors.EVENT_READ, lambda: self._note_end(process)
            )

    def _note_end(self, process: WatchedProcess) -> None:
        assert process.pidfd is not None
        self._selector.unregister(process.pidfd)
        self._sampler.look_again(process)
        self._endings.note(process, self._clock())

    def _note_zombie(self, pid: int) -> None:
        """Look at an own child before it is waited for: it may have ended only just now."""
        if (process := self._registry.alive(pid)) is not None:
            self._sampler.look_again(process)

    def _obey(self) -> None:
        """Do what front ends ask; when the first is gone, do what the request says for that."""
        had_first = self._front_ends.has_first
        commands = self._front_ends.read_commands()
        if had_first and not self._front_ends.has_first:
            # What a finished run has left was left by agreement.
            is_to_stop = self._request.on_disconnect == "stop" and not self._is_finished
            if is_to_stop and self._stopper.deadline is None:
                self._end("disconnect")
        for command in commands:
            word, _, rest = command.partition(" ")
            self._do(word, rest)

    def _do(self, word: str, rest: str) -> None:
        """Do what one command says."""
        if word == "kill":
            self._stopper.kill("user", self._clock())
        elif word in _SIGNALS:
            self._ask("user", _SIGNALS[word])
        elif word == "leave":
            self._end("user")
        elif word == "signal":
            send_wanted(rest, self._registry.living, self._record, self._clock())
        elif word in ("stacks", "native-stacks"):
            number = int(rest) if rest.isdecimal() else None
            self._stacks.want(number, native=word == "native-stacks")
        elif self._input is not None:
            self._feed(self._input, word, rest)

    def _feed(self, program_input: InputPipe, word: str, rest: str) -> None:
        if word == "input":
            program_input.send(msgspec.json.decode(rest, type=str).encode())
        elif word == "end-input":
            program_input.end()

    def _note_stop(self) -> None:
        """Record that the program was asked to end, before what follows from that."""
        reason: StopReason | None = self._stopper.reason
        if reason is None and self._leftovers.are_stopped:
            reason = "leftovers"
        if reason is not None and not self._is_stop_noted:
            self._is_stop_noted = True
            is_asked = self._stopper.reason is not None and not self._stopper.is_killing
            grace = self._request.grace_seconds if is_asked else None
            self._record(events.StopRequested(t=self._clock(), reason=reason, grace_seconds=grace))

    def _stop_at_limit(self) -> None:
        """Ask the program to end once its time is up, unless it is ending anyway."""
        if self._limit is None or self._clock() < self._limit:
            return
        self._limit = None
        if self._stopper.reason is None and not self._is_finished:
            self._end("limit")
            self._note_stop()

    def _end(self, reason: StopReason) -> None:
        """End the run: by asking the program to end, or only the watching where it ran before."""
        if self._is_attached:
            self._left_for = self._left_for or reason
        else:
            self._ask(reason, signal.SIGTERM)

    def _ask(self, reason: StopReason, number: int) -> None:
        self._stopper.ask(reason, number, self._clock())

    def _receive_stacks(self, reader: ReaderLink) -> None:
        self._stacks.receive(reader)
        if not reader.is_open:
            self._selector.unregister(reader.fileno())
            reader.close()

    # What has ended

    def _record_exits(self) -> None:
        """Record which processes ended, after everything each one wrote."""
        self._endings.reap(self._clock())
        for process in [one for one in self._unwatched if not kernel.exists(one.pid)]:
            self._unwatched.remove(process)
            self._endings.note(process, self._clock())
        ended = self._endings.known(self._clock())
        if ended:
            # The last that they reported may have come since.
            self._listener.listen()
        for process, code in ended:
            self._streams.drain(process.number)
            self._transfer_pipes(process)
            core_seconds = self._sampler.account_of(process)
            for watch in self._watches:
                watch.on_exit(process)
            self._registry.end(
                process,
                code,
                oom=self._was_out_of_memory(process, code),
                stopping=self._stopper.reason is not None or self._leftovers.was_asked(process),
                core_seconds=core_seconds,
            )
            if process is self._main:
                self._main_code, self._main_ended_at = code, self._clock()
                self._main_stopped = self._stopper.reason
                self._stopper.main_ended(self._clock())
                self._leftovers.main_ended(code, self._clock())

    def _transfer_pipes(self, process: WatchedProcess) -> None:
        """Give the open pipes of a process that ended to whichever process can still write to them.

        What comes through them from now on is recorded as that process's output.
        """
        if self._is_finished or not (left := self._streams.open_streams(process.number)):
            return
        for pid in self._search.pids():
            for name in kernel.standard_outputs_of(pid) & left.keys():
                if (receiver := self._registry.find(pid)) is not process:
                    self._streams.transfer(left.pop(name), receiver.number)

    def _was_out_of_memory(self, process: WatchedProcess, code: int | None) -> bool:
        if (
            self._is_attached  # What the kernel counts is of the control group of this process.
            or code != -signal.SIGKILL
            or signal.SIGKILL in process.requests
            or self._stopper.is_killing
            or self._leftovers.was_asked(process)
        ):
            return False
        return self._out_of_memory.has_risen()

    def _finish_if_over(self) -> None:
        """Record the end of the run: all of it has ended, or what is left is not waited for."""
        if self._is_finished or (self._main_ended_at is None and self._left_for is None):
            return
        are_settled = self._left_for is not None or self._leftovers.are_settled(self._clock())
        self._note_stop()
        if are_settled:
            self._finish()

    def _finish(self) -> None:
        """Record the end of the run."""
        self._streams.drain_all()
        for watch in self._watches:
            watch.finish()
        self._listener.finish()
        exitcode, number = exitcode_and_signal(self._main_code)
        goes_on = self._main_ended_at is None
        self._record(
            events.RunFinished(
                t=self._clock(),
                exitcode=exitcode,
                signal=number,
                seconds=self._clock() if self._main_ended_at is None else self._main_ended_at,
                stopped=self._left_for if goes_on else self._main_stopped,
                goes_on=goes_on,
            )
        )
        self._flush()
        self._is_finished = True
        self._streams.spare_left()
        self._closing.begin(self._exit_status(exitcode, number), self._clock())

    def _exit_status(self, exitcode: int | None, number: int | None) -> int:
        """What the front end ends with."""
        if "limit" in (self._stopper.reason, self._left_for):
            return EXIT_LIMIT
        if self._is_attached and exitcode is None and number is None:
            # It goes on, or how it ended is known to whoever started it alone.
            return 0
        return exit_status_of(exitcode, number)

    def _has_leftovers(self) -> bool:
        """Whether to stay after the run, for a daemon that it left behind.

        One that holds a pipe would be killed by its next write if nothing read from it; and while a
        front end is there, its user may want to end the daemon.
        """
        return self._streams.is_any_open or (
            self._left_for is None
            and self._front_ends.are_any
            and any(map(kernel.is_running, self._search.pids()))
        )

    # What is recorded

    def _poll_watches(self) -> None:
        """Poll each watch whose time has come."""
        if self._is_finished:
            return
        now = self._clock()
        for watch in self._watches:
            if watch.next_poll <= now:
                watch.poll()

    def _record(self, event: Event) -> None:
        if not self._is_finished:
            self._recording.append(event)
            self._stacks.note(event)

    def _flush(self) -> None:
        if not self._is_finished:
            if self._recording.flush():
                self._front_ends.report_news()
            self._front_ends.report_trouble(self._recording.trouble)
