"""The test cases of a version, for setters to look at and to download."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from judge.store import blobs, testcases, verifications
from judge.store.problem_access import Access
from judge.store.testcases import Line
from web import matrix, permissions
from web.content.excerpts import TEXT_BYTES, excerpt
from web.keys import POOL, SESSION
from web.pages import page
from web.views.versions import find, granted

PAGE = 200
LARGEST = 2**31 - 1


async def index(request: web.Request) -> web.Response:
    """A list of them, a page at a time, each with how many of the jury's submissions fail it."""
    return await page_of_tests(request)


async def show(request: web.Request) -> web.Response:
    """One of them: how its input and answer begin, and what the jury's submissions make of it."""
    return await page_of_test(request)


async def page_of_tests(
    request: web.Request, *, error: str = "", wrong: Sequence[str] = (), status: int = 200
) -> web.Response:
    """The list, with what was wrong about a test case that was to be added."""
    text = request.query.get("after", "")
    after = min(int(text), LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    async with request.app[POOL].acquire() as connection:
        access = await granted(request, connection)
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
        "may_write": _may_write(request, access),
        "error": error,
        "wrong": wrong,
    }
    return page(request, "testcases", context, status=status)


async def page_of_test(
    request: web.Request, *, error: str = "", wrong: Sequence[str] = (), status: int = 200
) -> web.Response:
    """One test case, with what was wrong about other data for it."""
    pool = request.app[POOL]
    async with pool.acquire() as connection:
        access = await granted(request, connection)
        version = await find(request, connection)
        case = await testcases.by_ordinal(connection, version.id, min(int(request.match_info["ordinal"]), LARGEST))
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
        "may_write": _may_write(request, access),
        "error": error,
        "wrong": wrong,
    }
    return page(request, "testcase", context, status=status)


async def file(request: web.Request) -> web.Response:
    """A test case's input or answer, whole."""
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        case = await testcases.by_ordinal(connection, version.id, min(int(request.match_info["ordinal"]), LARGEST))
    kind = request.match_info["kind"]
    content = await blobs.fetch(request.app[POOL], case.input_sha256 if kind == "in" else case.answer_sha256)
    name = f"{version.problem}-{case.ordinal}.{kind}"
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)


def _may_write(request: web.Request, access: Access | None) -> bool:
    return permissions.may_use_problem(request[SESSION].viewer, access, Access.WRITE)


def _groups(listed: list[Line]) -> list[tuple[str, list[Line]]]:
    """By the folders that they are in."""
    groups: dict[str, list[Line]] = {}
    for line in listed:
        groups.setdefault(line.name.rpartition("/")[0], []).append(line)
    return list(groups.items())
