"""The page of languages: what it says of each, and of the hosts that judge in it."""

from __future__ import annotations

import html
from dataclasses import replace

from judge.recipes.languages import offered
from judge.store import judgehosts, toolchains
from judge.store.accounts import Role
from judge.store.toolchains import Toolchain
from tests.website import Site


async def test_every_language_is_described(site: Site) -> None:
    """Each language offered has its name, extensions, command lines, limits and a sample, for strangers too."""
    text = html.unescape((await site.visitor().get("/languages")).text)

    for recipe in offered().values():
        assert f'<section id="{recipe.id}"' in text
        assert recipe.name in text
    assert "/usr/bin/g++ -x c++ -std=gnu++20 -DONLINE_JUDGE -O2 -g -static -pipe -o program FILES" in text
    assert "-XmxMIBm -cp /work CLASS" in text
    assert "-XssSTACK-MIBm" in text
    assert text.count("memory limit, and at most 1024 MiB") == 1
    assert "192 MiB more for the language itself" in text
    assert "no judgehost has said" in text
    assert "bits/stdc++.h" in text


async def test_versions_are_those_of_the_judgehosts(site: Site) -> None:
    """What judgehosts have said is shown; judges also see digests, and that two hosts do not have the same."""
    async with site.pool.acquire() as connection:
        for name, image in (("one", "sha256:aa"), ("two", "sha256:bb")):
            host_id = await judgehosts.register(connection, name=name, slots=1, isolation="container")
            found = Toolchain(language="cpp20", version="g++ 14 <b>", compile_image=image, run_image="sha256:cc")
            await toolchains.tell(connection, host_id, [found])
            await toolchains.tell(connection, host_id, [found])
    everybody = (await site.visitor().get("/languages")).text
    judges = (await (await site.logged_in("setter", Role.SETTER)).get("/languages")).text

    assert everybody.count("g++ 14 &lt;b&gt;") == 1
    assert "sha256:" not in everybody
    assert "sha256:aa" in judges and "sha256:bb" in judges
    assert judges.count("do not have the same images") == 1


async def test_admins_are_told_of_judgehosts_that_differ(site: Site) -> None:
    """Two hosts with other images for a language are flagged, by name and as a figure; not one that was lost."""
    async with site.pool.acquire() as connection:
        for name, image in (("one", "sha256:aa"), ("two", "sha256:bb"), ("gone", "sha256:cc")):
            host_id = await judgehosts.register(connection, name=name, slots=1, isolation="container")
            same = Toolchain(language="c", version="gcc 14", compile_image="sha256:dd", run_image="sha256:ee")
            await toolchains.tell(connection, host_id, [same, replace(same, language="cpp20", compile_image=image)])
        await connection.execute("UPDATE judgehosts SET last_seen_at = now() - interval '1 hour' WHERE name = 'gone'")
    admin = await site.logged_in("admin", Role.ADMIN)
    differ, metrics = (await admin.get("/admin/judgehosts")).text, (await admin.get("/metrics")).text
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE judgehosts SET last_seen_at = now() - interval '1 hour' WHERE name = 'two'")
    alone, languages = (await admin.get("/admin/judgehosts")).text, (await admin.get("/languages")).text

    assert differ.count('<strong>Other images</strong> than another judgehost for <a href="/languages">cpp20</a>') == 2
    assert "judge_differing_languages 1.0" in metrics
    assert "Other images" not in alone
    assert "do not have the same images" not in languages
