"""The summary in Markdown: what it says, and that nothing from outside is more than text."""

from __future__ import annotations

import re

import pytest

from mptui.export.markdown import cell, code, markdown_of, text
from tests.export.made import folded
from tests.histories import HISTORIES, Story


def summary_of(name: str) -> str:
    return markdown_of(folded(HISTORIES[name])).decode()


def test_it_says_how_the_run_ended_and_what_was_found() -> None:
    summary = summary_of("killed_in_task")
    assert summary.startswith(
        "## ❌ shards.py: no end recorded; 2.2 s so far\n\n- command: `python"
    )
    assert (
        "### 1 finding\n\n- ❌ **error**: ForkPoolWorker-1 died while it ran shards.count(1)"
        in (summary)
    )
    assert "| `shards.count` | `1` | `ForkPoolWorker-1` | 1.20s | `its process ended` |" in summary
    assert "### Slowest tasks" in summary


def test_a_run_that_went_well_says_so() -> None:
    summary = summary_of("pool")
    assert summary.startswith("## ✅ ")
    assert "### 0 findings\n\nNothing to report.\n" in summary


def test_a_run_that_failed_without_a_finding_is_not_well() -> None:
    story = Story("fails.py")
    summary = markdown_of(folded(story.finish(exitcode=3))).decode()
    assert summary.startswith("## ❌ fails.py: ended with exit code 3 after ")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<img src=x>", "&lt;img src=x\\>"),
        ("[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"),
        ("**b** _i_ `c` ~s~ $m$", "\\*\\*b\\*\\* \\_i\\_ \\`c\\` \\~s\\~ \\$m\\$"),
        ("a | b", "a \\| b"),
        ("# not a heading", "\\#<!-- --> not a heading"),
        ("1. not a list", "1\\. not a list"),
        ("- not a list", "\\- not a list"),
        ("&lt; stays", "&amp;lt; stays"),
        ("@ada, #12", "@<!-- -->ada, \\#<!-- -->12"),
        (
            "http://example.com www.example.com",
            "http://<!-- -->example.com www<!-- -->.example.com",
        ),
        ("two\nlines", "two^Jlines"),
        ("a \\", "a \\\\"),
    ],
)
def test_a_text_from_outside_is_only_text(raw: str, shown: str) -> None:
    assert text(raw) == shown


def test_code_ends_where_it_should() -> None:
    assert code("a`b``c") == "```a`b``c```"
    assert code("`") == "`` ` ``"
    assert code(" ") == ""
    assert cell("a|b") == "`a\\|b`"


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_makes_whole_tables_of_some_kilobytes(name: str) -> None:
    summary = summary_of(name)
    assert len(summary) < 100_000
    assert "\x1b" not in summary
    columns = 0
    for line in summary.splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line))
        columns = (columns or bars) if line.startswith("|") else 0
        assert bars == columns
