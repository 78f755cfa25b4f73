"""Where mptui keeps what is its own, as the XDG rules say: `$XDG_STATE_HOME`, `$XDG_CONFIG_HOME`.

Asked at every start, of the supervisor too, and before the first picture: so it must not import
anything that an interpreter has not imported by itself. It makes no folder, and looks at none.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def state_folder(environment: Mapping[str, str] = os.environ) -> str:
    """The folder for what is remembered from one run to the next."""
    if folder := _given(environment, "XDG_STATE_HOME"):
        return f"{folder}/mptui"
    if home := _home(environment):
        return f"{home}/.local/state/mptui"
    # A user without a home, as in a container that runs under any number.
    return f"/var/tmp/mptui-{os.geteuid()}"


def config_folder(environment: Mapping[str, str] = os.environ) -> str:
    """The folder for what a person has set."""
    if folder := _given(environment, "XDG_CONFIG_HOME"):
        return f"{folder}/mptui"
    if home := _home(environment):
        return f"{home}/.config/mptui"
    # There can be a file for the whole machine alone.
    return "/etc/xdg/mptui"


def _given(environment: Mapping[str, str], name: str) -> str | None:
    """A folder that a variable names; one that is not absolute has to be ignored."""
    folder = environment.get(name, "")
    return folder.rstrip("/") if folder.startswith("/") else None


def _home(environment: Mapping[str, str]) -> str | None:
    home = environment.get("HOME", "")
    if not home.startswith("/"):
        # Only now: hardly ever needed.
        import pwd  # noqa: PLC0415

        try:
            home = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
    return home.rstrip("/") if home.startswith("/") else None
