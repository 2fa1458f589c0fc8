"""Other ways in which a package's programs and files take part in a judging."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule
from judge.models import Convention, Source, SourceFile, Testcase
from judge.verdicts import Verdict
from tests.sandbox import judgings
from tests.sandbox.judgings import Court, program
from tests.sandbox.stages import Stage, only, validator

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

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


async def test_a_folder_in_the_place_of_a_stream(court: Court, tmp_path: Path) -> None:
    """A submission whose folder has the name of its input or output file is judged, and is not the host's fault."""
    stage = Stage(court, tmp_path, input_file="sum.in", output_file="sum.out")
    text = b"a, b = map(int, open('sum.in').read().split())\nprint(a + b, file=open('sum.out', 'w'))\n"
    files = (
        SourceFile(name="main.py", content=text),
        SourceFile(name="sum.in/deep/file.py", content=b""),
        SourceFile(name="sum.out/file.py", content=b""),
    )
    judged = await stage.judge(Source(language="python3", files=files), inputs=("1 2\n", "3 0\n"), answer="3\n")

    assert [run.verdict for run in judged.runs] == [Verdict.AC, Verdict.AC], judged
