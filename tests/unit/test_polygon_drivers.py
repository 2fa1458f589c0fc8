"""Files that a Polygon package compiles into every solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.recipes.languages import languages
from problems.polygon.programs import languages_for
from tests.polygons import GOOD, complaints, loaded

DRIVER = """
#include "twice.h"
#include <cstdio>
int main() { int n; std::scanf("%d", &n); std::printf("%d\\n", twice(n)); }
"""

RESOURCES = """
<resources>
  <file path="files/testlib.h" type="h.g++"/>
  <file for-types="cpp.*" path="files/driver.cpp" type="cpp.g++17">
    <stages><stage name="compile"/></stages><assets><asset name="solution"/></assets>
  </file>
  <file for-types="cpp.*;python.*" path="files/twice.h" type="h.g++">
    <stages><stage name="compile"/></stages><assets><asset name="checker"/><asset name="solution"/></assets>
  </file>
  <file path="files/check.cpp" type="cpp.g++17">
    <stages><stage name="compile"/></stages><assets><asset name="checker"/></assets>
  </file>
</resources>
"""

CHANGES = {
    "problem.xml": GOOD["problem.xml"].replace(
        '<resources><file path="files/testlib.h" type="h.g++"/></resources>', RESOURCES
    ),
    "files/driver.cpp": DRIVER,
    "files/twice.h": "int twice(int number);\n",
}


def test_what_solutions_are_compiled_with(tmp_path: Path) -> None:
    """Resources with the asset ``solution`` are laid over submissions in the languages that they are for."""
    problem = loaded(tmp_path, CHANGES).problem

    laid = {language: [file.name for file in files] for language, files in problem.includes.items()}
    assert laid == {
        **{key: ["driver.cpp", "twice.h"] for key in _of_codes({"cpp"})},
        **{key: ["twice.h"] for key in _of_codes({"python3"})},
    }


def test_no_such_files(tmp_path: Path) -> None:
    """Resources of old packages, which say nothing of assets, are not for solutions."""
    assert loaded(tmp_path).problem.includes == {}


def test_a_driver_that_is_missing(tmp_path: Path) -> None:
    """Without it no solution would compile."""
    place = GOOD["problem.xml"].split("<resources>")[0].count("\n") + 4

    assert complaints(tmp_path, {**CHANGES, "files/driver.cpp": None}) == [
        f"problem.xml:{place}: solutions need a file that cannot be used: files/driver.cpp is not in the package"
    ]


@pytest.mark.parametrize(
    ("patterns", "codes"),
    [
        ("cpp.*", {"cpp"}),
        ("cpp.g++17", {"cpp"}),
        ("c.*", {"c"}),
        ("java11, java21", {"java"}),
        ("java*", {"java"}),
        ("python.*; pas.*", {"python3", "pascal"}),
        ("cobol.*", set()),
    ],
)
def test_patterns_of_types(patterns: str, codes: set[str]) -> None:
    """A pattern is for every version of a language: which one compiles is not the package's to say."""
    assert set(languages_for(patterns)) == _of_codes(codes)


@pytest.mark.parametrize("patterns", ["*", ""])
def test_for_all_types(patterns: str) -> None:
    """No pattern is every pattern."""
    assert _of_codes({"c", "cpp", "java", "python3", "javascript", "pascal", "rust"}) < set(languages_for(patterns))


def _of_codes(codes: set[str]) -> set[str]:
    """Every language of ours that the package format gives one of these codes."""
    return {key for key, item in languages().items() if item.code in codes}
