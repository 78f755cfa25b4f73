"""A wrong option ends in one clear line, and every scenario explains itself."""

import ast

import pytest

from tests.scenarios.running import FOLDER, run_scenario

NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def test_there_are_seven_exercises_and_five_programs_with_something_amiss() -> None:
    assert len(NAMES) == 7 + 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--work", "-1"),
        ("--work", "nan"),
        ("--work", "inf"),
        ("--work", "much"),
        ("--start-method", "magic"),
        ("--workers", "0"),
        ("--workers", "-2"),
        ("--tasks", "-1"),
        ("--tasks", "1.5"),
        ("--nonsense", "1"),
    ],
)
def test_wrong_option_is_named_in_one_line_and_nothing_runs(
    name: str, option: str, value: str
) -> None:
    ran = run_scenario(name, f"{option}={value}")
    assert ran.exit_status == 2
    assert ran.writes == []
    assert f"{name}.py: error: " in ran.errors.splitlines()[-1]
    assert option in ran.errors.splitlines()[-1]
    assert "Traceback" not in ran.errors


@pytest.mark.parametrize("name", NAMES)
def test_help_begins_with_the_first_sentence_of_the_explanation(name: str) -> None:
    explanation = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text())) or ""
    printed = " ".join(run_scenario(name, "--help").lines)
    assert " ".join(printed.split()).find(explanation.splitlines()[0]) > 0
    assert len(explanation.splitlines()) >= 4
