"""What a shell completes: runs, files and folders, names of signals.

Must not import what only completing needs before somebody completes something.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem


class RunName(click.ParamType[str]):
    """A run, by its name; the shell completes those that there are.

    Args:
        takes_files: whether a recording is named by its file, too.
    """

    name = "run"

    def __init__(self, *, takes_files: bool = False) -> None:
        self._takes_files = takes_files

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names and ids of the runs that begin so; where there are none, maybe files."""
        from mptui.recording.runs_folder import recording_names  # noqa: PLC0415

        names = recording_names(incomplete)
        if self._takes_files and not names:
            return files(ctx, param, incomplete)
        return _items(names)


class SignalName(click.ParamType[str]):
    """A signal, by its name or number."""

    name = "signal"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002  # as click declares it
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so, as `kill` writes them."""
        names = sorted(one.name.removeprefix("SIG") for one in signal.Signals)
        return _items(name for name in names if name.startswith(incomplete.upper()))


RUN: Final = RunName()
RUN_OR_FILE: Final = RunName(takes_files=True)
SIGNAL: Final = SignalName()


def files(
    ctx: click.Context,  # noqa: ARG001  # as click declares it
    param: click.Parameter | None,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Leave it to the shell, which completes files."""
    return _items([incomplete], kind="file")


def folders(
    ctx: click.Context,  # noqa: ARG001  # as click declares it
    param: click.Parameter | None,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Leave it to the shell, which completes folders."""
    return _items([incomplete], kind="dir")


def _items(words: Iterable[str], kind: str = "plain") -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    return [CompletionItem(word, type=kind) for word in words]
