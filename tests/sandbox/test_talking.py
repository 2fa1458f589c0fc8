"""Interactive and multi-pass problems, and the other ways in which a package's programs take part in a judging."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule
from judge.models import Blob, CheckerSpec, Convention, Judged, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.judging import PackageData, judge
from judge.pipeline.room import Bench
from judge.verdicts import Verdict
from tests.sandbox.conftest import Level
from tests.sandbox.judgings import LIMITS, Court, Witness, court_at, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Thinks of the number in its input; tells of each guess whether it is too low, too high or right; ten guesses.
GUESSING = """
import os, sys
secret = int(open(sys.argv[1]).read())
message = open(os.path.join(sys.argv[3], "judgemessage.txt"), "w")
for turn in range(10):
    line = sys.stdin.readline()
    if not line:
        message.write("no guess")
        sys.exit(43)
    guess = int(line)
    if guess == secret:
        print("right", flush=True)
        message.write(f"guessed in {turn + 1}")
        sys.exit(42)
    print("low" if guess < secret else "high", flush=True)
message.write("ten wrong guesses")
sys.exit(43)
"""
HALVING = """
low, high = 0, 999
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    said = input()
    if said == "right":
        break
    if said == "low":
        low = guess + 1
    else:
        high = guess - 1
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def court(level: Level, image_names: Mapping[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    async with court_at(level, image_names, short_tmp) as court:
        yield court


class Stage:
    """A problem put together for one test."""

    def __init__(self, court: Court, folder: Path, **changes: Any) -> None:
        self._court = court
        self._folder = folder
        self._files: dict[Blob, Path] = {}
        self._changes = changes

    def blob(self, content: str) -> Blob:
        blob = Blob.of(content.encode())
        path = self._folder / blob.hex
        path.write_bytes(content.encode())
        path.chmod(0o644)
        self._files[blob] = path
        return blob

    async def judge(
        self, source: Source | str, *, inputs: tuple[str, ...] = ("1\n",), answer: str = "", is_full: bool = False
    ) -> Judged:
        cases = tuple(
            Testcase(name=f"secret/{number}", input=self.blob(text), answer=self.blob(answer))
            for number, text in enumerate(inputs, start=1)
        )
        problem = Problem(
            name="p", limits=LIMITS, checker=CheckerSpec(name="tokens"), testcases=cases, is_interactive=False
        )
        problem = dataclasses.replace(problem, **self._changes)
        bench = Bench(pool=self._court.pool, programs=self._court.programs, data=PackageData(self._files))
        return await judge(
            problem,
            program(source, "main.py") if isinstance(source, str) else source,
            bench=bench,
            slot=self._court.pool.slots[0],
            progress=Witness(),
            is_full=is_full,
        )


def validator(text: str, name: str = "validate.py") -> CheckerSpec:
    return CheckerSpec(name="program", program=program(text, name))


def interactive(court: Court, folder: Path, text: str = GUESSING, limits: Limits = LIMITS) -> Stage:
    return Stage(court, folder, is_interactive=True, checker=validator(text), limits=limits)


def only(judged: Judged) -> Run:
    assert len(judged.runs) == 1, judged
    return judged.runs[0]


async def test_a_talk(court: Court, tmp_path: Path) -> None:
    """Submission and output validator talk; the one's input is the other's output; the message is kept."""
    judged = await interactive(court, tmp_path).judge(HALVING, inputs=("377\n", "0\n", "999\n"))

    assert [run.verdict for run in judged.runs] == [Verdict.AC] * 3, judged
    assert [run.message for run in judged.runs] == ["guessed in 8", "guessed in 9", "guessed in 10"]


@pytest.mark.parametrize(
    ("source", "verdict", "reason"),
    [
        ("for _ in range(10): print(5, flush=True)\n", Verdict.WA, ""),
        ("while True: print(5, flush=True); input()\n", Verdict.WA, ""),
        ("print(5, flush=True); input(); raise SystemExit(7)\n", Verdict.RTE, "exit code 7"),
        ("import os; print(5, flush=True); os.kill(os.getpid(), 11)\n", Verdict.RTE, "killed by SIGSEGV"),
        ("", Verdict.WA, ""),
        ("import os; os.close(1); os.abort()\n", Verdict.RTE, "killed by SIGABRT"),
        ("import os, time; os.close(1); time.sleep(60)\n", Verdict.TLE, "idle"),
        ("input()\n", Verdict.TLE, "idle"),
        ("import sys; sys.stdout.write('5\\n'); sys.stdin.readline()\n", Verdict.TLE, "idle"),
        ("while True: pass\n", Verdict.TLE, ""),
        ("print(377, flush=True); input(); raise SystemExit(1)\n", Verdict.RTE, "exit code 1"),
        ("print(377, flush=True); input()\nwhile True: pass\n", Verdict.TLE, ""),
    ],
)
async def test_who_failed_first(court: Court, tmp_path: Path, source: str, verdict: Verdict, reason: str) -> None:
    """The output validator's no counts if it came first; else what became of the submission; the same every time."""
    stage = interactive(court, tmp_path)
    verdicts = set()
    for _ in range(1 if verdict is Verdict.TLE else 3):
        run = only(await stage.judge(source, inputs=("377\n",)))
        verdicts.add((run.verdict, run.reason, run.message if run.verdict is Verdict.JE else ""))

    assert verdicts == {(verdict, reason, "")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; sys.exit(0)\n", "exited with 0"),
        ("raise ValueError('jury')\n", "ValueError: jury"),
        ("import os; os.abort()\n", "killed by signal 6"),
        ("while True: pass\n", "CPU time"),
        ("import time\ntime.sleep(100)\n", "in time"),
    ],
)
async def test_a_validator_that_fails_while_talking(court: Court, tmp_path: Path, text: str, words: str) -> None:
    """A crashed, looping or hung output validator is a judge error with its name, never a hung judgehost."""
    judged = await interactive(court, tmp_path, text).judge(HALVING)

    assert judged.verdict is Verdict.JE
    assert "output validator" in judged.message
    assert words in judged.message


async def test_time_spent_waiting_is_not_the_submissions(court: Court, tmp_path: Path) -> None:
    """An output validator that computes longer than the submission may wait makes it no slower."""
    slow = """
import sys, time
begun = time.process_time()
while time.process_time() - begun < 1.5:
    pass
print("go", flush=True)
sys.exit(42 if sys.stdin.readline() == "gone\\n" else 43)
"""
    limits = dataclasses.replace(LIMITS, time_ms=300, wall_ms=900, validation_time_ms=4000)
    run = only(await interactive(court, tmp_path, slow, limits).judge("input(); print('gone')\n"))

    assert run.verdict is Verdict.AC, run
    assert run.cpu_us < 300_000


async def test_many_lines_at_pipe_speed(court: Court, tmp_path: Path) -> None:
    """A hundred thousand lines there and back are no work for the judge: each takes a few microseconds."""
    echo = r"""
#include <stdio.h>
int main(void) { char line[64]; while (fgets(line, sizeof line, stdin)) { fputs(line, stdout); fflush(stdout); } }
"""
    asking = r"""
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    for (int i = 0; i < 100000; i++) {
        int got = -1;
        printf("%d\n", i);
        fflush(stdout);
        if (scanf("%d", &got) != 1 || got != i)
            exit(43);
    }
    exit(42);
}
"""
    limits = dataclasses.replace(LIMITS, time_ms=8000, wall_ms=20_000, validation_time_ms=8000)
    stage = Stage(court, tmp_path, is_interactive=True, checker=validator(asking, "ask.c"), limits=limits)
    run = only(await stage.judge(program(echo, "main.c")))

    assert run.verdict is Verdict.AC, run
    assert run.wall_us < 10_000_000


# Multi-pass problems.

#: Wants each pass's number back; three passes; counts them in a file that it keeps.
COUNTING = """
import os, sys
kept = os.path.join(sys.argv[3], "count")
count = int(open(kept).read()) if os.path.exists(kept) else 1
given = int(open(sys.argv[1]).read())
message = open(os.path.join(sys.argv[3], "judgemessage.txt"), "a")
if sys.stdin.readline() != f"{2 * given}\\n":
    message.write(f"wrong in pass {count}\\n")
    sys.exit(43)
message.write(f"pass {count} of {given}\\n")
if count < 3:
    open(kept, "w").write(str(count + 1))
    open(os.path.join(sys.argv[3], "nextpass.in"), "w").write(f"{given + 10}\\n")
sys.exit(42)
"""


def multi_pass(court: Court, folder: Path, text: str = COUNTING, passes: int = 3) -> Stage:
    return Stage(court, folder, checker=validator(text), limits=dataclasses.replace(LIMITS, passes=passes))


async def test_passes(court: Court, tmp_path: Path) -> None:
    """Each pass reads what the output validator left for it, and what that keeps for itself is there again."""
    run = only(await multi_pass(court, tmp_path).judge("print(2 * int(input()))\n", inputs=("4\n",)))

    assert (run.verdict, run.passes) == (Verdict.AC, 3)
    assert run.message == "pass 1 of 4\npass 2 of 14\npass 3 of 24"


async def test_a_pass_that_fails(court: Court, tmp_path: Path) -> None:
    """A wrong pass is a wrong answer, a crash in one a run-time error; no pass follows."""
    stage = multi_pass(court, tmp_path)
    wrong = only(await stage.judge("n = int(input()); print(2 * n if n < 10 else n)\n", inputs=("4\n",)))
    crashed = only(await stage.judge("n = int(input()); print(2 * n // (n < 20))\n", inputs=("4\n",)))

    assert (wrong.verdict, wrong.passes, wrong.message) == (Verdict.WA, 2, "pass 1 of 4\nwrong in pass 2")
    assert (crashed.verdict, crashed.passes) == (Verdict.RTE, 3)


async def test_passes_that_are_judge_errors(court: Court, tmp_path: Path) -> None:
    """More passes than allowed, and a next pass together with a rejection, are the package's own errors."""
    too_many = await multi_pass(court, tmp_path, passes=2).judge("print(2 * int(input()))\n")
    contradicting = COUNTING.replace("sys.exit(42)", "sys.exit(43)")
    rejected = await multi_pass(court, tmp_path, contradicting).judge("print(2 * int(input()))\n")

    assert (too_many.verdict, rejected.verdict) == (Verdict.JE, Verdict.JE)
    assert "one pass more than limits.validation_passes allows 2" in too_many.message
    assert "nextpass.in, but did not accept" in rejected.message


async def test_passes_that_are_talks(court: Court, tmp_path: Path) -> None:
    """A multi-pass problem may be interactive: each pass is a talk."""
    text = """
import os, sys
kept = os.path.join(sys.argv[3], "first")
number = int(open(sys.argv[1]).read())
print(number, flush=True)
if sys.stdin.readline() != f"{number + 1}\\n":
    sys.exit(43)
if not os.path.exists(kept):
    open(kept, "w").close()
    open(os.path.join(sys.argv[3], "nextpass.in"), "w").write("77\\n")
sys.exit(42)
"""
    limits = dataclasses.replace(LIMITS, passes=2)
    stage = Stage(court, tmp_path, checker=validator(text), limits=limits, is_interactive=True)
    good = only(await stage.judge("print(int(input()) + 1)\n"))
    bad = only(await stage.judge("n = int(input()); print(n + (n < 50))\n"))
    crashed = only(await stage.judge("print(int(input()) + 1, flush=True); raise SystemExit(1)\n"))

    assert (good.verdict, good.passes) == (Verdict.AC, 2)
    assert (bad.verdict, bad.passes) == (Verdict.WA, 2)
    # The next pass that the validator asked for is nobody's error: it could not know.
    assert (crashed.verdict, crashed.passes) == (Verdict.RTE, 1)


# testlib's conventions.

CHECKER = """
import sys
given, output, answer = (open(path).read().split() for path in sys.argv[1:4])
if output == answer:
    print("ok one number", file=sys.stderr)
    sys.exit(0)
if output == ["half"]:
    print("points 5 half of it", file=sys.stderr)
    sys.exit(7)
print(f"wrong answer expected {answer}", file=sys.stderr)
sys.exit(1 if output else 2)
"""


@pytest.mark.parametrize(
    ("printed", "verdict", "score"),
    [("7", Verdict.AC, None), ("8", Verdict.WA, None), ("", Verdict.WA, None), ("half", Verdict.WA, 5.0)],
)
async def test_a_testlib_checker(
    court: Court, tmp_path: Path, printed: str, verdict: Verdict, score: float | None
) -> None:
    """It gets input, output and answer as files, and its exit code and standard error say the rest."""
    checker = dataclasses.replace(validator(CHECKER), convention=Convention.TESTLIB)
    run = only(await Stage(court, tmp_path, checker=checker).judge(f"print({printed!r})\n", answer="7\n"))

    assert (run.verdict, run.score) == (verdict, score)


async def test_an_interactor_and_a_checker(court: Court, tmp_path: Path) -> None:
    """What an interactor writes into its output file is what the checker compares with the answer."""
    interactor = """
import sys
number = int(open(sys.argv[1]).read())
print(number, flush=True)
said = sys.stdin.readline()
if not said:
    sys.exit(2)
open(sys.argv[2], "w").write(said)
"""
    stage = Stage(
        court,
        tmp_path,
        is_interactive=True,
        interactor=program(interactor, "interactor.py"),
        checker=dataclasses.replace(validator(CHECKER), convention=Convention.TESTLIB),
    )
    good = only(await stage.judge("print(int(input()) + 3)\n", inputs=("4\n",), answer="7\n"))
    bad = only(await stage.judge("print(int(input()))\n", inputs=("4\n",), answer="7\n"))
    silent = only(await stage.judge("input()\n", inputs=("4\n",), answer="7\n"))

    assert (good.verdict, bad.verdict, silent.verdict) == (Verdict.AC, Verdict.WA, Verdict.WA)
    assert bad.message == "wrong answer expected ['7']"


# What else a package may bring.


async def test_several_output_validators(court: Court, tmp_path: Path) -> None:
    """With several output validators all have to accept, and each gets the output from its beginning."""
    accepting = "import sys\nsys.exit(42 if 'yes' in sys.stdin.read() else 43)\n"
    checker = dataclasses.replace(
        validator(accepting), others=(validator(accepting.replace("yes", "no"), "second.py"),)
    )
    stage = Stage(court, tmp_path, checker=checker)

    assert (await stage.judge("print('yes and no')\n")).verdict is Verdict.AC
    assert (await stage.judge("print('yes')\n")).verdict is Verdict.WA
    assert (await stage.judge("print('no')\n")).verdict is Verdict.WA


async def test_arguments_and_files(court: Court, tmp_path: Path) -> None:
    """A test case's arguments and files are there for its run, and those of another are not."""
    stage = Stage(court, tmp_path)
    source = program(
        "import os, sys\nprint(*sys.argv[1:], *sorted(set(os.listdir()) - {'main.py', '__pycache__'}),"
        " open('words.txt').read() if os.path.exists('words.txt') else '')\n",
        "main.py",
    )
    cases = (
        Testcase(
            name="secret/1",
            input=stage.blob(""),
            answer=stage.blob("--fast 3 words.txt hello\n"),
            args=("--fast", "3"),
            files={"words.txt": stage.blob("hello\n")},
        ),
        Testcase(name="secret/2", input=stage.blob(""), answer=stage.blob("x\n"), args=("x",)),
    )
    stage._changes["testcases"] = cases
    judged = await stage.judge(source, is_full=True)

    assert [run.verdict for run in judged.runs] == [Verdict.AC, Verdict.AC], judged


async def test_files_a_submission_writes(court: Court, tmp_path: Path) -> None:
    """Only where the problem allows it may a submission write, and nothing of it is there for the next run."""
    source = "import os\nprint(os.path.exists('left'))\nopen('left', 'w').write('x')\nprint(open('left').read())\n"
    refused = await Stage(court, tmp_path).judge(source, answer="False\nx\n")
    allowed = await Stage(court, tmp_path, allows_file_writing=True).judge(
        source, inputs=("1\n", "2\n"), answer="False\nx\n"
    )

    assert refused.verdict is Verdict.RTE
    assert [run.verdict for run in allowed.runs] == [Verdict.AC, Verdict.AC]


async def test_input_and_output_files(court: Court, tmp_path: Path) -> None:
    """A submission may find its input and leave its output under the names that the problem says."""
    stage = Stage(court, tmp_path, input_file="sum.in", output_file="sum.out")
    text = r"""
#include <fstream>
int main() { std::ifstream in("sum.in"); std::ofstream out("sum.out"); int a, b; in >> a >> b; out << a + b << '\n'; }
"""
    freopen = r"""
#include <cstdio>
int main() { freopen("sum.in", "r", stdin); freopen("sum.out", "w", stdout); int a, b; scanf("%d%d", &a, &b);
    printf("%d\n", a + b); }
"""
    for source in (program(text, "main.cpp"), program(freopen, "main.cpp")):
        judged = await stage.judge(source, inputs=("1 2\n", "1 2\n"), answer="3\n")
        assert [run.verdict for run in judged.runs] == [Verdict.AC, Verdict.AC], judged


async def test_included_files(court: Court, tmp_path: Path) -> None:
    """Files of the package are laid over the submission: it may use them, and cannot bring its own instead."""
    includes = {"python3": (SourceFile(name="helper.py", content=b"def answer(): return 'ours'\n"),)}
    stage = Stage(court, tmp_path, includes=includes)
    source = Source(
        language="python3",
        files=(
            SourceFile(name="main.py", content=b"import helper\nprint(helper.answer())\n"),
            SourceFile(name="helper.py", content=b"def answer(): return 'mine'\n"),
        ),
    )

    assert (await stage.judge(source, answer="ours\n")).verdict is Verdict.AC


async def test_a_static_validator(court: Court, tmp_path: Path) -> None:
    """It sees the submission's files where it stands, its language and entry point, and decides before any run."""
    static = """
import os, sys
language, entry, feedback = sys.argv[1:4]
text = open(entry).read()
open(os.path.join(feedback, "judgemessage.txt"), "w").write(f"{language} {entry} {sys.argv[4:]}")
sys.exit(43 if "import" in text else 42)
"""
    rule = MaxScoreRule(max_score=None, aggregation=Aggregation.PASS_FAIL, must_pass_static=True, static_flags=("-s",))
    stage = Stage(
        court,
        tmp_path,
        static_validator=program(static, "static.py"),
        grading=Grading(root=Group(name="secret", rule=rule, members=(0,))),
    )
    good = await stage.judge("print(7)\n", answer="7\n")
    bad = await stage.judge("import os\nprint(7)\n", answer="7\n")

    assert good.verdict is Verdict.AC, good
    assert (bad.verdict, bad.runs) == (Verdict.WA, ())
    assert bad.message == "python3 main.py ['-s']"


async def test_a_grader_of_the_packages_own(court: Court, tmp_path: Path) -> None:
    """A legacy grader reads a line for each test case and answers with verdict and score."""
    grader = """
import sys
lines = [line.split() for line in sys.stdin]
good = sum(word == "AC" for word, _ in lines)
print("AC" if good else "WA", 10 * good + len(sys.argv) - 1)
"""
    rule = LegacyRule(breaks=False, grader_flags=("a", "b"))
    stage = Stage(
        court,
        tmp_path,
        grader=program(grader, "grade.py"),
        grading=Grading(root=Group(name="", rule=rule, members=(0, 1, 2)), is_scoring=True),
    )
    judged = await stage.judge("print(int(input()) % 2)\n", inputs=("1", "2", "3"), answer="1\n")

    assert (judged.verdict, judged.score) == (Verdict.AC, 22.0)


async def test_answers_for_a_submission(court: Court, tmp_path: Path) -> None:
    """Where answers are submitted, each file is compared with the test case of its name, and nothing is run."""
    stage = Stage(court, tmp_path, is_submit_answer=True)
    source = Source(
        language="python3",
        files=(SourceFile(name="1.out", content=b"7\n"), SourceFile(name="secret/2.out", content=b"8\n")),
    )
    judged = await stage.judge(source, inputs=("a", "b", "c"), answer="7\n", is_full=True)

    assert [run.verdict for run in judged.runs] == [Verdict.AC, Verdict.WA, Verdict.WA]
    assert judged.runs[2].reason == "no answer"
