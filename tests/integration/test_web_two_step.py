"""Logging in in two steps: adding an authenticator, its codes, recovery codes, and who has to have one."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from judge.config import Settings
from judge.store import accounts, tokens
from judge.store.accounts import Role
from judge.store.pool import Pool
from judge.store.tokens import Scope
from tests.website import PASSWORD, Page, Site, Visitor, serving
from web.identity import totp

PATH = "/account/two-step"
_SECRET = re.compile(r"into the app: <code>([A-Z2-7 ]+)</code>")
_RECOVERY = re.compile(r"<li><code>([a-z2-7 ]+)</code></li>")
BASIC = "Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode()


@pytest_asyncio.fixture
async def strict_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site where setters have to log in in two steps."""
    async with serving(Settings(two_step_roles=("setter",)), dsn, pool) as made:
        yield made


def _code(secret: bytes, *, later: int = 0) -> str:
    """What the app shows, or will show: a code is used once, so that each further one has to be of a later step."""
    return totp.code(secret, int(time.time()) // totp.STEP_S + later)


async def _begin(visitor: Visitor) -> bytes:
    page = await visitor.post(PATH, {"action": "begin", "old_password": PASSWORD})
    found = _SECRET.search(page.text)
    assert found is not None, page.words
    return base64.b32decode(found[1].replace(" ", ""))


async def _enrol(site: Site, visitor: Visitor) -> tuple[bytes, list[str]]:
    """Add an authenticator, some time ago; its secret, and the recovery codes."""
    secret = await _begin(visitor)
    page = await visitor.post(PATH, {"action": "confirm", "code": _code(secret)})
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE authenticators SET last_step = last_step - 10")
    return secret, _RECOVERY.findall(page.text)


async def _give(visitor: Visitor, code: str) -> Page:
    return await visitor.post("/login/code", {"code": code, "next": "/problems"})


async def _pending(site: Site, login: str = "ada") -> Visitor:
    """Somebody whose password was right, and who is asked for the code."""
    visitor = site.visitor()
    answer = await visitor.post("/login", {"login": login, "password": PASSWORD, "next": "/problems"})
    assert answer.headers["Location"] == "/login/code?next=/problems"
    return visitor


async def test_a_code_is_asked_for(site: Site) -> None:
    """After the password nothing is open yet; the code opens it, and works once."""
    secret, _ = await _enrol(site, await site.logged_in("ada"))
    visitor, other = await _pending(site), await _pending(site)
    assert (await visitor.get("/account")).headers["Location"] == "/login?next=/account"
    before = visitor.cookies["session"]

    answer = await _give(visitor, _code(secret))

    assert (answer.status, answer.headers["Location"]) == (303, "/problems")
    assert (await visitor.get("/account")).status == 200
    assert visitor.cookies["session"] != before
    replayed = await _give(other, _code(secret))
    assert replayed.status == 400
    assert "was used before" in replayed.words
    assert (await other.get("/account")).status == 303


async def test_an_older_code_is_worth_nothing(site: Site) -> None:
    """Once a code was used, none that was shown before it is taken, though a late phone's would be."""
    secret, _ = await _enrol(site, await site.logged_in("ada"))
    visitor, other = await _pending(site), await _pending(site)

    assert (await _give(visitor, _code(secret, later=1))).status == 303
    assert (await _give(other, _code(secret))).status == 400


async def test_codes_are_throttled(site: Site) -> None:
    """After ten tries within the hour even the right code has to wait, from whatever browser."""
    secret, _ = await _enrol(site, await site.logged_in("ada"))
    async with site.pool.acquire() as connection:
        await connection.execute("DELETE FROM throttles")
    for visitor in (await _pending(site), await _pending(site)):
        for _ in range(5):
            assert (await _give(visitor, "000000")).status == 400

    assert (await _give(await _pending(site), _code(secret))).status == 429


async def test_recovery_codes(site: Site) -> None:
    """Each lets in once, however it is typed; the database has only hashes, the audit log that one was used."""
    _, codes = await _enrol(site, await site.logged_in("ada"))
    visitor, other = await _pending(site), await _pending(site)

    assert len(codes) == totp.RECOVERY_CODES
    assert (await _give(visitor, codes[3].upper().replace(" ", "-"))).status == 303
    assert (await _give(other, codes[3])).status == 400
    assert "9 recovery codes are left" in (await visitor.get(PATH)).words
    async with site.pool.acquire() as connection:
        kept = await connection.fetch("SELECT code_hash FROM recovery_codes")
        log = await connection.fetch("SELECT action, data FROM audit_log ORDER BY id")
    assert not {row["code_hash"] for row in kept} & {code.replace(" ", "").encode() for code in codes}
    assert [row["action"] for row in log] == ["add authenticator", "use recovery code"]
    assert all(row["data"].keys() == {"user_id"} for row in log)


async def test_new_recovery_codes(site: Site) -> None:
    """New ones take the place of the old, for whoever has a code."""
    visitor = await site.logged_in("ada")
    secret, old = await _enrol(site, visitor)

    assert (await visitor.post(PATH, {"action": "renew", "code": "000000"})).status == 400
    new = _RECOVERY.findall((await visitor.post(PATH, {"action": "renew", "code": _code(secret)})).text)

    assert len(new) == totp.RECOVERY_CODES and not set(new) & set(old)
    assert (await _give(await _pending(site), old[0])).status == 400
    assert (await _give(await _pending(site), new[0])).status == 303


async def test_adding_one(site: Site) -> None:
    """It takes the password and a right first code; other browsers, which gave none, are logged out."""
    visitor, elsewhere = await site.logged_in("ada"), site.visitor()
    await elsewhere.log_in("ada")

    refused = await visitor.post(PATH, {"action": "begin", "old_password": "a guess"})
    assert refused.status == 400 and _SECRET.search(refused.text) is None
    assert (await visitor.post(PATH, {"action": "confirm", "code": "123456"})).status == 400
    secret = await _begin(visitor)
    wrong = await visitor.post(PATH, {"action": "confirm", "code": "wrong"})
    assert wrong.status == 400 and _SECRET.search(wrong.text) is not None
    # Nothing is asked for before it is known that the app works.
    assert (await site.visitor().log_in("ada")).headers["Location"] == "/"
    done = await visitor.post(PATH, {"action": "confirm", "code": _code(secret)})

    assert done.status == 200 and len(_RECOVERY.findall(done.text)) == totp.RECOVERY_CODES
    assert (await elsewhere.get("/account")).status == 303
    assert (await visitor.get("/account")).status == 200
    assert _SECRET.search((await visitor.get(PATH)).text) is None
    assert (await visitor.post(PATH, {"action": "begin", "old_password": PASSWORD})).status == 400


async def test_turning_it_off(site: Site) -> None:
    """That takes the password and a code; then the password is enough again."""
    visitor = await site.logged_in("ada")
    secret, _ = await _enrol(site, visitor)

    for fields in ({"old_password": "a guess", "code": _code(secret)}, {"old_password": PASSWORD, "code": "000000"}):
        assert (await visitor.post(PATH, {"action": "off", **fields})).status == 400
    answer = await visitor.post(PATH, {"action": "off", "old_password": PASSWORD, "code": _code(secret)})

    assert answer.status == 303
    assert (await site.visitor().log_in("ada")).headers["Location"] == "/"


async def test_programs_use_tokens(site: Site) -> None:
    """The password alone is not enough for programs either; a token is."""
    await _enrol(site, await site.logged_in("ada"))
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        token = await tokens.create(
            connection, account_id=account.id, name="x", scope=Scope.READ, lifetime=timedelta(days=1), by=None
        )
    visitor = site.visitor()

    refused = await visitor.open("/api/submissions/1", Authorization=BASIC)

    assert refused.status == 401
    assert "API token" in (await refused.json())["message"]
    assert (await visitor.open("/api/submissions/1", Authorization=f"Bearer {token}")).status == 404


async def test_the_password_of_a_moment_ago(site: Site) -> None:
    """Whoever is asked for the code is out when the account is locked, when its password changes, or when they wait."""
    secret, codes = await _enrol(site, await site.logged_in("ada"))
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        locked = await _pending(site)
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=True)
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=False)
        late = await _pending(site)
        await connection.execute("UPDATE sessions SET expires_at = now() WHERE pending_user_id IS NOT NULL")
        changed = await _pending(site)
        await accounts.set_password(connection, account_id=account.id, password_hash="x")  # noqa: S106

    for visitor, code in zip((locked, late, changed), codes, strict=False):
        assert (await visitor.get("/login/code")).headers["Location"] == "/login"
        assert (await visitor.post("/login/code", {"code": code}, form_on="/login")).status == 404
        assert (await visitor.get("/account")).status == 303
    assert (await changed.post("/login/code", {"code": _code(secret)}, form_on="/login")).status == 404


async def test_strangers_give_no_codes(site: Site) -> None:
    """Without a right password there is nothing to give a code for."""
    await _enrol(site, await site.logged_in("ada"))
    stranger = site.visitor()

    assert (await stranger.get("/login/code")).headers["Location"] == "/login"
    assert (await stranger.post("/login/code", {"code": "000000"}, form_on="/login")).status == 404


async def test_roles_that_have_to(strict_site: Site) -> None:
    """A setter without an authenticator is led to add one and does nothing else; contestants and admins go on."""
    setter = await strict_site.logged_in("ada", Role.SETTER)
    admin = await strict_site.logged_in("root", Role.ADMIN)

    for path in ("/", "/packages", "/account", "/account/tokens", "/account/two-step/"):
        assert (await setter.get(path)).headers["Location"] == PATH
    assert (await setter.get("/api/problems/sum/versions")).status == 403
    assert (await setter.post("/account/tokens", {"action": "create"}, form_on=PATH)).status == 403
    assert (await strict_site.visitor().open("/api/submissions/1", Authorization=BASIC)).status == 401
    assert (await setter.get("/static/style.css")).status == 200
    assert "Nothing else is open to you" in (await setter.get(PATH)).words
    assert (await admin.get("/account")).status == 200

    await _enrol(strict_site, setter)

    assert (await setter.get("/packages")).status == 200
