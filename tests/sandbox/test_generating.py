"""Test data that a package does not hold, made by its generators and solutions in real cells."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from judge.errors import PackageError
from judge.pipeline.judging import PackageData
from judge.pipeline.room import Bench
from judge.preparing import generating
from problems.package import Package
from problems.recipes import MISSING
from tests import packages, polygons
from tests.sandbox.conftest import Level
from tests.sandbox.judgings import court_at

#: Writes two files, of which each test takes one.
TWO_FILES = """
#include <cstdio>
int main() {
    for (int i = 2; i <= 3; i++) {
        FILE *file = std::fopen(i == 2 ? "2" : "3", "w");
        std::fprintf(file, "%d\\n", 100 * i);
        std::fclose(file);
    }
}
"""

UNSTABLE = """
#include <cstdio>
#include <ctime>
int main() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    std::printf("%ld%09ld\\n", (long)now.tv_sec, now.tv_nsec);
}
"""

#: Tells the number, and says in its output file what it was answered.
INTERACTOR = """
#include <cstdio>
int main(int, char **argv) {
    int number, answered;
    std::fscanf(std::fopen(argv[1], "r"), "%d", &number);
    std::printf("%d\\n", number);
    std::fflush(stdout);
    if (std::scanf("%d", &answered) != 1) return 1;
    FILE *out = std::fopen(argv[2], "w");
    std::fprintf(out, "told %d\\n", answered);
    return std::fclose(out) ? 3 : 0;
}
"""


@dataclass(slots=True)
class Workshop:
    """Completes packages on one slot, and hears what is said meanwhile."""

    bench: Bench
    heard: list[str] = field(default_factory=list)

    async def completed(self, package: Package) -> Package:
        self.heard.clear()
        return await generating.completed(package, self.bench, self.bench.pool.slots[0], self.heard.append)

    async def unstable(self, package: Package) -> tuple[str, ...]:
        return await generating.unstable(package, self.bench, self.bench.pool.slots[0], self.heard.append)


@pytest_asyncio.fixture
async def workshop(level: Level, image_names: dict[str, str], tmp_path: Path) -> AsyncIterator[Workshop]:
    async with court_at(level, image_names, tmp_path) as court:
        yield Workshop(Bench(pool=court.pool, programs=court.programs, data=PackageData({})))


def _data(package: Package) -> dict[str, tuple[bytes, bytes]]:
    return {
        case.name: (package.files[case.input].read_bytes(), package.files[case.answer].read_bytes())
        for case in package.problem.testcases
    }


async def test_missing_inputs_and_answers(workshop: Workshop, tmp_path: Path) -> None:
    """Inputs come from generators and answers from the main solution; what the package ships stays as it is."""
    package = polygons.loaded(tmp_path, {"tests/01.a": "shipped\n"})
    made = await workshop.completed(package)

    assert _data(made) == {
        "sample/01": (b"1\n", b"shipped\n"),
        "secret/02": (b"42\n", b"84\n"),
        "secret/03": (b"5\n", b"10\n"),
    }
    assert made.recipes == ()
    assert all(MISSING not in (case.input, case.answer) for case in made.problem.testcases)
    assert sorted(path.name for path in (tmp_path / "double/tests").iterdir()) == ["01", "01.a", "03"]


async def test_nothing_is_made_twice(workshop: Workshop, tmp_path: Path) -> None:
    """What was made once is found again by what it was made from; another word makes only its own test anew."""
    first = await workshop.completed(polygons.loaded(tmp_path))
    assert workshop.heard != []
    again = await workshop.completed(polygons.loaded(tmp_path))

    assert workshop.heard == []
    assert _data(again) == _data(first)

    tests = polygons.TESTS.replace("gen 6 7", "gen 6 8")
    changed = await workshop.completed(polygons.loaded(tmp_path, {"problem.xml": polygons.problem_xml(tests=tests)}))

    assert workshop.heard == ["making secret/02: gen.cpp 6 8", "answering secret/02: main.cpp"]
    assert _data(changed)["secret/02"] == (b"48\n", b"96\n")


async def test_windows_files(workshop: Workshop, tmp_path: Path) -> None:
    """Tests of a package made for Windows are there with line ends of Unix."""
    made = await workshop.completed(polygons.loaded(tmp_path, {"tests/01": b"1\r\n", "tests/01.a": b"2\r\n"}))

    assert _data(made)["sample/01"] == (b"1\n", b"2\n")


async def test_drivers(workshop: Workshop, tmp_path: Path) -> None:
    """A solution that makes answers is compiled with what the package lays over all solutions."""
    listed = (
        '<file path="files/driver.cpp" type="cpp.g++17">'
        '<stages><stage name="compile"/></stages><assets><asset name="solution"/></assets></file></resources>'
    )
    changes = {
        "problem.xml": polygons.problem_xml().replace("</resources>", listed),
        "files/driver.cpp": polygons.MAIN.replace("2 * n", "twice(n)").replace("int main", "int twice(int);\nint main"),
        "solutions/main.cpp": "int twice(int number) { return 2 * number; }\n",
    }
    made = await workshop.completed(polygons.loaded(tmp_path, changes))

    assert _data(made)["secret/02"] == (b"42\n", b"84\n")


async def test_generators_that_write_files(workshop: Workshop, tmp_path: Path) -> None:
    """A generator of several files runs once, and each test takes the file that it names."""
    tests = (
        '<test method="manual" sample="true"/>'
        '<test method="generated" cmd="gen" from-file="2"/><test method="generated" cmd="gen" from-file="3"/>'
    )
    changes = {"problem.xml": polygons.problem_xml(tests=tests), "files/gen.cpp": TWO_FILES, "tests/03": None}
    made = await workshop.completed(polygons.loaded(tmp_path, changes))

    assert [line for line in workshop.heard if line.startswith("making")] == ["making secret/02, secret/03: gen.cpp"]
    assert {name: data[0] for name, data in _data(made).items()} == {
        "sample/01": b"1\n",
        "secret/02": b"200\n",
        "secret/03": b"300\n",
    }


async def test_main_that_does_not_compile(workshop: Workshop, tmp_path: Path) -> None:
    """Where the main solution does not compile here, another accepted one answers, and a warning says so."""
    made = await workshop.completed(polygons.loaded(tmp_path, {"solutions/main.cpp": "#include <windows.h>\n"}))

    assert _data(made)["secret/03"] == (b"5\n", b"10\n")
    assert any("main.cpp: does not compile here" in warning for warning in made.warnings)


async def test_main_that_fails_on_a_test(workshop: Workshop, tmp_path: Path) -> None:
    """A test that the main solution does not survive is answered by another."""
    failing = (
        '#include <cstdio>\nint main() { int n; std::scanf("%d", &n); std::printf("1%d\\n", n); return n == 5; }\n'
    )
    made = await workshop.completed(polygons.loaded(tmp_path, {"solutions/main.cpp": failing}))

    assert _data(made)["secret/02"] == (b"42\n", b"142\n")
    assert _data(made)["secret/03"] == (b"5\n", b"10\n")
    assert any("main.cpp: gives no answer to secret/03: exited with 1" in warning for warning in made.warnings)


async def test_no_solution_at_all(workshop: Workshop, tmp_path: Path) -> None:
    """Without any solution that works the package cannot be judged, and the error says what was tried."""
    changes = {"solutions/main.cpp": "nonsense\n", "solutions/also.py": "raise SystemExit(3)\n"}
    with pytest.raises(PackageError, match=re.compile("no solution gives an answer for secret/02, secret/03")):
        await workshop.completed(polygons.loaded(tmp_path, changes))


async def test_generators_that_fail(workshop: Workshop, tmp_path: Path) -> None:
    """A generator that fails is named with its words, its end and what it said."""
    generator = '#include <cstdio>\nint main() { std::fprintf(stderr, "no such thing"); return 3; }\n'
    with pytest.raises(PackageError) as failure:
        await workshop.completed(polygons.loaded(tmp_path, {"files/gen.cpp": generator}))

    assert list(failure.value.problems) == ["secret/02: gen.cpp 6 7: exited with 3: no such thing"]


async def test_unstable_generators(workshop: Workshop, tmp_path: Path) -> None:
    """A generator that does not write the same again is found out; one that does is not."""
    assert await workshop.unstable(polygons.loaded(tmp_path)) == ()
    changes = {"files/gen.cpp": UNSTABLE}
    assert await workshop.unstable(polygons.loaded(tmp_path / "other", changes)) == ("secret/02",)


async def test_answers_in_files(workshop: Workshop, tmp_path: Path) -> None:
    """A problem that reads and writes files is answered through these."""
    names = polygons.problem_xml(judging='input-file="double.in" output-file="double.out"')
    main = (
        '#include <fstream>\nint main() { int n; std::ifstream("double.in") >> n; '
        'std::ofstream("double.out") << 2 * n << "\\n"; }\n'
    )
    made = await workshop.completed(polygons.loaded(tmp_path, {"problem.xml": names, "solutions/main.cpp": main}))

    assert _data(made)["secret/03"] == (b"5\n", b"10\n")


async def test_answers_of_interactive_problems(workshop: Workshop, tmp_path: Path) -> None:
    """In an interactive problem the answer is what the interactor writes when it talks to the main solution."""
    assets = '<interactor><source path="files/inter.cpp" type="cpp.g++17"/></interactor>'
    changes = {"problem.xml": polygons.problem_xml(assets=assets), "files/inter.cpp": INTERACTOR}
    made = await workshop.completed(polygons.loaded(tmp_path, changes))

    assert _data(made)["secret/03"] == (b"5\n", b"told 10\n")


async def test_packages_of_other_formats(workshop: Workshop, tmp_path: Path) -> None:
    """An ICPC package that keeps only its generators is completed in the same way."""
    changes = {
        "data/secret/1.in": None,
        "data/secret/1.ans": None,
        "generators/gen.py": "import sys\nprint(*sys.argv[1:])\n",
        "generators/by-hand.in": "7 7\n",
        "generators/generators.yaml": (
            "data:\n  secret:\n    made: gen 20 3\n    written: {in: 4 4}\n    answered: {in: 5 5, ans: ten}\n"
            "    copied: {copy: by-hand}\n"
        ),
    }
    made = await workshop.completed(packages.loaded(tmp_path, changes))

    assert _data(made) == {
        "sample/1": (b"1 2\n", b"3\n"),
        "secret/answered": (b"5 5\n", b"ten\n"),
        "secret/copied": (b"7 7\n", b"14\n"),
        "secret/made": (b"20 3\n", b"23\n"),
        "secret/written": (b"4 4\n", b"8\n"),
    }
