"""Runs of which the outputs are worth reading side by side: made up, and the same every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.histories import Story

if TYPE_CHECKING:
    from mptui import events as ev


def training(worker_count: int, core_count: int = 16) -> list[ev.Event]:
    """Workers of a pool that log what they do; long lines, and one that complains."""
    story = Story("train.py", core_count=core_count)
    story.executor = "pool"
    workers = [
        story.process(f"ForkPoolWorker-{number}", start_method="fork")
        for number in range(1, worker_count + 1)
    ]
    story.say(story.main, f"training with {worker_count} workers\n")
    for fold in range(3):
        for place, worker in enumerate(workers):
            story.task_started(worker, "train.fit", f"fold={fold}")
            story.say(worker, f"fold {fold}: reading shard {place:03} of {worker_count:03}\n")
            story.after(0.01)
        story.look(dict.fromkeys(workers, 97.0))
        for place, worker in enumerate(workers):
            loss = 1.0 / (1 + fold + place)
            story.say(worker, f"epoch {fold + 1} loss={loss:.4f} accuracy={1 - loss / 2:.3f}\n")
            if place == 1:
                story.say(worker, "UserWarning: loss is not finite, step left out\n", "stderr")
            story.after(0.01)
        if fold < 2:
            for worker in workers:
                story.task_finished(worker)
    return story.events
