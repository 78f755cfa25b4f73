"""A parameter of a scenario: what it means, which values it takes, and how it reaches the program.

Values are kept as a person typed them; an empty one leaves the choice to the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter; as an option on the command line it is called ``--name``."""

    name: str
    """As the option is called, kebab-case."""
    title: str
    meaning: str
    default: str
    phrase: str
    """How a value reads in a sentence, ``{}`` being the value."""
    phrase_without: str = ""
    """How it reads when the choice is the program's."""
    minimum: float = 0
    maximum: float = 0
    is_whole: bool = True
    choices: tuple[str, ...] = ()
    """The values to choose from; none where it is a number."""
    is_text: bool = False
    """Whether it is neither of them, but a word that a person knows."""

    def problem(self, value: str) -> str | None:
        """What is wrong with this value, in one line; None if nothing is."""
        if not value and (self.phrase_without or self.choices):
            return None
        if self.choices:
            return None if value in self.choices else f"{self.title}: no such choice"
        if self.is_text:
            is_word = not value.startswith("-") and not any(map(str.isspace, value))
            return None if is_word else f"{self.title}: one word without blanks, please"
        kind = "a whole number" if self.is_whole else "a number"
        expected = f"{self.title}: {kind} from {self.minimum:g} to {self.maximum:g}, please"
        try:
            number = float(int(value)) if self.is_whole else float(value)
        except ValueError:
            return expected
        # Written so that "nan" is refused too.
        return None if self.minimum <= number <= self.maximum else expected

    def in_words(self, value: str) -> str:
        """This value in a sentence."""
        return self.phrase.format(value) if value else self.phrase_without


def defaults(parameters: Iterable[Parameter]) -> dict[str, str]:
    """The values to begin with."""
    return {parameter.name: parameter.default for parameter in parameters}


def first_problem(
    parameters: Iterable[Parameter], values: Mapping[str, str]
) -> tuple[Parameter, str] | None:
    """The first parameter with a wrong value, and what is wrong."""
    for parameter in parameters:
        problem = parameter.problem(values[parameter.name])
        if problem is not None:
            return parameter, problem
    return None


def arguments(parameters: Iterable[Parameter], values: Mapping[str, str]) -> tuple[str, ...]:
    """The values as they stand on a command line."""
    words: list[str] = []
    for parameter in parameters:
        if value := values[parameter.name]:
            words += [f"--{parameter.name}", value]
    return tuple(words)


def in_words(parameters: Iterable[Parameter], values: Mapping[str, str]) -> str:
    """The values as part of a sentence: ``5 workers, 10 tasks, 0.5 s of work each``."""
    said = (parameter.in_words(values[parameter.name]) for parameter in parameters)
    return ", ".join(words for words in said if words)
