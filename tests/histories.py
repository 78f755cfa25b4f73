"""Named histories: runs as lists of events, for every test above the events.

`HISTORIES["pool"]` is what a recording of such a run holds. The same lists feed the tests of the
model, of presentation, of the screens and of the headless front end, so that all of them speak of
the same runs. Times, loads and pids are made up, but the same on every machine and every day.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

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
        role: ev.Role = "worker",
        parent: int | None = 0,
        ppid: int | None = None,
        start_method: str | None = None,
        target: str | None = None,
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
                argv=argv,
                instrumented=instrumented,
            )
        )
        self.after(0.003)
        return process

    def pid(self, process: int) -> int:
        """The pid of the process with this number."""
        return FIRST_PID + process

    def say(self, process: int, text: str, stream: ev.StreamName = "stdout") -> None:
        """The process writes this, in one piece."""
        self.events.append(ev.Output(t=self.t, process=process, stream=stream, text=text))

    def say_bytes(self, process: int, data: bytes, stream: ev.StreamName = "stdout") -> None:
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

    def exit(
        self,
        process: int,
        exitcode: int | None = 0,
        *,
        signal: int | None = None,
        asked_by: int | None = None,
        oom: bool = False,
    ) -> None:
        """The process ends."""
        self._alive.remove(process)
        self.events.append(
            ev.ProcessExited(
                t=self.t,
                process=process,
                exitcode=None if signal is not None else exitcode,
                signal=signal,
                asked_by=asked_by,
                oom=oom,
            )
        )
        self.after(0.002)

    def change(self, change: ev.ProcessChanged) -> None:
        """Something became known of a process."""
        self.events.append(change)

    def drop(self, what: str, count: int) -> None:
        """Things of this kind are missing here."""
        self.events.append(ev.EventsDropped(t=self.t, what=what, count=count))

    def finish(
        self,
        exitcode: int | None = 0,
        *,
        signal: int | None = None,
        stopped: ev.StopReason | None = None,
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
    story.say(story.main, "Traceback (most recent call last):\n", "stderr")
    story.say(story.main, '  File "train.py", line 31, in <module>\n', "stderr")
    story.say(story.main, "KeyboardInterrupt\n", "stderr")
    for worker in left:
        story.exit(worker, signal=15, asked_by=story.main)
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
    story.exit(workers["asked"], signal=15, asked_by=story.main)
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
    story.drop("probe records", 12)
    story.drop("output bytes", 65536)
    story.work(0.2, workers)
    story.drop("probe records", 3)
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
    )
}
"""Every history by its name. A live run's history just stops: its run has no end yet."""
