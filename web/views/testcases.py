"""The test cases of a version, for setters to look at and to download."""

from __future__ import annotations

from aiohttp import web

from judge.store import blobs, testcases, verifications
from judge.store.testcases import Line
from web import matrix
from web.excerpts import TEXT_BYTES, excerpt
from web.keys import POOL
from web.pages import page
from web.views.versions import find

PAGE = 200
_LARGEST = 2**31 - 1


async def index(request: web.Request) -> web.Response:
    """A list of them, a page at a time, each with how many of the jury's submissions fail it."""
    text = request.query.get("after", "")
    after = min(int(text), _LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        listed = await testcases.page(connection, version.id, after=after, limit=PAGE + 1)
        total = await testcases.count(connection, version.id)
        failures = await verifications.failures(connection, version.id)
    context = {
        "version": version,
        "groups": _groups(listed[:PAGE]),
        "failures": failures,
        "total": total,
        "next_after": listed[PAGE - 1].ordinal if len(listed) > PAGE else None,
        "is_first_page": after == 0,
    }
    return page(request, "testcases", context)


async def show(request: web.Request) -> web.Response:
    """One of them: how its input and answer begin, and what the jury's submissions make of it."""
    pool = request.app[POOL]
    async with pool.acquire() as connection:
        version = await find(request, connection)
        case = await testcases.by_ordinal(connection, version.id, min(int(request.match_info["ordinal"]), _LARGEST))
        runs = await verifications.runs_on(connection, version.id, case.name)
    as_hex = {"hex": True, "text": False}.get(request.query.get("as", ""))
    data = ("in", case.input_sha256, case.input_size), ("ans", case.answer_sha256, case.answer_size)
    excerpts = [
        (kind, excerpt(await testcases.beginning(pool, digest, max_bytes=TEXT_BYTES), size, as_hex=as_hex))
        for kind, digest, size in data
    ]
    context = {
        "version": version,
        "case": case,
        "excerpts": excerpts,
        "runs": {path: matrix.run(found) for path, found in runs.items()},
    }
    return page(request, "testcase", context)


async def file(request: web.Request) -> web.Response:
    """A test case's input or answer, whole."""
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        case = await testcases.by_ordinal(connection, version.id, min(int(request.match_info["ordinal"]), _LARGEST))
    kind = request.match_info["kind"]
    content = await blobs.fetch(request.app[POOL], case.input_sha256 if kind == "in" else case.answer_sha256)
    name = f"{version.problem}-{case.ordinal}.{kind}"
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)


def _groups(listed: list[Line]) -> list[tuple[str, list[Line]]]:
    """By the folders that they are in."""
    groups: dict[str, list[Line]] = {}
    for line in listed:
        groups.setdefault(line.name.rpartition("/")[0], []).append(line)
    return list(groups.items())
