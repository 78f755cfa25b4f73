"""The commands of mptui and their options.

Everything after the program belongs to the program. Whatever goes wrong ends here, as one line on
standard error and an exit status. Textual is imported only for the dashboard.
"""

from __future__ import annotations

import math
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TypedDict, Unpack

import click
import msgspec

from mptui import __version__
from mptui.cli import export_commands, run_commands
from mptui.cli.completion import RUN_OR_FILE, files, folders
from mptui.cli.config_command import config_command
from mptui.cli.dashboard_start import end_process, show_dashboard
from mptui.cli.findings_command import findings_command
from mptui.cli.program import PROGRAM_FORMS, program_command, program_title
from mptui.cli.screen import terminal_size
from mptui.cli.setting_options import given_settings, setting_options
from mptui.cli.starting.gallery_start import begin
from mptui.cli.watching.watch_command import watch_command
from mptui.errors import EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError, exit_status_of
from mptui.headless.standard_streams import silence_standard_output
from mptui.supervisor.request import GRACE_SECONDS, RunRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from mptui.leftovers import LeftoverPolicy
    from mptui.supervisor.request import OnDisconnect


_LONGEST_MESSAGE: Final = 2000


class _ProgramOptions(TypedDict, total=False):
    """How a program is run, as the options say; what was not given is None or missing."""

    python: str | None
    cwd: str | None
    settings: tuple[str, ...]
    stdin_path: str | None
    has_terminals: bool
    limit: float | None
    grace: float | None
    on_disconnect: OnDisconnect | None
    leftovers: LeftoverPolicy | None
    log_dir: str | None


class _FilesOrCommand(click.Group):
    """`mptui FILE ...` beside `mptui run ...`: a word that is no command is a file."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "files", _files, args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options; where none begins so, files."""
        return super().shell_complete(ctx, incomplete) or files(ctx, None, incomplete)


class _ProgramCommand(click.Command):
    """Options end where the program begins: at a file, at `-m` or `-c`, or at `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        flags = {"-h", "--help"} | {
            name
            for option in self.params
            if isinstance(option, click.Option) and option.is_flag
            for name in (*option.opts, *option.secondary_opts)
        }
        end = 0
        while end < len(args) and args[end].startswith("-"):
            if args[end] in ("--", *PROGRAM_FORMS):
                break
            end += 1 if args[end] in flags or "=" in args[end] else 2
        ctx.obj = args[end:]
        return super().parse_args(ctx, args[:end])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Options before the program; the program, and what belongs to it: files."""
        if incomplete.startswith("-") and not ctx.obj:
            return super().shell_complete(ctx, incomplete)
        return files(ctx, None, incomplete)


@click.group(
    cls=_FilesOrCommand,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="",
    subcommand_metavar=(
        "[FILE ...] | run [OPTIONS] PROGRAM [ARG ...] | findings RUN | stacks RUN | schema | config"
    ),
)
@click.version_option(__version__, message="mptui %(version)s")
@setting_options
@click.pass_context
def _mptui(ctx: click.Context) -> None:
    """Watch Python programs that run on many processes.

    \b
    mptui                           the gallery: the exercises of multiprocessing, keys 1 to 7
    mptui train.py eval.py          these programs, keys 1 and 2; the gallery behind them
    mptui run train.py --epochs 3   one program: its workers, the cores, what each one printed
    mptui run --headless train.py   the same as lines, each after its worker's name
    mptui run --json train.py       the same as events, one JSON object a line
    mptui run --detach train.py     starts it, prints what the run is called, and ends
    mptui watch tcp://HOST:8786     a Dask cluster: its workers, their tasks, what they printed
    mptui attach --pid 4711         a program that runs already, whoever started it
    mptui ls                        the runs, live and over; attach, open, why, stop take a name
    mptui findings RUN              what is wrong with a run, from its recording
    mptui compare A B               what differs between two runs
    mptui export RUN --to html      a run for other tools: perfetto, csv, html, markdown
    mptui stacks train.py           where each process of a live run is: file, line, function
    mptui schema                    what those events hold, as a JSON Schema
    mptui config                    the settings and keys that hold, and where they are from

    In the dashboard ? shows the keys and q quits. mptui run --help shows how to name a program.
    """  # noqa: D301 - click reads the escape: what follows it is not wrapped
    if ctx.invoked_subcommand is None:
        end_process(show_dashboard([], has_gallery=True))


@click.command("files", hidden=True)
@click.argument("programs", nargs=-1, shell_complete=files)
def _files(programs: tuple[str, ...]) -> None:
    """Open the gallery and a pane for each file."""
    end_process(show_dashboard([_request([file]) for file in programs], has_gallery=True))


@_mptui.command("run", cls=_ProgramCommand, options_metavar="[OPTIONS] PROGRAM [ARG ...]")
@click.option("--headless", is_flag=True, help="No screen: lines, each after its worker's name.")
@click.option("--json", "is_json", is_flag=True, help="No screen: events, one JSON object a line.")
@click.option(
    "--detach",
    is_flag=True,
    help="No screen: print what the run is called, and end; the program goes on.",
)
@click.option(
    "--python",
    metavar="PATH",
    shell_complete=files,
    help="The interpreter; else the active environment's.",
)
@click.option(
    "--cwd", metavar="FOLDER", shell_complete=folders, help="Where to run; else the current folder."
)
@click.option(
    "--env", "settings", metavar="NAME=VALUE", multiple=True, help="Set a variable for the program."
)
@click.option(
    "--stdin",
    "stdin_path",
    metavar="FILE",
    shell_complete=files,
    help="The program's standard input.",
)
@click.option(
    "--tty", "has_terminals", is_flag=True, help="Give each process a terminal instead of pipes."
)
@click.option(
    "--findings/--no-findings",
    "has_findings",
    default=None,
    help="With --headless: say at the end what is wrong with the program (default), or do not.",
)
@click.option(
    "--limit",
    type=float,
    metavar="SECONDS",
    help="Stop a run that takes longer; the exit status is 124 then.",
)
@click.option(
    "--grace",
    type=float,
    metavar="SECONDS",
    help="How long the program may take to end once it was asked to; then all of it is killed. "
    "Else 10.",
)
@click.option(
    "--log-dir",
    metavar="FOLDER",
    shell_complete=folders,
    help="Save what each process prints in files there too, in a folder for each run.",
)
@click.option(
    "--on-disconnect",
    type=click.Choice(["keep", "stop"]),
    help="When mptui itself is gone: the program goes on (default of the dashboard), or it is "
    "stopped (default without a screen).",
)
@click.option(
    "--leftovers",
    type=click.Choice(["keep", "stop", "wait"]),
    help="What outlives the main process: leave it running, stop it, or wait for its end. Without "
    "this: what was left on purpose is left running; workers of a main process that was killed are "
    "watched on the dashboard, and stopped without a screen.",
)
@setting_options
@click.pass_context
def _run(
    ctx: click.Context,
    *,
    headless: bool,
    is_json: bool,
    detach: bool,
    has_findings: bool | None,
    **options: Unpack[_ProgramOptions],
) -> None:
    """Run a program and show every process it makes.

    \b
    mptui run [OPTIONS] train.py --epochs 3
    mptui run [OPTIONS] -m package.module ARG ...
    mptui run [OPTIONS] -c CODE ARG ...
    mptui run [OPTIONS] -- any command ARG ...

    Everything after the program belongs to the program. The exit status is the program's own,
    128+N when signal N ended it; 2 for a wrong command line, 124 when it was stopped at its limit,
    125 when mptui itself failed, 126 and 127 when the program cannot be executed or found.
    """  # noqa: D301 - click reads the escape: what follows it is not wrapped
    if headless + is_json + detach > 1:
        raise click.UsageError("--headless, --json and --detach exclude each other")
    if has_findings and not headless:
        raise click.UsageError("--findings needs --headless; mptui findings reads a recording")
    if detach:
        _run_detached(ctx.obj, **options)
    has_screen = not (headless or is_json)
    options["on_disconnect"] = options["on_disconnect"] or ("keep" if has_screen else "stop")
    request = _request(ctx.obj, has_screen=has_screen, **options)
    if has_screen:
        end_process(show_dashboard([request], has_gallery=False))
    # Only now: the dashboard needs none of it.
    from mptui.cli.starting.headless_start import run_without_screen  # noqa: PLC0415

    sys.exit(run_without_screen(request, is_json=is_json, has_findings=has_findings is not False))


def _run_detached(program: Sequence[str], **options: Unpack[_ProgramOptions]) -> NoReturn:
    """Start a program, and end."""
    if options["on_disconnect"] == "stop":
        raise click.UsageError("--detach leaves at once: --on-disconnect stop would end the run")
    if options["log_dir"] is not None:
        raise click.UsageError(
            "--detach leaves nobody who could save the output; S in mptui attach does, from the "
            "beginning on"
        )
    # Only now: no other way to run needs it.
    from mptui.cli.detached_run import start_detached  # noqa: PLC0415

    sys.exit(start_detached(_request(program, has_screen=False, **options)))


_mptui.add_command(findings_command)
_mptui.add_command(config_command)
for _command in (watch_command, *run_commands.COMMANDS, *export_commands.COMMANDS):
    _mptui.add_command(_command)


@_mptui.command("stacks")
@click.option(
    "--native",
    is_flag=True,
    help="With the frames of C code, for which each process is stopped for a moment.",
)
@click.argument("run", type=RUN_OR_FILE)
def _stacks(run: str, *, native: bool) -> None:
    """Print where every process of a live run is: file, line and function.

    RUN is its recording, or its name: as the file is called, or what was run.
    """
    # Only now: nothing else needs it.
    from mptui.headless.live_stacks import print_stacks  # noqa: PLC0415

    sys.exit(print_stacks(run, native=native))


@_mptui.command("schema")
def _schema() -> None:
    """Print the JSON Schema of the events that mptui run --json prints."""
    # Only now: nothing else needs them.
    import json  # noqa: PLC0415

    from mptui.cli.schema import event_schema  # noqa: PLC0415

    click.echo(json.dumps(event_schema(), indent=2))


COMMANDS: Final[dict[str, click.Command]] = {
    "mptui": _mptui,
    **{f"mptui {name}": command for name, command in _mptui.commands.items()},
}
"""Every command by its name, for the README."""


def main(failure: BaseException | None = None) -> NoReturn:
    """Run the command line and end the process with its exit status.

    Args:
        failure: what went wrong already, where the command line has been done without: to be told
            as if it had been run.
    """
    status = 0
    try:
        status = _begin(failure)
    except click.ClickException as error:
        words = " ".join(error.format_message().split()).rstrip(".")  # It may have several lines.
        status = _complain(f"{words}; see {_help(error)}", EXIT_USAGE)
    except MptuiError as error:
        status = _complain(error.message, error.exit_status)
    except BrokenPipeError:
        silence_standard_output()
        status = exit_status_of(None, signal.SIGPIPE)
    except OSError as error:
        if error.filename is not None:  # Not of writing: that would be a mistake of ours.
            raise
        silence_standard_output()
        status = _complain(f"cannot write: {error.strerror}", EXIT_OWN_FAILURE)
    except (KeyboardInterrupt, click.Abort):
        status = 130
    sys.exit(status)


def _begin(failure: BaseException | None) -> int:
    if failure is not None:
        raise failure
    begin()
    return _mptui.main(prog_name="mptui", standalone_mode=False) or 0


def _help(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path if context else 'mptui'} --help"


def _complain(message: str, status: int) -> int:
    # Only now: hardly ever needed.
    from mptui.dashboard.terminal.first_frame.early_screen import (  # noqa: PLC0415
        give_terminal_back,
    )
    from mptui.terminal_text import safe_text  # noqa: PLC0415

    give_terminal_back()
    # A file's name stands in it as it is, and may hold anything.
    with suppress(OSError):
        click.echo(f"mptui: {safe_text(message, _LONGEST_MESSAGE)}", err=True)
    return status


def _request(
    program: Sequence[str], *, has_screen: bool = True, **options: Unpack[_ProgramOptions]
) -> RunRequest:
    folder = Path(options.get("cwd") or ".")
    if not folder.is_dir():
        raise MptuiError(f"cannot run in {folder}: no such folder", EXIT_USAGE)
    stdin_path = options.get("stdin_path")
    leftovers = options.get("leftovers")
    request = RunRequest(
        command=program_command(program, folder, options.get("python")),
        cwd=str(folder.resolve()),
        name=program_title(program),
        on_disconnect=options.get("on_disconnect") or "keep",
        left_on_purpose=leftovers or "keep",
        left_unwanted=leftovers or ("wait" if has_screen else "stop"),
        sample_seconds=given_settings().interval,
        limit_seconds=_limit(options.get("limit")),
        grace_seconds=_grace(options.get("grace")),
        environment=_environment(options.get("settings", ())),
        stdin_path=str(Path(stdin_path).resolve()) if stdin_path else None,
        has_terminals=options.get("has_terminals", False),
        terminal_size=terminal_size(),
        output_folder=_output_folder(options.get("log_dir")),
    )
    try:
        msgspec.json.encode(request)
    except UnicodeEncodeError:
        raise MptuiError(
            "cannot run it: a name or an argument is not UTF-8 (or the locale is not)", EXIT_USAGE
        ) from None
    return request


def _limit(seconds: float | None) -> float | None:
    if seconds is not None and not 0 < seconds < math.inf:
        raise MptuiError(f"--limit needs seconds, more than 0, not {seconds:g}", EXIT_USAGE)
    return seconds


def _grace(seconds: float | None) -> float:
    if seconds is None:
        return GRACE_SECONDS
    if not 0 <= seconds < math.inf:
        raise MptuiError(f"--grace needs seconds, 0 or more, not {seconds:g}", EXIT_USAGE)
    return seconds


def _output_folder(folder: str | None) -> str | None:
    if folder is None:
        return None
    # Only now: hardly anybody wants it.
    from mptui.export.output_files import make_folder  # noqa: PLC0415

    path = Path(folder).absolute()
    make_folder(path)
    return str(path)


def _environment(settings: Sequence[str]) -> dict[str, str]:
    for setting in settings:
        if setting.find("=") < 1:
            raise MptuiError(f"--env needs NAME=VALUE, not {setting!r}", EXIT_USAGE)
    return dict(setting.split("=", 1) for setting in settings)
