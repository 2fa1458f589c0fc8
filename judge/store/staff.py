"""Who helps with a contest, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from judge.errors import NotFound, UsageError
from judge.store import audit
from judge.store.pool import Connection


class ContestRole(StrEnum):
    """What an account is to one contest, beside what it may do everywhere."""

    JURY = "jury"  # sees everything of the contest, answers questions, brings balloons
    OBSERVER = "observer"  # sees what the jury sees, changes nothing
    BALLOONS = "balloons"  # sees who solved what, up to the freeze, and brings balloons


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """One account's role in a contest."""

    user_id: int
    login: str
    name: str
    role: ContestRole


#: A column of a query with ``users u``: the account's roles, for ``roles``.
ROLES_COLUMN = "(SELECT jsonb_object_agg(contest_id, role) FROM contest_staff WHERE user_id = u.id) AS staff"


def roles(value: Mapping[str, str] | None) -> Mapping[int, ContestRole]:
    """An account's roles, by the contest's id."""
    return {int(contest_id): ContestRole(role) for contest_id, role in (value or {}).items()}


async def of_account(connection: Connection, user_id: int) -> Mapping[int, ContestRole]:
    """The account's roles, by the contest's id."""
    return roles(await connection.fetchval(f"SELECT {ROLES_COLUMN} FROM users u WHERE u.id = $1", user_id))


async def of_contest(connection: Connection, contest_id: int) -> list[Helper]:
    """Everybody who helps with the contest, by role and name."""
    rows = await connection.fetch(
        "SELECT u.id AS user_id, u.login, u.name, c.role::text FROM contest_staff c JOIN users u ON u.id = c.user_id"
        " WHERE c.contest_id = $1 ORDER BY c.role, lower(u.name), u.id",
        contest_id,
    )
    return [Helper(**{**dict(row), "role": ContestRole(row["role"])}) for row in rows]


async def set_role(connection: Connection, *, contest_id: int, login: str, role: ContestRole, by: int | None) -> None:
    """Have the account of that login help with the contest.

    Raises:
        NotFound: nobody has that login.
        UsageError: they compete in the contest, so that they may not see what the others do.
    """
    async with connection.transaction():
        # Held by whoever submits as well.
        user_id = await connection.fetchval(
            "SELECT id FROM users WHERE lower(login) = lower($1) FOR NO KEY UPDATE", login
        )
        if user_id is None:
            raise NotFound("There is no account of that login.")
        competes = await connection.fetchval(
            "SELECT true FROM submissions s JOIN users u ON u.id = s.user_id WHERE s.user_id = $2 AND s.contest_id = $1"
            " AND s.expected IS NULL AND u.role = 'contestant' LIMIT 1",
            *(contest_id, user_id),
        )
        if competes and role is not ContestRole.BALLOONS:
            raise UsageError("they have submitted in this contest, and may not see what the others do there")
        await connection.execute(
            "INSERT INTO contest_staff (contest_id, user_id, role) VALUES ($1, $2, $3::text::contest_role)"
            " ON CONFLICT (contest_id, user_id) DO UPDATE SET role = excluded.role",
            *(contest_id, user_id, role.value),
        )
        data = {"contest_id": contest_id, "user_id": user_id, "role": role}
        await audit.record(connection, by=by, action="set contest role", data=data)


async def remove(connection: Connection, *, contest_id: int, user_id: int, by: int | None) -> None:
    """Let somebody help no longer.

    Raises:
        NotFound: they did not.
    """
    async with connection.transaction():
        if not await connection.fetchval(
            "DELETE FROM contest_staff WHERE contest_id = $1 AND user_id = $2 RETURNING true", contest_id, user_id
        ):
            raise NotFound("They do not help with this contest.")
        data = {"contest_id": contest_id, "user_id": user_id}
        await audit.record(connection, by=by, action="remove contest role", data=data)
