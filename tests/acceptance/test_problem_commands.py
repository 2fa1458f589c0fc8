"""``judge problem`` as setters meet it: new, verify, stats, export and import, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from problems.skeletons import Kind
from tests import packages
from tests.zips import zipped

DEADLINE_S = 110

#: A package with one submission of each usual kind, whose tests and programs end at once.
CHANGES: Mapping[str, str | bytes | None] = {
    "submissions/wrong_answer/first.py": "print(input().split()[0])\n",
    "submissions/run_time_error/crash.py": "raise ValueError\n",
    "data/secret/2.in": "-5 5\n",
    "data/secret/2.ans": "0\n",
    "input_validators/two.py": (
        "import re, sys\nsys.exit(42 if re.fullmatch(r'-?\\d+ -?\\d+\\n', sys.stdin.read()) else 1)\n"
    ),
}


class Desk:
    """A folder to work in, with settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self.environment = kept | {"JUDGE_ISOLATION": "local", "JUDGE_DATA_DIR": str(folder / "var")}

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of ``judge problem words…``."""
        done = subprocess.run(
            (sys.executable, "-m", "judge", "problem", *words),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def verified(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        """The packages of the document that ``judge problem verify`` prints."""
        ended, said, complained = self.run("verify", "--json", *words)
        assert ended == code, said + complained
        document: dict[str, list[dict[str, Any]]] = json.loads(said)
        return document["problems"]

    def write(self, changes: Mapping[str, str | bytes | None] | None = None, *, name: str = "twosums") -> str:
        packages.write(self.folder, {**CHANGES, **(changes or {})}, name=name)
        return name


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder to work in."""
    return Desk(tmp_path)


def test_a_good_package(desk: Desk) -> None:
    """Everything is as expected: exit code 0, the contract's keys, and what each submission got."""
    [problem] = desk.verified(desk.write())

    assert (problem["path"], problem["name"], problem["errors"], problem["ok"]) == ("twosums", "twosums", [], True)
    assert [(item["path"], item["verdict"], item["ok"]) for item in problem["submissions"]] == [
        ("submissions/accepted/sum.py", "AC", True),
        ("submissions/run_time_error/crash.py", "RTE", True),
        ("submissions/wrong_answer/first.py", "WA", True),
    ]
    assert problem["tests"] == ["sample/1", "secret/1", "secret/2"]
    for item in problem["submissions"]:
        assert [test["name"] for test in item["tests"]] == problem["tests"]
        assert item["slowest_cpu_ms"] > 0 and item["language"] == "python3" and item["expected"]
    assert problem["insights"]["unfailed_tests"] == []
    assert problem["times"]["limit_ms"] == 1500 and not problem["times"]["inferred"]


def test_the_second_run_does_what_changed(desk: Desk) -> None:
    """Nothing is run twice; after a change of one test that one alone is run and checked."""
    name = desk.write()
    [first] = desk.verified(name)
    [second] = desk.verified(name)
    (desk.folder / name / "data/secret/2.in").write_text("-6 6\n")
    [third] = desk.verified(name)
    [afresh] = desk.verified(name, "--no-cache")

    assert first["runs"] == {"made": 9, "from_cache": 0}
    assert second["runs"] == {"made": 0, "from_cache": 9}
    assert third["runs"] == {"made": 3, "from_cache": 6}
    assert afresh["runs"] == {"made": 9, "from_cache": 0}
    assert first["checks"]["made"] > 0 and second["checks"]["made"] == 0
    # The input to its validator, and the answer to the checker, which is shown the input as well.
    assert third["checks"]["made"] == 2
    assert second["submissions"] == first["submissions"]


def test_the_cache_is_told_of(desk: Desk) -> None:
    """People are told how much came from the cache, and see each submission and test."""
    name = desk.write()
    desk.run("verify", name)
    code, said, complained = desk.run("verify", name)

    assert code == 0
    assert "9 of 9 runs" in said and "9 of 9 runs" in complained
    assert "submissions/wrong_answer/first.py" in said


def test_one_submission_that_is_not_as_expected(desk: Desk) -> None:
    """A wrong submission that passes is an error with its name: exit code 1."""
    [problem] = desk.verified(
        desk.write({"submissions/wrong_answer/first.py": packages.GOOD["submissions/accepted/sum.py"]}), code=1
    )

    bad = [item for item in problem["submissions"] if not item["ok"]]
    assert [(item["path"], item["verdict"]) for item in bad] == [("submissions/wrong_answer/first.py", "AC")]
    assert bad[0]["problems"]
    assert problem["insights"]["uncaught_submissions"] == ["submissions/wrong_answer/first.py"]


def test_an_unreadable_package_holds_up_nobody(desk: Desk) -> None:
    """Its errors name file and line; the one beside it is verified all the same."""
    broken = desk.write({"problem.yaml": "name: A\nlimits:\n  time_limit: none at all\n"}, name="broken")
    bad, good = desk.verified(broken, desk.write(), code=1)

    assert any("problem.yaml:3" in line for line in bad["errors"])
    assert bad["submissions"] == []
    assert good["ok"] and len(good["submissions"]) == 3


def test_data_that_a_validator_rejects(desk: Desk) -> None:
    """An input that is not valid, and an invalid one that no validator rejects, are errors with the file's name."""
    changes = {"data/secret/2.in": "-5  5\n", "data/invalid_input/fine.in": "1 2\n", "data/invalid_input/bad.in": "x\n"}
    [problem] = desk.verified(desk.write(changes), code=1)

    assert len(problem["errors"]) == 2
    assert problem["errors"][0].startswith("data/secret/2.in: rejected by input validator two")
    assert problem["errors"][1].startswith("data/invalid_input/fine.in: is meant to be invalid")


def test_a_validator_that_does_not_compile(desk: Desk) -> None:
    """Is one error with what the compiler said, not one for each test."""
    [problem] = desk.verified(desk.write({"input_validators/two.py": None, "input_validators/odd.c": "int\n"}), code=1)

    assert len(problem["errors"]) == 1
    assert "odd" in problem["errors"][0] and "does not compile" in problem["errors"][0]


def test_outputs_of_the_package(desk: Desk) -> None:
    """A valid output that is rejected and an invalid one that is accepted are errors; the others are not."""
    outputs = {
        f"data/{kind}/{name}.{extension}": text
        for kind, name, out in (
            ("valid_output", "right", "3\n"),
            ("valid_output", "wrong", "4\n"),
            ("invalid_output", "right", "3\n"),
            ("invalid_output", "wrong", "4\n"),
        )
        for extension, text in (("in", "1 2\n"), ("ans", "3\n"), ("out", out))
    }
    yaml = (
        "name: Two Sums\nproblem_format_version: 2025-09\nuuid: 2f0be8f7-3c1d-4d3e-9a46-0d7a8a7f7e51\n"
        "limits:\n  time_limit: 1.5\n"
    )
    statement = {"problem_statement/problem.en.md": None, "statement/problem.en.md": "Add.\n"}
    [problem] = desk.verified(desk.write({"problem.yaml": yaml, **statement, **outputs}), code=1)

    assert sorted(line.split(":")[0] for line in problem["errors"]) == [
        "data/invalid_output/right.out",
        "data/valid_output/wrong.out",
    ]


def test_a_time_limit_is_inferred(desk: Desk) -> None:
    """Without a time limit the accepted submissions tell one, and what must be too slow is held against it."""
    slow = "while True: pass\n"
    changes = {"problem.yaml": "name: Two Sums\n", "submissions/time_limit_exceeded/loop.py": slow}
    [problem] = desk.verified(desk.write(changes))

    assert (problem["times"]["limit_ms"], problem["times"]["inferred"]) == (1000, True)
    loop = next(item for item in problem["submissions"] if "loop" in item["path"])
    assert (loop["verdict"], loop["ok"]) == ("TLE", True)
    assert loop["needed_cpu_ms"] > 1500
    assert any("1 s inferred" in line for line in problem["warnings"])


def test_a_report_to_keep(desk: Desk) -> None:
    """``--html`` writes one page with every submission; a zip is verified like its folder."""
    (desk.folder / "twosums.zip").write_bytes(zipped(top="twosums/"))
    code, said, complained = desk.run("verify", "twosums.zip", "--html", "report.html")

    assert code == 0, said + complained
    page = (desk.folder / "report.html").read_text()
    assert page.startswith("<!doctype html>") and "accepted/sum.py" in page and "sample/1" in page


def test_bad_usage(desk: Desk) -> None:
    """What cannot be meant is refused in words with exit code 2, and nothing is run."""
    name = desk.write()
    for words, expected in (
        (("verify",), "Missing argument"),
        (("verify", "not-there"), "does not exist"),
        (("verify", name, "--jobs", "1000"), "physical cores"),
        (("verify", name, "--html", "no/such/folder/x.html"), "report needs a file"),
        (("new", "Not-A-Name"), "is no name for a package"),
        (("new", name), "exists already"),
        (("export", name, "--to", "x.tar"), ".zip at its end"),
        (("import", name, "--to", "out", "--contest", "spring"), "give one of them"),
    ):
        code, said, complained = desk.run(*words)
        assert code == 2, words
        assert expected in complained, complained
        assert said == ""


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_new_verifies(desk: Desk, kind: Kind) -> None:
    """Each skeleton is a whole package that is as expected, with nothing to warn of."""
    option = () if kind is Kind.PLAIN else (f"--{kind.value}",)
    code, said, complained = desk.run("new", "brandnew", "--title", 'A "new": one', *option)
    assert code == 0, complained
    assert "judge problem verify brandnew" in said

    [problem] = desk.verified("brandnew")

    assert (problem["title"], problem["errors"], problem["warnings"]) == ('A "new": one', [], [])
    assert {item["verdict"] for item in problem["submissions"]} > {"AC"}


def test_stats(desk: Desk) -> None:
    """Tests, submissions and limits are counted, and verdicts that no submission is meant to get are told."""
    code, said, complained = desk.run("stats", desk.write(), "--json")
    assert code == 0, complained
    [counted] = json.loads(said)["problems"]

    assert (counted["tests"]["samples"], counted["tests"]["secret"]) == (1, 2)
    assert counted["submissions"]["by_verdict"] == {"AC": 1, "RTE": 1, "WA": 1}
    assert counted["submissions"]["by_language"] == {"python3": 3}
    assert counted["limits"]["time_ms"] == 1500
    assert counted["missing_verdicts"] == ["TLE"]
    code, said, _ = desk.run("stats", "twosums")
    assert code == 0 and "1 samples, 2 secret" in said and "TLE" in said


def test_out_and_in_again(desk: Desk) -> None:
    """A legacy package exported as 2025-09 and imported as a folder is verified with the same verdicts."""
    code, _, complained = desk.run("export", desk.write(), "--to", "twosums.zip")
    assert code == 0, complained
    assert "twosums/problem.yaml" in zipfile.ZipFile(desk.folder / "twosums.zip").namelist()
    code, said, complained = desk.run("import", "twosums.zip", "--to", "imported")
    assert code == 0, complained
    assert said == "twosums: Two Sums, 3 tests\n"

    before, after = desk.verified("twosums", "imported/twosums")

    assert "problem_format_version: 2025-09" in (desk.folder / "imported/twosums/problem.yaml").read_text()
    assert [item["verdict"] for item in after["submissions"]] == [item["verdict"] for item in before["submissions"]]
    assert after["ok"]
