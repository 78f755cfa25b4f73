"""Looks through chunks of a recording for whoever asks on standard input, a line a question.

The first line names the recording and what stands in the lines that are looked for, each further
one some chunks and what was begun before each; what is answered is whether each may hold such a
line. It ends when nobody asks any more. Must not import what takes long.
"""

from __future__ import annotations

import json
import os
import sys

from mptui.replay.sieve import Begun, Sieve

_NICENESS = 5
"""The programs that are watched come first, and so do keys."""


def main() -> None:
    """Answer until there are no more questions."""
    recording, required, ignores_case = json.loads(sys.stdin.buffer.readline())
    sieve = Sieve(required, ignores_case=ignores_case)
    descriptor = os.open(recording, os.O_RDONLY | os.O_CLOEXEC)
    os.nice(_NICENESS)
    for line in sys.stdin.buffer:
        answers = [
            sieve.may_hold(_read(descriptor, begin, end), map(Begun._make, begun))
            for begin, end, begun in json.loads(line)
        ]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


def _read(descriptor: int, begin: int, end: int) -> bytes:
    """What stands between these bytes; less where the file has become shorter."""
    parts = []
    while begin < end and (part := os.pread(descriptor, end - begin, begin)):
        parts.append(part)
        begin += len(part)
    return b"".join(parts)


if __name__ == "__main__":
    main()
