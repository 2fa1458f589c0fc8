"""Reading a stream in chunks that line up with another's."""

from __future__ import annotations

from typing import BinaryIO

CHUNK_BYTES = 256 * 1024


def read_chunk(stream: BinaryIO) -> bytes:
    """The next chunk, full unless the stream ends. A raw stream may return less than it was asked for."""
    chunk = stream.read(CHUNK_BYTES)
    while 0 < len(chunk) < CHUNK_BYTES:
        more = stream.read(CHUNK_BYTES - len(chunk))
        if not more:
            break
        chunk += more
    return chunk
