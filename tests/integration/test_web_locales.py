"""Pages in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from judge.config import Settings
from judge.recipes import languages
from judge.store import blobs
from judge.store.accounts import Role
from tests.website import PASSWORD, Site


@pytest.fixture
def own_languages() -> Iterator[None]:
    """Afterwards the process offers the languages again that it offers by itself."""
    yield
    languages.choose(Settings())


async def test_the_browser_asks_for_a_language(site: Site) -> None:
    """Pages, errors included, are in what the browser asks for, and in English where we have nothing of that."""
    visitor = site.visitor()

    german = await (await visitor.open("/", **{"Accept-Language": "de-CH,en;q=0.5"})).text()
    missing = await (await visitor.open("/nowhere", **{"Accept-Language": "de"})).text()
    swedish = await (await visitor.open("/", **{"Accept-Language": "sv"})).text()

    assert '<html lang="de">' in german
    assert "Zum Inhalt springen" in german
    assert "Nicht gefunden" in missing
    assert '<html lang="en">' in swedish
    assert "Skip to the content" in swedish


async def test_a_reader_chooses(site: Site) -> None:
    """The link at the foot of a page leads back to that page, in the language that it names; from then on all are."""
    visitor = site.visitor()
    front = await visitor.get("/problems?x=%22%26")
    assert 'href="/locale/de?next=%2Fproblems%3Fx%3D%2522%2526"' in front.text

    answer = await visitor.get("/locale/de?next=%2Fproblems%3Fx%3D%2522%2526")

    assert (answer.status, answer.headers["Location"]) == (303, "/problems?x=%22%26")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert '<html lang="de">' in (await visitor.get("/problems")).text
    german = await (await visitor.open("/", **{"Accept-Language": "en"})).text()
    assert "Wettbewerbe" in german


async def test_the_account_remembers(site: Site) -> None:
    """What is chosen while logged in goes with the account, wherever it logs in, against browser and cookie."""
    first = await site.logged_in("ada")
    assert 'name="next" value="/problems"' in (await first.get("/problems")).text

    answer = await first.post("/account/locale", {"locale": "de", "next": "/problems"}, form_on="/account")

    assert (answer.status, answer.headers["Location"]) == (303, "/problems")
    second = site.visitor()
    await second.get("/locale/en")
    assert '<html lang="en">' in (await second.get("/login")).text
    await second.log_in("ada")
    account = await second.get("/account")
    assert '<html lang="de">' in account.text
    assert '<option value="de" lang="de" selected>' in account.text
    assert "Nicht gefunden" in (await second.get("/nowhere")).text
    await second.post("/logout", form_on="/account")
    assert '<html lang="en">' in (await second.get("/")).text


async def test_the_account_forgets(site: Site) -> None:
    """Choosing none again gives the browser's; what there is not cannot be chosen, and changes nothing."""
    visitor = await site.logged_in("ada")
    await visitor.post("/account/locale", {"locale": "de"}, form_on="/account")

    refused = await visitor.post("/account/locale", {"locale": "xx"}, form_on="/account")
    still = await visitor.get("/account")
    await visitor.post("/account/locale", {"locale": ""}, form_on="/account")

    assert refused.status == 404
    assert '<html lang="de">' in still.text
    assert '<html lang="en">' in (await visitor.get("/account")).text


async def test_a_new_account_takes_the_choice_over(site: Site) -> None:
    """Whoever registers keeps the language that was chosen in the browser; what is none, or was not chosen, is none."""
    password = {"password": PASSWORD, "password_again": PASSWORD}
    for login, cookies in (("ada", {"locale": "de"}), ("eve", {"locale": "xx"}), ("bob", {})):
        visitor = site.visitor()
        visitor.client.session.cookie_jar.update_cookies(cookies)
        answer = await visitor.post("/register", {"login": login, "name": login, **password})
        assert answer.status == 303, answer.words

    async with site.pool.acquire() as connection:
        rows = await connection.fetch("SELECT login, locale FROM users ORDER BY id")
    assert [tuple(row) for row in rows] == [("ada", "de"), ("eve", None), ("bob", None)]


async def test_an_admin_who_looks_as_another_reads_their_own_language(site: Site) -> None:
    """Pages are in the language of whoever sits there, who cannot change that of the account they look as."""
    contestant_id = await site.account("ada")
    admin = await site.logged_in("root", Role.ADMIN)
    await admin.post("/account/locale", {"locale": "de"}, form_on="/account")
    account = f"/admin/users/{contestant_id}"
    begun = await admin.post(f"{account}/impersonate", {"reason": "a question"}, form_on=account)
    assert begun.status == 303

    page = await admin.get("/")
    refused = await admin.post("/account/locale", {"locale": "en"}, form_on="/")

    assert '<html lang="de">' in page.text
    assert 'action="/account/locale"' not in page.text
    assert refused.status == 403


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", ""])
async def test_choosing_leads_nowhere_else(site: Site, target: str) -> None:
    """Nobody can make a link of ours that leads to another site."""
    answer = await site.visitor().get(f"/locale/de?next={target}")

    assert answer.headers["Location"] == "/"


async def test_no_such_language(site: Site) -> None:
    """Only languages that there are can be chosen, by link or by a cookie that somebody made up."""
    visitor = site.visitor()

    assert (await visitor.get("/locale/xx")).status == 404
    assert '<html lang="en">' in (await visitor.get("/", cookies={"locale": "../de"})).text


async def test_programs_are_answered_in_english(site: Site) -> None:
    """What the API says stays the same for everybody: programs may look for it."""
    visitor = site.visitor()
    await visitor.get("/locale/de")

    answer = await visitor.client.get("/api/nowhere", headers={"Accept-Language": "de"})
    ada = await site.logged_in("ada")
    await ada.post("/account/locale", {"locale": "de"}, form_on="/account")

    assert (await ada.get("/api/nowhere")).json == await answer.json()
    assert (await answer.json())["message"] == "There is no such page, or it is not for you to see."


async def test_scripts_are_given_their_words(site: Site) -> None:
    """A page in another language brings the words of its scripts, as data that is no script itself."""
    visitor = site.visitor()
    assert '<meta name="words"' not in (await visitor.get("/")).text
    await visitor.get("/locale/de")

    page = await visitor.get("/")

    assert "&#34;Copied&#34;: &#34;Kopiert&#34;" in page.text


@pytest.mark.usefixtures("own_languages")
async def test_what_lower_layers_say(site: Site) -> None:
    """Notes of languages and actions of the audit log are in the reader's language; addresses stay as they are."""
    languages.choose(Settings(languages=("cobol",)))
    admin = await site.logged_in("root", Role.ADMIN)
    user_id = await site.account("ada")
    await admin.post(f"/admin/users/{user_id}", {"action": "role", "role": "setter"})
    await admin.post("/account/locale", {"locale": "de"}, form_on="/account")

    offered, log = await admin.get("/languages"), await admin.get("/admin/audit?action=set+role")

    assert "Im festen Format: Spalten 8 bis 72." in offered.text
    assert "In fixed format" not in offered.text
    assert '<option value="set role" selected>Rolle setzen</option>' in log.text
    assert '<th scope="row">Rolle setzen</th>' in log.text


async def test_a_statement_in_the_chosen_language(site: Site) -> None:
    """Whoever reads the site in German reads a statement in German too where there is one, and may still change it."""
    spring = await site.contest(statement="Add the numbers.")
    async with site.pool.acquire() as connection:
        german = await blobs.put(connection, b"Addieren Sie die Zahlen.")
        await connection.execute(
            "INSERT INTO problem_statements VALUES ($1, 'de', 'md', $2)", spring.version_id, german.sha256
        )
    visitor, address = site.visitor(), "/contests/spring/problems/A"
    assert "Add the numbers." in (await visitor.get(address)).text

    await visitor.get("/locale/de")
    ada = await site.logged_in("ada")
    await ada.post("/account/locale", {"locale": "de"}, form_on="/account")
    await ada.get("/locale/en")

    assert "Addieren Sie die Zahlen." in (await ada.get(address)).text
    assert "Addieren Sie die Zahlen." in (await visitor.get(address)).text
    assert "Add the numbers." in (await visitor.get(address + "?statement=en")).text
