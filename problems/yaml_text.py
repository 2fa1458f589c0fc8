"""Changes a mapping in a file of YAML in its text, so that comments and everything else stay as somebody wrote them."""

from __future__ import annotations

from pathlib import Path

import yaml


def read(path: Path) -> tuple[str, str]:
    """The text as packages are read, and how it was encoded."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def with_value(text: str, name: str, new: str) -> str:
    """The file with that under a name of its mapping: in place of what it gives, else added."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    given = value(root, name)
    return added(text, root, f"{name}: {new}") if given is None else instead(text, given, new)


def added(text: str, root: yaml.Node | None, entry: str) -> str:
    """The file with one more entry of its mapping, whose node is the root."""
    if isinstance(root, yaml.MappingNode) and root.flow_style:
        return with_entry(text, root, entry)
    if isinstance(root, yaml.MappingNode):
        return _put(
            text, end := root.end_mark.index, end, f"{_line_end(text[:end])}{' ' * root.start_mark.column}{entry}\n"
        )
    # What is read as nothing: an empty file, or a null.
    return f"{text}{_line_end(text)}{entry}\n" if root is None else f"{entry}\n"


def value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """What a mapping has under a name; None where it has no such name, or is none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if isinstance(key, yaml.ScalarNode) and key.value == name), None)


def with_entry(text: str, mapping: yaml.MappingNode, entry: str) -> str:
    """The text with one more entry, the first of a mapping; one without any is in braces."""
    if not mapping.value:
        end = mapping.end_mark.index - 1
        return _put(text, end, end, entry)
    start = mapping.value[0][0].start_mark
    ending = ", " if mapping.flow_style else f"\n{' ' * start.column}"
    return _put(text, start.index, start.index, f"{entry}{ending}")


def instead(text: str, value: yaml.Node, new: str) -> str:
    """The text with another value; one that is not written at all ends where its colon does."""
    start, end = value.start_mark.index, value.end_mark.index
    return _put(text, start, end, new if end > start else f" {new}")


def _line_end(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _put(text: str, start: int, end: int, new: str) -> str:
    return f"{text[:start]}{new}{text[end:]}"
