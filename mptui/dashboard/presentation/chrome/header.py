"""What the tab and the header say of a run: a sign, a word, and figures in a fixed order.

Pure: from the state of a pane to spans. Nothing is said by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.chrome.promise import (
    COMMAND_CHARACTERS,
    NO_MARK,
    header_of,
    promise_lines,
)
from mptui.dashboard.presentation.text.palette import BAD, DIM, GOOD, STRONG, WARNING
from mptui.dashboard.presentation.text.shortening import shortened_at_end
from mptui.dashboard.presentation.text.spans import spans_width
from mptui.dashboard.presentation.words.findings import (
    failed_workers,
    findings_summary,
    has_trouble,
    severity_mark,
)
from mptui.dashboard.presentation.words.progress import progress_within
from mptui.dashboard.session.pane_run import Phase
from mptui.terminal_text import Span, safe_text
from mptui.wording.attached import WENT_ON
from mptui.wording.counts import counted
from mptui.wording.durations import duration_text, moment_text, remaining_text, running_time_text
from mptui.wording.endings import ending_text, exit_text
from mptui.wording.gaps import gaps_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.dashboard.session.runs.replay import LookedBack
    from mptui.model.findings import Finding
    from mptui.model.outliving import Outliving

_GAP: Final = Span("   ", None)
_GAP_CHARACTERS: Final = 60
_LEAST_COMMAND_CELLS: Final = 12
_SHORT_RUN_SECONDS: Final = 10.0
_STOP_REASONS: Final = {
    "user": "stopped by you",
    "disconnect": "stopped, connection lost",
    "limit": "stopped at a limit",
}


def tab_mark(
    pane_run: PaneRun, findings: Sequence[Finding], glyphs: Glyphs, *, is_front: bool
) -> Span:
    """What the tab of a pane says in one sign: its state, or the trouble that nobody sees yet.

    Args:
        pane_run: the pane.
        findings: what was found to be wrong with its run, worst first.
        glyphs: the signs.
        is_front: whether the pane is in front, where its header says what was found.
    """
    if is_front or not has_trouble(findings):
        return mark(pane_run, findings, glyphs)
    return severity_mark(findings[0].severity, glyphs)


def mark(pane_run: PaneRun, findings: Sequence[Finding], glyphs: Glyphs) -> Span:
    """The state in one sign; a blank for what has not run yet."""
    marks = {
        Phase.NOT_RUN: NO_MARK,
        Phase.STARTING: Span(glyphs.waiting, WARNING),
        Phase.RUNNING: _running_mark(pane_run, glyphs),
        Phase.STOPPING: Span(glyphs.asked, WARNING),
        Phase.KILLING: Span(glyphs.asked, WARNING),
        Phase.NOT_STARTED: Span(glyphs.failed, BAD),
        Phase.DETACHED: Span(glyphs.unknown, DIM),
    }
    return marks.get(pane_run.phase) or _ending_mark(pane_run, findings, glyphs)


def state_text(pane_run: PaneRun, findings: Sequence[Finding] = ()) -> str:
    """The state in words.

    Args:
        pane_run: the pane.
        findings: what was found to be wrong with its run, worst first.
    """
    words = {
        Phase.NOT_RUN: "not run yet",
        Phase.STARTING: "starting",
        Phase.RUNNING: "running",
        Phase.STOPPING: _stopping_text(pane_run),
        Phase.KILLING: "killing",
        Phase.NOT_STARTED: "not started",
        Phase.DETACHED: "left running",
    }
    said = words.get(pane_run.phase)
    if said is None:
        return _ending_text(pane_run, findings)
    if pane_run.phase is not Phase.RUNNING:
        return said
    share = pane_run.read_share if pane_run.moment is None else None
    return _running_text(pane_run) if share is None else f"reading its recording, {share:.0%}"


def _running_text(pane_run: PaneRun) -> str:
    if (left := pane_run.outliving) is not None:
        return _outliving_text(left)
    if pane_run.moment is not None:
        return _state_then(pane_run)
    if pane_run.is_paused:
        return "paused, X goes on"
    # Somebody else may have asked it to end, or its limit.
    if pane_run.run.stop_requested is not None:
        return _stopping_text(pane_run)
    # The time that stands behind it is not that of the program then.
    return "watched" if pane_run.is_attached else "running"


def _state_then(pane_run: PaneRun) -> str:
    """The same of a moment that is looked back at, where no key does anything to it."""
    if pane_run.run.stop_requested is not None:
        return "stopping"
    return "paused" if pane_run.is_paused else "running"


def _stopping_text(pane_run: PaneRun) -> str:
    seconds = pane_run.kill_in_seconds
    if seconds is None:
        return "stopping, x again kills"
    return f"stopping, killed in {remaining_text(seconds)}; x: now"


def header_lines(
    pane_run: PaneRun, findings: Sequence[Finding], size: tuple[int, int], glyphs: Glyphs
) -> list[Spans]:
    """The header of a pane in one line or in two: the command, and how its run fares.

    Args:
        pane_run: the pane.
        findings: what was found to be wrong with its run, worst first.
        size: how many cells and lines there are.
        glyphs: the signs.
    """
    width, height = size
    command = pane_run.shown_command
    if pane_run.phase is Phase.NOT_RUN:
        return promise_lines(pane_run, size, glyphs)
    if not pane_run.has_begun:
        return header_of(command, _why_not(pane_run, findings, glyphs), width, height, glyphs)
    facts = _facts(pane_run, findings, glyphs, is_short=height == 1)
    facts = (*facts, *_progress(pane_run, width - spans_width(facts)))
    room = width - spans_width(facts) - len(_GAP.text)
    if height == 1 and room >= _LEAST_COMMAND_CELLS:
        shown = safe_text(command, COMMAND_CHARACTERS)
        facts = (*facts, _GAP, Span(shortened_at_end(shown, room, glyphs), DIM))
    return header_of(command, facts, width, height, glyphs)


def _why_not(pane_run: PaneRun, findings: Sequence[Finding], glyphs: Glyphs) -> Spans:
    sign = mark(pane_run, findings, glyphs)
    return (
        sign,
        Span(f" {state_text(pane_run)}", sign.style),
        _GAP,
        Span("Enter tries again", None),
    )


def _facts(
    pane_run: PaneRun, findings: Sequence[Finding], glyphs: Glyphs, *, is_short: bool
) -> Spans:
    sign = mark(pane_run, findings, glyphs)
    run = pane_run.run
    if (look := pane_run.looked_back) is not None:
        return (*_replay_spans(look, glyphs), *_facts_then(pane_run, sign, findings, glyphs))
    # As wide for every figure there can be, so that nothing beside it moves.
    time = running_time_text(pane_run.now) if pane_run.is_live else duration_text(pane_run.now)
    total = run.process_count
    processes = f"{run.alive_count}/{_processes(total)}" if pane_run.is_live else _processes(total)
    spans = [
        sign,
        Span(f" {state_text(pane_run, findings)}", sign.style),
        Span(f"  {time:>6}", STRONG),
        _GAP,
        Span(f"{processes:<13}", None),
    ]
    # Where there is one line for everything, how far the work is says more than what it printed.
    if not (is_short and run.progress) and not run.is_attached:
        spans += [_GAP, Span(counted(run.line_count, "line"), None)]
    if run.dropped:
        spans += [_GAP, Span(safe_text(gaps_text(run.dropped), _GAP_CHARACTERS), WARNING)]
    summary = findings_summary(findings, glyphs)
    return tuple(spans) if summary is None else (*spans, _GAP, summary)


def _facts_then(
    pane_run: PaneRun, sign: Span, findings: Sequence[Finding], glyphs: Glyphs
) -> Spans:
    """How the run stood at a moment that is looked back at."""
    run = pane_run.run
    processes = f"{run.alive_count}/{_processes(run.process_count)}"
    spans = (
        sign,
        Span(f" {state_text(pane_run, findings)}", sign.style),
        _GAP,
        Span(processes, None),
        _GAP,
        Span(counted(run.line_count, "line"), None),
    )
    summary = findings_summary(findings, glyphs)
    return spans if summary is None else (*spans, _GAP, summary)


def _replay_spans(look: LookedBack, glyphs: Glyphs) -> Spans:
    """Which moment is looked back at, and the way back to how it is now."""
    sign = glyphs.stopped if look.pace is None else glyphs.chosen
    precision = 0.01 if look.until < _SHORT_RUN_SECONDS else 0.1
    moment, until = (moment_text(t, precision) for t in (look.moment, look.until))
    how = "" if look.pace is None else f" {look.pace}x"
    seeking = f" {glyphs.waiting}" if look.is_sought else ""
    return (
        Span(f"{sign} replay{how} at {moment} of {until}{seeking}", WARNING),
        Span(", R: back", None),
        _GAP,
    )


def _progress(pane_run: PaneRun, room: int) -> Spans:
    """How far the work is, as much of it as there is room for."""
    gap = len(_GAP.text)
    said = progress_within(pane_run.run.progress, room, gap, is_live=pane_run.is_live)
    return tuple(span for text in said for span in (_GAP, Span(text, None)))


def _processes(count: int) -> str:
    return counted(count, "process", "processes")


def _running_mark(pane_run: PaneRun, glyphs: Glyphs) -> Span:
    left = pane_run.outliving
    if pane_run.moment is not None and pane_run.run.stop_requested is not None:
        return Span(glyphs.asked, WARNING)
    if pane_run.is_paused:
        return Span(glyphs.stopped, WARNING)
    return Span(glyphs.running, GOOD if left is None or not left.unwanted else BAD)


def _ending_mark(pane_run: PaneRun, findings: Sequence[Finding], glyphs: Glyphs) -> Span:
    finished = pane_run.run.finished
    if pane_run.is_success:
        has_failed = pane_run.run.tasks.failed_count or failed_workers(findings)
        is_well = not has_failed and not has_trouble(findings)
        return Span(glyphs.succeeded, GOOD) if is_well else Span(glyphs.warning, WARNING)
    if finished is not None and (finished.goes_on or finished.exitcode is finished.signal is None):
        return Span(glyphs.unknown, DIM)
    if finished is not None and finished.stopped is not None:
        return Span(glyphs.asked, WARNING)
    return Span(glyphs.failed, BAD)


def _outliving_text(left: Outliving) -> str:
    """What is still watched is what its main process has left."""
    ending = ending_text(left.main.exitcode, left.main.signal)
    return f"main {ending}, {len(left.processes)} left"


def _ending_text(pane_run: PaneRun, findings: Sequence[Finding]) -> str:
    left = pane_run.outliving
    said = _own_ending_text(pane_run, findings)
    return said if left is None else f"{said}, {len(left.processes)} left running"


def _own_ending_text(pane_run: PaneRun, findings: Sequence[Finding]) -> str:
    finished = pane_run.run.finished
    if finished is None:
        status = pane_run.reported_status
        known = f"exit {status}, the recording is not whole"
        return "lost, the supervisor is gone" if status is None else known
    ending = exit_text(finished.exitcode, finished.signal)
    if finished.stopped is not None and not finished.goes_on:
        reason = _STOP_REASONS.get(finished.stopped, f"stopped: {safe_text(finished.stopped)}")
        return f"{reason}, {ending}"
    if finished.signal is not None or finished.exitcode is None:
        return WENT_ON if finished.goes_on else ending_text(finished.exitcode, finished.signal)
    if not pane_run.is_success:
        return f"failed, {ending}"
    tasks, workers = pane_run.run.tasks.failed_count, failed_workers(findings)
    parts = [
        f"{counted(count, noun)} failed"
        for count, noun in ((tasks, "task"), (workers, "worker"))
        if count
    ]
    return ", ".join([f"finished, {ending}", *parts])
