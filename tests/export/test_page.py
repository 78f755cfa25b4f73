"""The page: one file that needs nothing else, in which nothing from outside is more than text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.export.markdown import markdown_of
from mptui.model.timeline.lane import BARS_KEPT
from tests.export.made import as_read, folded, page_of
from tests.histories import HISTORIES, Story
from tests.model.test_forged_events import forged

if TYPE_CHECKING:
    from mptui.events import Event

ATTACKS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
    "</title></style><b>",
    "&lt;script&gt;",
    "\x1b]0;title\x07\x1b[2J",
    "http://evil.example/",
)
OWN_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt", "dd", "div",
    "strong", "span", "svg", "rect", "line", "text", "table", "tr", "th", "td", "form", "input",
    "select", "option", "noscript", "script", "defs", "pattern", "path",
}  # fmt: skip


class Elements(HTMLParser):
    """What a browser would make of the page: tags with their attributes, the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.contents: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        self.contents.setdefault(tag, []).append("")

    def handle_data(self, data: str) -> None:
        if self._inside in self.contents:
            self.contents[self._inside][-1] += data

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._inside = ""


def hostile_page() -> str:
    story = Story("</title><script>alert(0)</script>")
    for attack in ATTACKS:
        worker = story.process(attack, target=attack, argv=[attack])
        story.say(worker, f"{attack}\n")
        story.say(worker, f"{attack}\n", "stderr")
        story.wait(worker, attack, attack)
        story.after(0.5)
        story.wait_over(worker)
        story.task_started(worker, attack, attack)
        story.look({worker: 50.0})
        story.after(0.5)
        story.task_finished(worker, error=f"ValueError: {attack}")
        story.task_started(worker, attack, attack)
        story.exit(worker, signal=9)
    return page_of(story.finish(exitcode=1))


def output_of(page: str) -> dict[str, Any]:
    (data,) = re.findall(r'application/json" id="output">(.*?)</script>', page, re.DOTALL)
    output: dict[str, Any] = json.loads(data)
    return output


def test_nothing_from_outside_becomes_an_element_or_an_attribute() -> None:
    elements = Elements(hostile_page())
    assert {tag for tag, _ in elements.tags} <= OWN_TAGS
    assert sum(tag == "script" for tag, _ in elements.tags) == 2
    for _, attributes in elements.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not {"href", "src", "action", "srcdoc", "formaction"} & set(attributes)


def test_every_attack_is_there_to_read() -> None:
    page = hostile_page()
    lines = [line[3] for line in output_of(page)["lines"]]
    for attack in ATTACKS[:8]:
        assert lines.count(attack) == 2
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\x1b" not in page


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    page = page_of(HISTORIES["pool_tasks"])
    elements = Elements(page)
    (policy,) = (
        attributes["content"]
        for _, attributes in elements.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for kind, content in (
        ("script", elements.contents["script"][-1]),
        ("style", elements.contents["style"][0]),
    ):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "http://" not in page
    assert "https://" not in page


def test_it_says_what_the_run_was() -> None:
    page = page_of(HISTORIES["killed_in_task"])
    assert "<h1>shards.py</h1>" in page
    assert "ForkPoolWorker-1 died while it ran shards.count(1)" in page
    assert '<rect class="task failed ' in page
    assert "<td>shards.count</td>" in page


def test_lines_are_whole_with_their_process_and_stream() -> None:
    output = output_of(page_of(HISTORIES["torn_lines"]))
    assert len(output["lines"]) > 3
    assert all(isinstance(line[0], int) and isinstance(line[3], str) for line in output["lines"])
    assert all(line[0] < len(output["names"]) for line in output["lines"])


def test_what_is_not_drawn_is_not_shown_as_nothing() -> None:
    story = Story("shop.py")
    for number in range(BARS_KEPT + 1):
        story.after(0.002)
        story.task_done(0, "work", 0.001, item=str(number))
    assert '<rect class="unkept" ' in page_of(story.finish())
    assert "unkept" not in page_of(HISTORIES["pool_tasks"]).partition("</style>")[2]


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_makes_a_page(name: str) -> None:
    elements = Elements(page_of(HISTORIES[name]))
    assert {tag for tag, _ in elements.tags} <= OWN_TAGS
    assert elements.tags[-1][0] == "script"


@given(st.lists(forged, max_size=40))
def test_whatever_a_recording_says_makes_a_page_and_a_summary(told: list[Event]) -> None:
    read = as_read(told)
    assert {tag for tag, _ in Elements(page_of(read)).tags} <= OWN_TAGS
    assert markdown_of(folded(read)).startswith(b"## ")
