"""What a pane shows of its run while a person looks back at it: a moment, still or moving on.

The run itself goes on behind it, if it does, and is not touched. Must not know Textual.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mptui.model import Run
    from mptui.model.findings import Findings
    from mptui.replay.moment import Moment
    from mptui.replay.seeker import Seeker

PACES: Final = (1, 2, 5, 10, 20, 50, 100)
"""How many seconds of the run go by in one second."""
_FOLD_SECONDS: Final = 0.05
"""For so long a playing replay may fold at a time; keys come first."""


class LookedBack(NamedTuple):
    """How a person looks back, as it is to be said."""

    moment: float
    until: float
    """How far the run has come by now."""
    pace: int | None
    """How fast it plays; None: it stands still."""
    is_sought: bool
    """Whether this moment is yet to be found."""


class Whole(Protocol):
    """What a look back needs of the run as it is now."""

    @property
    def now(self) -> float:
        """The time that the run has come to."""

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""


class Shown(NamedTuple):
    """What is to be shown in place of the run as it is now."""

    run: Run
    findings: Findings
    t: float


class Replay:
    """A look back at one run.

    Args:
        whole: the run as it is now.
        seeker: finds its moments; closed by `close`.
        clock: seconds that never go back.
    """

    def __init__(self, whole: Whole, seeker: Seeker, clock: Callable[[], float]) -> None:
        self.problem: str | None = None
        """Why a moment could not be found."""
        self.is_over = False
        """Whether it was played to the end."""
        self._whole = whole
        self._clock = clock
        self.shown: Shown | None = None
        """The run as it was then; None as long as nothing was found."""
        self._found: Moment | None = None
        self._t = whole.now
        self._is_sought = False
        self._pace = 0
        self._is_playing = False
        self._played_at = 0.0
        self._seeker = seeker

    @property
    def moment(self) -> float:
        """What is looked at."""
        return self._t

    @property
    def is_playing(self) -> bool:
        """Whether time goes on in it."""
        return self._is_playing

    @property
    def looked_back(self) -> LookedBack:
        """How it stands."""
        pace = PACES[self._pace] if self._is_playing else None
        return LookedBack(self._t, self._whole.now, pace, self._is_sought)

    def look_at(self, t: float) -> None:
        """Show this moment as soon as it is found."""
        self._t = max(0.0, min(t, self._whole.now))
        self._is_sought = True
        self._seeker.ask(self._t)

    def toggle_playing(self) -> None:
        """Let time go on from this moment, or stand still; from the end, begin anew."""
        self._is_playing = not self._is_playing
        self._played_at = self._clock()
        if self._is_playing and self._t >= self._whole.now:
            self.look_at(0.0)

    def change_pace(self, steps: int) -> int:
        """Play faster, or slower; how fast it is then."""
        self._pace = max(0, min(self._pace + steps, len(PACES) - 1))
        return PACES[self._pace]

    def step(self, direction: int, stops: Sequence[float]) -> float | None:
        """Go to the end of a process, or the beginning of a finding, after this moment or before.

        Args:
            direction: 1 or -1.
            stops: all of these moments, in order of time.

        Returns:
            The moment; None where there is no other.
        """
        after, before = bisect_right(stops, self._t), bisect_left(stops, self._t) - 1
        place = after if direction > 0 else before
        if not 0 <= place < len(stops):
            return None
        self._is_playing = False
        self.look_at(stops[place])
        return stops[place]

    def poll(self) -> bool:
        """Take what was found, and play on; whether there is anything new to show."""
        found = self._seeker.take()
        if found is not None:
            self._is_sought = False
            self._played_at = self._clock()
            self.problem = found.problem
            if found.moment is None:
                self._is_playing = False
            else:
                self._show(found.moment)
        is_played = self._is_playing and not self._is_sought and self._play()
        return found is not None or is_played

    def close(self) -> None:
        """Look back no more."""
        self._seeker.close()
        if self._found is not None:
            self._found.close()

    def _show(self, moment: Moment) -> None:
        if self._found is not None and self._found is not moment:
            self._found.close()
        self._found = moment
        self.shown = Shown(moment.run, moment.findings, self._t)

    def _play(self) -> bool:
        """Go on as far as time went on, or as far as there was time to fold."""
        moment = self._found
        if moment is None:
            self.look_at(self._t)
            return False
        began = self._clock()
        t = min(self._t + (began - self._played_at) * PACES[self._pace], self._whole.now)
        self._played_at = began
        is_there = False
        while not is_there and self._clock() - began < _FOLD_SECONDS:
            is_there = moment.advance(t)
        # What cannot be folded as fast as it is to be played is played more slowly.
        self._t = t if is_there else min(t, max(self._t, moment.run.now))
        self.is_over = self._t >= self._whole.now and not self._whole.is_live
        self._is_playing = not self.is_over
        self._show(moment)
        return True
