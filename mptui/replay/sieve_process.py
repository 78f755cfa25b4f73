"""Looks through chunks of a recording for whoever asks on standard input, a line a question.

The first line names the recording and what is looked for, each further one some chunks and what is
asked of each; what is answered is in how many lines of each it stands, or null where that is not to
be told from the bytes alone. It ends when nobody asks any more. Must not import what takes long.
"""

from __future__ import annotations

import json
import os
import sys

from mptui.replay.chunk_count import ChunkCount, Question, Wanted
from mptui.replay.sieve import Begun

_NICENESS = 5
"""The programs that are watched come first, and so do keys."""


def main() -> None:
    """Answer until there are no more questions."""
    recording, wanted = json.loads(sys.stdin.buffer.readline())
    chunk_count = ChunkCount(Wanted(*wanted))
    descriptor = os.open(recording, os.O_RDONLY | os.O_CLOEXEC)
    os.nice(_NICENESS)
    data = bytearray()
    for line in sys.stdin.buffer:
        answers = []
        for begin, end, log, begun, is_counted in json.loads(line):
            _read(descriptor, data, begin, end)
            question = Question(log, [Begun(*one) for one in begun], is_counted)
            answers.append(chunk_count.count(data, question))
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


def _read(descriptor: int, data: bytearray, begin: int, end: int) -> None:
    """What stands between these bytes; less where the file has become shorter.

    Always to the same place: new memory costs three times as much as what is read into it.
    """
    size = end - begin
    if len(data) < size:
        data.extend(bytes(size - len(data)))
    del data[size:]
    done = 0
    with memoryview(data) as room:
        while done < size and (count := os.preadv(descriptor, [room[done:]], begin + done)):
            done += count
    del data[done:]


if __name__ == "__main__":
    main()
