"""Values as a person types them."""

from __future__ import annotations

import pytest

from mptui.dashboard.session.gallery import START_METHOD, TASKS, WORK, WORKERS
from mptui.dashboard.session.parameter import Parameter, arguments, first_problem, in_words


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (WORKERS, "1"),
        (WORKERS, "500"),
        (WORK, "0"),
        (WORK, "0.25"),
        (WORK, "1e-3"),
        (START_METHOD, "spawn"),
    ],
)
def test_right_values_have_no_problem(parameter: Parameter, value: str) -> None:
    assert parameter.problem(value) is None


@pytest.mark.parametrize(
    ("parameter", "value", "problem"),
    [
        (WORKERS, "0", "workers: a whole number from 1 to 500, please"),
        (WORKERS, "2.5", "workers: a whole number from 1 to 500, please"),
        (WORKERS, "", "workers: a whole number from 1 to 500, please"),
        (WORKERS, "9" * 5000, "workers: a whole number from 1 to 500, please"),
        (WORK, "nan", "work: a number from 0 to 3600, please"),
        (WORK, "inf", "work: a number from 0 to 3600, please"),
        (WORK, "-1", "work: a number from 0 to 3600, please"),
        (START_METHOD, "threads", "start method: no such choice"),
    ],
)
def test_wrong_values_are_named_with_what_is_expected(
    parameter: Parameter, value: str, problem: str
) -> None:
    assert parameter.problem(value) == problem


def test_empty_value_leaves_the_choice_to_the_program() -> None:
    free = Parameter(
        name="tasks", title="tasks", meaning="", default="", phrase="{} tasks", phrase_without="all"
    )
    values = {"tasks": "", "workers": "3"}
    assert first_problem((free, WORKERS), values) is None
    assert arguments((free, WORKERS), values) == ("--workers", "3")
    assert in_words((free, WORKERS), values) == "all, 3 workers"


def test_first_wrong_value_is_the_one_that_is_named() -> None:
    wrong = first_problem((WORKERS, TASKS, WORK), {"workers": "2", "tasks": "x", "work": "y"})
    assert wrong is not None
    assert wrong[0] is TASKS
