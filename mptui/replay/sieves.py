"""Has processes look through a recording: what they do to its bytes would hold up every key here.

They are asked chunk by chunk and end when nobody asks any more. Where none can be started, the
thread that asks does it itself. Must not know what a line is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from mptui.own_path import interpreter_arguments
from mptui.recording.part_reader import PartReader
from mptui.replay.chunk_count import ChunkCount, Question
from mptui.replay.sieve import Begun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from mptui.replay.chunk_count import Wanted
    from mptui.replay.output_marks import Chunk

MOST_PROCESSES: Final = 4
_MODULE: Final = "mptui.replay.sieve_process"
_ASKED_HERE: Final = 2
"""So few chunks are looked at by the thread itself, before any process is there."""


class Asked(NamedTuple):
    """A part of the recording, and what of its lines counts."""

    chunk: Chunk
    log: int | None
    """The process whose lines count; None: those of all."""
    is_counted: bool
    """Whether all of them are to be counted, not only some."""


class Sieves:
    """Tells of chunks in how many lines stands what is looked for.

    Args:
        recording: the file.
        wanted: what.
        most: so many processes at most.
    """

    def __init__(self, recording: Path, wanted: Wanted, *, most: int = MOST_PROCESSES) -> None:
        self._recording = recording
        self._count = ChunkCount(wanted)
        self._first_line = json.dumps([str(recording), wanted])
        self._most = min(most, len(os.sched_getaffinity(0)))
        self._processes: list[subprocess.Popen[bytes]] | None = None

    def counts(self, chunks: Sequence[Asked]) -> list[int | None]:
        """In how many lines of each; None where that is not to be told. Waits until it is known.

        Raises:
            OSError: the recording cannot be read.
        """
        if self._count.is_open:
            return [None] * len(chunks)
        if self._processes is None:
            self._processes = list(self._start())
        if self._processes and len(chunks) > _ASKED_HERE:
            try:
                return self._ask(self._processes, chunks)
            except (OSError, ValueError):
                self._end()
        with PartReader(self._recording) as reader:
            return [
                self._count.count(
                    reader.read(one.chunk.begin, one.chunk.end),
                    Question(one.log, begun(one.chunk), one.is_counted),
                )
                for one in chunks
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _start(self) -> Iterator[subprocess.Popen[bytes]]:
        for _ in range(self._most):
            with suppress(OSError):
                process = subprocess.Popen(
                    [sys.executable, *interpreter_arguments(_MODULE)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                _tell(process, self._first_line)
                yield process

    def _ask(
        self, processes: Sequence[subprocess.Popen[bytes]], chunks: Sequence[Asked]
    ) -> list[int | None]:
        """The answers of the processes, each of which gets every so manieth chunk.

        Raises:
            OSError: one of them has ended.
            ValueError: or does not answer as it should.
        """
        count = len(processes)
        shares = [chunks[place::count] for place in range(count)]
        asked = [one for one in zip(processes, shares, strict=True) if one[1]]
        for process, share in asked:
            _tell(process, json.dumps([_question(one) for one in share]))
        answers: list[int | None] = [None] * len(chunks)
        for place, (process, share) in enumerate(asked):
            assert process.stdout is not None
            answer = json.loads(process.stdout.readline())
            if len(answer) != len(share):
                raise ValueError("it told of others")
            answers[place::count] = answer
        return answers

    def _end(self) -> None:
        for process in self._processes or ():
            with suppress(OSError):
                process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            process.wait()
        self._processes = []


def _tell(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()


def _question(asked: Asked) -> tuple[Any, ...]:
    chunk = asked.chunk
    return chunk.begin, chunk.end, asked.log, begun(chunk), asked.is_counted


def begun(chunk: Chunk) -> list[Begun]:
    """What the streams had begun where a chunk begins."""
    return [
        Begun(process, tail.stream, tail.pending, bool(tail.cutter))
        for process, standing in chunk.standings.items()
        for tail in standing.tails
    ]
