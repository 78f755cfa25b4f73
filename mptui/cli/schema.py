"""`mptui schema`: the JSON Schema of an event line, for programs that read what `--json` prints.

Types and defaults come from msgspec, explanations from the docstrings in `mptui.events`: what each
field means is written there and nowhere else. Nothing here reads a recording.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from typing import Any, Final

import msgspec

from mptui import events

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PYTHON_NAMES: Final = {"None": "null", "True": "true", "False": "false"}


def event_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line: any of the events.

    Values that a field is known to have are its `examples`: a later version may write others.
    """
    schema = msgspec.json.schema(events.Event)
    texts = _explanations()
    for name, definition in schema["$defs"].items():
        definition["description"] = texts[name, ""]
        if definition["type"] == "array":
            definition["prefixItems"] = [
                {"title": field, **item, **_description(texts, name, field)}
                for field, item in zip(_field_names(name), definition["prefixItems"], strict=True)
            ]
        else:
            for field, value in definition["properties"].items():
                value.update(_description(texts, name, field))
    return {"$schema": _DIALECT, "title": f"An event of mptui, schema {events.SCHEMA}", **schema}


def _field_names(name: str) -> tuple[str, ...]:
    struct: type[msgspec.Struct] = getattr(events, name)
    return struct.__struct_fields__


def _description(texts: dict[tuple[str, str], str], name: str, field: str) -> dict[str, str]:
    text = texts.get((name, field)) or texts.get(("_Event", field))
    return {"description": text} if text else {}


def _explanations() -> dict[tuple[str, str], str]:
    """The docstrings of the events by class, and by class and field."""
    texts = {}
    for node in ast.parse(inspect.getsource(events)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        texts[node.name, ""] = _in_json_words(ast.get_docstring(node) or "")
        for field, after in itertools.pairwise(node.body):
            match field, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    texts[node.name, name] = _in_json_words(text)
    return texts


def _in_json_words(text: str) -> str:
    """The same on one line, for readers of JSON rather than of Python."""
    for python, json_name in _PYTHON_NAMES.items():
        text = re.sub(rf"\b{python}\b", json_name, text)
    return " ".join(text.replace("``", "`").split())
