"""Line ends of Windows, however a file is cut into pieces."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from judge.models import Blob
from problems import recipes


@given(st.lists(st.lists(st.sampled_from([b"\r", b"\n", b"a", b"\0"])).map(b"".join)))
def test_unix_lines(pieces: list[bytes]) -> None:
    """However content is cut, each CR LF becomes LF and nothing else changes."""
    assert b"".join(recipes.unix_lines(pieces)) == b"".join(pieces).replace(b"\r\n", b"\n")


@given(st.lists(st.sampled_from([b"\r\n", b"\n", b"a", b"\r"])).map(b"".join))
def test_digests_of_texts(content: bytes) -> None:
    """The digests of a text are those of its content before and after."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        found = recipes.text(Path(file.name))

    assert (found.raw, found.converted) == (Blob.of(content), Blob.of(content.replace(b"\r\n", b"\n")))


def test_data_with_nul_is_no_text(tmp_path: Path) -> None:
    """Binary data is left as it is."""
    path = tmp_path / "data"
    path.write_bytes(b"a\r\n\0\r\n")

    assert recipes.text(path).converted == Blob.of(b"a\r\n\0\r\n")
