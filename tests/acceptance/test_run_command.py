"""``judge run`` as its users meet it: a process with an exit code, and one JSON document."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Any

import docker
import pytest

from sandbox import container
from tests import desks, packages
from tests.desks import DEADLINE_S, SUM, Desk
from tests.zips import zipped

desk = desks.desk


def test_a_judging_as_json(desk: Desk) -> None:
    """The document has the keys that scripts rely on, each of its kind, with the tests in package order."""
    document = desk.judged(desk.write("sum.py", SUM))

    assert list(document) == ["verdict", "score", "language", "isolation", "compile", "tests", "message"]
    assert (document["verdict"], document["score"], document["language"]) == ("AC", None, "python3")
    assert (document["isolation"], document["message"]) == ("local", "")
    assert set(document["compile"]) == {"ok", "output", "cpu_ms"}
    assert (document["compile"]["ok"], document["compile"]["output"]) == (True, "")
    assert document["compile"]["cpu_ms"] > 0
    assert [test["name"] for test in document["tests"]] == ["sample/1", "secret/1"]
    for test in document["tests"]:
        assert list(test) == [
            *("name", "verdict", "score", "cpu_ms", "wall_ms", "memory_bytes", "exit_code", "signal", "message"),
            "reason",
        ]
        assert (test["verdict"], test["score"], test["exit_code"], test["signal"]) == ("AC", None, 0, None)
        assert 0 < test["cpu_ms"] <= 1500 and test["wall_ms"] > 0
        assert isinstance(test["memory_bytes"], int) and test["memory_bytes"] > 1024 * 1024


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("print(4)\n", "WA", ""),
        ("while True: pass\n", "TLE", ""),
        ("raise ValueError\n", "RTE", "exit code 1"),
        ("import os\nos.abort()\n", "RTE", "killed by SIGABRT"),
        ("print(\n", "CE", ""),
    ],
)
def test_any_verdict_is_a_success(desk: Desk, text: str, verdict: str, reason: str) -> None:
    """A judging that came to an end exits with 0, whatever its verdict."""
    document = desk.judged(desk.write("a.py", text))

    assert document["verdict"] == verdict
    assert [test["reason"] for test in document["tests"]] == ([] if verdict == "CE" else [reason])
    assert document["compile"]["ok"] is (verdict != "CE")
    assert ("a.py" in document["compile"]["output"]) is (verdict == "CE")


def test_a_judge_error_exits_with_3(desk: Desk) -> None:
    """A validator that crashes is the package's fault: exit code 3, and the message says whose it was."""
    yaml = "name: Broken\nvalidation: custom\nlimits:\n  time_limit: 1\n"
    desk.package = packages.write(
        desk.folder, {"problem.yaml": yaml, "output_validators/check.py": "raise ValueError\n"}, name="broken"
    )
    document = desk.judged(desk.write("sum.py", SUM), code=3)

    assert document["verdict"] == "JE"
    assert "output validator exited with 1" in document["message"]
    assert "ValueError" in document["tests"][0]["message"]


def test_all_tests_or_up_to_the_first_failure(desk: Desk) -> None:
    """Judging stops at the first failure unless told to go on."""
    source = desk.write("a.py", "print(0)\n")

    assert [test["name"] for test in desk.judged(source)["tests"]] == ["sample/1"]
    assert [test["name"] for test in desk.judged(source, "--all")["tests"]] == ["sample/1", "secret/1"]


def test_a_zip_is_what_its_folder_is(desk: Desk) -> None:
    """A package may be given as a zip; what is wrong with one names the zip."""
    (desk.folder / "zipped.zip").write_bytes(zipped(top=""))
    (desk.folder / "bad.zip").write_bytes(b"no zip at all")
    source = desk.write("sum.py", SUM)
    desk.package = desk.folder / "zipped.zip"

    assert desk.judged(source)["verdict"] == "AC"
    assert "bad.zip" in desk.refused(source, problem="bad.zip")


def test_scores(desk: Desk) -> None:
    """A scoring problem gives the score, in the document and in words; verdict and score go their own ways."""
    desk.package = packages.write(
        desk.folder,
        {
            "problem.yaml": "name: Points\ntype: scoring\nlimits:\n  time_limit: 1.5\n",
            "data/testdata.yaml": "on_reject: continue\nrange: 0 100\ngrader_flags: ignore_sample\n",
            "data/secret/testdata.yaml": "grader_flags: first_error accept_if_any_accepted\n",
            "data/secret/1.in": None,
            "data/secret/1.ans": None,
            "data/secret/a/testdata.yaml": "on_reject: break\naccept_score: 30\nrange: 0 30\ngrader_flags: min\n",
            "data/secret/a/1.in": "5 6\n",
            "data/secret/a/1.ans": "11\n",
            "data/secret/b/testdata.yaml": "on_reject: break\naccept_score: 70\nrange: 0 70\ngrader_flags: min\n",
            "data/secret/b/1.in": "-5 6\n",
            "data/secret/b/1.ans": "1\n",
        },
        name="points",
    )
    positive = desk.write("a.py", "print(sum(abs(int(word)) for word in input().split()))\n")

    assert (desk.judged(positive)["verdict"], desk.judged(positive)["score"]) == ("AC", 30)
    assert desk.judged(desk.write("sum.py", SUM))["score"] == 100
    _, said, _ = desk.run("--problem", "points", positive)
    assert "AC: Accepted, score 30" in said


def test_for_people(desk: Desk) -> None:
    """Without ``--json`` the verdict is told in words, with each test and why it failed."""
    code, said, _ = desk.run("--problem", desk.package.name, desk.write("a.py", "raise ValueError\n"))

    assert code == 0
    assert "RTE: Run-time error" in said
    assert "sample/1" in said
    assert "exit code 1" in said


def test_what_a_program_says_is_no_markup(desk: Desk) -> None:
    """Output that looks like our own markup or a terminal's codes is shown as text."""
    code, said, complained = desk.run(
        "--problem", desk.package.name, desk.write("a.py", "print('[/bold red][link=x]\\x1b[2J')\n")
    )

    assert code == 0, complained
    assert "WA: Wrong answer" in said
    assert "\x1b[2J" not in said


def test_a_folder_of_files(desk: Desk) -> None:
    """A folder is one program of several files; hidden ones and folders within are left out."""
    desk.write("two/main.py", "from total import total\nprint(total(*map(int, input().split())))\n")
    desk.write("two/total.py", "def total(a, b): return a + b\n")
    desk.write("two/.swap.py.swp", b"\0\0")
    desk.write("two/__pycache__/x.pyc", b"\0\0")

    assert desk.judged("two")["verdict"] == "AC"


def test_the_language_can_be_named(desk: Desk) -> None:
    """A named language goes before the file's extension."""
    source = desk.write("a.cpp", '#include <cstdio>\nint main() { printf(__cplusplus > 201703 ? "3" : "4"); }\n')

    assert desk.judged(source)["language"] == "cpp20"
    assert desk.judged(source, "--language", "cpp17")["tests"][0]["verdict"] == "WA"


def test_the_second_time_is_not_compiled(desk: Desk) -> None:
    """Compiled programs are kept from one command to the next."""
    source = desk.write("sum.py", SUM)
    first, second = desk.judged(source), desk.judged(source)

    assert first["compile"]["cpu_ms"] > 0
    assert second["compile"]["cpu_ms"] == 0
    assert second["verdict"] == "AC"


def test_a_private_package_can_be_judged(desk: Desk) -> None:
    """Test data that only its owner may read is judged with all the same, also under a strict umask."""
    for path in desk.package.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    before = os.umask(0o077)
    try:
        document = desk.judged(desk.write("sum.py", SUM))
    finally:
        os.umask(before)

    assert document["verdict"] == "AC"


def test_in_a_container(desk: Desk, image_names: dict[str, str]) -> None:
    """The same at level ``container``, of which nothing is left afterwards."""
    document = desk.judged(desk.write("sum.py", SUM), "--isolation", "container")

    assert (document["verdict"], document["isolation"]) == ("AC", "container")
    assert _containers(desk) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_interrupted(desk: Desk, image_names: dict[str, str], number: int) -> None:
    """However the command is ended in the middle of a run, its containers end with it."""
    source = desk.write("a.py", "import time\ntime.sleep(60)\n")
    desk.write("two-sums/problem.yaml", "name: Long\nlimits:\n  time_limit: 30\n")
    process = desk.start("--problem", desk.package.name, "--isolation", "container", source)
    with process:
        _until(lambda: _is_running(desk), process)
        process.send_signal(number)
        process.communicate(timeout=DEADLINE_S)
    _until(lambda: not _containers(desk))

    assert process.returncode not in (0, 2, 3)


def _containers(desk: Desk) -> list[str]:
    """The containers that commands in this folder have made and that are still there."""
    client = docker.from_env()
    try:
        found = client.containers.list(all=True, ignore_removed=True)
        return [str(item.name) for item in found if str(desk.folder) in item.labels.get(container.LABEL, "")]
    finally:
        client.close()


def _is_running(desk: Desk) -> bool:
    """Whether the submission has been started."""
    client = docker.from_env()
    try:
        return any("/work/a.py" in str(client.api.top(name)) for name in _containers(desk))
    finally:
        client.close()


def _until(condition: Any, process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)
