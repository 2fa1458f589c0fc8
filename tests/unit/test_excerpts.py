"""The beginning of bytes, as text or as digits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.content.excerpts import HEX_BYTES, TEXT_BYTES, Excerpt, excerpt


def test_text() -> None:
    """Text is shown as it is."""
    assert excerpt("1 ∑\n".encode(), 6) == Excerpt(text="1 ∑\n", is_hex=False, is_whole=True, size=6)


def test_text_cut_within_a_character() -> None:
    """A character that was cut in two does not make bytes of a text; at the end of all, it does."""
    content = ("x" * (TEXT_BYTES - 1) + "∑").encode()

    assert excerpt(content[:TEXT_BYTES], len(content)) == Excerpt(
        text="x" * (TEXT_BYTES - 1), is_hex=False, is_whole=False, size=len(content)
    )
    assert excerpt(b"x\xe2", 2).is_hex


def test_bytes() -> None:
    """Other bytes are rows of digits, with what of them can be printed."""
    shown = excerpt(bytes(range(60, 78)) + b"\0", 19)

    assert shown.text.splitlines() == [
        "00000000  3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK",
        "00000010  4c 4d 00                                         LM.",
    ]


@given(st.binary(max_size=200), st.sampled_from([None, True, False]))
def test_any_bytes(content: bytes, as_hex: bool | None) -> None:
    """Nothing that stands in a test case breaks its page, nor is anything that a terminal would obey left."""
    shown = excerpt(content, len(content), as_hex=as_hex)

    assert shown.is_whole == (len(content) <= (HEX_BYTES if shown.is_hex else TEXT_BYTES))
    if as_hex is None and not shown.is_hex:
        assert shown.text.encode() == content
