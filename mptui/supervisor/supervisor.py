"""The supervisor's loop: one place that waits, and takes everything that comes in turn.

What the probe says is read before what the program printed, and what it printed before how it
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
from mptui.supervisor.linux import kernel
from mptui.supervisor.pace import Pace
from mptui.supervisor.probe_listener import ProbeListener
from mptui.supervisor.processes.endings import Endings
from mptui.supervisor.processes.out_of_memory import OutOfMemoryCount
from mptui.supervisor.processes.registry import ProcessRegistry, WatchedProcess
from mptui.supervisor.processes.zombie_watch import UnreapedWatch
from mptui.supervisor.queues.queue_watch import QueueWatch
from mptui.supervisor.samples.thread_watch import ThreadWatch
from mptui.supervisor.stopping import Stopper
from mptui.supervisor.streams.input_pipe import InputPipe
from mptui.supervisor.streams.output_pipe import OutputPipe
from mptui.supervisor.streams.streams import SMALL_BYTES, Streams
from mptui.supervisor.tasks.task_watch import TaskWatch
from mptui.supervisor.waits.wait_watch import WaitWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event, StopReason
    from mptui.recording import RecordingWriter
    from mptui.supervisor.control import FrontEnd
    from mptui.supervisor.launch import Launched
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.request import RunRequest
    from mptui.supervisor.samples.sampler import Sampler
    from mptui.supervisor.watch import Watch

LINGER_SECONDS: Final = 2.0
"""How long the rest of the program may outlive its main process before the run counts as finished:
a daemon that it left behind goes on, and is not waited for."""
UNKILLABLE_SECONDS: Final = 10.0
"""How long to wait for the kernel to end what was killed: a process waiting for a device cannot."""
FIRST_SAMPLES_SECONDS: Final = (0.15, 0.2)
"""The first look at the cores tells nothing: loads are differences."""
SAMPLE_SECONDS: Final = 0.5
SAMPLE_BUDGET: Final = 0.02
"""The share of one core that looking at processes may take."""
_HURRY_SECONDS: Final = 0.02
_GATHER_SECONDS: Final = 0.002


class Supervisor:
    """One run, from its main process's start to its end.

    Args:
        request: what was asked for.
        launched: the program, just started.
        clock: seconds since the run began.
        folder: the run folder.
        recording: where events go.
        front_end: who asked.
    """

    def __init__(
        self,
        request: RunRequest,
        launched: Launched,
        clock: Callable[[], float],
        folder: RunFolder,
        recording: RecordingWriter,
        front_end: FrontEnd,
    ) -> None:
        self._request = request
        self._clock = clock
        self._recording = recording
        self._front_end = front_end
        self._has_front_end = True
        self._selector = selectors.DefaultSelector()
        self._streams = Streams(self._selector, folder, self._record, clock)
        self._registry = ProcessRegistry(self._record, clock, self._watch_end)
        self._queues = QueueWatch(folder.descriptor, self._record, clock)
        # In the order in which they look: what the tasks tell goes into the queues.
        self._watches: tuple[Watch, ...] = (
            TaskWatch(folder.descriptor, self._record, clock, self._queues.note_served),
            self._queues,
            UnreapedWatch(self._record, clock),
            WaitWatch(self._registry, self._queues, self._record, clock),
            ThreadWatch(self._registry, self._record, clock),
        )
        self._listener = ProbeListener(
            folder, self._registry, self._streams, self._record, clock, self._watches
        )
        self._endings = Endings()
        self._out_of_memory = OutOfMemoryCount()
        self._stopper = Stopper(launched.popen.pid)
        self._input = InputPipe(launched.stdin, self._selector) if launched.stdin else None
        self._unwatched: list[WatchedProcess] = []
        self._sample_pace = Pace(
            clock, SAMPLE_SECONDS, SAMPLE_BUDGET, first_seconds=FIRST_SAMPLES_SECONDS
        )
        self._main_code: int | None = None
        self._main_ended_at: float | None = None
        self._is_finished = False
        self._register_own_descriptors(folder)
        self._main = self._registry.add_main(launched.popen.pid, request.command)
        self._streams.add(self._main.number, launched.pipes.keys(), launched.pipes.values())

    def run(self, sampler: Sampler) -> None:
        """Watch until the program has ended and nothing of it is left to drain."""
        while not self._is_finished or self._has_leftovers():
            self._turn(sampler)

    def _turn(self, sampler: Sampler) -> None:
        """Wait until something comes; take all of it, in the order that keeps events in order."""
        ready = [key.data for key, _ in self._selector.select(self._patience())]
        self._listener.listen()
        sizes = [self._streams.read(pipe) for pipe in ready if isinstance(pipe, OutputPipe)]
        for take in ready:
            if callable(take):
                take()
        self._note_endings(sampler)
        self._stopper.pursue(self._clock())
        self._look_around(sampler)
        self._look_closer()
        self._finish_if_over()
        self._flush()
        if sizes and max(sizes) < SMALL_BYTES:
            # Many small writes are cheaper read together, and no writer waits for this.
            time.sleep(_GATHER_SECONDS)

    def _patience(self) -> float:
        """How long the loop may wait, in seconds."""
        if self._endings.is_waiting or self._stopper.is_killing or self._main.has_ended:
            return _HURRY_SECONDS
        until = min([self._sample_pace.next_look, *(watch.next_look for watch in self._watches)])
        if self._stopper.deadline is not None:
            until = min(until, self._stopper.deadline)
        return max(0.0, until - self._clock())

    # What comes in

    def _register_own_descriptors(self, folder: RunFolder) -> None:
        """Listen to the probes, to the front end, and to the signals this process gets."""
        reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGHUP):
            # Only to wake the loop; and a handler, for the program would inherit SIG_IGN.
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._ask("user", signal.SIGTERM))
        read = selectors.EVENT_READ
        self._selector.register(reading, read, lambda: os.read(reading, 4096))
        self._selector.register(folder.doors, read)
        self._selector.register(self._front_end.lifeline, read, self._obey)

    def _watch_end(self, process: WatchedProcess) -> None:
        """A process was found: be told of its end."""
        if process.pidfd is None and kernel.exists(process.pid):
            # No descriptor is free: its end is noticed a little later, by looking.
            self._unwatched.append(process)
        elif process.pidfd is None:
            self._endings.note(process, self._clock())
        else:
            self._selector.register(
                process.pidfd, selectors.EVENT_READ, lambda: self._take_end(process)
            )

    def _take_end(self, process: WatchedProcess) -> None:
        assert process.pidfd is not None
        self._selector.unregister(process.pidfd)
        self._endings.note(process, self._clock())

    def _obey(self) -> None:
        """Do what the front end asks; when it is gone, what was agreed for that case."""
        commands = self._front_end.read_commands()
        if commands is None:
            self._has_front_end = False
            self._selector.unregister(self._front_end.lifeline)
            if self._request.on_disconnect == "stop" and self._stopper.deadline is None:
                self._ask("disconnect", signal.SIGTERM)
            return
        for command in commands:
            word, _, rest = command.partition(" ")
            if word == "kill":
                self._stopper.kill("user", self._clock())
            elif word in _SIGNALS:
                self._ask("user", _SIGNALS[word])
            elif self._input is not None and word == "input":
                self._input.send(msgspec.json.decode(rest, type=str).encode())
            elif self._input is not None and word == "end-input":
                self._input.end()

    def _ask(self, reason: StopReason, number: int) -> None:
        self._stopper.ask(reason, number, self._clock())
        if self._main.has_ended:
            self._stopper.kill(reason, self._clock())

    # What ended

    def _note_endings(self, sampler: Sampler) -> None:
        """Record who ended, after everything each one wrote."""
        self._endings.reap()
        for process in [one for one in self._unwatched if not kernel.exists(one.pid)]:
            self._unwatched.remove(process)
            self._endings.note(process, self._clock())
        ended = self._endings.known(self._clock())
        if ended:
            # The last that they said may have come since.
            self._listener.listen()
        for process, code in ended:
            self._streams.drain(process.number)
            self._pass_on_pipes(process)
            for watch in self._watches:
                watch.let_go(process)
            sampler.forget(process)
            self._registry.end(
                process,
                code,
                oom=self._was_out_of_memory(process, code),
                stopping=self._stopper.reason is not None,
            )
            if process is self._main:
                self._main_code, self._main_ended_at = code, self._clock()
                self._stopper.main_ended(self._clock())

    def _pass_on_pipes(self, process: WatchedProcess) -> None:
        """Whoever still holds a pipe of a process that ended writes under its own name now."""
        if self._is_finished or not (left := self._streams.open_names(process.number)):
            return
        for pid in kernel.descendants_of(os.getpid()):
            for name in kernel.standard_outputs_of(pid) & left.keys():
                if (heir := self._registry.find(pid)) is not process:
                    self._streams.bequeath(left.pop(name), heir.number)

    def _was_out_of_memory(self, process: WatchedProcess, code: int | None) -> bool:
        if code != -signal.SIGKILL or signal.SIGKILL in process.asked or self._stopper.is_killing:
            return False
        return self._out_of_memory.has_risen()

    def _finish_if_over(self) -> None:
        """Record the end of the run: all of it is gone, or what is left is not waited for."""
        if self._is_finished or self._main_ended_at is None:
            return
        waited = self._clock() - self._main_ended_at
        limit = UNKILLABLE_SECONDS if self._stopper.deadline is not None else LINGER_SECONDS
        if waited < limit and (any(self._registry.living) or kernel.descendants_of(os.getpid())):
            return
        self._streams.drain_all()
        for watch in self._watches:
            watch.finish()
        code = self._main_code
        self._record(
            events.RunFinished(
                t=self._clock(),
                exitcode=code if code is not None and code >= 0 else None,
                signal=-code if code is not None and code < 0 else None,
                seconds=self._main_ended_at,
                stopped=self._stopper.reason,
            )
        )
        self._is_finished = True
        self._flush()
        self._recording.close()
        self._front_end.tell_end(exit_status(code))

    def _has_leftovers(self) -> bool:
        """Whether to stay after the run, for a daemon that it left behind.

        One that holds a pipe would be ended by its next write if nobody read; and while there is a
        front end, its user may want to end it.
        """
        return self._streams.is_any_open or (
            self._has_front_end and bool(kernel.descendants_of(os.getpid()))
        )

    # What is recorded

    def _look_around(self, sampler: Sampler) -> None:
        """Take a sample when it is time, the rarer the more a look costs."""
        if self._main.has_ended or self._clock() < self._sample_pace.next_look:
            return
        with self._sample_pace.look():
            self._registry.look_at_table(kernel.descendants_of(os.getpid()))
            self._record(sampler.sample(self._clock(), self._registry.living))

    def _look_closer(self) -> None:
        """Let everybody look whose time has come."""
        for watch in self._watches:
            if watch.next_look <= self._clock():
                watch.look()

    def _record(self, event: Event) -> None:
        if not self._is_finished:
            self._recording.append(event)

    def _flush(self) -> None:
        if not self._is_finished:
            if self._recording.flush():
                self._front_end.tell_news()
            self._front_end.tell_trouble(self._recording.trouble)


_SIGNALS: Final = {"stop": signal.SIGTERM, "interrupt": signal.SIGINT}


def exit_status(code: int | None) -> int:
    """The exit status a shell would give: 128+N for a program that signal N ended."""
    if code is None:
        return 125
    return code if code >= 0 else 128 - code
