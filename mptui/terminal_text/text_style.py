"""How a program asked for its text to look, and the sequences by which it asks (SGR)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Color: TypeAlias = "int | tuple[int, int, int]"
"""One of the terminal's 256, or red, green and blue."""

MAX_SGR_CHARACTERS: Final = 256
"""A longer list of parameters is no style that anybody meant."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a program asked for its text to look."""

    foreground: Color | None = None
    background: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


_PLAIN: Final = TextStyle()
_LOOKS: Final[dict[int, dict[str, Any]]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    29: {"strike": False},
    39: {"foreground": None},
    49: {"background": None},
    **{30 + color: {"foreground": color} for color in range(8)},
    **{40 + color: {"background": color} for color in range(8)},
    **{90 + color: {"foreground": 8 + color} for color in range(8)},
    **{100 + color: {"background": 8 + color} for color in range(8)},
}
"""What each simple SGR code changes. Not here: blinking, and 8, which would hide text."""
_COLOR_CODES: Final = {38: "foreground", 48: "background", 58: None}
"""Codes that a colour follows. The colour of the underline (58) is read, so that it is skipped."""


@lru_cache(maxsize=1024)
def restyled(style: TextStyle | None, parameters: str) -> TextStyle | None:
    """The style after an SGR sequence with these parameters."""
    if len(parameters) > MAX_SGR_CHARACTERS:
        return style
    changed = style or _PLAIN
    fields = iter(parameters.split(";"))
    for field in fields:
        head, *rest = field.split(":")
        code = int(head or "0")
        if code in _COLOR_CODES:
            name = _COLOR_CODES[code]
            color = _read_color(iter(_without_color_space(rest)) if rest else fields)
            if name is not None and color is not None:
                change: dict[str, Any] = {name: color}
                changed = replace(changed, **change)
        elif code == 0:
            changed = _PLAIN
        elif rest:
            # The one look with a colon is the underline: 4:0 is none, 4:3 is a curly one.
            changed = replace(changed, underline=rest[0] != "0") if code == 4 else changed
        else:
            changed = replace(changed, **_LOOKS.get(code, {}))
    return None if changed == _PLAIN else changed


_SETTING_CODES: Final = {
    "bold": 1,
    "dim": 2,
    "italic": 3,
    "underline": 4,
    "reverse": 7,
    "strike": 9,
}


def sgr_parameters(style: TextStyle) -> str:
    """The parameters of the SGR sequence that sets this style; empty for a plain one."""
    codes = [str(code) for name, code in _SETTING_CODES.items() if getattr(style, name)]
    for base, color in ((38, style.foreground), (48, style.background)):
        if isinstance(color, int):
            codes.append(f"{base};5;{color}")
        elif color is not None:
            codes.append(f"{base};2;{color[0]};{color[1]};{color[2]}")
    return ";".join(codes)


def _without_color_space(parts: list[str]) -> list[str]:
    """38:2:<colour space>:r:g:b is the standard, 38:2:r:g:b is common."""
    return ["2", *parts[2:5]] if parts[0] == "2" and len(parts) >= 5 else parts


def _read_color(values: Iterator[str]) -> Color | None:
    kind = next(values, "")
    if kind == "5":
        return _color_value(next(values, "x"))
    if kind != "2":
        return None
    red, green, blue = (_color_value(next(values, "x")) for _ in range(3))
    if red is None or green is None or blue is None:
        return None
    return (red, green, blue)


def _color_value(text: str) -> int | None:
    if text and not text.isdigit():
        return None
    value = int(text or "0")
    return value if value <= 255 else None
