"""Rate limits: how often something was tried of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from judge.errors import UsageError
from judge.store import audit
from judge.store.accounts import Account
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many tries within that time, of whatever a key names after the limit's own name and a colon."""

    name: str
    tries: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed:
    """Something that was tried so often that the next try is one too many."""

    #: The limit's name.
    limit: str
    #: Whose login it is; None where it is nobody's.
    account_id: int | None
    login: str | None
    #: The rest of the key: where the tries came from.
    who: str
    #: At least so many since then, right ones and refused ones too.
    tries: int
    since: datetime
    #: When the next one is none too many, if nobody tries meanwhile.
    until: datetime


async def hit(connection: Connection, key: str, *, window: timedelta) -> float:
    """Count one more try of ``key`` and say how many there were within the last ``window``, this one included.

    Only two counters are kept for each key, of this window and of the one before, which is taken to be spread evenly.
    Windows with hard edges would let twice the limit through around each edge.
    """
    tries: float = await connection.fetchval(
        """
        WITH clock AS (
          SELECT date_bin($2, clock_timestamp(), 'epoch') AS present,
                 extract(epoch FROM clock_timestamp() - date_bin($2, clock_timestamp(), 'epoch'))
                   / extract(epoch FROM $2::interval) AS elapsed
        ), counted AS (
          INSERT INTO throttles AS t (key, window_start, hits) SELECT $1, present, 1 FROM clock
          ON CONFLICT (key, window_start) DO UPDATE SET hits = t.hits + 1
          RETURNING hits
        )
        SELECT (counted.hits + coalesce(before.hits, 0) * (1 - clock.elapsed))::float8
        FROM counted CROSS JOIN clock
        LEFT JOIN throttles before ON before.key = $1 AND before.window_start = clock.present - $2::interval
        """,
        key,
        window,
    )
    return tries


async def slowed(
    connection: Connection, limits: Sequence[Limit], *, without_login: str, account_id: int | None = None, most: int
) -> list[Slowed]:
    """What is tried too often now, the latest first; logins that are nobody's are left out, which anybody may make up.

    Args:
        connection: to the database.
        limits: those of logins, whose keys end in a login behind a space, or are the id of an account.
        without_login: the name of the one among them whose keys are of no account.
        account_id: whose; None: everybody's.
        most: of them.
    """
    rows = await connection.fetch(
        """
        WITH limits AS (
          SELECT name, tries, span, date_bin(span, now(), 'epoch') AS present
          FROM unnest($1::text[], $2::int[], $3::interval[]) AS given (name, tries, span)
        ), counted AS (
          SELECT l.name, l.tries, l.span, l.present,
            substr(t.key, length(l.name) + 2) AS rest, min(t.window_start) AS since,
            coalesce(sum(t.hits) FILTER (WHERE t.window_start = l.present), 0)::int AS hits,
            coalesce(sum(t.hits) FILTER (WHERE t.window_start < l.present), 0)::int AS hits_before
          FROM limits l JOIN throttles t ON starts_with(t.key, l.name || ':') AND t.window_start >= l.present - l.span
          GROUP BY l.name, l.tries, l.span, l.present, t.key
        )
        SELECT c.*, u.id, u.login
        FROM counted c LEFT JOIN users u ON c.name <> $4
          AND CASE WHEN strpos(c.rest, ' ') = 0 THEN u.id::text = c.rest
                   ELSE lower(u.login) = substr(c.rest, strpos(c.rest, ' ') + 1) END
        WHERE hits + 1 + hits_before * (1 - extract(epoch FROM now() - present) / extract(epoch FROM span)) > tries
          AND (u.id IS NOT NULL OR c.name = $4) AND ($5::bigint IS NULL OR u.id = $5)
        ORDER BY since DESC, rest LIMIT $6
        """,
        [limit.name for limit in limits],
        [limit.tries for limit in limits],
        [limit.window for limit in limits],
        *(without_login, account_id, most),
    )
    return [
        Slowed(
            limit=row["name"],
            account_id=row["id"],
            login=row["login"],
            who=row["rest"].partition(" ")[0],
            tries=row["hits"] + row["hits_before"],
            since=row["since"],
            until=row["present"] + row["span"] * _windows(row["hits_before"], row["hits"], row["tries"]),
        )
        for row in rows
    ]


async def let_account_try(
    connection: Connection, account: Account, limits: Sequence[Limit], *, by: int | None = None
) -> None:
    """Forget how often somebody tried to log in to that account, wherever; the audit log says so."""
    async with connection.transaction():
        await connection.execute(
            "DELETE FROM throttles WHERE split_part(key, ':', 1) = ANY ($1)"
            " AND (substr(key, strpos(key, ' ') + 1) = lower($2) OR key = split_part(key, ':', 1) || ':' || $3)",
            *([limit.name for limit in limits], account.login, str(account.id)),
        )
        await audit.record(connection, by=by, action="let try to log in", data={"user_id": account.id})


async def let_address_try(connection: Connection, address: str, limit: Limit, *, by: int | None = None) -> None:
    """Forget how often somebody tried from that address.

    Raises:
        UsageError: nobody did.
    """
    async with connection.transaction():
        done = await connection.execute("DELETE FROM throttles WHERE key = $1", f"{limit.name}:{address}")
        if done == "DELETE 0":
            raise UsageError("Nobody is slowed down there now.")
        await audit.record(connection, by=by, action="let try to log in", data={"address": address})


async def prune(connection: Connection, *, older_than: timedelta) -> None:
    """Forget windows that began longer ago than that."""
    await connection.execute("DELETE FROM throttles WHERE window_start < now() - $1::interval", older_than)


def _windows(before: int, present: int, tries: int) -> float:
    """How many windows after the present one's beginning there is room for one more try.

    ``hit`` takes the tries of the window before to be spread evenly: they leave as time goes on, and once it is the
    window before, so do those of the present one.
    """
    room = tries - 1 - present
    if room >= 0:
        return 1 - min(1.0, room / before) if before else 0.0
    return 2 - min(1.0, (tries - 1) / present)
