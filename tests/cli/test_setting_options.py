"""The options that change settings, on a real terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

MOUSE_MODES = {1000, 1002, 1003}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mptui", *arguments]


def test_own_programs_have_the_first_keys_and_options_hold_for_them(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("print('hello')\n")
    options = ("--no-mouse", "--read-only", "--theme", "mptui-light", "--notify", "title")
    with Terminal(command(*options, "a.py", "b.py"), cwd=tmp_path) as terminal:
        terminal.wait_for("1 a.py  2 b.py  3 processes")
        assert not terminal._screen.modes & MOUSE_MODES
        terminal.send("2", "\r")
        terminal.wait_for("read-only: no key touches")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


def test_a_locale_without_unicode_gets_ascii_and_the_mouse_is_there_by_default(
    tmp_path: Path,
) -> None:
    locale = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    with Terminal(command(), environment=locale, cwd=tmp_path) as terminal:
        terminal.wait_for("- explanation ---")
        assert terminal.text.isascii()
        assert terminal._screen.modes & MOUSE_MODES
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
