"""What each kind of executor means: one table, a row a kind. And which queues are just queues.

A new kind is a row here, beside its name in the events.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class ExecutorMeaning(NamedTuple):
    """What is known of whatever hands out tasks."""

    sending_seconds: float = 0.0
    """What it costs about to send a task to a worker and its result back; 0: nothing or unknown."""
    after_loss: str = "This task is not given to another worker."
    """What becomes of a task that was lost with its worker, and what to do about it."""
    is_threads: bool = False
    """Whether its workers are threads of one process."""
    is_taken: bool = False
    """Whether its tasks are items that the program's own workers take, not calls of a function."""


EXECUTOR_KINDS: Final[dict[str, ExecutorMeaning]] = {
    "pool": ExecutorMeaning(
        sending_seconds=50e-6,
        after_loss=(
            "The pool has started another worker, but does not give it this task: whoever waits "
            "for the result waits for ever. Stop the program. To notice it next time, call get() "
            "with a timeout, or use a ProcessPoolExecutor, which raises BrokenProcessPool."
        ),
    ),
    "executor": ExecutorMeaning(
        sending_seconds=150e-6,
        after_loss=(
            "The executor is broken: each result that is still missing raises BrokenProcessPool, "
            "and so does every new submit(). To go on, the program must make a new executor."
        ),
    ),
    "threads": ExecutorMeaning(is_threads=True),
    "queue": ExecutorMeaning(
        after_loss=(
            "It is no longer in the queue, so no other worker gets it, and whoever waits for its "
            "result waits for ever. Let the main process look at exitcode, and put it again."
        ),
        is_taken=True,
    ),
    "pytest": ExecutorMeaning(
        after_loss=(
            "pytest-xdist reports this test as failed and starts another worker for the rest."
        ),
    ),
    "billiard": ExecutorMeaning(
        after_loss=(
            "The pool starts another worker and raises WorkerLostError for this task; Celery gives "
            "it out again only with task_reject_on_worker_lost."
        ),
    ),
    "dask": ExecutorMeaning(
        after_loss=(
            "The scheduler gives this task to another worker; when more than three workers were "
            "lost with it, it fails with KilledWorker."
        ),
    ),
}
PLAIN_QUEUES: Final = frozenset({"queue", "joinable", "simple"})
"""Queues that hand out items: what is taken out is known, not what is done."""
_UNKNOWN: Final = ExecutorMeaning()


def executor_kind(kind: str | None) -> ExecutorMeaning:
    """What this kind of executor means; of one that is not known, or None, nothing special."""
    return _UNKNOWN if kind is None else EXECUTOR_KINDS.get(kind, _UNKNOWN)


def hands_out_tasks(queue_kind: str) -> bool:
    """Whether it hands out tasks and knows which are done; of a plain queue that is not known."""
    return queue_kind in EXECUTOR_KINDS and queue_kind not in PLAIN_QUEUES
