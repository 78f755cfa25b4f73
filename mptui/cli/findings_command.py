"""The command `mptui findings` and its options; what it prints is made by `mptui.headless`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mptui.cli.completion import RUN_OR_FILE

if TYPE_CHECKING:
    from mptui.model.findings import Severity


@click.command("findings", options_metavar="[OPTIONS]")
@click.argument("source", metavar="RUN|FILE|-", type=RUN_OR_FILE)
@click.option("--json", "is_json", is_flag=True, help="A JSON array of objects.")
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    help="End with exit status 3 where there is a finding of this severity, or a worse one.",
)
def findings_command(*, source: str, is_json: bool, fail_on: Severity | None) -> None:
    """Print what is wrong with a run, how one knows, and what to do about it.

    \b
    mptui findings FILE        a recording
    mptui findings RUN         the newest recording whose name begins so, also of a run that lives
    mptui findings -           a recording from standard input, as mptui run --json prints it

    The exit status is 0, or 3 with --fail-on; 2 for what cannot be read.
    """  # noqa: D301 - click reads the escape: what follows it is not wrapped
    # Only now: no other command needs it.
    from mptui.headless.findings import print_findings  # noqa: PLC0415

    sys.exit(print_findings(source, is_json=is_json, fail_on=fail_on))
