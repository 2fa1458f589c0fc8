"""What a connection keeps while its browser asks for nothing."""

from __future__ import annotations

import gc

from aiohttp import web

from tests.website import Site


async def test_nothing_of_an_answer_is_kept(site: Site) -> None:
    """Visitors whose connections stay open cost no memory for the pages they were sent."""
    await site.contest()
    visitors = [site.visitor() for _ in range(3)]
    for visitor in visitors:
        assert (await visitor.get("/contests/spring/problems/A")).status == 200

    assert len(site.server.handler.connections) >= len(visitors)
    gc.collect()
    assert [made.text for made in gc.get_objects() if isinstance(made, web.Response) and made.body] == []
