from typing import get_args

import pytest

from mptui.events import ExecutorKind, QueueKind
from mptui.wording.executor_kinds import EXECUTOR_KINDS, executor_kind, hands_out_tasks

PLAIN_QUEUES = {"queue", "joinable", "simple"}


def test_table_has_a_row_for_every_executor_that_events_name() -> None:
    assert set(EXECUTOR_KINDS) == set(get_args(ExecutorKind))


@pytest.mark.parametrize("kind", get_args(QueueKind))
def test_plain_queues_hand_out_items_and_executors_tasks(kind: QueueKind) -> None:
    assert hands_out_tasks(kind) == (kind not in PLAIN_QUEUES)


@pytest.mark.parametrize("kind", ["ray", None])
def test_unknown_executor_means_nothing_special(kind: str | None) -> None:
    meaning = executor_kind(kind)
    assert meaning.sending_seconds == 0.0
    assert not meaning.is_threads
    assert meaning.after_loss
    assert not hands_out_tasks(kind or "")
