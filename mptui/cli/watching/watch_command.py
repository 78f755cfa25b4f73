"""`mptui watch`: a Dask cluster that goes on somewhere, in the same panes as a program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from mptui.cli.setting_options import given_settings, setting_options
from mptui.cli.watching.watching_options import watch, watching_options, without_screen
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.supervisor.request import ClusterRequest, RunRequest

if TYPE_CHECKING:
    from mptui.supervisor.request import OnDisconnect

_PORT = 8786
"""Where a scheduler listens that nobody has told anything else."""


class _WatchOptions(TypedDict):
    limit: float | None
    patience: float


@click.command("watch")
@click.argument("address", metavar="ADDRESS")
@watching_options
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=60.0,
    help="How long a scheduler that does not answer any more is waited for; 60.",
)
@setting_options
def watch_command(
    address: str,
    *,
    headless: bool,
    is_json: bool,
    detach: bool,
    **options: Unpack[_WatchOptions],
) -> None:
    """Watch a Dask cluster: its workers, their tasks, what they print.

    ADDRESS is that of the scheduler, as tcp://10.0.0.7:8786. Nothing about the cluster is changed,
    and stopping (x) ends only the watching. Needs Dask's distributed: pip install 'mptui[dask]'.
    """
    way = without_screen(headless=headless, is_json=is_json, detach=detach)
    on_disconnect: OnDisconnect = "stop" if way in ("headless", "json") else "keep"
    watch(_request(address, on_disconnect=on_disconnect, **options), way)


def _request(
    address: str, *, on_disconnect: OnDisconnect, **options: Unpack[_WatchOptions]
) -> RunRequest:
    scheduler = _address(address)
    return RunRequest(
        command=("mptui", "watch", scheduler),
        cwd=os.getcwd(),  # noqa: PTH109 - a text is wanted
        name=scheduler.rpartition("://")[2],
        on_disconnect=on_disconnect,
        sample_seconds=given_settings().interval,
        limit_seconds=options["limit"],
        cluster=ClusterRequest(address=scheduler, patience_seconds=options["patience"]),
    )


def _address(given: str) -> str:
    """The whole address: a person may leave out the protocol, and the port."""
    protocol, _, rest = given.rpartition("://")
    if not rest or rest.startswith(":") or any(one.isspace() for one in given):
        raise MptuiError(f"{given!r} is no address, such as tcp://10.0.0.7:8786", EXIT_USAGE)
    host, colon, port = rest.rpartition(":")
    if not colon or (rest.startswith("[") and rest.endswith("]")):
        host, port = rest, str(_PORT)
    return f"{protocol or 'tcp'}://{host}:{port}"
