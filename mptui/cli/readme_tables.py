"""The tables of the README that are made: events, keys, habits, options, settings.

`python -m mptui.cli.readme_tables README.md` renews them (`make readme`). It must not add a word of
its own: what is to be said of a key, an option or a setting stands where it is defined.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mptui.cli.commands import COMMANDS
from mptui.cli.event_table import with_event_table
from mptui.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEYS_BEGIN: Final = "<!-- made by `make readme` from the tables of keys -->\n"
_HABITS_BEGIN: Final = "<!-- made by `make readme` from the habits of other programs -->\n"
_OPTIONS_BEGIN: Final = "<!-- made by `make readme` from the commands -->\n"
_SETTINGS_BEGIN: Final = "<!-- made by `make readme` from the settings -->\n"
_END: Final = "<!-- end of what is made -->\n"


def with_tables(readme: str) -> str:
    """The README with all its tables as they should be.

    Raises:
        ValueError: the README does not say where one of them is.
    """
    readme = with_event_table(readme)
    readme = _with_table(readme, _KEYS_BEGIN, key_table())
    readme = _with_table(readme, _HABITS_BEGIN, _habits())
    readme = _with_table(readme, _SETTINGS_BEGIN, setting_table())
    return _with_table(readme, _OPTIONS_BEGIN, option_table())


def key_table() -> str:
    """A row for each key in Markdown: where it holds, the key, what it does."""
    # Only now: whoever asks for the other tables alone is spared Textual.
    from mptui.dashboard.screens.key_table import key_sections  # noqa: PLC0415

    rows = ["| where | key | what it does |", "| --- | --- | --- |"]
    for section in key_sections():
        title = section.title
        for keys, meaning in section.rows:
            shown = " ".join(key if key == "…" else _code(key) for key in keys.split())
            rows.append(f"| {title} | {shown} | {_cell(meaning)} |")
            title = ""
    return "\n".join(rows) + "\n"


def _habits() -> str:
    from mptui.dashboard.habits import habit_table  # noqa: PLC0415

    return habit_table()


def option_table() -> str:
    """A row for each option in Markdown: of which commands it is, how it is given, what it does."""
    commands: dict[str, list[str]] = {}
    for name, command in COMMANDS.items():
        for option in options_of(command):
            row = f"{_given(option)} | {_cell(option.help or '')}"
            commands.setdefault(row, []).append(f"`{name}`")
    rows = ["| command | option | what it does |", "| --- | --- | --- |"]
    before = ""
    for row, names in sorted(
        commands.items(), key=lambda item: list(commands.values()).index(item[1])
    ):
        title = ", ".join(names)
        rows.append(f"| {title if title != before else ''} | {row} |")
        before = title
    return "\n".join(rows) + "\n"


def setting_table() -> str:
    """A row for each setting in Markdown: its name, its variable, its default, what it means."""
    rows = ["| setting | variable | without it | what it does |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        cells = (
            f"`{setting.name}`",
            f"`{setting.variable}`",
            setting.shown_default,
            setting.meaning,
        )
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(rows) + "\n"


def options_of(command: click.Command) -> Iterator[click.Option]:
    """The options of a command but for those that every program has."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.is_eager:
            yield parameter


def _given(option: click.Option) -> str:
    names = [*option.opts, *option.secondary_opts]
    metavar = ""
    if not option.is_flag:
        metavar = f" {option.metavar or _choices(option.type) or option.type.name.upper()}"
    return ", ".join(_code(f"{name}{metavar}") for name in names)


def _choices(kind: click.ParamType[Any]) -> str:
    return "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else ""


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _with_table(readme: str, begin: str, table: str) -> str:
    before, found, rest = readme.partition(begin)
    _, end, after = rest.partition(_END)
    if not (found and end):
        raise ValueError(f"no place for the table: {begin.strip()}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def _main(paths: Iterable[str]) -> None:
    for path in map(Path, paths):
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
