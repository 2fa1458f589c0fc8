"""Putting constants into texts and programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.constants import replaced, replaced_in

VALUES = {"n": "5", "n.word": "five", "max_size": "10**6", "self": "{{n}}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up to {{n}}.", "up to 5."),
        ("{{n}}{{n}} {{n.word}}", "55 five"),
        ("int a[{{max_size}}];", "int a[10**6];"),
        ("{{unknown}} {{n.unknown}} {{ n }} {n} {{n}", "{{unknown}} {{n.unknown}} {{ n }} {n} {{n}"),
        ("{{{n}}}", "{5}"),
        ("{{self}}", "{{n}}"),
        ("int a[2][2] = {{1, 2}, {3, 4}};", "int a[2][2] = {{1, 2}, {3, 4}};"),
        ("Größe {{n}}", "Größe 5"),
    ],
)
def test_replacing(text: str, expected: str) -> None:
    """Names in double braces become values once; names without a value, and other braces, stay."""
    assert replaced(text, VALUES) == expected
    assert replaced_in(text.encode(), VALUES) == expected.encode()


def test_bytes_of_any_encoding() -> None:
    """What is no UTF-8 around a constant stays as it is."""
    assert replaced_in(b"\xe4\x00{{n}}\xff", VALUES) == b"\xe4\x005\xff"


@given(st.text(max_size=60))
def test_without_constants_nothing_changes(text: str) -> None:
    """A package without constants gets its texts back as they are."""
    assert replaced(text, {}) == text


def test_growth_is_bounded() -> None:
    """A file cannot be blown up: from some size on, names stay."""
    result = replaced_in(b"{{n}}" * 100_000, {"n": "x" * 1000})

    assert len(result) < 20 * 1024 * 1024
    assert result.endswith(b"{{n}}")
