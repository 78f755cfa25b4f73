from typing import get_args

import pytest

from mptui.events import ExecutorKind, QueueKind
from mptui.wording.executor_kinds import (
    EXECUTOR_KINDS,
    PLAIN_QUEUES,
    executor_kind,
    hands_out_tasks,
)


def test_table_has_a_row_for_every_executor_that_events_name() -> None:
    assert set(EXECUTOR_KINDS) == set(get_args(ExecutorKind))


def test_every_queue_that_events_name_hands_out_either_items_or_tasks() -> None:
    kinds = set(get_args(QueueKind))
    assert {*PLAIN_QUEUES, *EXECUTOR_KINDS} >= kinds
    assert {kind for kind in kinds if hands_out_tasks(kind)} == kinds - PLAIN_QUEUES


@pytest.mark.parametrize("kind", ["ray", None])
def test_unknown_executor_means_nothing_special(kind: str | None) -> None:
    meaning = executor_kind(kind)
    assert meaning.sending_seconds == 0.0
    assert not meaning.is_threads
    assert meaning.after_loss
    assert not hands_out_tasks(kind or "")
