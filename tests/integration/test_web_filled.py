"""What was written is not lost: after the end of a session, from an old submission. And what is beside the form."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from io import BytesIO

import pytest
from aiohttp import FormData

from judge.models import Limits
from judge.store import blobs
from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import Site, Visitor, a_run
from web import rates

PROBLEM = "/contests/spring/problems/A"
SOURCE = "\nprint('</textarea><b>')\n"


async def _contestant(site: Site) -> Visitor:
    await site.contest()
    return await site.logged_in("ada")


async def _end_session(site: Site) -> None:
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET expires_at = now() - interval '1 second'")


async def _sent_too_late(site: Site, fields: dict[str, str] | FormData) -> tuple[Visitor, str]:
    """The visitor whose session ended between reading the form and sending it, and the page that answers."""
    visitor = await _contestant(site)
    form = await visitor.get(PROBLEM)
    token = re.search(r'name="csrf" value="([^"]*)"', form.text)
    assert token
    await _end_session(site)
    answer = await visitor.post_raw(PROBLEM, fields, csrf=token[1])
    assert answer.status == 403
    return visitor, answer.text


async def _after_login(visitor: Visitor, page: str) -> str:
    """What stands in the form to which the page's link and the login lead."""
    link = re.search(r'href="(/login\?[^"]*)"', page)
    assert link
    leads_to = await _logged_in_from(visitor, unescape(link[1]))
    return (await visitor.get(leads_to)).text


async def _logged_in_from(visitor: Visitor, path: str) -> str:
    form = (await visitor.get(path)).text
    fields = dict(re.findall(r'name="(csrf|next)" value="([^"]*)"', form))
    answer = await visitor.post_raw(
        "/login",
        {"login": "ada", "password": "correct horse battery", "next": unescape(fields["next"])},
        csrf=fields["csrf"],
    )
    assert answer.status == 303
    return str(answer.headers["Location"])


async def test_pasted_source_survives_the_sessions_end(site: Site) -> None:
    """Sent too late, the source is submitted for nobody, and is in the form again after logging in, as it was."""
    visitor, page = await _sent_too_late(site, {"language": "python3", "source": SOURCE})

    form = await _after_login(visitor, page)

    assert "\n" + SOURCE.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") + "</textarea>" in form
    assert '<option value="python3" selected>' in form
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM submissions") == 0


async def test_a_file_survives_too(site: Site) -> None:
    """The text of a single file comes back as text."""
    fields = FormData({"language": "auto", "source": ""}, default_to_multipart=True)
    fields.add_field("files", BytesIO(b"print(42)"), filename="main.py")

    visitor, page = await _sent_too_late(site, fields)

    assert "print(42)</textarea>" in await _after_login(visitor, page)


async def test_what_is_kept_needs_its_token(site: Site) -> None:
    """Neither a stranger nor a wrong token finds what was kept, and in time nobody does."""
    visitor, page = await _sent_too_late(site, {"language": "python3", "source": "print('mine')"})
    token = re.search(r"kept%3D([A-Za-z0-9_-]{20,})", page)
    assert token
    kept = f"{PROBLEM}?kept={token[1]}"

    assert "mine" not in (await visitor.get(kept)).text
    await visitor.log_in("ada")
    assert "mine" not in (await visitor.get(kept[:-1])).text
    assert "mine" in (await visitor.get(kept)).text
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE kept_sources SET kept_at = now() - interval '1 day'")
    assert "mine" not in (await visitor.get(kept)).text


async def test_strangers_cannot_fill_the_database(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a rate nothing more is kept, and the source is shown for copying instead."""
    monkeypatch.setattr(rates, "KEEP", rates.Rate(name="keep", tries=1, window=rates.KEEP.window))
    visitor, _ = await _sent_too_late(site, {"language": "python3", "source": "print(1)"})

    answer = await visitor.post_raw(PROBLEM, {"source": "print('second')"}, csrf="x")

    assert answer.status == 403
    assert "Copy what you wrote" in answer.words
    assert "second" in answer.words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept_sources") == 1


async def test_another_sites_form_is_not_kept(site: Site) -> None:
    """What another site made a browser send is refused before anything is done with it."""
    await site.contest()

    answer = await site.visitor().post_raw(
        PROBLEM, {"source": "print(1)"}, csrf=None, headers={"Origin": "https://evil.example"}
    )

    assert (answer.status, "another site" in answer.words) == (403, True)
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept_sources") == 0


async def test_a_form_from_before_a_login_elsewhere(site: Site) -> None:
    """Whoever is logged in, but with a newer session than the form's, gets the form back filled in."""
    visitor = await _contestant(site)

    answer = await visitor.post_raw(PROBLEM, {"language": "python3", "source": "print('old')"}, csrf="outdated")

    assert answer.status == 403
    assert "print(&#39;old&#39;)</textarea>" in answer.text
    assert "too old" in answer.words


async def test_begin_with_an_old_submission(site: Site) -> None:
    """A submission's source and language fill the form; several files are there to be chosen again."""
    seeded = await site.contest()
    user_id = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    one = await site.submission(seeded, user_id, source=b"print('one')\n")

    form = (await visitor.get(f"{PROBLEM}?from={one}")).text

    assert "print(&#39;one&#39;)\n</textarea>" in form
    assert '<option value="python3" selected>' in form
    files = FormData({"language": "auto", "source": ""}, default_to_multipart=True)
    for name in ("main.py", "other.py"):
        files.add_field("files", BytesIO(f"# {name}".encode()), filename=name)
    answer = await visitor.post(PROBLEM, files)
    several = answer.headers["Location"].removeprefix("/submissions/")
    assert f'href="/submissions/{several}/files/2"' in (await visitor.get(f"{PROBLEM}?from={several}")).text
    file = await visitor.get(f"/submissions/{several}/files/2")
    assert file.text == "# other.py"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert (await visitor.get(f"/submissions/{several}/files/3")).status == 404


async def test_others_sources_fill_no_form(site: Site) -> None:
    """A submission that somebody may not see is not there to begin with either."""
    seeded = await site.contest()
    one = await site.submission(seeded, await site.account("ada"))
    other = await site.logged_in("other")

    assert (await other.get(f"{PROBLEM}?from={one}")).status == 404
    assert (await other.get(f"/submissions/{one}/files/1")).status == 404
    assert (await (await site.logged_in("setter", Role.SETTER)).get(f"{PROBLEM}?from={one}")).status == 200
    assert (await other.get(f"{PROBLEM}?from=999999999999999999")).status == 404
    assert (await other.get(f"{PROBLEM}?from=x")).status == 200


async def test_own_verdicts_beside_the_statement(site: Site) -> None:
    """The viewer's own latest submissions to this problem, and nobody else's or to another one."""
    seeded = await site.contest(problems=[("A", "sum", "Sum"), ("B", "other", "Other")])
    user_id = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    mine = await site.submission(seeded, user_id)
    await site.judge(mine, Verdict.TLE, [a_run(verdict=Verdict.TLE)])
    theirs = await site.submission(seeded, await site.account("bob"))

    page = (await visitor.get(PROBLEM)).text

    assert f"/submissions/{mine}" in page
    assert "Time limit exceeded" in page
    assert f"/submissions/{theirs}" not in page
    assert f"/submissions/{mine}" not in (await visitor.get("/contests/spring/problems/B")).text
    assert f"/submissions/{mine}" not in (await site.visitor().get(PROBLEM)).text


async def test_limits_of_languages(site: Site) -> None:
    """Languages that get more than the problem says are listed with what they get."""
    await site.contest(limits=Limits(time_ms=1500, wall_ms=4000))

    page = (await site.visitor().get(PROBLEM)).words

    assert re.search(r"Java\s+\S* ?\S*\s*1\.5 s\s+2240 MiB", page), page


async def test_samples_as_a_zip(site: Site) -> None:
    """One file with every sample, the same bytes each time."""
    await site.contest()
    visitor = site.visitor()
    async with visitor.client.get(f"{PROBLEM}/samples.zip") as answer:
        content = await answer.read()
    async with visitor.client.get(f"{PROBLEM}/samples.zip") as answer:
        again = await answer.read()

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["1.in", "1.ans"]
        assert archive.read("1.in").decode() == (await visitor.get(f"{PROBLEM}/samples/1.in")).text
    assert content == again


async def test_samples_that_are_too_large_together(site: Site) -> None:
    """They are downloaded one by one: what a package has of them is not held in memory for whoever asks."""
    seeded = await site.contest()
    content = b"1\n" * 3_000_000
    async with site.pool.acquire() as connection:
        blob = await blobs.put(connection, content)
        for ordinal in (11, 12, 13):
            await connection.execute(
                "INSERT INTO testcases VALUES ($1, $2, $3, $4, $4, $5, $5)",
                *(seeded.version_id, ordinal, f"sample/{ordinal}", blob.sha256, blob.size),
            )
    answer = await site.visitor().get(f"{PROBLEM}/samples.zip")
    assert (answer.status, "one by one" in answer.words) == (400, True)
    assert len((await site.visitor().get(f"{PROBLEM}/samples/2.in")).text) == len(content)
