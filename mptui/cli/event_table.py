"""The table of events in the README, made from their JSON Schema.

It must not add a word of its own: what is to be said of an event or a field stands in
`mptui.events`. `mptui.cli.readme_tables` writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mptui.cli.schema import event_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_Schema: TypeAlias = dict[str, Any]

_BEGIN: Final = "<!-- made by `make readme` from mptui/events.py -->\n"
_END: Final = "<!-- end of what is made -->\n"
_IN_EVERY_EVENT: Final = ("event", "t")


def event_table() -> str:
    """A row for each event in Markdown: its name, what it says, its fields.

    A field marked ? may be missing; values are listed where they first appear.
    """
    schema = event_schema()
    definitions = schema["$defs"]
    rows = ["| event | what it says | fields |", "| --- | --- | --- |"]
    listed: set[str] = set()
    for name, reference in schema["discriminator"]["mapping"].items():
        event = definitions[_name(reference)]
        fields = ", ".join(_fields(event, definitions, listed))
        rows.append(f"| `{name}` | {event['description']} | {fields} |")
    return "\n".join(rows) + "\n"


def with_event_table(readme: str) -> str:
    """The README with the table as it should be.

    Raises:
        ValueError: the README does not say where the table is.
    """
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError("no place for the table of events")
    return f"{before}{begin}\n{event_table()}\n{end}{after}"


def _fields(event: _Schema, definitions: _Schema, listed: set[str]) -> Iterator[str]:
    for name, field in event["properties"].items():
        if name in _IN_EVERY_EVENT:
            continue
        mark = "" if name in event["required"] else "?"
        notes = [note for note in _notes(name, field, definitions, listed) if note]
        yield f"`{name}{mark}`" + (f" ({'; '.join(notes)})" if notes else "")


def _notes(name: str, field: _Schema, definitions: _Schema, listed: set[str]) -> Iterator[str]:
    """What is to be said of a field: its values, its layout, what it means, its default."""
    kinds = field.get("anyOf", [field])
    text = _as_clause(field.get("description", ""))
    values = ", ".join(kinds[0].get("examples", ()))
    if values and f"{name}: {values}" not in listed:
        listed.add(f"{name}: {values}")
        if not all(re.search(rf"\b{value}[:,]", text) for value in kinds[0]["examples"]):
            yield values
    if "null" not in text and len(kinds) > 1 and "default" not in field:
        yield "or null"
    yield text
    if (default := field.get("default")) not in (None, False, [], {}):
        yield f"otherwise {default}"
    if (values_of := field.get("additionalProperties")) and "$ref" in values_of:
        yield from _layout(definitions[_name(values_of["$ref"])])
    if (item := field.get("items")) and "$ref" in item:
        yield from _parts(definitions[_name(item["$ref"])], definitions)


def _parts(part: _Schema, definitions: _Schema) -> Iterator[str]:
    """What each item of a list is made of."""
    if "prefixItems" in part:
        yield from _layout(part)
        return
    fields = ", ".join(
        _in_brackets(f"{name}{'' if name in part['required'] else '?'}", field, definitions)
        for name, field in part["properties"].items()
    )
    yield f"each {{{fields}}}"


def _in_brackets(name: str, field: _Schema, definitions: _Schema) -> str:
    notes = [_as_clause(field.get("description", ""))]
    if (item := field.get("items")) and "$ref" in item:
        notes += _parts(definitions[_name(item["$ref"])], definitions)
    said = "; ".join(note for note in notes if note)
    return f"{name} ({said})" if said else name


def _layout(sample: _Schema) -> Iterator[str]:
    """The items of an array, in their order."""
    items = sample["prefixItems"]
    yield f"each [{', '.join(item['title'] for item in items)}]"
    for item in items:
        if "description" in item:
            yield f"{item['title']}: {_as_clause(item['description'])}"


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _as_clause(text: str) -> str:
    """A docstring as part of a sentence: `ISO 8601` keeps its capitals, `The pid` does not."""
    text = text.rstrip(".")
    return text if re.match(r"[A-Z]{2}", text) else text[:1].lower() + text[1:]
