"""Statements as setters see them before they are live: the very page that contestants will get, with its files."""

from __future__ import annotations

import io
import zipfile

from judge.store.accounts import Role
from tests.integration.test_web_sharing import upload
from tests.website import Site
from tests.zips import zipped

PICTURE = b"\x89PNG\r\n\x1a\n"
STATEMENT = "Add $a$ and $b$.\n\n![a sum](sum.png)\n\n<script>alert(1)</script>\n"


async def test_a_statement_that_is_not_live(site: Site) -> None:
    """The statement with math, pictures and samples; all its files are below its address."""
    setter = await site.logged_in("ann", Role.SETTER)
    changes: dict[str, str | bytes | None] = {
        "problem_statement/problem.en.md": STATEMENT,
        "problem_statement/sum.png": PICTURE,
    }
    version = (await upload(setter, content=zipped(changes))).headers["Location"]

    shown = await setter.get(f"{version}/statement")
    address = shown.text.split('<img src="')[1].split('"')[0]
    async with setter.client.get(address) as answer:
        picture = await answer.read()
    async with setter.client.get(f"{version}/statement/samples.zip") as answer:
        samples = zipfile.ZipFile(io.BytesIO(await answer.read())).namelist()

    assert "<math" in shown.text and "<script>alert" not in shown.text
    assert "1.5 s" in shown.words and "Contestants do not see this" in shown.words
    assert address.startswith(f"{version}/statement/pictures/") and picture == PICTURE
    assert (await setter.get(f"{version}/statement/samples/1.in")).text == "1 2\n"
    assert (await setter.get(f"{version}/statement/statements/en.md")).text == STATEMENT
    assert len(samples) == 2


async def test_nobody_elses(site: Site) -> None:
    """Setters who may not read the problem, and contestants, see neither the statement nor any of its files."""
    owner = await site.logged_in("ann", Role.SETTER)
    version = (await upload(owner)).headers["Location"]
    others = [await site.logged_in("bob", Role.SETTER), await site.logged_in("eve")]

    paths = ("", "/samples.zip", "/samples/1.in", "/statements/en.md")
    answers = [(await other.get(f"{version}/statement{path}")).status for other in others for path in paths]

    assert answers == [404] * 8
