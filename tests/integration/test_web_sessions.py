"""One's sessions: which browsers are logged in, and logging out one of them."""

from __future__ import annotations

import re

import pytest

from tests.website import Site

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_each_browser_is_listed(site: Site) -> None:
    """A session shows its browser and address, and which one this is; others' are not shown."""
    visitor, elsewhere = await site.logged_in("ada"), site.visitor()
    elsewhere.client.session.headers["User-Agent"] = FIREFOX
    await elsewhere.log_in("ada")
    await site.logged_in("eve")

    page = await visitor.get("/account/sessions")

    assert len(re.findall(r'<th scope="row">', page.text)) == 2
    assert "Firefox, Linux" in page.words and "127.0.0.1" in page.words
    assert page.words.count("this browser") == 1


async def test_ending_one(site: Site) -> None:
    """A session that is ended is logged out, and this one is not."""
    visitor, elsewhere = await site.logged_in("ada"), site.visitor()
    await elsewhere.log_in("ada")
    other = re.findall(r'name="session" value="(\w+)"', (await visitor.get("/account/sessions")).text)

    answer = await visitor.post("/account/sessions", {"action": "end", "session": other[0]})

    assert (len(other), answer.status) == (1, 303)
    assert (await elsewhere.get("/account")).status == 303
    assert (await visitor.get("/account")).status == 200


async def test_ending_all_others(site: Site) -> None:
    """All but this one are logged out, and nobody else's."""
    visitor, others = await site.logged_in("ada"), [site.visitor(), site.visitor()]
    eve = await site.logged_in("eve")
    for one in others:
        await one.log_in("ada")

    await visitor.post("/account/sessions", {"action": "end others"})

    assert [(await one.get("/account")).status for one in (visitor, eve, *others)] == [200, 200, 303, 303]


async def test_sessions_of_others_stay(site: Site) -> None:
    """Knowing a session's name ends nobody else's."""
    ada, eve = await site.logged_in("ada"), await site.logged_in("eve")
    async with site.pool.acquire() as connection:
        name = await connection.fetchval(
            "SELECT token_hash FROM sessions JOIN users ON users.id = user_id WHERE login = 'ada'"
        )

    await eve.post("/account/sessions", {"action": "end", "session": name.hex()})

    assert (await ada.get("/account")).status == 200


@pytest.mark.parametrize(
    "fields", [{}, {"action": "end", "session": "x"}, {"action": "end", "session": "\xe9"}, {"action": "burn"}]
)
async def test_what_are_no_sessions(site: Site, fields: dict[str, str]) -> None:
    """A forged form is refused as such."""
    visitor = await site.logged_in("ada")

    assert (await visitor.post("/account/sessions", fields)).status == 400


async def test_when_it_was_used(site: Site) -> None:
    """A session that is used says so, to within minutes, and what it was begun with stays as it is."""
    visitor = await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET seen_at = now() - interval '1 hour'")

        await visitor.get("/account")

        assert await connection.fetchval("SELECT seen_at > now() - interval '1 minute' FROM sessions")
