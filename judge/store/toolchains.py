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
