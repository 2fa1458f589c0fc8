"""Setters' small changes to a package, each of which makes a version: a test case's data, one more, the time limit."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from judge.errors import PackageError, UsageError
from judge.models import MIB
from judge.store import testcases
from judge.store.problem_access import Access
from judge.store.versions import Version
from problems.amending import Amendment, TestData, TimeLimit, is_test_name
from web import forms, intake, notices, permissions
from web.forms import Form
from web.intake import Taken
from web.keys import POOL, SESSION, SETTINGS
from web.pages import sentence
from web.translating import gettext
from web.views import testcases as testcase_pages
from web.views import versions as version_pages
from web.views.packages import said
from web.views.versions import find

_FILES = ("input", "answer")
_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")
_LONGEST_MS = 3_600_000


@forms.streamed
async def replace_test(request: web.Request) -> web.Response:
    """Make a version with another input or answer of a test case."""
    number = int(request.match_info["ordinal"])
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection, Access.WRITE)
        case = await testcases.by_ordinal(connection, version.id, min(number, testcase_pages.LARGEST))
    try:
        taken = await _with_data(request, version, name=case.name, is_new=False)
    except PackageError as error:
        return await testcase_pages.page_of_test(request, wrong=error.problems, status=422)
    except UsageError as error:
        return await testcase_pages.page_of_test(request, error=sentence(error), status=409)
    except web.HTTPRequestEntityTooLarge:
        return await testcase_pages.page_of_test(request, error=_too_large(request), status=413)
    raise _to(request, taken)


@forms.streamed
async def add_test(request: web.Request) -> web.Response:
    """Make a version with one more test case."""
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection, Access.WRITE)
    try:
        name = (await forms.read(request)).text("name").strip()
        if not is_test_name(name):
            raise UsageError(
                gettext("Call the test case like secret/group1/03: letters, digits, dots, dashes and underscores.")
            )
        async with request.app[POOL].acquire() as connection:
            if await testcases.has(connection, version.id, name):
                raise UsageError(gettext("There is a test case of that name; change it on its own page."))
        taken = await _with_data(request, version, name=name, is_new=True)
    except PackageError as error:
        return await testcase_pages.page_of_tests(request, wrong=error.problems, status=422)
    except UsageError as error:
        return await testcase_pages.page_of_tests(request, error=sentence(error), status=409)
    except web.HTTPRequestEntityTooLarge:
        return await testcase_pages.page_of_tests(request, error=_too_large(request), status=413)
    raise _to(request, taken)


async def limit_time(request: web.Request) -> web.Response:
    """Make a version with another time limit."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection, Access.WRITE)
    try:
        text = (await forms.read(request)).text("seconds").strip()
        time_ms = round(float(text) * 1000) if _SECONDS.fullmatch(text) else 0
        if not 0 < time_ms <= _LONGEST_MS:
            raise UsageError(gettext("The time limit is a number of seconds, like 1.5."))
        async with intake.taking(request) as folder:
            taken = await intake.amend(request, viewer, version, TimeLimit(time_ms=time_ms), folder)
    except PackageError as error:
        return await version_pages.version_page(request, error="\n".join(error.problems), status=422)
    except UsageError as error:
        return await version_pages.version_page(request, error=sentence(error), status=409)
    raise _to(request, taken)


async def _with_data(request: web.Request, version: Version, *, name: str, is_new: bool) -> Taken:
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with intake.taking(request) as folder:
        amendment = await _given(request, folder, name, is_new=is_new)
        return await intake.amend(request, viewer, version, amendment, folder)


async def _given(request: web.Request, folder: Path, name: str, *, is_new: bool) -> Amendment:
    """The input and answer that the form has, pasted or as files.

    Raises:
        UsageError: it has neither, or one of them twice.
    """
    form = await forms.read(request)
    given = folder / "given"
    given.mkdir()
    files = await forms.save_several(request, given, _FILES, max_bytes=request.app[SETTINGS].max_package_bytes)
    for field in _FILES:
        text = _pasted(form, field)
        if text and field in files:
            raise UsageError(gettext("Either paste the data or choose a file, not both."))
        if text:
            files[field] = given / field
            files[field].write_bytes(text)
    if not files:
        raise UsageError(gettext("Nothing was given: paste an input or an answer, or choose a file."))
    return TestData(
        name=name,
        is_new=is_new,
        input=files.get("input"),
        answer=files.get("answer"),
        keeps_answer=form.text("keep_answer") == "yes",
    )


def _pasted(form: Form, field: str) -> bytes:
    """What was pasted, ended like a line."""
    text = form.text(f"{field}_text")
    return (text if not text or text.endswith("\n") else f"{text}\n").encode(errors="replace")


def _too_large(request: web.Request) -> str:
    size = request.app[SETTINGS].max_package_bytes // MIB
    return gettext("The files are larger than %(size)s MiB, which is the most that is taken.", size=size)


def _to(request: web.Request, taken: Taken) -> web.HTTPSeeOther:
    version = taken.version
    redirect = web.HTTPSeeOther(f"/packages/{version.problem}/versions/{version.id}")
    notices.leave(request, redirect, [said(taken)])
    return redirect
