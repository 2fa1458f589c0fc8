"""Who among the setters may do what with which problem: those who are named, and what every setter may.

What follows from it for whoever looks at a page is ``web/permissions.py``'s to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from judge.errors import NotFound, UsageError
from judge.store import audit
from judge.store.accounts import Role
from judge.store.pool import Connection


class Access(StrEnum):
    """Each holds those before it."""

    READ = "read"  # see its versions, tests and what verifying found
    WRITE = "write"  # upload versions, make one live, put it into contests
    OWN = "own"  # say who else may

    def covers(self, needed: Access) -> bool:
        """Whether it holds that one."""
        order = list(Access)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setter:
    """Somebody who is named."""

    user_id: int
    login: str
    name: str
    access: Access
    #: Whether the account is disabled, or no setter's any more: then it may nothing.
    is_idle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Who may do what with a problem."""

    problem_id: int
    #: What every setter may; None: only those who are named.
    setters_may: Access | None
    #: By access, the most first, then by login.
    named: tuple[Setter, ...]


#: What the account $1, if it is a setter's, may do with the problem ``p``; null: nothing.
GRANTED = """
    greatest(p.setters_may, (SELECT access FROM problem_setters WHERE problem_id = p.id AND user_id = $1))
"""

#: The ids of all problems that the account $1, if it is a setter's, may do something with.
READABLE = """
    SELECT id FROM problems WHERE setters_may IS NOT NULL
    UNION SELECT problem_id FROM problem_setters WHERE user_id = $1
"""


async def granted(connection: Connection, problem: str, user_id: int) -> Access | None:
    """What the account, if it is a setter's, may do with the problem of that name.

    Raises:
        NotFound: there is no such problem.
    """
    row = await connection.fetchrow(f"SELECT {GRANTED} AS access FROM problems p WHERE name = $2", user_id, problem)
    if row is None:
        raise NotFound("There is no such problem.")
    return None if row["access"] is None else Access(row["access"])


async def readable(connection: Connection, user_id: int) -> set[int]:
    """The ids of all problems that the account, if it is a setter's, may do something with."""
    rows = await connection.fetch(READABLE, user_id)
    return {row["id"] for row in rows}


async def take_name(connection: Connection, problem: str, *, by: int) -> bool:
    """Make the problem, with that account as its only setter; False where there is one of that name already.

    Within the transaction that gives it its first version.
    """
    problem_id = await connection.fetchval(
        "INSERT INTO problems (name, setters_may) VALUES ($1, NULL) ON CONFLICT (name) DO NOTHING RETURNING id", problem
    )
    if problem_id is None:
        return False
    await connection.execute(
        "INSERT INTO problem_setters (problem_id, user_id, access) VALUES ($1, $2, 'own')", problem_id, by
    )
    return True


async def sharing(connection: Connection, problem: str) -> Sharing:
    """Who may do what with the problem.

    Raises:
        NotFound: there is no such problem.
    """
    row = await connection.fetchrow("SELECT id, setters_may FROM problems WHERE name = $1", problem)
    if row is None:
        raise NotFound("There is no such problem.")
    rows = await connection.fetch(
        "SELECT user_id, login, name, access, disabled_at IS NOT NULL OR role = 'contestant' AS is_idle"
        " FROM problem_setters JOIN users ON users.id = user_id WHERE problem_id = $1"
        " ORDER BY access DESC, lower(login)",
        row["id"],
    )
    return Sharing(
        problem_id=row["id"],
        setters_may=None if row["setters_may"] is None else Access(row["setters_may"]),
        named=tuple(Setter(**{**dict(each), "access": Access(each["access"])}) for each in rows),
    )


async def name_setter(connection: Connection, problem: str, *, login: str, access: Access, by: int | None) -> None:
    """Let a setter do that much with the problem, no less and no more.

    Raises:
        NotFound: there is no such problem.
        UsageError: there is no such setter, or nobody would own the problem any more.
    """
    async with connection.transaction():
        problem_id = await _locked(connection, problem)
        user_id = await connection.fetchval(
            "SELECT id FROM users WHERE lower(login) = lower($1) AND role = ANY ($2::text[]::role[])",
            *(login, [Role.SETTER.value, Role.ADMIN.value]),
        )
        if user_id is None:
            raise UsageError("there is no setter with that login")
        await connection.execute(
            "INSERT INTO problem_setters (problem_id, user_id, access) VALUES ($1, $2, $3::text::problem_access)"
            " ON CONFLICT (problem_id, user_id) DO UPDATE SET access = excluded.access",
            *(problem_id, user_id, access.value),
        )
        await _check_owned(connection, problem_id)
        await audit.record(
            connection, by=by, action="name setter", data={"problem": problem, "user_id": user_id, "access": access}
        )


async def drop_setter(connection: Connection, problem: str, *, user_id: int, by: int | None) -> None:
    """Name an account no longer.

    Raises:
        NotFound: there is no such problem.
        UsageError: nobody would own the problem any more.
    """
    async with connection.transaction():
        problem_id = await _locked(connection, problem)
        await connection.execute(
            "DELETE FROM problem_setters WHERE problem_id = $1 AND user_id = $2", problem_id, user_id
        )
        await _check_owned(connection, problem_id)
        await audit.record(connection, by=by, action="drop setter", data={"problem": problem, "user_id": user_id})


async def share(connection: Connection, problem: str, *, setters_may: Access | None, by: int | None) -> None:
    """Say what every setter may do with the problem.

    Raises:
        NotFound: there is no such problem.
        UsageError: nobody would own the problem any more.
    """
    async with connection.transaction():
        problem_id = await _locked(connection, problem)
        await connection.execute(
            "UPDATE problems SET setters_may = $2::text::problem_access WHERE id = $1", problem_id, setters_may
        )
        await _check_owned(connection, problem_id)
        await audit.record(
            connection, by=by, action="share problem", data={"problem": problem, "setters_may": setters_may}
        )


async def _locked(connection: Connection, problem: str) -> int:
    """The problem's id; whoever else changes it comes after this transaction."""
    problem_id: int | None = await connection.fetchval("SELECT id FROM problems WHERE name = $1 FOR UPDATE", problem)
    if problem_id is None:
        raise NotFound("There is no such problem.")
    return problem_id


async def _check_owned(connection: Connection, problem_id: int) -> None:
    """A problem that not every setter may change has an owner, else only admins could do anything with it."""
    is_owned = await connection.fetchval(
        "SELECT setters_may = 'write' OR EXISTS (SELECT FROM problem_setters WHERE problem_id = $1 AND access = 'own')"
        " FROM problems WHERE id = $1",
        problem_id,
    )
    if not is_owned:
        raise UsageError("somebody has to own the problem: name another owner first")
