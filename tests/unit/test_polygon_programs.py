"""Languages and paths as Polygon writes them."""

from __future__ import annotations

import pytest

from judge.recipes.languages import languages
from problems.polygon.paths import plain_path
from problems.polygon.programs import NotUsable, language_of


@pytest.mark.parametrize(
    ("kind", "name", "language"),
    [
        ("cpp.g++", "a.cpp", "cpp17"),
        ("cpp.g++11", "a.cpp", "cpp17"),
        ("cpp.g++17", "a.cpp", "cpp17"),
        ("cpp.g++17-64-msys2", "a.cpp", "cpp17"),
        ("cpp.gcc11-64-winlibs-g++20", "a.cpp", "cpp20"),
        ("cpp.gcc13-64-winlibs-g++20", "a.cpp", "cpp20"),
        ("cpp.gcc14-64-msys2-g++23", "a.cpp", "cpp23"),
        ("cpp.ms2017", "a.cpp", "cpp17"),
        ("cpp.clang++20-diagnostics", "a.cpp", "cpp20"),
        ("c.gcc", "a.c", "c"),
        # Its compiler would not take a file of that name.
        ("c.gcc", "a.cpp", "cpp20"),
        ("java8", "A.java", "java"),
        ("java.8", "A.java", "java"),
        ("java21", "A.java", "java"),
        ("python.3", "a.py", "python3"),
        ("", "a.py", "python3"),
        ("", "a.cpp", "cpp17"),
        ("unheard.of", "A.java", "java"),
    ],
)
def test_languages(kind: str, name: str, language: str) -> None:
    """What stands before the dot tells the language, a number the version of it; without a type the extension does."""
    assert language_of(kind, name) == language


def test_pypy() -> None:
    """PyPy is taken where this judge has it, else CPython."""
    assert language_of("python.pypy3-64", "a.py") == ("pypy3" if "pypy3" in languages() else "python3")


@pytest.mark.parametrize(("kind", "name"), [("python.2", "a.py"), ("python.pypy2", "a.py"), ("pas.dpr", "a.dpr")])
def test_languages_that_there_are_not(kind: str, name: str) -> None:
    """A language of ours is never guessed from one that is not."""
    with pytest.raises(NotUsable, match="no language of this judge"):
        language_of(kind, name)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("files/gen.cpp", "files/gen.cpp"),
        ("files\\gen.cpp", "files/gen.cpp"),
        (" ./check.cpp ", "check.cpp"),
        ("../check.cpp", None),
        ("files/../../check.cpp", None),
        ("/check.cpp", None),
        ("\\check.cpp", None),
        ("a\0b", None),
        ("", None),
    ],
)
def test_paths(text: str, path: str | None) -> None:
    """Paths lie below the package, whichever way their slashes lean."""
    assert plain_path(text) == path
