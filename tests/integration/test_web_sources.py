"""Sources beside a submission's page: for printing, and compared; escaped, bounded, and nobody else's."""

from __future__ import annotations

from judge.store.accounts import Role
from tests.website import Site, Visitor

OLD = b"a = 1\nprint(a)\n# <script>alert(1)</script>\n"
NEW = b"a = 2\nprint(a)\n# <script>alert(1)</script>\n# more\n"


async def _two(site: Site) -> tuple[Visitor, int, int]:
    """A contestant with two submissions to one problem."""
    seeded = await site.contest()
    user_id = await site.account("ada", name="Ada <b>")
    visitor = site.visitor()
    await visitor.log_in("ada")
    old = await site.submission(seeded, user_id, source=OLD)
    return visitor, old, await site.submission(seeded, user_id, source=NEW, file_name="other.py")


async def test_difference(site: Site) -> None:
    """Lines that differ, the older submission's first whichever page it was asked from; text stays text."""
    visitor, old, new = await _two(site)

    page = await visitor.get(f"/submissions/{new}/difference?with={old}")

    assert page.status == 200
    rows = [line.split() for line in page.words.splitlines() if line.strip().startswith(("1", "2", "3", "4"))]
    assert ["1", "\N{MINUS SIGN}", "a", "=", "1"] in rows
    assert ["1", "+", "a", "=", "2"] in rows
    assert ["4", "+", "#", "more"] in rows
    assert "<script>alert" not in page.text
    again = await visitor.get(f"/submissions/{old}/difference?with={new}")
    assert again.text.split("<table")[1].split("</table")[0] == page.text.split("<table")[1].split("</table")[0]
    assert f'<option value="{old}">' in (await visitor.get(f"/submissions/{new}")).text
    assert "no difference" in (await visitor.get(f"/submissions/{new}/difference?with={new}")).words


async def test_side_by_side(site: Site) -> None:
    """The address asks for two columns; the one column stays for narrow screens, and the link leads back to it."""
    visitor, old, new = await _two(site)
    address = f"/submissions/{new}/difference?with={old}"
    assert f'href="{address}&amp;view=beside"' in (await visitor.get(address)).text

    page = await visitor.get(f"{address}&view=beside")

    assert f'href="{address}"' in page.text
    assert page.text.count("<table") == 2
    assert "1 \N{MINUS SIGN} a = 1 1 + a = 2 2 print(a) 2 print(a)" in " ".join(page.words.split())
    assert "<script>alert" not in page.text


async def test_nobody_elses(site: Site) -> None:
    """Neither side may be somebody else's; judges may compare any two."""
    _, old, _ = await _two(site)
    other = await site.logged_in("other")
    async with site.pool.acquire() as connection:
        other_id = await connection.fetchval("SELECT id FROM users WHERE login = 'other'")
        ids = await connection.fetchrow("SELECT contest_id, problem_id FROM submissions WHERE id = $1", old)
        assert ids is not None
        own = await connection.fetchval(
            "INSERT INTO submissions (contest_id, problem_id, user_id, language) VALUES ($1, $2, $3, 'python3')"
            " RETURNING id",
            *(ids["contest_id"], ids["problem_id"], other_id),
        )

    for path in (f"{own}/difference?with={old}", f"{old}/difference?with={own}", f"{old}/listing"):
        assert (await other.get(f"/submissions/{path}")).status == 404
    setter = await site.logged_in("setter", Role.SETTER)
    assert (await setter.get(f"/submissions/{own}/difference?with={old}")).status == 200
    for text in ("", "x", "-1", "²", "9" * 30, "999999999"):
        assert (await other.get(f"/submissions/{own}/difference", params={"with": text})).status == 404


async def test_too_hard_to_compare(site: Site) -> None:
    """Texts that were made to take long are given up on in time, and the site goes on."""
    seeded = await site.contest()
    user_id = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    lines = 60_000
    old = await site.submission(seeded, user_id, source=b"a\n" * lines)
    new = await site.submission(seeded, user_id, source=b"a\nb\n" * (lines // 2))

    page = await visitor.get(f"/submissions/{new}/difference?with={old}")

    assert page.status == 200
    assert "too different" in page.words


async def test_listing(site: Site) -> None:
    """For printing: whose source it is, of what, and every line by itself, as text."""
    visitor, old, _ = await _two(site)

    page = await visitor.get(f"/submissions/{old}/listing")

    assert page.text.count("<li><code>") == 3
    assert "Ada &lt;b&gt;" in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
