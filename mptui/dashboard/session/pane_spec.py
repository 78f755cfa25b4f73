"""What a pane holds before anything ran in it: a program, and what a person may change about it.

Pure values. Must not know whether, or how, anything runs.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mptui.dashboard.session.parameter import Parameter, arguments, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mptui.supervisor.request import RunRequest


@dataclass(frozen=True, kw_only=True)
class PaneSpec:
    """A program with a pane of its own."""

    request: RunRequest
    """What is run; the arguments of `parameters` follow its command."""
    summary: str = ""
    """What it does, in one line."""
    source: Path | None = None
    """The file to show beside it."""
    parameters: tuple[Parameter, ...] = ()
    autostart: bool = False

    @property
    def title(self) -> str:
        """What the tab says; short."""
        return self.request.name

    @property
    def is_repeatable(self) -> bool:
        """Whether a run may be stopped without a loss: the gallery's can be had again any time."""
        return self.request.scenario is not None

    def full_request(self, values: Mapping[str, str]) -> RunRequest:
        """What to run with these values of the parameters."""
        return msgspec.structs.replace(self.request, command=self.full_command(values))

    def full_command(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The exact command with these values of the parameters."""
        return (*self.request.command, *arguments(self.parameters, values))

    def shown_command(self, values: Mapping[str, str]) -> str:
        """The command as a person would type it, without folders that say nothing."""
        words = list(self.full_command(values))
        words[0] = Path(words[0]).name
        if self.request.scenario is not None:
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
        request=msgspec.structs.replace(request, has_input_pipe=request.stdin_path is None),
        source=_source_of(request.command, Path(request.cwd)),
        autostart=autostart,
    )


def _source_of(command: Sequence[str], cwd: Path) -> Path | None:
    """The script that a command runs, as far as that is plain to see."""
    for word in command[:2]:
        path = cwd / word
        if path.suffix == ".py" and path.is_file():
            return path
    return None
