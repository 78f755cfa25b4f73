"""`python -m tests.faults SECONDS [SEED]`: attempt after attempt, then a table of what survived."""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.kills import VICTIMS, attempt


def main(seconds: float, seed: int) -> int:
    """Try for so long; returns 1 if anything was lost or left.

    Args:
        seconds: a new attempt begins as long as they are not over.
        seed: decides about victims and moments.
    """
    # Who has started this with nohup does not mean what is to be hung up on.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    chance = random.Random(seed)
    tried: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    problems: list[str] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until or not tried:
        # Each in turn, in an order of chance, so that none is left out of a short run.
        for victim in chance.sample(VICTIMS, len(VICTIMS)):
            if time.monotonic() >= until and tried:
                break
            with tempfile.TemporaryDirectory() as folder:
                outcome = attempt(victim, Path(folder), chance)
            tried[victim] += 1
            survived[victim] += not outcome.problems
            problems += [f"{victim}: {problem}" for problem in outcome.problems]
    lines = [f"seed {seed}", f"{'killed or cut':<24}{'attempts':>10}{'survived':>10}"]
    lines += [f"{victim:<24}{tried[victim]:>10}{survived[victim]:>10}" for victim in VICTIMS]
    sys.stdout.write("\n".join([*lines, *problems]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(
        main(
            float(arguments[0]) if arguments else 300.0,
            int(arguments[1]) if len(arguments) > 1 else random.randrange(10**6),
        )
    )
