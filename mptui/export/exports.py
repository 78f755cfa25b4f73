"""`mptui export`: one run in the form that another tool reads."""

from __future__ import annotations

import signal
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from mptui.errors import exit_status_of
from mptui.export.destination import opened, refuse_to_overwrite
from mptui.export.markdown import markdown_of
from mptui.export.page import MERGED_BYTES, write_page
from mptui.export.recorded_events import recorded_events, whole_run
from mptui.export.tables import TableName, write_table
from mptui.export.trace import write_trace
from mptui.model import Run
from mptui.recording.runs_folder import path_of_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event

Form: TypeAlias = Literal["perfetto", "csv", "html", "markdown"]

FORMS: Final[tuple[Form, ...]] = get_args(Form)
TABLES: Final[tuple[TableName, ...]] = get_args(TableName)


def export_run(
    source: str, form: Form, destination: str | None = None, table: TableName = "tasks"
) -> int:
    """Write a run in another form; gives the exit status.

    Args:
        source: a recording, the name of a run, or `-` for standard input.
        form: which.
        destination: a file; None for standard output.
        table: of csv, which table.

    Raises:
        MptuiError: it cannot be read, or not be written.
    """
    if destination is not None and source != "-":
        refuse_to_overwrite(path_of_run(source), destination)
    try:
        _WRITERS[form](source, destination, table)
    except BrokenPipeError:
        return exit_status_of(None, signal.SIGPIPE)
    return 0


def _perfetto(source: str, destination: str | None, _: TableName) -> None:
    batches = _begun(source)
    with opened(destination) as write:
        write_trace(batches, write)


def _csv(source: str, destination: str | None, table: TableName) -> None:
    batches = _begun(source)
    with opened(destination) as write:
        write_table(batches, write, table)


def _html(source: str, destination: str | None, _: TableName) -> None:
    whole = whole_run(source, Run(merged_bytes=MERGED_BYTES))
    with opened(destination) as write:
        write_page(whole, write)


def _markdown(source: str, destination: str | None, _: TableName) -> None:
    whole = whole_run(source)
    with opened(destination) as write:
        write(markdown_of(whole))


def _begun(source: str) -> Iterator[list[Event]]:
    """The events, the first of which are read: what cannot be read costs no file."""
    batches = recorded_events(source)
    return chain([next(batches)], batches)


_WRITERS: Final[dict[Form, Callable[[str, str | None, TableName], None]]] = {
    "perfetto": _perfetto,
    "csv": _csv,
    "html": _html,
    "markdown": _markdown,
}
