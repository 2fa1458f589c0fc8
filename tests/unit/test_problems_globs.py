"""Patterns for paths of submissions and names of test cases."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.globs import matches, matches_at_or_above


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("accepted", "accepted"),
        ("accepted/*", "accepted/a.py"),
        ("*/a.py", "accepted/a.py"),
        ("accepted/{simple,complex}.py", "accepted/complex.py"),
        ("accepted/author.{py,cpp}", "accepted/author.cpp"),
        ("secret/*{1,3,5}", "secret/03"),
        ("{a,{b,c}d}", "cd"),
        ("{,very}long", "long"),
        ("{a*,b}/x", "abc/x"),
        ("a{b}c", "a{b}c"),
        ("a{b", "a{b"),
        ("a,b", "a,b"),
        ("a.b+c", "a.b+c"),
        ("**", "ab"),
        ("*", ""),
    ],
)
def test_what_matches(glob: str, path: str) -> None:
    """Stars stand for any characters of one name, braces for alternatives, everything else for itself."""
    assert matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("accepted", "accepted/a.py"),
        ("*", "accepted/a.py"),
        ("a.py", "accepted/a.py"),
        ("a.c", "abc"),
        ("[ab]", "a"),
        ("?", "a"),
        ("{a,b}", "{a,b}"),
        ("{a,b}", "ab"),
        ("A", "a"),
        ("**", "a/b"),
        ("a{b}c", "abc"),
        ("a*", "xa"),
    ],
)
def test_what_does_not(glob: str, path: str) -> None:
    """A star never crosses a slash, patterns are about whole paths, and there are no other wildcards."""
    assert not matches(glob, path)


def test_directories_above() -> None:
    """A pattern that matches a directory holds for what is in it, and for nothing beside it."""
    assert matches_at_or_above("secret/*1", "secret/group1/03")
    assert matches_at_or_above("secret", "secret/group1/03")
    assert not matches_at_or_above("secret/*1", "secret/group2/01")
    assert not matches_at_or_above("secret/group", "secret/group1/03")
    assert not matches_at_or_above("", "secret/1")


def _expanded(glob: str) -> list[str]:
    """Braces written out, the plain way: the first innermost pair with a comma, again and again."""
    found = re.search(r"\{([^{}]*,[^{}]*)\}", glob)
    if found is None:
        return [glob]
    before, after = glob[: found.start()], glob[found.end() :]
    return [item for part in found[1].split(",") for item in _expanded(before + part + after)]


_patterns = st.recursive(
    st.text("ab/*", max_size=4),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "{" + ",".join(parts) + "}"),
        st.lists(inner, max_size=3).map("".join),
    ),
    max_leaves=6,
)


@given(_patterns, st.text("ab/", max_size=8))
def test_as_a_plain_reference(glob: str, path: str) -> None:
    """Any pattern with balanced braces matches what one of its expansions matches as a regular expression."""
    expressions = [re.escape(item).replace(r"\*", "[^/]*") for item in _expanded(glob)]

    assert matches(glob, path) == any(re.fullmatch(item, path) for item in expressions)


@given(st.text("ab{},*/", max_size=30), st.text("ab{},/", max_size=12))
def test_anything_is_a_pattern(glob: str, path: str) -> None:
    """Braces that do not fit together stand for themselves instead of breaking something."""
    assert matches(glob, path) in (True, False)


@pytest.mark.parametrize("glob", ["*a" * 250, "{a,b}" * 100, "{" * 500, "{a," * 160, "{{a,b},{a,b}}" * 38, "*" * 500])
def test_hostile_patterns_take_no_time(glob: str) -> None:
    """Patterns that have exponentially many readings elsewhere are decided at once, a hundred times."""
    started = time.monotonic()
    for _ in range(100):
        assert not matches(glob, "ab" * 200 + "/c")
    assert time.monotonic() - started < 10
