"""Lists of accounts: what is read from them, and what is said of those that are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge import roster
from judge.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "ada,Ada Lovelace\nbob,Bob\n",
        "ada\tAda Lovelace\nbob\tBob",
        "ada;Ada Lovelace\r\n\r\nbob;Bob\r\n",
        "\ufeffname,login\nAda Lovelace,ada\nBob,bob\n",
        '"ada","Ada Lovelace"\n"bob","Bob"\n',
        "Username,Team\nada,Ada Lovelace\nbob,Bob\n",
        "accounts\t1\nteam\tAda Lovelace\tada\t\nteam\tBob\tbob\t\n",
    ],
)
def test_forms_of_a_list(text: str) -> None:
    """The same two accounts, as different programs write them."""
    assert [(entry.login, entry.name) for entry in roster.read(text)] == [("ada", "Ada Lovelace"), ("bob", "Bob")]


def test_groups() -> None:
    """A list may have groups, under whatever name organisers call them, or some of them, or none."""
    for head in ("group", "School", "AFFILIATION"):
        entries = roster.read(f"login,{head}\nada,Lund\nbob,\n")
        assert [entry.group_name for entry in entries] == ["Lund", None]
    assert roster.read("ada,Ada\n")[0].group_name is None
    with pytest.raises(UsageError, match="line 2: the group is longer than 60"):
        roster.read("login,group\nada," + "x" * 61)


def test_passwords() -> None:
    """Those that are given stay; others are made, each another one; none is shown by accident."""
    given_, made, other = roster.read("login,password\nada,correct horse\nbob,\ncy,\n")
    assert given_.password == "correct horse"
    assert made.password != other.password
    assert len(made.password) == 14
    assert made.password not in repr(made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a b,Somebody\n", "line 1: 'a b' is no login"),
        ("ada,Ada\nbob,Bob\nADA,Again\n", "line 3: ADA is on line 1 already"),
        ("login,password\nada,short\n", "line 2: a password has 8"),
        ("ada," + "x" * 101, "longer than 100"),
        ("\n".join(f"u{n},n" for n in range(2001)), "at most 2000"),
        ("x" * 300_000, "larger than"),
        ('ada,"never closed\x00', "is no login|cannot be shown|line"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    """With the line, so that it can be mended."""
    with pytest.raises(UsageError, match=said):
        roster.read(text)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Whatever is sent is read or refused, and what is read can be an account."""
    try:
        entries = roster.read(text)
    except UsageError:
        return
    assert all(entry.login.isascii() and entry.name and entry.password for entry in entries)
