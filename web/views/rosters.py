"""For admins: making many accounts at once, and the sheet of their passwords, which is shown once."""

from __future__ import annotations

from aiohttp import web

from judge import roster
from judge.errors import UsageError
from judge.store import accounts
from judge.store.accounts import Role
from web import forms, permissions
from web.forms import Form
from web.identity import credentials
from web.keys import PASSWORDS, POOL, SESSION
from web.pages import page, sentence
from web.translating import gettext

#: What accounts of a list may be; admins are made one by one.
ROLES = (Role.CONTESTANT, Role.SETTER)
#: Hashing that many takes less than a browser, or a proxy before us, waits for: passwords nobody saw would be lost.
MOST_ENTRIES = 300


async def form(request: web.Request) -> web.Response:
    """Where a list is pasted or uploaded."""
    permissions.require_admin(request[SESSION].viewer)
    return _form(request, written="", error="")


async def make(request: web.Request) -> web.Response:
    """Make the accounts, and show their passwords for printing; or none, with what is wrong."""
    admin = permissions.require_admin(request[SESSION].viewer)
    sent = await forms.read(request)
    try:
        entries = roster.read(_text(sent))
        if len(entries) > MOST_ENTRIES:
            raise UsageError(
                gettext(
                    "the list has %(count)s accounts; at most %(most)s are made here, more by `judge user import`",
                    count=len(entries),
                    most=MOST_ENTRIES,
                )
            )
        role = next((role for role in ROLES if role.value == sent.text("role")), None)
        if role is None:
            raise UsageError(gettext("there is no such role for a list of accounts"))
        # One after the other, so that nobody who logs in meanwhile waits for all of them.
        hashes = [await request.app[PASSWORDS].hash(entry.password) for entry in entries]
        async with request.app[POOL].acquire() as connection:
            made = list(zip(entries, hashes, strict=True))
            await accounts.create_many(connection, made, role=role, by=admin.id)
    except UsageError as error:
        return _form(request, written=sent.text("list"), error=sentence(error))
    return page(request, "sheet", {"entries": entries, "address": f"{credentials.scheme_of(request)}://{request.host}"})


def _text(sent: Form) -> str:
    """The list: what was uploaded, else what was pasted."""
    if not sent.files:
        return sent.text("list")
    try:
        return sent.files[0].content.decode()
    except UnicodeDecodeError:
        raise UsageError(gettext("the file is not UTF-8; save it as that, and upload it again")) from None


def _form(request: web.Request, *, written: str, error: str) -> web.Response:
    context = {"written": written, "roles": ROLES, "most": MOST_ENTRIES, "error": error}
    return page(request, "roster", context, status=400 if error else 200)
