"""A TOML writer for the shape scenarios have: tables, lists of tables, and values inside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WIDTH = 100
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_toml(table: Mapping[str, Any]) -> str:
    r"""Return a nested mapping as TOML text.

    Tables at the top get a header, and so do tables of tables below; other tables are written in
    line, lists of tables get double brackets at any depth.

    Examples
    --------
    >>> print(write_toml({"title": "x", "run": {"seed": 1}}), end="")
    title = "x"
    <BLANKLINE>
    [run]
    seed = 1
    """
    lines: list[str] = []
    _write(table, (), lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def _write(table: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    headed: list[tuple[str, Any]] = []
    for key, value in table.items():
        if _is_tables(value) or (_headed(value, path)):
            headed.append((key, value))
        else:
            lines.append(_line(key, value))
    for key, value in headed:
        name = ".".join(_key(part) for part in (*path, key))
        for entry in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            _write(entry, (*path, key), lines)


def _headed(value: Any, path: tuple[str, ...]) -> bool:
    if not isinstance(value, Mapping):
        return False
    return not path or any(isinstance(item, Mapping) for item in value.values())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _line(key: str, value: Any) -> str:
    line = f"{_key(key)} = {_value(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list):
        return line
    rows = [""]
    for item in map(_value, value):
        if rows[-1] and len(rows[-1]) + len(item) > _WIDTH - 6:
            rows.append("")
        rows[-1] += f"{' ' if rows[-1] else ''}{item},"
    body = "\n".join(f"    {row}" for row in rows)
    return f"{_key(key)} = [\n{body}\n]"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return f"[{', '.join(map(_value, value))}]"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _string(key)


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(letter) or _escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    control = ord(letter) < 0x20 or ord(letter) == 0x7F
    return f"\\u{ord(letter):04X}" if control else letter
