"""The description of the interface for programs, for programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

_FILE = Path(__file__).parents[1] / "openapi.yaml"


@cache
def description() -> dict[str, Any]:
    """The whole of it, as OpenAPI has it."""
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    return read


async def show(_request: web.Request) -> web.Response:
    """For everybody: it says what there is, and nothing that is in there."""
    return web.json_response(description())
