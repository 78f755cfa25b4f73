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
from typing import TYPE_CHECKING, Any, Final, Self

from mptui.own_path import interpreter_arguments
from mptui.recording.part_reader import PartReader
from mptui.replay.sieve import Begun, Sieve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from mptui.replay.output_marks import Chunk

MOST_PROCESSES: Final = 4
_MODULE: Final = "mptui.replay.sieve_process"


class Sieves:
    """Tells of chunks whether they may hold what is looked for.

    Args:
        recording: the file.
        required: as for `Sieve`.
        ignores_case: as for `Sieve`.
        most: so many processes at most.
    """

    def __init__(
        self,
        recording: Path,
        required: str,
        *,
        ignores_case: bool,
        most: int = MOST_PROCESSES,
    ) -> None:
        self._recording = recording
        self._sieve = Sieve(required, ignores_case=ignores_case)
        self._first_line = json.dumps([str(recording), required, ignores_case])
        self._most = min(most, len(os.sched_getaffinity(0)))
        self._processes: list[subprocess.Popen[bytes]] | None = None

    def may_hold(self, chunks: Sequence[Chunk]) -> list[bool]:
        """Whether each of these chunks may; waits until that is known.

        Raises:
            OSError: the recording cannot be read.
        """
        if self._sieve.is_open:
            return [True] * len(chunks)
        if self._processes is None:
            self._processes = list(self._start())
        if self._processes:
            try:
                return self._ask(self._processes, chunks)
            except (OSError, ValueError):
                self._end()
        with PartReader(self._recording) as reader:
            return [
                self._sieve.may_hold(reader.read(one.begin, one.end), map(Begun._make, _begun(one)))
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
        self, processes: Sequence[subprocess.Popen[bytes]], chunks: Sequence[Chunk]
    ) -> list[bool]:
        """The answers of the processes, each of which gets every so manieth chunk.

        Raises:
            OSError: one of them has ended.
            ValueError: or does not answer as it should.
        """
        count = len(processes)
        shares = [chunks[place::count] for place in range(count)]
        asked = [one for one in zip(processes, shares, strict=True) if one[1]]
        for process, share in asked:
            _tell(process, json.dumps([[one.begin, one.end, _begun(one)] for one in share]))
        answers: list[bool] = [True] * len(chunks)
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


def _begun(chunk: Chunk) -> list[tuple[Any, ...]]:
    return [
        (process, tail.stream, tail.pending, bool(tail.cutter))
        for process, standing in chunk.standings.items()
        for tail in standing.tails
    ]
