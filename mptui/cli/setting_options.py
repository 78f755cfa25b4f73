"""The settings as options: of `mptui` itself and of `mptui run`, which wins.

What was given is kept beside the context, and comes to no command as an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from mptui.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.settings import Settings

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_KEPT: Final = "mptui.settings"


def setting_options(command: _Command) -> _Command:
    """Let a command take the options that change settings."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_settings() -> Settings:
    """What holds, with the options of the command that is being run.

    Raises:
        MptuiError: something is not right, with its place.
    """
    return load(click.get_current_context().meta.get(_KEPT, {}))


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None and parameter.name is not None:
        context.meta.setdefault(_KEPT, {})[parameter.name.replace("_", "-")] = value


def _option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:
    return click.option(*names, callback=_keep, expose_value=False, default=None, **attributes)


_OPTIONS: Final = (
    _option(
        "--ascii",
        is_flag=True,
        help="Draw with ASCII alone; without this the locale decides.",
    ),
    _option(
        "--no-mouse",
        "mouse",
        is_flag=True,
        flag_value=False,
        help="Leave the mouse to the terminal, for marking and copying.",
    ),
    _option(
        "--interval",
        metavar="SECONDS",
        help="The time between two samples of cores and processes; else 0.5.",
    ),
    _option(
        "--read-only",
        is_flag=True,
        help="Let no key start, stop, signal or type to a program of yours.",
    ),
    _option(
        "--notify",
        metavar="WAYS",
        help="Call you at the end of a run and at its first finding: bell, desktop, title, or "
        "several of them with commas.",
    ),
    _option(
        "--theme",
        metavar="NAME",
        help="The colours: mptui, mptui-light (for light terminals), mptui-colour-blind.",
    ),
)
