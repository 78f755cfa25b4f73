"""The commands that hand a run on: `mptui export` and `mptui compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from mptui.cli.completion import RUN_OR_FILE

if TYPE_CHECKING:
    from mptui.export.exports import Form
    from mptui.export.tables import TableName


@click.command("export", options_metavar="[OPTIONS]")
@click.argument("run", metavar="RUN|FILE|-", type=RUN_OR_FILE)
@click.option(
    "--to",
    "form",
    type=click.Choice(["perfetto", "csv", "html", "markdown"]),
    required=True,
    help="The form: a trace for ui.perfetto.dev, a table, a page, a summary for CI.",
)
@click.option("-o", "destination", metavar="FILE", help="Write there; else on standard output.")
@click.option(
    "--table",
    type=click.Choice(["tasks", "processes", "samples"]),
    help="With csv: which table; else tasks.",
)
def export_command(
    *, run: str, form: Form, destination: str | None, table: TableName | None
) -> None:
    """Write a run in a form that other tools read.

    \b
    mptui export train --to perfetto -o trace.json   for ui.perfetto.dev and chrome://tracing
    mptui export train --to html -o run.html         one page: findings, timeline, output
    mptui export train --to csv -o tasks.csv         a row for each task
    mptui export train --to markdown                 for $GITHUB_STEP_SUMMARY, or a comment

    RUN is a recording, the newest run whose name begins so (also while it lives), or - for what
    mptui run --json prints.
    """  # noqa: D301 - click reads the escape: what follows it is not wrapped
    if table is not None and form != "csv":
        raise click.UsageError("--table goes with --to csv")
    # Only now: no other command needs it.
    from mptui.export.exports import export_run  # noqa: PLC0415

    sys.exit(export_run(run, form, destination, table or "tasks"))


@click.command("compare", options_metavar="[OPTIONS]")
@click.argument("before", metavar="A", type=RUN_OR_FILE)
@click.argument("after", metavar="B", type=RUN_OR_FILE)
@click.option("--json", "is_json", is_flag=True, help="A JSON object.")
def compare_command(*, before: str, after: str, is_json: bool) -> None:
    """Print what differs between two runs.

    Wall time, memory, where the time went, each function's tasks and how long they took, and
    findings that came or went. A and B are recordings, names of runs, or - for standard input.
    """
    # Only now: no other command needs it.
    from mptui.headless.comparing import print_comparison  # noqa: PLC0415

    sys.exit(print_comparison(before, after, is_json=is_json))


COMMANDS: Final = (export_command, compare_command)
