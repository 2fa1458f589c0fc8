"""Lists of accounts to be made, as organisers have them: CSV, TSV, or CLICS' ``accounts.tsv``."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from judge.errors import UsageError

MAX_BYTES = 256 * 1024
MOST_ENTRIES = 2000
_MOST_COMPLAINTS = 20

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_MAX_NAME_CHARS = 100
MAX_GROUP_CHARS = 60
#: Without letters and digits that look alike on paper. 12 of these are 58 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_CHARS = 3, 4
_COLUMNS = ("login", "name", "password", "group")
#: What CLICS calls the columns of ``accounts.tsv``, whose first line is "accounts", a tab and the version.
_CLICS_COLUMNS = ("type", "name", "login", "password")
_ALIASES = {"username": "login", "user": "login", "team": "name", "fullname": "name", "full name": "name"}
_ALIASES |= dict.fromkeys(("school", "affiliation", "institution", "organization"), "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One account to be made."""

    login: str
    name: str
    #: Kept out of ``repr`` so that no log or traceback carries it.
    password: str = field(repr=False)
    group_name: str | None = None


def read(text: str) -> tuple[Entry, ...]:
    """The accounts of a list. Passwords that it leaves out are made.

    The separator is a tab, a semicolon or a comma, whichever the first line has. A first line that names columns
    (login, name, password, group) says in which order they are; without one the order is that.

    Raises:
        UsageError: with every line that is wrong, up to a number of them.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise UsageError("the list is larger than %(most)s KiB; import it in parts", most=MAX_BYTES // 1024)
    rows = list(_rows(text))
    if not rows:
        raise UsageError("the list is empty: write one account a line, login and name")
    if len(rows) > MOST_ENTRIES:
        raise UsageError(
            "the list has %(count)s accounts; import at most %(most)s at once", count=len(rows), most=MOST_ENTRIES
        )
    entries: list[Entry] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        login, name = row.get("login", ""), row.get("name", "") or row.get("login", "")
        complaint = _complaint(login, name, row, seen.get(login.casefold()))
        if complaint is not None:
            wrong.append(f"line {number}: {complaint}")
            continue
        seen[login.casefold()] = number
        chosen, group_name = row.get("password", "") or password(), row.get("group", "") or None
        entries.append(Entry(login=login, name=name, password=chosen, group_name=group_name))
    if wrong:
        more = [f"and {len(wrong) - _MOST_COMPLAINTS} more"] if len(wrong) > _MOST_COMPLAINTS else []
        raise UsageError("\n".join([*wrong[:_MOST_COMPLAINTS], *more]))
    return tuple(entries)


def password() -> str:
    """A new password that is easy to read from paper and to type: ``k7wq-mh3e-tz9c``."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers, and what is in each line by its column."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    separator = next((each for each in "\t;," if each in first), ",")
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    columns: Sequence[str] = ()
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if not columns:
                columns, is_head = _columns(row)
                if is_head:
                    continue
            yield reader.line_num, dict(zip(columns, row, strict=False))
    except csv.Error as error:
        raise UsageError("line %(line_num)s: %(error)s", line_num=reader.line_num, error=error) from error


def _columns(first: Sequence[str]) -> tuple[Sequence[str], bool]:
    """The columns' names, and whether the first line was there to tell them."""
    if first[0] == "accounts" and len(first) > 1 and first[1].isdecimal():
        return _CLICS_COLUMNS, True
    names = [_ALIASES.get(cell.lower(), cell.lower()) for cell in first]
    return (names, True) if "login" in names else (_COLUMNS, False)


def _complaint(login: str, name: str, row: Mapping[str, str], earlier: int | None) -> str | None:
    """What is wrong with an account; None where nothing is."""
    password, group_name = row.get("password", ""), row.get("group", "")
    if not _LOGIN.fullmatch(login):
        return f"{login!r} is no login: use 1 to 32 letters, digits, dots, dashes or underscores"
    if len(name) > _MAX_NAME_CHARS or not name.isprintable():
        return f"the name is longer than {_MAX_NAME_CHARS} characters, or has some that cannot be shown"
    if len(group_name) > MAX_GROUP_CHARS or not group_name.isprintable():
        return f"the group is longer than {MAX_GROUP_CHARS} characters, or has some that cannot be shown"
    if password and not (8 <= len(password) <= 200 and password.isprintable()):
        return "a password has 8 to 200 characters; leave it out to have one made"
    return None if earlier is None else f"{login} is on line {earlier} already"
