"""What a person has set: other keys, a program that is only watched, ASCII, calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from mptui.dashboard.keymap import keys_in_force
from mptui.dashboard.screens.confirm import Confirm
from mptui.dashboard.screens.help import Help
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.settings import Held
from tests.dashboard.stage import own_program, stage
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = HISTORIES["gallery_finished"][:4]


# Other keys


async def test_other_keys_do_what_they_are_for_and_are_named_everywhere(tmp_path: Path) -> None:
    keys = {"stop": ["f8", "K"], "help": ["F7", "^K"]}
    async with stage(tmp_path, settings={"keys": keys}) as there:
        assert "F8 stop" in there.rows[-1]
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("x")
        assert run.calls == []
        await there.press("K")
        assert run.calls == ["stop"]
        await there.press("f1", "question_mark")
        assert not isinstance(there.app.screen, Help)
        await there.press("ctrl+k")
        await there.until(lambda: isinstance(there.app.screen, Help), "the help")
        text = await there.read_to_the_end()
        assert "F8 K " in text
        assert "F7 ^K " in text


async def test_two_actions_can_exchange_their_keys(tmp_path: Path) -> None:
    async with stage(tmp_path, settings={"keys": {"tasks": ["w"], "findings": ["a"]}}) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("w")
        await there.sees("─ tasks ─")
        await there.press("a")
        await there.sees("─ findings ─")


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("stop", "q", "here: keys.stop: q is taken (everywhere: quit; asks during a run)"),
        ("stop", "x,j", "here: keys.stop: j is taken (workers: process above, below)"),
        ("stop", "1", "here: keys.stop: 1 is taken (everywhere: bring pane 1 to the front)"),
        ("stop", "tab", "here: keys.stop: Tab is taken (everywhere: next part, part before)"),
        ("stop", "hyper+x", "here: keys.stop: there is no key 'hyper+x'"),
        ("pane-1", "f8", "here: keys.pane-1: there is no such action, only"),
    ],
)
def test_keys_that_cannot_work_are_refused(name: str, keys: str, said: str) -> None:
    with pytest.raises(MptuiError) as caught:
        keys_in_force({name: Held(keys, "here")})
    assert caught.value.message.startswith(said)
    assert caught.value.exit_status == EXIT_USAGE


def test_keys_are_called_as_people_call_them() -> None:
    changed = keys_in_force({"stop": Held("^X,Ins,;,F8,ctrl+Down,shift+F5,alt+q", "here")})
    (stop,) = (one for one in changed if isinstance(one, Binding) and one.id == "stop")
    assert stop.key == "ctrl+x,insert,semicolon,f8,ctrl+down,shift+f5,alt+q"


# Read-only


@pytest.mark.parametrize("key", ["x", "i", "f9", "enter", "r"])
async def test_read_only_no_key_touches_a_program_of_the_users(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path, own_program(), settings={"read-only": True}) as there:
        pane_run = there.app.pane_runs[-1]
        there.app._begin(pane_run)
        await there.until(lambda: there.teller.runs, "a run")
        run = there.teller.runs[0]
        run.tell(*BEGIN)
        await there.until(lambda: pane_run.run.alive_count, "a process")
        await there.press(key)
        await there.until(lambda: there.notices, "a refusal")
        assert "read-only" in there.notices[0] or "running already" in there.notices[0]
        assert run.calls == []
        await there.press("q")
        await there.sees("leave train.py running and quit")
        assert "stop and quit" not in there.text
        await there.press("l")
        assert run.calls == ["detach"]


async def test_read_only_nothing_of_the_users_is_started(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), settings={"read-only": True}) as there:
        await there.press("enter")
        await there.until(lambda: there.notices, "a refusal")
        assert there.teller.runs == []


async def test_read_only_the_gallery_is_there_to_be_played_with(tmp_path: Path) -> None:
    async with stage(tmp_path, settings={"read-only": True}) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("x")
        assert run.calls == ["stop"]


# ASCII


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_ascii_nothing_else_reaches_the_terminal(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, settings={"ascii": True}, size=size) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9", "- workers ---")
        for keys in (("l",), ("a",), ("w",), ("t", "o", "o"), ("question_mark",)):
            await there.press(*keys)
            assert there.text.isascii()
        await there.press("escape", "q")
        await there.until(lambda: isinstance(there.app.screen, Confirm), "the question")
        await there.sees("+----")
        assert there.text.isascii()


# Calls


async def test_the_terminal_calls_at_the_first_finding_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    settings = {"notify": ["bell", "title"]}
    async with stage(tmp_path, history="killed_in_task", settings=settings) as there:
        monkeypatch.setattr(there.app, "write_sequence", written.append)
        run = await there.run()
        run.tell()
        await there.until(lambda: written, "a call")
        assert "died while it ran shards.count(1)" in written[0]
        assert written[0].endswith("\a")
        run.end()
        await there.until(lambda: len(written) > 1, "a second call")
        assert len(written) == 2


async def test_nobody_is_called_who_did_not_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    async with stage(tmp_path, history="killed_in_task") as there:
        monkeypatch.setattr(there.app, "write_sequence", written.append)
        run = await there.run()
        run.tell()
        run.end()
        await there.until(lambda: not there.app.pane_runs[0].is_live, "the end")
        assert written == []
