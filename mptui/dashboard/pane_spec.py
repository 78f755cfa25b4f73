"""What a pane holds before anything ran in it: a program, and what a person may change about it.

Pure values. Must not know whether, or how, anything runs.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mptui.dashboard.parameter import Parameter, arguments, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mptui.supervisor.request import OnDisconnect, RunRequest


@dataclass(frozen=True, kw_only=True)
class PaneSpec:
    """A program with a pane of its own."""

    title: str
    """What the tab says; short."""
    command: tuple[str, ...]
    """The program first; the arguments of `parameters` follow it."""
    cwd: str
    scenario: str | None = None
    """The name of the gallery's scenario that it is."""
    summary: str = ""
    """What it does, in one line."""
    source: Path | None = None
    """The file to show beside it."""
    parameters: tuple[Parameter, ...] = ()
    autostart: bool = False
    on_disconnect: OnDisconnect = "keep"
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables set for it beside mptui's own."""
    stdin_path: str | None = None
    """The file that is its standard input."""

    @property
    def takes_input(self) -> bool:
        """Whether a person may type for it: the gallery's read nothing."""
        return self.scenario is None and self.stdin_path is None

    @property
    def is_repeatable(self) -> bool:
        """Whether a run may be stopped without a loss: the gallery's can be had again any time."""
        return self.scenario is not None

    def full_command(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The exact command with these values of the parameters."""
        return (*self.command, *arguments(self.parameters, values))

    def shown_command(self, values: Mapping[str, str]) -> str:
        """The command as a person would type it, without folders that say nothing."""
        words = list(self.full_command(values))
        words[0] = Path(words[0]).name
        if self.scenario is not None:
            words[:2] = "python", Path(words[1]).name
        return shlex.join(words)

    def in_words(self, values: Mapping[str, str]) -> str:
        """What running it means, in one line."""
        if not self.parameters:
            return f"runs {self.shown_command(values)}"
        return f"runs it: {in_words(self.parameters, values)}"


def program_pane(request: RunRequest, *, autostart: bool) -> PaneSpec:
    """The pane of a program of the user's."""
    return PaneSpec(
        title=request.name,
        command=request.command,
        cwd=request.cwd,
        source=_source_of(request.command, Path(request.cwd)),
        autostart=autostart,
        on_disconnect=request.on_disconnect,
        environment=request.environment,
        stdin_path=request.stdin_path,
    )


def _source_of(command: Sequence[str], cwd: Path) -> Path | None:
    """The script that a command runs, as far as that is plain to see."""
    for word in command[:2]:
        path = cwd / word
        if path.suffix == ".py" and path.is_file():
            return path
    return None
