"""Browsers by what they call themselves."""

from __future__ import annotations

import pytest

from web.identity import agents

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "described"),
    [
        (CHROME, "Chrome, Linux"),
        (CHROME + " Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Android"),
        ("curl/8.1", "curl"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_described(agent: str, described: str) -> None:
    """Each is named by what its owner would call it, however many others it claims to be."""
    assert agents.described(agent) == described
