"""API tokens: what they may do, how they are made and how they end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from judge.errors import UsageError
from judge.store import accounts, tokens
from judge.store.accounts import Role
from judge.store.tokens import Scope
from tests.website import PASSWORD, Page, Site, Visitor

FIELDS = {"action": "create", "name": "robot", "scope": "read", "days": "30", "old_password": PASSWORD}


async def _token(site: Site, login: str, scope: Scope, *, role: Role = Role.CONTESTANT) -> str:
    """A token of an account made for it."""
    account_id = await site.account(login, role)
    async with site.pool.acquire() as connection:
        return await tokens.create(
            connection, account_id=account_id, name="robot", scope=scope, lifetime=timedelta(days=1), by=None
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _get(site: Site, token: str, path: str = "/api/queue") -> int:
    return (await site.visitor().open(path, **_bearer(token))).status


def _made(page: Page) -> str:
    found = re.search(r"judge_[\w-]+", page.text)
    assert found is not None, page.words
    return found[0]


async def test_making_one(site: Site) -> None:
    """A token is shown once, works at once, is kept as a hash, and its making is in the audit log."""
    visitor = await site.logged_in("root", Role.ADMIN)

    token = _made(await visitor.post("/account/tokens", {**FIELDS, "scope": "admin"}))

    assert await _get(site, token) == 200
    page = await visitor.get("/account/tokens")
    assert token not in page.text and "robot" in page.words and "never used" not in page.words
    async with site.pool.acquire() as connection:
        assert token.encode() not in await connection.fetchval("SELECT token_hash FROM api_tokens")
        log = await connection.fetchval("SELECT data FROM audit_log WHERE action = 'create token'")
    assert (log["name"], log["scope"]) == ("robot", "admin")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": " "}, "The name is missing"),
        ({"name": "old"}, "a token called old"),
        ({"scope": "setter"}, "Choose what the token may do"),
        ({"scope": "everything"}, "Choose what the token may do"),
        ({"days": "100000"}, "for how long"),
        ({"days": "-1"}, "for how long"),
        ({"old_password": "a guess"}, "The password is wrong"),
        ({"action": "steal"}, "no such change"),
        ({"action": "revoke", "token": "x"}, "no such token"),
    ],
)
async def test_what_is_refused(site: Site, changes: dict[str, str], complaint: str) -> None:
    """No token without a name, for more than the role, for ever, or for whoever finds a browser open."""
    visitor = await site.logged_in("ada")
    await visitor.post("/account/tokens", {**FIELDS, "name": "old"})

    answer = await visitor.post("/account/tokens", {**FIELDS, **changes})

    assert answer.status == 400
    assert complaint in answer.words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM api_tokens") == 1


async def test_so_many_and_no_more(site: Site) -> None:
    """An account has a bounded number of tokens, in which expired ones do not count."""
    account_id = await site.account("ada")
    async with site.pool.acquire() as connection:

        async def make(name: str) -> None:
            await tokens.create(
                connection, account_id=account_id, name=name, scope=Scope.READ, lifetime=timedelta(days=1), by=None
            )

        for number in range(tokens.MOST):
            await make(f"robot {number}")
        with pytest.raises(UsageError, match="revoke one"):
            await make("another")
        await connection.execute("UPDATE api_tokens SET expires_at = now() WHERE name = 'robot 0'")
        await make("another")


@pytest.mark.parametrize(
    ("role", "scope", "allowed"),
    [
        (Role.ADMIN, Scope.READ, (404, 404)),
        (Role.ADMIN, Scope.SUBMIT, (404, 404)),
        (Role.ADMIN, Scope.SETTER, (200, 404)),
        (Role.ADMIN, Scope.ADMIN, (200, 200)),
        (Role.SETTER, Scope.ADMIN, (200, 404)),
        (Role.CONTESTANT, Scope.ADMIN, (404, 404)),
    ],
)
async def test_scope_bounds_the_role(site: Site, role: Role, scope: Scope, allowed: tuple[int, int]) -> None:
    """A token sees what its scope covers, and never more than its account does."""
    await site.contest()
    token = await _token(site, "somebody", scope, role=role)

    assert (await _get(site, token, "/api/problems/sum/versions"), await _get(site, token)) == allowed


async def test_reading_changes_nothing(site: Site) -> None:
    """A token for reading is refused whatever would change something; others get to the handler."""
    reading = await _token(site, "reader", Scope.READ, role=Role.ADMIN)
    doing = await _token(site, "doer", Scope.SETTER, role=Role.ADMIN)
    visitor = site.visitor()
    path = "/api/problems/sum/versions/1/live"

    refused = await visitor.post_raw(path, csrf=None, headers=_bearer(reading))
    taken = await visitor.post_raw(path, csrf=None, headers=_bearer(doing))

    assert (refused.status, refused.json["message"]) == (403, "This token is for reading only.")
    assert taken.status == 404


@pytest.mark.parametrize("sent", ["judge_made-up", "", "judge_" + "x" * 500, "judge_\xff"])
async def test_unknown_tokens(site: Site, sent: str) -> None:
    """What is no token is told so, and to log in, also to whoever has a cookie beside it."""
    admin = await site.logged_in("root", Role.ADMIN)

    answer = await admin.open("/api/queue", **_bearer(sent))

    assert answer.status == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]


async def test_pages_take_no_tokens(site: Site) -> None:
    """A token is for programs: no page knows its account, and no form is taken with it."""
    token = await _token(site, "root", Scope.ADMIN, role=Role.ADMIN)

    assert await _get(site, token, "/account") == 303
    answer = await site.visitor().post_raw("/account/tokens", FIELDS, csrf=None, headers=_bearer(token))
    assert answer.status == 403


async def test_the_end_of_a_token(site: Site) -> None:
    """A token ends when it expires, when its account is disabled, and with a change of the password."""
    token = await _token(site, "root", Scope.ADMIN, role=Role.ADMIN)
    await site.account("other", Role.ADMIN)
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "root")
        assert account is not None
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=True)
        assert await _get(site, token) == 401
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=False)
        await connection.execute("UPDATE api_tokens SET expires_at = now()")
        assert await _get(site, token) == 401
        await connection.execute("UPDATE api_tokens SET expires_at = now() + interval '1 day'")
        assert await _get(site, token) == 200
        await accounts.set_password(connection, account_id=account.id, password_hash="x")  # noqa: S106
        assert await _get(site, token) == 401


async def _revoke(visitor: Visitor, number: str) -> Page:
    return await visitor.post("/account/tokens", {"action": "revoke", "token": number})


async def test_revoking(site: Site) -> None:
    """One revokes one's own tokens, and nobody else's."""
    ada, eve = await site.logged_in("ada"), await site.logged_in("eve")
    token = _made(await ada.post("/account/tokens", FIELDS))
    async with site.pool.acquire() as connection:
        number = str(await connection.fetchval("SELECT id FROM api_tokens"))

    assert (await _revoke(eve, number)).status == 404
    assert await _get(site, token, "/api/submissions/1") == 404
    assert (await _revoke(ada, number)).status == 303
    assert await _get(site, token, "/api/submissions/1") == 401
