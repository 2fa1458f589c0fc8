"""Toolchains: which compilers each judgehost has, in which images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """What one language is compiled and run with."""

    language: str
    version: str
    #: The engine's digests.
    compile_image: str
    run_image: str


async def tell(connection: Connection, judgehost_id: int, found: Sequence[Toolchain]) -> None:
    """Make known what a judgehost has, in place of whatever it had."""
    async with connection.transaction():
        await connection.execute("DELETE FROM toolchains WHERE judgehost_id = $1", judgehost_id)
        await connection.executemany(
            "INSERT INTO toolchains (judgehost_id, language, version, compile_image, run_image)"
            " VALUES ($1, $2, $3, $4, $5)",
            [(judgehost_id, item.language, item.version, item.compile_image, item.run_image) for item in found],
        )


async def by_language(connection: Connection) -> Mapping[str, tuple[Toolchain, ...]]:
    """All different toolchains of each language: more than one where judgehosts do not have the same."""
    rows = await connection.fetch(
        "SELECT DISTINCT language, version, compile_image, run_image FROM toolchains"
        " ORDER BY language, version, compile_image, run_image"
    )
    found: dict[str, tuple[Toolchain, ...]] = {}
    for row in rows:
        found[row["language"]] = (*found.get(row["language"], ()), Toolchain(**row))
    return found


async def differing(connection: Connection, *, lost_after_s: float) -> Mapping[int, tuple[str, ...]]:
    """The languages for which a judgehost has other images than another one, by its id; the others are left out.

    Args:
        connection: to the database.
        lost_after_s: a judgehost not heard of for so long is lost, and nothing is compared with it.
    """
    rows = await connection.fetch(
        "WITH live AS (SELECT toolchains.* FROM toolchains JOIN judgehosts ON judgehosts.id = judgehost_id"
        " WHERE last_seen_at >= now() - make_interval(secs => $1))"
        " SELECT ours.judgehost_id, array_agg(DISTINCT ours.language ORDER BY ours.language) AS languages"
        " FROM live AS ours JOIN live AS theirs USING (language)"
        " WHERE (ours.compile_image, ours.run_image) <> (theirs.compile_image, theirs.run_image)"
        " GROUP BY ours.judgehost_id",
        lost_after_s,
    )
    return {row["judgehost_id"]: tuple(row["languages"]) for row in rows}
