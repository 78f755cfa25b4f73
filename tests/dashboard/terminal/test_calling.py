"""How a person is called: sequences that terminals know, with nothing else in them."""

from __future__ import annotations

from mptui.dashboard.terminal.calling import call_sequences

XTERM = {"TERM": "xterm-256color"}


def test_each_way_is_a_sequence_of_its_own() -> None:
    assert call_sequences(["bell"], "a.py: ended", XTERM) == "\a"
    assert call_sequences(["title"], "a.py: ended", XTERM) == "\x1b]2;mptui: a.py: ended\x07"
    assert call_sequences(["desktop"], "a.py: ended", XTERM) == "\x1b]9;mptui: a.py: ended\x07"
    assert call_sequences([], "a.py: ended", XTERM) == ""


def test_terminals_that_know_the_other_notice_get_that_alone() -> None:
    for environment in ({"TERM": "foot"}, {"TERM": "xterm", "VTE_VERSION": "7600"}):
        said = call_sequences(["desktop"], "a.py: ended", environment)
        assert said == "\x1b]777;notify;mptui;a.py: ended\x07"


def test_nothing_of_the_text_can_end_or_begin_a_sequence() -> None:
    said = call_sequences(["desktop", "title", "bell"], "\x1b]0;x\x07\x9c\n4;1;é", XTERM)
    assert said == "\x1b]2;mptui: ]0,x4,1,\x07\x1b]9;mptui: ]0,x4,1,\x07\a"
