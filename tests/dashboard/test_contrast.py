"""Every letter on the screen can be read: a contrast of 4.5 at least, in each theme of mptui.

The palette is xterm's: a terminal that has another one has chosen its own contrast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.color import Color
from rich.terminal_theme import TerminalTheme

from mptui.dashboard.theme import ALL_THEMES, COLOURS
from tests.dashboard.stage import stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.style import Style

    from tests.dashboard.stage import Stage

LEAST = 4.5
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
XTERM = [
    *(BLACK, (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), WHITE),
]


def palette(ground: tuple[int, int, int]) -> TerminalTheme:
    ink = BLACK if ground == WHITE else (229, 229, 229)
    return TerminalTheme(ground, ink, XTERM[:8], XTERM[8:])


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [
        part / 255 / 12.92 if part / 255 <= 0.03928 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shown(color: Color | None, theme: TerminalTheme, *, is_ink: bool) -> tuple[int, int, int]:
    return (color or Color.default()).get_truecolor(theme, foreground=is_ink)


def looks(there: Stage) -> Iterator[tuple[str, Style]]:
    """Each piece of text on the screen, and its look."""
    for strip in there.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if style is not None and any(character.isalnum() for character in text):
                yield text, style


def unreadable(there: Stage, theme: TerminalTheme) -> list[tuple[str, float]]:
    found = []
    for text, style in looks(there):
        assert not style.dim or style.reverse, text
        ink = shown(style.color, theme, is_ink=True)
        ground = shown(style.bgcolor, theme, is_ink=False)
        if contrast(ink, ground) < LEAST:
            found.append((f"{text} {style}", round(contrast(ink, ground), 2)))
    return found


@pytest.mark.parametrize("name", [theme.name for theme in ALL_THEMES])
async def test_whatever_is_on_the_screen_can_be_read(tmp_path: Path, name: str) -> None:
    theme = palette(WHITE if "light" in name else BLACK)
    settings = {"theme": name}
    async with stage(
        tmp_path, history="killed_in_task", size=(120, 40), settings=settings
    ) as there:
        assert unreadable(there, theme) == []
        (await there.run()).tell()
        await there.sees("SIGKILL")
        for keys in (("l", "down"), ("a", "down"), ("w", "down"), ("s",), ("question_mark",)):
            await there.press(*keys)
            assert unreadable(there, theme) == [], keys
        await there.press("escape", "slash", "F", "enter", "ctrl+p")
        await there.sees("slow consumer", "stop (x)")
        assert unreadable(there, theme) == []


@pytest.mark.parametrize("name", [theme.name for theme in ALL_THEMES])
def test_the_colours_that_programs_use_can_be_read_too(name: str) -> None:
    theme = palette(WHITE if "light" in name else BLACK)
    for number in (*range(1, 8), *range(9, 16)):
        color = Color.from_ansi(COLOURS[name].get(number, number))
        ink, ground = shown(color, theme, is_ink=True), shown(None, theme, is_ink=False)
        assert contrast(ink, ground) >= LEAST, number


async def test_keys_and_words_of_the_last_line_differ_without_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(tmp_path) as there:
        strip = there.app.screen._compositor.render_strips()[-1]
        pieces = {text.strip(): style for text, style, _ in strip if text.strip() and style}
        assert pieces["Enter"].reverse
        assert not any(style.reverse for text, style in pieces.items() if "run" in text)
