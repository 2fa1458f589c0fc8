"""Images of Debian as it was on a day that is past."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docker
import pytest

from sandbox import images
from sandbox.mirrors import host_mirror
from sandbox.trees import Recipe

pytestmark = pytest.mark.timeout(300)

DAY = datetime(2025, 11, 20, 6, 30, tzinfo=UTC)


@contextmanager
def archive(asked: list[str]) -> Iterator[str]:
    """An archive of days that has, for each of them, what the host's own mirror has now; paths go into ``asked``."""
    mirror = (host_mirror() or "http://deb.debian.org/debian").rstrip("/")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            _, _, below = self.path.removeprefix("/archive/").partition("/")
            self.send_response(302)
            self.send_header("Location", f"{mirror}/{below}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            """Nothing: the test looks at the paths."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="archive")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/archive"
        finally:
            server.shutdown()
            thread.join()


async def test_an_image_of_a_day_that_is_past(client: docker.DockerClient, tmp_path: Path) -> None:
    """All packages come from that day of the archive, and the image is dated to it; it has a name of its own."""
    recipe = Recipe(name="pinned", packages=("base-files",), is_bare=True, snapshot=DAY)
    asked: list[str] = []
    with archive(asked) as mirror:
        ids = await images.ensure([recipe], mirror=mirror, cache_dir=tmp_path, progress=print)
    created = client.images.get(ids["pinned"]).attrs["Created"]
    client.images.remove(recipe.tag)

    assert created == "2025-11-20T06:30:00Z"
    assert {path.split("/")[2] for path in asked} == {"20251120T063000Z"}
    assert any("/pool/main/b/base-files/" in path for path in asked)
    assert recipe.tag != Recipe(name="pinned", packages=("base-files",), is_bare=True).tag
