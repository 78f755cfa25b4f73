"""Named histories: runs as lists of events, for every test above the events.

`HISTORIES["pool"]` is what a recording of such a run holds. The same lists feed the tests of the
model, of presentation, of the screens and of the headless front end, so that all of them speak of
the same runs. Times, loads and pids are made up, but the same on every machine and every day.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUPERVISOR_PID: Final = 4100
FIRST_PID: Final = 4200
MEBIBYTE: Final = 1024 * 1024


class Story:
    """Tells a run, event by event; what is not said gets an ordinary value.

    Args:
        script: the program; the run's command is ``python <script>``.
        core_count: how many cores the machine has.
        scenario: the name in the gallery, where the program is of it.
    """

    def __init__(self, script: str, *, core_count: int = 8, scenario: str | None = None) -> None:
        self.events: list[ev.Event] = []
        self.t = 0.0
        self._core_count = core_count
        self._alive: list[int] = []
        self._samples: dict[int, ev.ProcessSample] = {}
        self._process_count = 0
        self._tasks: dict[tuple[int, int | None], tuple[float, str, str | None]] = {}
        self._waits: dict[int, ev.WaitStarted] = {}
        self.executor: str | None = None
        """What hands out the tasks of the events that follow."""
        self.events.append(
            ev.RunStarted(
                t=0.0,
                schema=ev.SCHEMA,
                id="20250314-091500-story",
                command=["python", script],
                cwd="/home/ada/study",
                python="3.12.4",
                host="lovelace",
                cpu_count=core_count,
                started_at="2025-03-14T09:15:00Z",
                mptui="0.1.0",
                supervisor=SUPERVISOR_PID,
                scenario=scenario,
            )
        )
        self.t = 0.012
        self.main = self.process(
            script, role="main", parent=None, ppid=SUPERVISOR_PID, argv=["python", script]
        )

    def after(self, seconds: float) -> None:
        """Let time pass; nothing is seen meanwhile."""
        self.t = round(self.t + seconds, 6)

    def process(
        self,
        name: str,
        *,
        role: str = "worker",
        parent: int | None = 0,
        ppid: int | None = None,
        start_method: str | None = None,
        target: str | None = None,
        arguments: str | None = None,
        argv: list[str] | None = None,
        instrumented: bool = True,
    ) -> int:
        """A process begins; gives its number."""
        process = self._process_count
        self._process_count += 1
        self._alive.append(process)
        self.events.append(
            ev.ProcessStarted(
                t=self.t,
                process=process,
                pid=self.pid(process),
                parent=parent,
                ppid=self.pid(parent or 0) if ppid is None else ppid,
                role=role,
                name=name,
                start_method=start_method,
                target=target,
                arguments=arguments,
                argv=argv,
                instrumented=instrumented,
            )
        )
        self.after(0.003)
        return process

    def pid(self, process: int) -> int:
        """The pid of the process with this number."""
        return FIRST_PID + process

    def say(self, process: int, text: str, stream: str = "stdout") -> None:
        """The process writes this, in one piece."""
        self.events.append(ev.Output(t=self.t, process=process, stream=stream, text=text))

    def stacks(
        self,
        process: int,
        *frames: tuple[str, int, str],
        why: str = "asked",
        left: int = 0,
        error: str | None = None,
        ran: bool = False,
    ) -> None:
        """The stack of the main thread is read, innermost first; or cannot be."""
        thread = ev.ThreadStack(
            thread=self.pid(process),
            name="MainThread",
            frames=[ev.StackFrame(*frame) for frame in frames],
            ran=ran,
        )
        threads = [thread] if error is None else []
        self.events.append(
            ev.StackSampled(
                t=self.t, process=process, why=why, threads=threads, left=left, error=error
            )
        )

    def say_bytes(self, process: int, data: bytes, stream: str = "stdout") -> None:
        """The process writes bytes that are not UTF-8."""
        self.events.append(ev.Output(t=self.t, process=process, stream=stream, data=data))

    def look(self, cpu_percents: Mapping[int, float], grown_bytes: int = 0) -> None:
        """Sample the machine; a process alive that is not named here does next to nothing."""
        cores = [3.0 + 2.0 * math.sin(self.t * 2 + core) for core in range(self._core_count)]
        seen: dict[int, ev.ProcessSample] = {}
        for process in self._alive:
            percent = cpu_percents.get(process, 0.0)
            # Busy processes stay on a core for about a second, as the kernel lets them.
            core = (process * 5 + int(self.t)) % self._core_count
            cores[core] += percent
            sample = ev.ProcessSample(
                cpu_percent=round(percent, 1),
                rss_bytes=(14 + process % 7) * MEBIBYTE + grown_bytes,
                core=core,
                state="R" if percent >= 50 else "S",
                threads=4 if process == self.main else 1,
            )
            if self._samples.get(process) != sample:
                seen[process] = self._samples[process] = sample
        rounded = [round(min(load, 100.0), 1) for load in cores]
        self.events.append(ev.Sampled(t=self.t, cores=rounded, processes=seen))

    def gpus(
        self,
        busy_percents: Mapping[int, float | None],
        uses: Mapping[int, list[ev.GpuUse]] | None = None,
    ) -> None:
        """The GPUs are looked at."""
        samples = {
            gpu: ev.GpuSample("NVIDIA H100 80GB HBM3", percent, (11 + gpu) * 2**30, 80 * 2**30)
            for gpu, percent in busy_percents.items()
        }
        self.events.append(ev.GpusSampled(t=self.t, gpus=samples, processes=dict(uses or {})))

    def work(
        self, seconds: float, workers: list[int], load: Callable[[int, float], float] | None = None
    ) -> None:
        """These processes work for so long, and are sampled five times a second."""
        for _ in range(max(1, round(seconds * 5))):
            self.after(0.2)
            percents = {
                worker: load(worker, self.t) if load else _steady_load(worker, self.t)
                for worker in workers
            }
            self.look({self.main: 1.5, **percents})

    def task_started(
        self, process: int, task: str, item: str | None = None, *, thread: int | None = None
    ) -> None:
        """The process begins a task, and is seen to run it."""
        self._tasks[process, thread] = (self.t, task, item)
        self.events.append(
            ev.TaskStarted(
                t=self.t,
                process=process,
                label=task,
                item=item,
                thread=thread,
                executor=self.executor,
            )
        )

    def task_finished(
        self,
        process: int,
        *,
        error: str | None = None,
        result: str | None = None,
        thread: int | None = None,
    ) -> None:
        """The process ends the task that it was last seen to begin; with an error it failed."""
        began, task, item = self._tasks.pop((process, thread))
        self.task_done(
            process, task, self.t - began, item=item, error=error, result=result, thread=thread
        )

    def task_done(
        self,
        process: int,
        task: str,
        seconds: float,
        *,
        item: str | None = None,
        error: str | None = None,
        result: str | None = None,
        thread: int | None = None,
    ) -> None:
        """The process ends a task that took so long; nobody saw it begin."""
        self.events.append(
            ev.TaskFinished(
                t=self.t,
                process=process,
                label=task,
                ok=error is None,
                seconds=round(seconds, 6),
                item=item,
                result=result,
                error=error,
                thread=thread,
                executor=self.executor,
            )
        )

    def count_tasks(
        self,
        process: int,
        task: str | None,
        count: int,
        *,
        seconds: float,
        over: float,
        failed: int = 0,
    ) -> None:
        """Over this time the process ended so many tasks, which took so long all together."""
        mean = seconds / count
        self.events.append(
            ev.TasksCounted(
                t=self.t,
                process=process,
                label=task,
                count=count,
                failed=failed,
                seconds_total=round(seconds, 6),
                seconds_max=round(mean * 1.5, 9),
                items=count,
                since=round(self.t - over, 6),
                histogram={max(0, int(4 * math.log2(mean * 1e6))): count},
                executor=self.executor,
            )
        )

    def queue(
        self,
        queue: int,
        put: int,
        got: int,
        *,
        kind: str = "queue",
        name: str | None = None,
        maxsize: int | None = None,
    ) -> None:
        """A queue is looked at; what was given to a pool or an executor is one too."""
        depth = max(put - got, 0)
        self.events.append(
            ev.QueueSampled(
                t=self.t,
                queue=queue,
                put=put,
                got=got,
                depth=depth,
                kind=kind,
                name=name,
                maxsize=maxsize,
            )
        )

    def unasked(
        self,
        count: int,
        error: str,
        *,
        label: str | None = None,
        executor: str | None = "threads",
        asked: int = 0,
    ) -> None:
        """So many tasks failed so far, and the main process asks for none of their results."""
        self.events.append(
            ev.ResultsUnasked(
                t=self.t,
                process=self.main,
                error=error,
                count=count,
                asked=asked,
                label=label,
                executor=executor,
            )
        )

    def discard(
        self, items: int, *, queue: int | None = None, how: str = "with", asked: bool = False
    ) -> None:
        """A pool of the main process is terminated with so much left to do."""
        self.events.append(
            ev.TasksDiscarded(
                t=self.t, process=self.main, queue=queue, items=items, how=how, asked=asked
            )
        )

    def wait(
        self,
        process: int,
        wait: str,
        on: str | None = None,
        *,
        queue: int | None = None,
        lock: int | None = None,
        joined: int | None = None,
        holds: list[int] | None = None,
        timed: bool = False,
        peers: list[int] | None = None,
        inside_only: bool = False,
        parties: int | None = None,
    ) -> None:
        """The process begins to wait."""
        started = ev.WaitStarted(
            t=self.t,
            process=process,
            kind=wait,
            on=on,
            queue=queue,
            lock=lock,
            joined=joined,
            holds=holds or [],
            timed=timed,
            peers=peers or [],
            inside_only=inside_only,
            parties=parties,
        )
        self._waits[process] = started
        self.events.append(started)

    def wait_over(self, process: int) -> None:
        """The process waits no more."""
        started = self._waits.pop(process)
        self.events.append(
            ev.WaitFinished(
                t=self.t,
                process=process,
                kind=started.kind,
                seconds=round(self.t - started.t, 6),
                on=started.on,
                queue=started.queue,
                lock=started.lock,
                joined=started.joined,
            )
        )

    def lock(
        self,
        lock: int,
        holders: list[int],
        *,
        outside: dict[int, str] | None = None,
        complete: bool = True,
    ) -> None:
        """Somebody looks who holds a lock."""
        self.events.append(
            ev.LockSampled(
                t=self.t, lock=lock, holders=holders, outside=outside or {}, complete=complete
            )
        )

    def access(
        self, processes: list[int], *, queue: int | None = None, receiver: int | None = None
    ) -> None:
        """Somebody looks who could put into a queue, or write into the pipe of a receiver."""
        self.events.append(
            ev.AccessSampled(t=self.t, queue=queue, receiver=receiver, processes=processes)
        )

    def threads(
        self,
        process: int,
        names: Mapping[int, str],
        *,
        load: float = 0.0,
        ended: tuple[int, ...] = (),
    ) -> None:
        """The threads of a process are looked at: native id and name."""
        state = "R" if load >= 50 else "S"
        samples = {
            thread: ev.ThreadSample(
                name=name, cpu_percent=load, core=thread % self._core_count, state=state
            )
            for thread, name in names.items()
        }
        self.events.append(
            ev.ThreadsSampled(t=self.t, process=process, threads=samples, ended=list(ended))
        )

    def exit(
        self,
        process: int,
        exitcode: int | None = 0,
        *,
        signal: int | None = None,
        terminated_by: int | None = None,
        oom: bool = False,
        stopping: bool = False,
        error: str | None = None,
        asked_by_user: bool = False,
    ) -> None:
        """The process ends."""
        self._alive.remove(process)
        self.events.append(
            ev.ProcessExited(
                t=self.t,
                process=process,
                exitcode=None if signal is not None else exitcode,
                signal=signal,
                terminated_by=terminated_by,
                oom=oom,
                stopping=stopping,
                error=error,
                asked_by_user=asked_by_user,
            )
        )
        self.after(0.002)

    def change(self, change: ev.ProcessChanged) -> None:
        """Something became known of a process."""
        self.events.append(change)

    def ask(
        self,
        process: int,
        by: int,
        signal: int = 15,
        *,
        disposition: str | None = None,
        at_end: bool = False,
    ) -> None:
        """A process asks another one to end."""
        self.events.append(
            ev.ProcessAsked(
                t=self.t,
                process=process,
                by=by,
                signal=signal,
                disposition=disposition,
                at_end=at_end,
            )
        )

    def send(self, process: int, signal: int) -> None:
        """A person has mptui send a process a signal."""
        self.events.append(ev.SignalSent(t=self.t, process=process, signal=signal))

    def stop(self, reason: str = "user") -> None:
        """mptui is asked to stop the program."""
        self.events.append(ev.StopRequested(t=self.t, reason=reason))

    def drop(self, what: str, count: int) -> None:
        """Things of this kind are missing here."""
        self.events.append(ev.EventsDropped(t=self.t, what=what, count=count))

    def finish(
        self,
        exitcode: int | None = 0,
        *,
        signal: int | None = None,
        stopped: str | None = None,
    ) -> list[ev.Event]:
        """The main process ends, and with it the run; gives the whole story."""
        self.exit(self.main, exitcode, signal=signal)
        self.events.append(
            ev.RunFinished(
                t=self.t,
                exitcode=None if signal is not None else exitcode,
                signal=signal,
                seconds=round(self.t, 3),
                stopped=stopped,
            )
        )
        return self.events


def _steady_load(worker: int, t: float) -> float:
    """Near a full core, never quite, and different for each worker."""
    return 92.0 + 7.0 * math.sin(t * 3 + worker * 1.7)


def _idle_load(worker: int, t: float) -> float:
    """Waiting for work most of the time."""
    return 4.0 + 3.0 * math.sin(t * 5 + worker)


def _pool_story() -> tuple[Story, list[int]]:
    story = Story("pool.py", scenario="pool")
    workers = [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in range(1, 6)
    ]
    return story, workers


def pool() -> list[ev.Event]:
    """Five workers square ten numbers; all goes well."""
    story, workers = _pool_story()
    story.work(1.0, workers)
    story.work(0.4, workers, _idle_load)
    for worker in workers:
        story.exit(worker)
    story.say(story.main, "[1, 4, 9, 16, 25, 36, 49, 64, 81, 100]\n")
    return story.finish()


def pool_live() -> list[ev.Event]:
    """The same pool in the middle of its work: nobody has ended."""
    story, workers = _pool_story()
    story.work(0.8, workers)
    return story.events


def torn_lines() -> list[ev.Event]:
    """Two workers whose lines arrive in pieces, one of them in the middle of a character."""
    story = Story("torn.py", core_count=2)
    first = story.process("Process-1", start_method="fork", target="torn.write")
    second = story.process("Process-2", start_method="fork", target="torn.write")
    story.say(first, "first li")
    story.say(second, "second: one\nsecond: tw")
    story.after(0.05)
    story.say(first, "ne\nfirst: another\nfir")
    story.say(second, "error: wo", "stderr")
    story.say(second, "o\n")
    coffee = "st: café ☕\n".encode()
    story.say_bytes(first, coffee[:9])
    story.say_bytes(second, b"bytes: \xff\xfe\n")
    story.say_bytes(first, coffee[9:-2])
    story.say_bytes(first, coffee[-2:])
    story.work(0.4, [first, second])
    story.say(second, "es to all\n", "stderr")
    story.say(first, "never finished")
    story.exit(first)
    story.exit(second, 1)
    return story.finish()


def killed_worker() -> list[ev.Event]:
    """A pool's worker is killed for memory; the pool starts another and waits for ever; stopped."""
    story = Story("train.py", core_count=4)
    workers = [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in range(1, 5)
    ]
    for worker in workers:
        story.say(worker, f"shard {worker}: loading\n")
    story.work(0.6, workers)
    story.look(dict.fromkeys(workers, 97.0), grown_bytes=900 * MEBIBYTE)
    story.say(workers[2], "shard 3: 41 of 64 ba")
    story.exit(workers[2], signal=9, oom=True)
    successor = story.process(
        "ForkPoolWorker-5", start_method="fork", target="multiprocessing.pool.worker"
    )
    for worker in (workers[0], workers[1], workers[3]):
        story.say(worker, f"shard {worker}: done\n")
    left = [workers[0], workers[1], workers[3], successor]
    story.work(1.0, left, _idle_load)
    story.stop()
    story.say(story.main, "Traceback (most recent call last):\n", "stderr")
    story.say(story.main, '  File "train.py", line 31, in <module>\n', "stderr")
    story.say(story.main, "KeyboardInterrupt\n", "stderr")
    for worker in left:
        story.ask(worker, story.main)
        story.send(worker, 18)
        story.exit(worker, signal=15, terminated_by=story.main)
    return story.finish(130, stopped="user")


def ends() -> list[ev.Event]:
    """Every way to end: well, a code, a signal, on request, for memory, unknown; one lives."""
    story = Story("ends.py", core_count=4)
    names = ("well", "code", "signal", "asked", "memory", "unknown", "alive")
    workers = {name: story.process(name, start_method="spawn") for name in names}
    story.work(0.4, list(workers.values()))
    story.exit(workers["well"], 0)
    story.exit(workers["code"], 3)
    story.exit(workers["signal"], signal=11)
    story.exit(workers["asked"], signal=15, terminated_by=story.main)
    story.exit(workers["memory"], signal=9, oom=True)
    story.exit(workers["unknown"], None)
    return story.events


def hundred_processes() -> list[ev.Event]:
    """A hundred workers on eight cores, in the middle of their work; thirty are done."""
    story = Story("many.py")
    workers = [
        story.process(f"Process-{n}", start_method="fork", target="many.work")
        for n in range(1, 101)
    ]
    story.work(0.6, workers, lambda worker, t: 8.0 + 6.0 * math.sin(t + worker))
    for worker in workers[:30]:
        story.say(worker, f"Process-{worker} is done with chunk {worker * 17 % 100}\n")
        story.exit(worker)
    story.work(0.4, workers[30:], lambda worker, t: 11.0 + 8.0 * math.sin(t + worker))
    return story.events


def fork_server() -> list[ev.Event]:
    """Two helpers and three workers; each worker learns late what it is."""
    story = Story("served.py", core_count=4)
    story.process("resource_tracker", role="helper", start_method="spawn")
    server = story.process("forkserver", role="helper", start_method="spawn")
    workers = []
    for n in range(1, 4):
        worker = story.process("python", role="other", parent=server)
        story.change(
            ev.ProcessChanged(
                t=story.t,
                process=worker,
                role="worker",
                name=f"ForkServerProcess-{n}",
                start_method="forkserver",
                target="served.count_words",
                parent=story.main,
            )
        )
        workers.append(worker)
    story.work(0.6, workers)
    for worker in workers:
        story.say(worker, f"counted {worker * 1013} words\n")
        story.exit(worker)
    story.exit(server)
    story.exit(1)
    return story.finish()


def no_probe() -> list[ev.Event]:
    """A program the probe is not inside of: names of the process table, output of main alone."""
    story = Story("build.sh", core_count=2)
    make = story.process("make", role="other", instrumented=False, argv=["make", "-j2", "all"])
    compilers = [
        story.process(
            "cc1", role="other", parent=make, instrumented=False, argv=["cc1", "-O2", f"{file}.c"]
        )
        for file in ("parse", "emit")
    ]
    story.say(story.main, "cc -O2 -c parse.c\ncc -O2 -c emit.c\n")
    story.work(0.6, compilers)
    story.say(story.main, "emit.c:12: warning: unused variable 'n'\n", "stderr")
    story.exit(compilers[0])
    story.exit(compilers[1], None)
    story.exit(make, 2)
    return story.finish(2)


def progress_bar() -> list[ev.Event]:
    """Two workers that draw over their own line, in colour; one gets to its end."""
    story = Story("download.py", core_count=2)
    workers = [story.process(f"Process-{n}", start_method="spawn") for n in (1, 2)]
    for percent in range(0, 101, 10):
        done = percent // 5
        bar = "#" * done + "." * (20 - done)
        story.say(workers[0], f"\r\x1b[32m[{bar}]\x1b[0m {percent:3}%", "stderr")
        if percent < 70:
            story.say(workers[1], f"\rchunk {percent} \x1b[K", "stderr")
        story.work(0.2, workers)
    story.say(workers[0], "\n", "stderr")
    story.say(workers[0], "saved to data.bin\n")
    story.exit(workers[0])
    return story.events


def hostile_names() -> list[ev.Event]:
    """What comes from outside tries to be something else: markup, escapes, a new line."""
    story = Story("[bold]not markup[/bold].py", core_count=2)
    names = (
        "[@click=app.quit]click me[/]",
        "[/bold]",
        "\x1b]0;title\x07\x1b[2J",
        "two\nlines",
        "\x1b]52;c;cm0gLXJm\x1b\\",
        "\u202egnp.exe",
        "\x9b31mred",
        "zero\u200bwidth",
        "\u6f22\u5b57" * 40,
        "z" + "\u0301" * 200,
        "",
    )
    workers = [
        story.process(name, start_method="spawn", target=name, argv=[name]) for name in names
    ]
    for worker, name in zip(workers, names, strict=True):
        story.say(worker, f"{name}\n")
    story.say(workers[0], "\x1b[31mred\x1b[0m and [red]not red[/red]\n")
    story.say(workers[1], "\x1b]8;;https://example.com\x1b\\a link that lies\x1b]8;;\x1b\\\n")
    story.say(workers[2], "\x1b]52;c;never ended\nthe next line is safe\n")
    story.say(workers[3], "\x1b[8mconcealed\x1b[28m \x1b[1A\x1b[2Kgone \x1bc reset\n")
    story.say_bytes(workers[4], b"\xff\xfe\x80 not UTF-8 \xed\xb3\xbf\n")
    story.work(0.4, workers)
    return story.events


def gallery_finished() -> list[ev.Event]:
    """Four workers take ten tasks from one queue; the exercise is over."""
    story = Story("workers.py", core_count=4, scenario="workers")
    workers = [
        story.process(f"Process-{n}", start_method="fork", target="__main__.process_tasks")
        for n in range(1, 5)
    ]
    for task in range(10):
        if task % 4 == 0:
            story.work(0.4, workers)
        story.say(workers[task % 4], f"Processing task ;  {task}\n")
    story.work(0.4, workers[:2])
    for worker in workers:
        story.exit(worker)
    return story.finish()


def flood() -> list[ev.Event]:
    """Four workers write about 260,000 lines, far more than any log keeps."""
    story = Story("flood.py", core_count=4)
    workers = [story.process(f"Process-{n}", start_method="fork") for n in range(1, 5)]
    for block in range(100):
        worker = workers[block % 4]
        first = block // 4 * 2600
        lines = [f"{worker}: line {first + n}" for n in range(2600)]
        story.say(worker, "\n".join(lines) + "\n")
        story.after(0.01)
    for worker in workers:
        story.exit(worker)
    return story.finish()


def many_cores() -> list[ev.Event]:
    """Sixty-four cores, forty of them busy."""
    story = Story("wide.py", core_count=64)
    workers = [story.process(f"SpawnPoolWorker-{n}", start_method="spawn") for n in range(1, 41)]
    story.work(0.6, workers)
    return story.events


def gaps() -> list[ev.Event]:
    """Some of what happened is missing, and the recording says so."""
    story, workers = _pool_story()
    story.work(0.4, workers)
    story.drop("probe_reports", 12)
    story.drop("output", 65536)
    story.work(0.2, workers)
    story.drop("probe_reports", 3)
    return story.events


def just_started() -> list[ev.Event]:
    """A program that has not done anything yet."""
    return Story("hello.py", core_count=4).events


def crashed() -> list[ev.Event]:
    """The main process ends with a traceback and exit code 1; its worker outlives it."""
    story = Story("broken.py", core_count=2)
    worker = story.process("Process-1", start_method="fork", target="broken.work")
    story.work(0.4, [worker])
    story.say(story.main, "Traceback (most recent call last):\n", "stderr")
    story.say(story.main, '  File "broken.py", line 7, in <module>\n    1 / 0\n', "stderr")
    story.say(story.main, "ZeroDivisionError: division by zero\n", "stderr")
    return story.finish(1)


def _task_pool(script: str, size: int) -> tuple[Story, list[int]]:
    """A pool of so many workers, whose tasks are seen."""
    story = Story(script, core_count=4)
    story.executor = "pool"
    return story, [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in range(1, size + 1)
    ]


def pool_tasks() -> list[ev.Event]:
    """Four workers do sixty tasks of two functions; some fail; at the end all wait for work."""
    story, workers = _task_pool("images.py", 4)
    story.wait(story.main, "result", "the pool's results")
    for number in range(60):
        worker = workers[number % 4]
        if number >= 4:
            done = number - 4
            failed = done % 13 == 7
            story.task_finished(
                worker,
                error="ValueError: not an image" if failed else None,
                result=None if failed else f"{done * done}",
            )
        if number % 4 == 0:
            story.queue(0, 60, max(number - 4, 0), kind="pool", name="pool")
            story.look({story.main: 0.5, **dict.fromkeys(workers, 96.0)})
        task = "images.shrink" if number % 3 else "images.sharpen"
        story.task_started(worker, task, f"'photo-{number:02}.jpg'")
        story.after(0.03 + number % 7 * 0.01)
    for worker in workers:
        story.task_finished(worker, result="'done'")
        story.wait(worker, "task", "pool")
        story.after(0.02)
    story.queue(0, 60, 60, kind="pool", name="pool")
    story.wait_over(story.main)
    story.work(0.4, workers, _idle_load)
    for worker in workers:
        story.wait_over(worker)
        story.exit(worker)
    return story.finish()


def tiny_tasks() -> list[ev.Event]:
    """Two workers do a hundred thousand tasks too short to be told one by one; still at it."""
    story, workers = _task_pool("tiny.py", 2)
    done = 0
    for look in range(20):
        story.after(0.25)
        for worker in workers:
            count = 2400 + 200 * worker
            story.count_tasks(
                worker,
                "tiny.increment",
                count,
                seconds=count * 4e-5,
                over=0.25,
                failed=1 if look == 9 else 0,
            )
            done += count
        story.look({story.main: 88.0, **dict.fromkeys(workers, 61.0)})
        story.queue(0, 400_000, done, kind="pool")
        if look == 9:
            story.task_done(workers[0], "tiny.increment", 0.05, item="7", error="ZeroDivisionError")
    return story.events


def killed_in_task() -> list[ev.Event]:
    """A worker dies by signal 9 in the middle of a task; the main process waits for ever."""
    story, workers = _task_pool("shards.py", 3)
    story.wait(story.main, "result", "the pool's results")
    for worker in workers:
        story.task_started(worker, "shards.count", f"{worker}")
    story.queue(0, 12, 0, kind="pool", name="pool")
    story.work(0.8, workers)
    for worker in workers[1:]:
        story.task_finished(worker, result="17")
        story.task_started(worker, "shards.count", f"{worker + 3}")
    story.queue(0, 12, 2, kind="pool", name="pool")
    story.work(0.4, workers)
    story.exit(workers[0], signal=9)
    successor = story.process(
        "ForkPoolWorker-4", start_method="fork", target="multiprocessing.pool.worker"
    )
    left = [*workers[1:], successor]
    for worker in workers[1:]:
        story.task_finished(worker, result="23")
    story.queue(0, 12, 4, kind="pool", name="pool")
    for worker in left:
        story.wait(worker, "task", "pool")
    story.work(1.0, left, _idle_load)
    return story.events


def lost_results() -> list[ev.Event]:
    """Some tasks failed and nobody asks for their results; others were thrown away."""
    story, workers = _task_pool("pages.py", 2)
    for number in range(6):
        worker = workers[number % 2]
        error = "ValueError: page 1" if number % 3 == 0 else None
        story.task_done(worker, "pages.fetch", 0.2, item=f"{number}", error=error)
        story.after(0.1)
    story.unasked(2, "ValueError: page 1", executor="pool")
    story.queue(0, 9, 6, kind="pool", name="pool")
    story.discard(3, queue=0)
    for worker in workers:
        story.exit(worker, signal=15, terminated_by=story.main)
    return story.finish()


def lock_wait() -> list[ev.Event]:
    """One of three processes holds a lock for long, the others wait for it, one after the other."""
    story = Story("counter.py", core_count=4)
    first, second, third = (
        story.process(f"Process-{n}", start_method="fork", target="counter.add")
        for n in range(1, 4)
    )
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(0.2, [first, second, third])
    story.wait(second, "lock", "total_lock", lock=0)
    story.wait(third, "lock", "total_lock", lock=0)
    for waiting in (second, third):
        story.stacks(
            waiting,
            ("/usr/lib/python3.12/multiprocessing/synchronize.py", 95, "__enter__"),
            ("/home/ada/study/counter.py", 14, "add"),
            ("/usr/lib/python3.12/multiprocessing/process.py", 108, "run"),
            ("/home/ada/study/counter.py", 31, "<module>"),
            why="stands_still",
        )
    story.work(1.4, [first])
    story.wait_over(second)
    story.work(0.6, [first, second])
    story.wait_over(third)
    story.exit(first)
    story.wait_over(story.main)
    story.wait(story.main, "join", "Process-2", joined=second)
    story.work(0.4, [second, third])
    return story.events


def deadlock() -> list[ev.Event]:
    """Two processes each hold the lock that the other one waits for; the main process joins."""
    story = Story("accounts.py", core_count=4)
    first, second = (
        story.process(f"Process-{n}", start_method="fork", target="accounts.transfer")
        for n in (1, 2)
    )
    story.work(0.4, [first, second])
    story.wait(first, "lock", "lock_b", lock=1, holds=[0])
    story.after(0.1)
    story.wait(second, "lock", "lock_a", lock=0, holds=[1])
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(4.0, [])
    return story.events


def lost_lock() -> list[ev.Event]:
    """A process ended with a lock that another one waits for; a third one goes on meanwhile."""
    story = Story("spool.py", core_count=4)
    writer, reader, ticker = (
        story.process(name, start_method="fork", target=f"spool.{name}")
        for name in ("writer", "reader", "ticker")
    )
    story.wait(writer, "sleep", timed=True, holds=[0])
    story.wait(reader, "lock", "spool_lock", lock=0)
    story.wait(story.main, "get", "pages", queue=0)
    story.work(0.4, [ticker])
    story.exit(writer, None, signal=9)
    story.work(1.6, [ticker])
    story.lock(0, [])
    story.access(queue=0, processes=[story.main, reader])
    story.work(4.0, [ticker])
    return story.events


def slow_consumer() -> list[ev.Event]:
    """One process puts ten times as much into a queue as the other one gets out."""
    story = Story("lines.py", core_count=4)
    reader = story.process("Process-1", start_method="fork", target="lines.read")
    parser = story.process("Process-2", start_method="fork", target="lines.parse")
    story.wait(story.main, "join", "Process-1", joined=reader)
    for look in range(1, 31):
        story.after(0.2)
        story.look({reader: 74.0, parser: 99.0}, grown_bytes=look * MEBIBYTE)
        story.queue(0, look * 200, look * 20, name="line_queue")
    return story.events


def threads() -> list[ev.Event]:
    """An executor's threads do the tasks of one process; one thread has ended."""
    story = Story("fetch.py", core_count=4)
    story.executor = "threads"
    natives = {story.pid(0) + n: f"ThreadPoolExecutor-0_{n - 1}" for n in range(1, 4)}
    names = {story.pid(0): "MainThread", **natives}
    story.threads(story.main, {**names, story.pid(0) + 9: "Thread-1 (warm_up)"}, load=20.0)
    story.wait(story.main, "result", "the executor's results")
    done = 0
    for turn in range(5):
        for thread in natives:
            story.task_started(story.main, "fetch.page", f"{turn}", thread=thread)
        story.work(0.4, [])
        for thread in natives:
            story.task_finished(story.main, result="200", thread=thread)
            done += 1
        story.threads(story.main, names, load=30.0, ended=() if turn else (story.pid(0) + 9,))
        story.queue(0, 30, done, kind="threads", name="executor")
    for thread in list(natives)[:2]:
        story.task_started(story.main, "fetch.page", "6", thread=thread)
    story.look({story.main: 41.0})
    return story.events


def shared_core() -> list[ev.Event]:
    """Four workers that may run on one core only, one that sleeps; the kernel keeps accounts."""
    story = Story("shares.py", core_count=4)
    workers = [story.process(f"Process-{n}", target="shares.spin") for n in range(1, 5)]
    sleeper = story.process("Process-5", target="shares.doze")
    story.wait(story.main, "join", "Process-1", joined=workers[0])
    spins = ev.ProcessSample(24.0, 12 * MEBIBYTE, 0, "R", 1, 75.0)
    dozes = ev.ProcessSample(2.0, 12 * MEBIBYTE, 2, "S", 1, 0.5)
    for worker in workers:
        story.change(ev.ProcessChanged(t=story.t, process=worker, cores=[0]))
    for look in range(1, 13):
        story.after(0.5)
        spun = ev.CoreSeconds(round(look * 0.12, 4), round(look * 0.375, 4))
        dozed = ev.CoreSeconds(round(look * 0.01, 4), round(look * 0.0025, 4))
        story.events.append(
            ev.Sampled(
                t=story.t,
                cores=[97.0, 1.0, 3.0, 0.0],
                processes=dict.fromkeys(workers, spins) | {sleeper: dozes} if look == 1 else {},
                core_seconds=dict.fromkeys(workers, spun) | {sleeper: dozed},
            )
        )
    return story.events


def training() -> list[ev.Event]:
    """Two GPUs that wait for data: eight loaders never rest, and the main process sleeps."""
    story = Story("train.py", core_count=16)
    loaders = [
        story.process(
            f"DataLoader {n}",
            start_method="fork",
            target="torch.utils.data._utils.worker._worker_loop",
        )
        for n in range(8)
    ]
    story.executor = "queue"
    for second in range(1, 31):
        for loader in loaders:
            story.task_started(loader, "batch", f"({8 * second + loader}, 64)")
        story.after(1.0)
        loads = {loader: 88.0 + loader for loader in loaders} | {story.main: 21.0}
        story.look(loads, grown_bytes=second * MEBIBYTE)
        seconds = {loader: ev.CoreSeconds(0.9 * second, 0.01) for loader in loaders}
        seconds[story.main] = ev.CoreSeconds(0.2 * second, 0.0)
        story.events[-1] = replace(story.events[-1], core_seconds=seconds)
        busy = {0: 24.0 + second % 7, 1: 20.0 + second % 5}
        uses = [ev.GpuUse(gpu, (9 + gpu) * 2**30, busy[gpu] - 2) for gpu in busy]
        story.gpus(busy, {story.main: uses})
        for loader in loaders:
            story.task_finished(loader)
            story.queue(loader, 8 * second + 2, 8 * second, name="index_queue")
        story.queue(0, 8 * second, 8 * second, name="worker_result_queue")
    return story.events


def recycled_pool(ended: int = 5000, failing_each: int = 50) -> list[ev.Event]:
    """A pool that starts each worker afresh after five tasks; some workers crash; still at it.

    Not among `HISTORIES`: it is far longer than the others.
    """
    story, workers = _task_pool("recycling.py", 4)
    for number in range(1, ended + 1):
        worker = workers.pop(0)
        for task in range(5):
            error = "ValueError: odd" if task == 4 and number % 10 == 0 else None
            story.task_done(worker, "recycling.work", 0.004, error=error)
        story.say(worker, f"worker {worker} is done\n")
        if number % 10 == 1:
            story.look(dict.fromkeys([worker, *workers], 90.0))
        if number % failing_each == 0:
            story.exit(worker, signal=11)
        else:
            story.exit(worker)
        workers.append(
            story.process(
                f"ForkPoolWorker-{number + 4}",
                start_method="fork",
                target="multiprocessing.pool.worker",
            )
        )
        story.after(0.02)
    return story.events


def later_version() -> list[ev.Event]:
    """A run recorded by a later version: every value that may be unknown is."""
    story = Story("later.py", core_count=2)
    story.executor = "cluster"
    coroutine = story.process("Coroutine-1", role="coroutine", start_method="teleport")
    story.queue(0, 9, 4, kind="stream", name="orders")
    story.say(coroutine, "on a stream of its own\n", "stdlog")
    story.task_started(coroutine, "orders.pack", "7")
    story.look({coroutine: 80.0})
    story.after(0.5)
    story.task_finished(coroutine, result="'packed'")
    story.count_tasks(coroutine, "orders.count", 40, seconds=0.2, over=0.4)
    story.wait(coroutine, "future", "orders", queue=0)
    story.after(1.0)
    story.wait_over(coroutine)
    story.wait(coroutine, "quorum")
    story.drop("quarks", 3)
    story.look({})
    story.after(1.0)
    story.look({})
    return story.events


def later_version_stopped() -> list[ev.Event]:
    """The same run, stopped for a reason that this version does not know."""
    events = later_version()
    t = events[-1].t
    return [
        *events,
        ev.ProcessExited(t=t, process=1, exitcode=0, signal=None),
        ev.ProcessExited(t=t, process=0, exitcode=0, signal=None),
        ev.RunFinished(t=t, exitcode=0, signal=None, seconds=t, stopped="policy"),
    ]


def piles() -> list[ev.Event]:
    """A program that closes no pipe and unlinks no shared memory."""
    story = Story("frames.py")
    for count in range(80, 400, 40):
        story.after(1.0)
        story.look({0: 5.0})
        story.events += [
            ev.DescriptorsCounted(
                t=story.t, process=0, count=count, limit=1024, pipes=count - 9, files=9
            ),
            ev.SharedMemorySampled(
                t=story.t, process=0, count=count // 4, made=count // 4, bytes=count * 1024,
                place="frames.py:9", room_bytes=64 * MEBIBYTE, free_bytes=60 * MEBIBYTE,
            ),
        ]  # fmt: skip
    return story.finish()


def cluster() -> list[ev.Event]:
    """A Dask cluster that loses one of its two workers in the middle of its tasks."""
    story = Story("cluster.py")
    assert isinstance(story.events[0], ev.RunStarted)
    story.events[0] = replace(story.events[0], cluster="tcp://10.0.0.1:8786")
    story.executor = "dask"
    workers = [story.process(f"10.0.0.7 worker-{number}") for number in range(2)]
    load = ev.WorkerLoad(2, 5, 1, 3, 40 * MEBIBYTE, 60 * MEBIBYTE, 0, 900 * MEBIBYTE)
    for done in range(1, 4):
        story.after(0.5)
        for worker in workers:
            story.task_done(worker, "square", 0.4, item=f"square-{done}")
        story.events += [
            ev.Sampled(
                t=story.t,
                cores=[],
                processes={
                    worker: ev.ProcessSample(50.0, 100 * MEBIBYTE, -1, "R", 2) for worker in workers
                },
            ),
            ev.ClusterSampled(
                t=story.t,
                workers=dict.fromkeys(workers, load),
                waiting=3,
                queued=0,
                assigned=10,
                results=6,
            ),
        ]
        story.queue(0, 20, 2 * done, kind="dask", name="square")
    story.events += [
        ev.TasksRepeated(t=story.t, process=workers[1], running={"square": 5}, results={"load": 3}),
        ev.ProcessExited(t=story.t, process=workers[1], exitcode=None, signal=None, lost=True),
    ]
    return story.events


def polling() -> list[ev.Event]:
    """A worker asks its queue three times a second, so long that this is summed up."""
    story = Story("crawl.py", core_count=4)
    worker = story.process("Process-1")
    story.queue(0, 3, 3, name="pages")
    for _ in range(3):
        story.wait(worker, "get", "pages", queue=0, timed=True)
        story.after(0.3)
        story.wait_over(worker)
    for put in range(4, 8):
        since = story.t
        story.after(1.0)
        story.events.append(
            ev.WaitsCounted(
                t=story.t, process=worker, kind="get", count=3, seconds_total=0.9,
                seconds_max=0.3, since=since, on="pages", queue=0, timed=True,
            )
        )  # fmt: skip
        story.after(0.1)
        story.look({worker: 1.0})
        story.queue(0, put, put, name="pages")
    return story.events


HISTORIES: Final[dict[str, list[ev.Event]]] = {
    tell.__name__: tell()
    for tell in (
        pool,
        pool_live,
        torn_lines,
        killed_worker,
        ends,
        hundred_processes,
        fork_server,
        no_probe,
        progress_bar,
        hostile_names,
        gallery_finished,
        flood,
        many_cores,
        gaps,
        just_started,
        crashed,
        pool_tasks,
        tiny_tasks,
        killed_in_task,
        lost_results,
        lock_wait,
        deadlock,
        lost_lock,
        slow_consumer,
        threads,
        shared_core,
        training,
        piles,
        cluster,
        later_version,
        later_version_stopped,
        polling,
    )
}
"""Every history by its name. A live run's history just stops: its run has no end yet."""
