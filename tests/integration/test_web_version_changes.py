"""What differs between two versions, as setters read it."""

from __future__ import annotations

from judge.store.accounts import Role
from tests.integration.test_web_sharing import upload
from tests.website import Site
from tests.zips import zipped

CHANGED: dict[str, str | bytes | None] = {
    "data/secret/1.ans": "12\n",
    "data/secret/2.in": "1 1\n",
    "data/secret/2.ans": "2\n",
    "problem.yaml": "name: Two Sums\nlimits:\n  time_limit: 3\n",
    "submissions/accepted/sum.py": "<script>alert(1)</script>\nprint(sum(map(int, input().split())))\n",
    "attachments/<b>.bin": b"\x00\xff",
}


async def test_what_differs(site: Site) -> None:
    """Limits, tests and files, with the lines of short texts; all of it as text."""
    setter = await site.logged_in("ann", Role.SETTER)
    old = (await upload(setter)).headers["Location"]
    new = (await upload(setter, content=zipped(CHANGED))).headers["Location"]

    shown = await setter.get(f"{new}/changes?from={old.rsplit('/', 1)[1]}")
    words = " ".join(shown.words.split())

    for expected in (
        "limit time_ms: 1500 before, now 3000",
        "1 test case added: secret/2",
        "1 test case changed: secret/1",
        "data/secret/1.ans changed, 3 B",
        "\N{MINUS SIGN} 11",
        "+ 12",
        "attachments/<b>.bin new, 2 B",
        "+ <script>alert(1)</script>",
    ):
        assert expected in words, expected
    beside = await setter.get(f"{new}/changes?from={old.rsplit('/', 1)[1]}&view=beside")
    assert "1 \N{MINUS SIGN} 11 1 + 12" in " ".join(beside.words.split())
    assert "<script>alert" not in shown.text + beside.text and "<b>.bin" not in shown.text
    assert f"{new}/changes?from={old.rsplit('/', 1)[1]}" in (await setter.get("/packages/two-sums/versions")).text


async def test_the_other_way_round(site: Site) -> None:
    """An older version is compared with a newer one as well, and one with itself has no changes."""
    setter = await site.logged_in("ann", Role.SETTER)
    old = (await upload(setter)).headers["Location"]
    new = (await upload(setter, content=zipped(CHANGED))).headers["Location"]

    back = await setter.get(f"{old}/changes?from={new.rsplit('/', 1)[1]}")
    same = await setter.get(f"{old}/changes?from={old.rsplit('/', 1)[1]}")

    assert "1 test case removed: secret/2" in " ".join(back.words.split())
    assert "All files are the same." in same.words and "The same tests, limits and checker." in same.words


async def test_versions_from_folders(site: Site) -> None:
    """A version that came over the command line is compared by what submissions are judged by."""
    seeded = await site.contest()
    setter = await site.logged_in("ann", Role.SETTER)

    shown = await setter.get(f"/packages/sum/versions/{seeded.version_id}/changes?from={seeded.version_id}")

    assert (shown.status, "both versions were uploaded as zips" in shown.words) == (200, True)


async def test_versions_of_others(site: Site) -> None:
    """A version is compared with others of its problem only, and by those who may see it."""
    seeded = await site.contest()
    owner = await site.logged_in("ann", Role.SETTER)
    other = await site.logged_in("bob", Role.SETTER)
    version = (await upload(owner)).headers["Location"]
    number = version.rsplit("/", 1)[1]

    answers = [
        await owner.get(f"{version}/changes?from={text}") for text in (str(seeded.version_id), "", "x", "9" * 18)
    ]
    across = await other.get(f"/packages/sum/versions/{seeded.version_id}/changes?from={number}")
    hidden = await other.get(f"{version}/changes?from={number}")

    assert [answer.status for answer in (*answers, across, hidden)] == [404] * 6
