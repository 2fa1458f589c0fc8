"""Judging small packages with real cells, at each isolation level: verdicts, early stop, validators."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.models import MIB
from judge.verdicts import Verdict
from problems.package import Package
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, SUM, Court, Witness, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

#: One program for each end that a run can come to.
ENDS = {
    "accepted": (SUM, Verdict.AC, ""),
    "wrong": ("print(4)\n", Verdict.WA, ""),
    "silent": ("", Verdict.WA, ""),
    "spins": ("while True: pass\n", Verdict.TLE, ""),
    "idle": ("import time\ntime.sleep(60)\n", Verdict.TLE, "idle"),
    "raises": ("raise ValueError\n", Verdict.RTE, "exit code 1"),
    "crashes": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", Verdict.RTE, "killed by SIGSEGV"),
    "hoards": ("x = bytearray(400 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\n", Verdict.MLE, ""),
    "prints": ("while True: print('x' * 4096)\n", Verdict.OLE, ""),
    "does not compile": ("print(\n", Verdict.CE, ""),
}


@pytest.mark.parametrize("end", ENDS)
async def test_verdicts(court: Court, tmp_path: Path, end: str) -> None:
    """Each way a program can end has its verdict, with the reason where the verdict alone does not tell."""
    text, verdict, reason = ENDS[end]
    limits = dataclasses.replace(LIMITS, wall_ms=500) if end == "idle" else LIMITS
    judged = await court.judge(echo_package(tmp_path), program(text, "main.py"), limits=limits)

    assert judged.verdict is verdict, judged
    assert [run.reason for run in judged.runs][-1:] == ([] if verdict is Verdict.CE else [reason])
    assert judged.compilation.is_ok is (verdict is not Verdict.CE)


async def test_measurements_are_those_of_the_run(court: Court, tmp_path: Path) -> None:
    """Time and memory of a run are told in the units their names say, and are plausible for what the program did."""
    text = (
        "x = b'x' * (50 << 20)\nimport time\nt = time.process_time()\nwhile time.process_time() < t + 0.2: pass\n" + SUM
    )
    run = (await court.judge(echo_package(tmp_path), program(text, "main.py"))).runs[0]

    assert run.verdict is Verdict.AC
    assert 200_000 <= run.cpu_us < 500_000
    assert run.wall_us >= 200_000
    assert 50 * MIB <= run.memory_bytes < 80 * MIB
    assert (run.exit_code, run.signal) == (0, None)


async def test_stops_at_the_first_failure(court: Court, tmp_path: Path) -> None:
    """After the first failing test case no further one is run, and each run was told in order as it happened."""
    witness = Witness()
    judged = await court.judge(
        echo_package(tmp_path), program("print(3 if input() == '5 6' else 0)", "a.py"), witness=witness
    )

    assert [(run.testcase, run.verdict) for run in judged.runs] == [("sample/1", "WA")]
    assert witness.heard == ["compiling", "running", "1 sample/1 WA"]


async def test_full_judging_runs_everything(court: Court, tmp_path: Path) -> None:
    """With ``is_full`` all test cases are run, and the verdict is still that of the first failure."""
    text = "import sys\nsys.exit(7) if input() == '5 6' else print('wrong')\n"
    judged = await court.judge(echo_package(tmp_path), program(text, "main.py"), is_full=True)

    assert [(run.testcase, run.verdict) for run in judged.runs] == [("sample/1", "WA"), ("secret/1", "RTE")]
    assert judged.verdict is Verdict.WA


async def test_output_at_the_limit_is_no_offence(court: Court, tmp_path: Path) -> None:
    """Exactly as many bytes as allowed may be printed; one more is OLE."""
    exact = "print('x' * 999)\n"
    limits = dataclasses.replace(LIMITS, output_bytes=1000)
    package = echo_package(tmp_path, {f"data/{test}/1.ans": "x" * 999 + "\n" for test in ("sample", "secret")})

    assert (await court.judge(package, program(exact, "main.py"), limits=limits)).verdict is Verdict.AC
    over = await court.judge(package, program(exact + "print(end=' ')\n", "main.py"), limits=limits)
    assert over.verdict is Verdict.OLE


def _validated(folder: Path, name: str, text: str) -> Package:
    """The package with an output validator, which is called with the flag ``loud``."""
    yaml = "name: Two Sums\nvalidation: custom\nvalidator_flags: loud\nlimits:\n  time_limit: 1\n"
    return echo_package(folder, {"problem.yaml": yaml, f"output_validators/{name}": text})


PYTHON_VALIDATOR = """\
import sys
given, answer, feedback, *flags = sys.argv[1:]
output = sys.stdin.read()
with open(feedback + "judgemessage.txt", "w") as file:
    file.write(f"in {open(given).read().strip()} ans {open(answer).read().strip()} flags {' '.join(flags)}")
sys.exit(42 if output.split() == open(answer).read().split() else 43)
"""
CPP_VALIDATOR = """\
#include <fstream>
#include <iostream>
#include <string>
int main(int, char **arguments) {
    std::ifstream in(arguments[1]), answer(arguments[2]);
    int a, b, right, output;
    in >> a >> b;
    answer >> right;
    std::ofstream message(std::string(arguments[3]) + "judgemessage.txt");
    message << "in " << a << ' ' << b << " ans " << right << " flags " << arguments[4];
    return std::cin >> output && output == right ? 42 : 43;
}
"""


@pytest.mark.parametrize(("name", "text"), [("check.py", PYTHON_VALIDATOR), ("check.cpp", CPP_VALIDATOR)])
async def test_output_validator_decides(court: Court, tmp_path: Path, name: str, text: str) -> None:
    """A package's validator gets input, answer, output and flags, decides, and its judgemessage.txt is the message."""
    package = _validated(tmp_path, name, text)
    right = await court.judge(package, program(SUM, "main.py"))
    wrong = await court.judge(package, program("print(4)", "main.py"))

    assert (right.verdict, wrong.verdict) == (Verdict.AC, Verdict.WA)
    assert [run.message for run in right.runs] == ["in 1 2 ans 3 flags loud", "in 5 6 ans 11 flags loud"]
    assert [run.message for run in wrong.runs] == ["in 1 2 ans 3 flags loud"]


#: Validators that fail, and what the judge error has to say of it.
FAILING = {
    "crashes": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "killed by signal 11"),
    "raises": ("raise ValueError('cannot cope')\n", "cannot cope"),
    "accepts the wrong way": ("", "exited with 0"),
    "loops": ("while True: pass\n", "validation_time"),
    "hoards": ("x = bytearray(400 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\n", "validation_memory"),
    "does not compile": ("print(\n", "does not compile"),
}


@pytest.mark.parametrize("failure", FAILING)
async def test_a_failing_validator_is_a_judge_error(court: Court, tmp_path: Path, failure: str) -> None:
    """A validator that neither accepts nor rejects is never held against the contestant: JE, saying what it did."""
    text, said = FAILING[failure]
    limits = dataclasses.replace(LIMITS, validation_time_ms=300)
    judged = await court.judge(_validated(tmp_path, "check.py", text), program(SUM, "main.py"), limits=limits)

    assert judged.verdict is Verdict.JE
    assert "output validator" in judged.message
    assert said in judged.message


async def test_a_validator_is_not_asked_about_failed_runs(court: Court, tmp_path: Path) -> None:
    """A run that failed by itself keeps its verdict, however broken the validator."""
    package = _validated(tmp_path, "check.py", "raise ValueError\n")
    judged = await court.judge(package, program("raise ValueError\n", "main.py"))

    assert judged.verdict is Verdict.RTE
