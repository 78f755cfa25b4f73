"""The commands about runs that there are already; what they do is done by `mptui.headless`.

A run is named as its recording is called, or by the beginning of that, or by what was run; of
several the newest is meant.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from mptui.cli.completion import RUN, RUN_OR_FILE, SIGNAL
from mptui.cli.dashboard_start import end_process, show_dashboard
from mptui.cli.setting_options import given_settings, setting_options
from mptui.cli.watching.watching_options import watching_options, without_screen
from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from mptui.dashboard.screen_text import View
    from mptui.headless.live_run import Way
    from mptui.recording.run_summary import RunSummary


@click.command("ls")
@click.option("--json", "is_json", is_flag=True, help="A JSON array of objects.")
@click.option(
    "-n",
    "most",
    metavar="COUNT",
    type=click.IntRange(min=1),
    default=20,
    help="So many at most; 20.",
)
def ls_command(*, is_json: bool, most: int) -> None:
    """List the runs, live and over, the newest first.

    WORST is the severity of the worst finding; ? where the recording is too large to look quickly:
    the next list may know it, and mptui findings or mptui why finds it out.
    """
    from mptui.headless.run_list import print_runs  # noqa: PLC0415

    sys.exit(print_runs(most=most, is_json=is_json))


@click.command("rm")
@click.argument("runs", nargs=-1, type=RUN)
@click.option("--older", type=float, metavar="DAYS", help="All that ended so many days ago.")
def rm_command(*, runs: tuple[str, ...], older: float | None) -> None:
    """Remove the recordings of runs that are over."""
    if not runs and older is None:
        raise click.UsageError("which runs? mptui ls shows them")
    if older is not None and not older >= 0:
        raise MptuiError(f"--older needs days, 0 or more, not {older:g}", EXIT_USAGE)
    from mptui.headless.run_list import remove_runs  # noqa: PLC0415

    sys.exit(remove_runs(runs, older_days=older))


@click.command("wait")
@click.argument("run", type=RUN)
def wait_command(*, run: str) -> None:
    """Wait for the end of a run, and end with its exit status."""
    from mptui.headless.live_run import wait_for_run  # noqa: PLC0415

    sys.exit(wait_for_run(run))


@click.command("stop")
@click.argument("run", type=RUN)
@click.option("--interrupt", "way", flag_value="interrupt", help="With SIGINT, as Ctrl-C does.")
@click.option("--kill", "way", flag_value="kill", help="All of it at once, with SIGKILL.")
def stop_command(*, run: str, way: Way | None) -> None:
    """Stop a run, as x does (SIGTERM, after 10 s SIGKILL), and wait until it has ended.

    Of a program that ran before mptui came only the watching ends, unless a way is given.
    """
    from mptui.headless.live_run import stop_run  # noqa: PLC0415

    sys.exit(stop_run(run, way or "stop"))


@click.command("signal")
@click.argument("run", type=RUN)
@click.argument("signal", type=SIGNAL)
@click.argument("process", required=False)
@click.option("--tree", is_flag=True, help="All below the process too.")
def signal_command(*, run: str, signal: str, process: str | None, tree: bool) -> None:
    """Send a process of a live run a signal.

    SIGNAL is a name (USR1, SIGUSR1) or a number, PROCESS a name or a pid, without it the main
    process.
    """
    from mptui.headless.live_run import send_signal  # noqa: PLC0415

    sys.exit(send_signal(run, signal, process, is_tree=tree))


@click.command("why")
@click.argument("run", type=RUN, required=False)
def why_command(*, run: str | None) -> None:
    """Print how a run fares, or ended, and what is wrong with it; without RUN of the newest."""
    from mptui.headless.findings import print_why  # noqa: PLC0415

    sys.exit(print_why(_run_or_newest(run)))


@click.command("screen")
@click.argument("run", type=RUN, required=False)
@click.option("--size", metavar="COLUMNSxROWS", help="As on such a terminal; else as on this one.")
@click.option(
    "--view",
    type=click.Choice(["timeline", "tasks", "findings", "source"]),
    help="With this below the run, as its key shows it.",
)
@setting_options
def screen_command(*, run: str | None, size: str | None, view: View | None) -> None:
    """Print what the dashboard would show of a run, as text; without RUN of the newest."""
    from mptui.cli.screen import shows_unicode, size_of, terminal_size  # noqa: PLC0415

    cells = terminal_size() if size is None else size_of(size)
    settings = given_settings().resolved(shows_unicode=shows_unicode())
    summary = _run_or_newest(run)
    # Only now: Textual takes 300 ms to import.
    from mptui.dashboard.screen_text import screen_text  # noqa: PLC0415

    text = screen_text(summary, cells, settings=settings, view=view)
    sys.stdout.buffer.write(text.encode(errors="replace"))
    sys.stdout.flush()


def _run_or_newest(run: str | None) -> RunSummary:
    from mptui.recording.run_summary import recorded_runs, summary_of_run  # noqa: PLC0415

    if run is not None:
        return summary_of_run(run)
    runs = recorded_runs(most=1)
    if not runs:
        raise MptuiError("there are no runs yet", EXIT_USAGE)
    return runs[0]


@click.command("attach")
@click.argument("run", type=RUN, required=False)
@click.option(
    "--pid",
    "program",
    metavar="PID|NAME",
    help="A program that runs already, in place of a run: nobody has to have started it through "
    "mptui.",
)
@click.option(
    "--probe",
    "brings_probe",
    is_flag=True,
    help="With --pid: bring the probe into the program (Python 3.14 and newer), whose tasks are "
    "seen from then on. Its hooks stay in it.",
)
@watching_options
@setting_options
def attach_command(
    *,
    run: str | None,
    program: str | None,
    brings_probe: bool,
    limit: float | None,
    **flags: bool,
) -> None:
    """Show a run that goes on, as if it had been started here; without RUN the newest that does.

    Leaving it (q) changes nothing for the program. The exit status is the program's, where it ends
    before that.

    With --pid a program is shown that runs already, whoever started it: its processes, what they
    use, what they wait in, where they are. What it prints, its tasks and its queues are not seen.
    """
    way = without_screen(**flags)
    if program is not None and run is not None:
        raise click.UsageError("either a run or --pid")
    if program is not None:
        from mptui.cli.watching.attaching import attach_to_program  # noqa: PLC0415

        attach_to_program(program, way, limit, brings_probe=brings_probe)
    if way is not None or limit is not None or brings_probe:
        raise click.UsageError("--probe, --headless, --json, --detach and --limit need --pid")
    end_process(show_dashboard(runs=[_run_that_goes_on(run)]))


def _run_that_goes_on(run: str | None) -> RunSummary:
    from mptui.recording.run_summary import live_runs, summary_of_run  # noqa: PLC0415

    if run is not None:
        summary = summary_of_run(run, prefers_live=True)
        if summary.state != "live":
            from mptui.headless.live_run import why_over  # noqa: PLC0415

            raise MptuiError(why_over(summary), EXIT_USAGE)
    else:
        live = live_runs()
        if not live:
            raise MptuiError("no run is live: mptui ls shows those that are over", EXIT_USAGE)
        summary = live[0]
    return summary


@click.command("open")
@click.argument("run", metavar="RUN|FILE", type=RUN_OR_FILE)
@setting_options
def open_command(*, run: str) -> None:
    """Show a run from its recording, over or live, with every line, task and finding."""
    from mptui.recording.run_summary import summary_of_run  # noqa: PLC0415

    show_dashboard(runs=[summary_of_run(run)])
    end_process(0)


COMMANDS: Final = (
    ls_command,
    attach_command,
    open_command,
    wait_command,
    stop_command,
    signal_command,
    why_command,
    screen_command,
    rm_command,
)
