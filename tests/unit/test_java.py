"""What a Java source declares."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.recipes.java import read

MAIN = "public static void main(String[] words) {}"


def startable(text: str) -> list[str]:
    return [item.name for item in read(text.encode()).classes if item.has_main]


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("class A {}", ""),
        ("package a;", "a"),
        ("package a . b.c ; class A {}", "a.b.c"),
        ("// package no;\n/* package no; */ package yes;", "yes"),
        ('class A { String s = "package no;"; }', ""),
    ],
)
def test_the_package(text: str, package: str) -> None:
    """The declaration counts wherever it stands, but not in comments and texts."""
    assert read(text.encode()).package == package


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("class A {} public class B {}", "B"),
        ("public final class A {} class B {}", "A"),
        ("@Deprecated public abstract strictfp class A {}", "A"),
        ("public record Pair(int a, int b) {}", "Pair"),
        ("public enum E { X, Y { int f() { return 1; } } }", "E"),
        ("public interface I {}", "I"),
        ("public class A<T extends Comparable<T>> {}", "A"),
        ("class A { public class Inner {} }", None),
        ("/* public class No {} */ class A {}", None),
        ('class A { char c = \'"\'; String s = "} public class No {"; }', None),
        ('class A { String s = """\n } public class No { """; }', None),
        ("import java.util.*;\npublic class Größe {}", "Größe"),
    ],
)
def test_the_public_class(text: str, public: str | None) -> None:
    """The file's public top-level class; those within others have nothing to do with the file's name."""
    assert read(text.encode()).public_class == public


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"class A {{ {MAIN} }}", ["A"]),
        (f"class A {{}} class B {{ {MAIN} }}", ["B"]),
        ("class A { static public final void main(String... w) {} }", ["A"]),
        ("class A { public static synchronized void main (final String[] w) {} }", ["A"]),
        ("interface A { static void main(String[] w) {} }", ["A"]),
        ("class A { static void main(String[] w) {} }", []),
        ("class A { public void main(String[] w) {} }", []),
        (f"class A {{ static class Inner {{ {MAIN} }} }}", []),
        (f"class A {{ // {MAIN}\n }}", []),
        (f"class A {{ int x; void f() {{ if (x > 0) {{ }} }} {MAIN} }}", ["A"]),
        ("class A { int public_static_void_main; void f() { main(); } }", []),
    ],
)
def test_classes_that_can_be_started(text: str, names: list[str]) -> None:
    """A class with a main method that Java would start, directly in it."""
    assert startable(text) == names


@given(st.binary(max_size=300))
def test_anything_is_read(content: bytes) -> None:
    """No bytes break the reader, and what it finds are names."""
    for item in read(content).classes:
        assert item.name


@pytest.mark.parametrize(
    "part", [b"/*", b'"""', b"\n", b"void main(", b"package ", b"class A(", b"'", b'"\\', b"{", b"}"]
)
def test_hostile_sources_take_no_time(part: bytes) -> None:
    """The time grows with the length only, whatever is repeated: a quarter of a megabyte takes no ten seconds."""
    started = time.monotonic()
    read(part * (256 * 1024 // len(part)))
    assert time.monotonic() - started < 10
