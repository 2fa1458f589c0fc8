"""Packages of Polygon written on the spot: a small good one, and whatever a test changes about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.errors import PackageError
from problems.package import Package, load

#: The part of testlib's interface that these packages use, written from scratch for these tests.
TESTLIB = r"""
#include <cstdio>
#include <cstdlib>
#include <string>
enum TResult { _ok = 0, _wa = 1, _pe = 2, _fail = 3 };
static std::string words[3];
static std::string whole(const char *path) {
    FILE *file = std::fopen(path, "rb");
    if (!file) std::exit(_fail);
    std::string text;
    for (int c; (c = std::getc(file)) != EOF;) text += char(c);
    std::fclose(file);
    return text;
}
static void registerTestlibCmd(int count, char **given) {
    if (count < 4) std::exit(_fail);
    for (int i = 0; i < 3; i++) words[i] = whole(given[i + 1]);
}
static void quitf(TResult result, const char *message) {
    std::fprintf(stderr, "%s\n", message);
    std::exit(result);
}
"""

#: Wants the number of the answer file.
CHECKER = """
#include "testlib.h"
int main(int argc, char **argv) {
    registerTestlibCmd(argc, argv);
    if (std::atoi(words[1].c_str()) != std::atoi(words[2].c_str())) quitf(_wa, "wrong answer not that");
    quitf(_ok, "ok");
}
"""

#: Wants one line with one number.
VALIDATOR = """
#include "testlib.h"
int main() {
    int number;
    char end, more;
    return std::scanf("%d%c%c", &number, &end, &more) == 2 && end == '\\n' ? 0 : 3;
}
"""

GENERATOR = """
#include <cstdio>
#include <cstdlib>
int main(int, char **argv) { std::printf("%d\\n", std::atoi(argv[1]) * std::atoi(argv[2])); }
"""

TESTS = """
<test method="manual" sample="true"/>
<test method="generated" cmd="gen 6 7"/>
<test method="manual"/>
"""

CHECKER_XML = '<checker type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>'

SOLUTIONS = """
<solution tag="main"><source path="solutions/main.cpp" type="cpp.g++17"/></solution>
<solution tag="accepted"><source path="solutions/also.py" type="python.3"/></solution>
<solution tag="wrong-answer"><source path="solutions/wrong.py" type="python.3"/></solution>
"""


def problem_xml(
    *,
    tests: str = TESTS,
    testset: str = "tests",
    groups: str = "",
    solutions: str = SOLUTIONS,
    checker: str = CHECKER_XML,
    assets: str = "",
    judging: str = 'input-file="" output-file="" run-count="1"',
    limits: str = "<time-limit>1500</time-limit><memory-limit>134217728</memory-limit>",
    paths: str = "<input-path-pattern>tests/%02d</input-path-pattern>"
    "<answer-path-pattern>tests/%02d.a</answer-path-pattern>",
    top: str = "",
) -> str:
    """A problem.xml with these parts in their places."""
    return f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<problem revision="3" short-name="double">
  <names><name language="russian" value="Вдвое"/><name language="english" value="Double"/></names>
  <statements>
    <statement language="english" path="statements/english/problem.tex" type="application/x-tex"/>
  </statements>
  <judging {judging}>
    {'<testset name="pretests"/>' if testset == "tests" else ""}
    <testset name="{testset}">{limits}{paths}<tests>{tests}</tests>{groups}</testset>
  </judging>
  <files>
    <resources><file path="files/testlib.h" type="h.g++"/></resources>
    <executables><executable><source path="files/gen.cpp" type="cpp.g++17"/></executable></executables>
  </files>
  <assets>
    {checker}
    <validators><validator><source path="files/val.cpp" type="cpp.g++17"/></validator></validators>
    {assets}
    <solutions>{solutions}</solutions>
  </assets>
  <tags><tag value="math"/></tags>
  {top}
</problem>
"""


MAIN = """
#include <cstdio>
int main() {
    int n;
    std::scanf("%d", &n);
    std::printf("%d\\n", 2 * n);
}
"""

GOOD: Mapping[str, str] = {
    "problem.xml": problem_xml(),
    "statements/english/problem.tex": "\\begin{problem}{Double}{standard input}{standard output}{1 second}{128 MB}\n"
    "Double it.\n\\InputFile\nA number.\n\\OutputFile\nTwice it.\n\\end{problem}\n",
    "files/testlib.h": TESTLIB,
    "files/check.cpp": CHECKER,
    "files/val.cpp": VALIDATOR,
    "files/gen.cpp": GENERATOR,
    "tests/01": "1\n",
    "tests/01.a": "2\n",
    "tests/03": "5\n",
    "solutions/main.cpp": MAIN,
    "solutions/also.py": "print(2 * int(input()))\n",
    "solutions/wrong.py": "print(2)\n",
}

#: Everything that it would have to make.
ANSWERS: Mapping[str, str] = {"tests/02": "42\n", "tests/02.a": "84\n", "tests/03.a": "10\n"}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None, *, name: str = "double") -> Path:
    """A good package with some files added or replaced, or left out where the change is None."""
    path = folder / name
    for file, content in {**GOOD, **(changes or {})}.items():
        if content is None:
            continue
        target = path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def loaded(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Package:
    return load(write(folder, changes))


def complaints(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> list[str]:
    """The errors of a package that must not load."""
    with pytest.raises(PackageError) as failure:
        load(write(folder, changes))
    return list(failure.value.problems)
