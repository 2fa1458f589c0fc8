"""Judging small packages with real cells, at each isolation level: verdicts, early stop, validators, cache, retries."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.models import MIB, Judged, Source, SourceFile
from judge.pipeline.compiling import OUTPUT_CHARS, Programs
from judge.recipes.languages import languages, offered
from judge.verdicts import Verdict
from problems.package import Package
from sandbox.pool import CellPool
from tests.sandbox.conftest import Level
from tests.sandbox.judgings import LIMITS, Court, Witness, court_at, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUM = "print(sum(map(int, input().split())))\n"
SUM_CPP = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n"

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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def court(level: Level, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    """A court at each isolation level."""
    async with court_at(level, image_names, short_tmp) as court:
        yield court


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


# What compilers say.


async def test_compile_errors_are_shown(court: Court, tmp_path: Path) -> None:
    """The compiler's own words reach the contestant, with the file and line that they are about."""
    source = program("int main() {\n  return missing;\n}\n", "main.cpp")
    judged = await court.judge(echo_package(tmp_path), source)

    assert judged.verdict is Verdict.CE
    assert "main.cpp:2" in judged.compilation.output
    assert "missing" in judged.compilation.output
    assert judged.runs == ()


async def test_compile_errors_are_capped(court: Court, tmp_path: Path) -> None:
    """Of thousands of errors the beginning is kept, and that something was cut is said."""
    lines = "\n".join(f"  missing{number};" for number in range(2000))
    judged = await court.judge(echo_package(tmp_path), program(f"int main(void) {{\n{lines}\n}}\n", "main.c"))

    assert judged.verdict is Verdict.CE
    assert OUTPUT_CHARS < len(judged.compilation.output) < OUTPUT_CHARS + 100
    assert "missing0" in judged.compilation.output
    assert judged.compilation.output.endswith("[cut here: the compiler said more]")


COUNTS = """\
constexpr int count(int n) { return n < 2 ? n : count(n - 1) + count(n - 2); }
static_assert(count(45) > 0);
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [(COUNTS, "processor time"), ('#include "/dev/zero"\n', "memory")],
    ids=["time", "memory"],
)
async def test_a_stopped_compiler_is_a_compile_error(court: Court, tmp_path: Path, text: str, said: str) -> None:
    """A compiler that a limit ended gives CE, and the text says which limit."""
    limits = dataclasses.replace(LIMITS, compile_time_ms=1000, compile_memory_bytes=128 * MIB)
    judged = await court.judge(echo_package(tmp_path), program(text, "main.cpp"), limits=limits)

    assert judged.verdict is Verdict.CE
    first = judged.compilation.output.splitlines()[0]
    assert first.startswith("The compiler was stopped: ")
    assert said in first


async def test_compiled_programs_are_kept(court: Court, tmp_path: Path) -> None:
    """The second judging of a source does not compile, and comes to the same end."""
    package = echo_package(tmp_path)
    source = program(f"// {tmp_path}\n{SUM_CPP}", "main.cpp")
    first = await court.judge(package, source)
    second = await court.judge(package, source)

    assert (first.verdict, second.verdict) == (Verdict.AC, Verdict.AC)
    assert first.compilation.cpu_us > 0
    assert second.compilation.cpu_us == 0


async def test_kept_programs_are_those_of_their_language(court: Court, tmp_path: Path) -> None:
    """The same text in two languages is two programs, compiled or kept."""
    package = echo_package(tmp_path, {f"data/{test}/1.ans": "202002\n" for test in ("sample", "secret")})
    files = program('#include <cstdio>\nint main() { printf("%ld\\n", __cplusplus); }\n', "main.cpp").files
    verdicts = [
        (await court.judge(package, Source(language=language, files=files))).verdict
        for language in ("cpp17", "cpp20", "cpp17", "cpp20")
    ]

    assert verdicts == [Verdict.WA, Verdict.AC, Verdict.WA, Verdict.AC]


async def test_a_damaged_kept_program_is_made_anew(court: Court, tmp_path: Path) -> None:
    """What a crash of the host left of a kept program is no reason for a wrong verdict."""
    package, source = echo_package(tmp_path), program(f"# {tmp_path}\n{SUM}", "main.py")
    assert (await court.judge(package, source)).verdict is Verdict.AC
    kept = court.programs.cache.find(court.programs.key(source))
    assert kept is not None
    kept.chmod(0o644)
    for damage in (kept.read_bytes()[:-10], b""):
        kept.write_bytes(damage)

        assert (await court.judge(package, source)).verdict is Verdict.AC


# Our own failures.


SPINS_IN_THE_COMPILER = """\
constexpr int spin(int n) { int x = 0; for (int i = 0; i < n; i++) x ^= i; return x; }
constexpr int a = spin(30000), b = spin(30001), c = spin(30002), d = spin(30003), e = spin(30004), f = spin(30005);
"""


@pytest.mark.parametrize("moment", ["compiling", "running"])
async def test_a_cell_that_dies_is_replaced(court: Court, tmp_path: Path, moment: str) -> None:
    """When a cell is killed in the middle of compiling or running, the judging starts afresh and ends right."""
    name = f"doomed_{court.level.name}_{moment}"
    if moment == "compiling":
        source = program(SPINS_IN_THE_COMPILER + SUM_CPP, f"{name}.cpp")
    else:
        source = program(f"import time\ntime.sleep(0.5)\n{SUM}", f"{name}.py")
    witness = Witness()
    judging = asyncio.create_task(court.judge(echo_package(tmp_path), source, witness=witness))
    await _kill_launcher_above(name.encode(), judging)
    judged = await judging

    assert judged.verdict is Verdict.AC, judged
    assert witness.heard.count("compiling") == 2
    assert witness.heard[-2:] == ["1 sample/1 AC", "2 secret/1 AC"]


async def test_cells_that_keep_dying_are_a_judge_error(court: Court, tmp_path: Path) -> None:
    """After the second cell died under it a judging ends as JE, with what is known of the reason."""
    name = f"doomed_twice_{court.level.name}"
    source = program("import time\ntime.sleep(20)\n", f"{name}.py")
    limits = dataclasses.replace(LIMITS, wall_ms=20_000)
    judging = asyncio.create_task(court.judge(echo_package(tmp_path), source, limits=limits))
    for _ in range(2):
        await _kill_launcher_above(name.encode(), judging)
    judged = await judging

    assert judged.verdict is Verdict.JE
    assert "ended by itself" in judged.message


async def _kill_launcher_above(word: bytes, judging: asyncio.Task[Judged]) -> None:
    """Kill the launcher whose box holds a process that was started with ``word``, once there is one."""
    while not judging.done():
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and word in _read(path / "cmdline"):
                box = _ancestors(int(path.name))
                if len(box) >= 2:
                    os.kill(box[1], signal.SIGKILL)
                    while _read(path / "cmdline"):
                        await asyncio.sleep(0.01)
                    return
        await asyncio.sleep(0.01)
    raise AssertionError(f"judged before it could be disturbed: {judging.result()}")


def _ancestors(pid: int) -> list[int]:
    """The box's init and the launcher above a process, found by where its pid namespaces begin."""
    found: list[int] = []
    while pid > 1 and len(found) < 2:
        status = _read(Path(f"/proc/{pid}/status")).decode()
        if "PPid:" not in status:
            return []
        if status.split("NSpid:")[1].splitlines()[0].split()[-1] == "1":
            found.append(pid)
        pid = int(status.split("PPid:")[1].split()[0])
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_a_missing_compiler_is_a_judge_error(
    court: Court, tmp_path: Path, image_names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the compiler is not installed nobody is told that their program does not compile: JE names it."""
    monkeypatch.setattr("sandbox.local.SYSTEM_PATHS", ("/nowhere",))
    images = {**court.programs.images, "gcc": image_names["python3"] if court.level.name == "container" else "bare"}
    pool = CellPool(court.level.maker, court.pool.slots, keeps_warm=False)
    bare = Court(court.level, pool, Programs(cache=court.programs.cache, images=images))
    try:
        judged = await bare.judge(echo_package(tmp_path), program(f"// bare\n{SUM_CPP}", "main.cpp"))
    finally:
        await pool.close()

    assert judged.verdict is Verdict.JE
    assert "/usr/bin/g++" in judged.message


async def test_a_missing_image_is_a_judge_error(court: Court, tmp_path: Path) -> None:
    """A language whose image this host lacks cannot be judged here, and JE says so."""
    programs = Programs(cache=court.programs.cache, images={})
    judged = await court.judge(echo_package(tmp_path), program(SUM, "main.py"), programs=programs)

    assert judged.verdict is Verdict.JE
    assert "python3" in judged.message


# Languages.

HELLO = {
    "c": (
        "main.c",
        '#include <stdio.h>\nint main(void) { int a, b; scanf("%d%d", &a, &b); printf("%d\\n", a + b); }\n',
    ),
    "cpp17": ("main.cpp", SUM_CPP),
    "cpp20": ("main.cpp", SUM_CPP),
    "cpp23": ("main.cpp", SUM_CPP),
    "java": (
        "Sum.java",
        """\
import java.util.Scanner;
public class Sum {
  public static void main(String[] words) {
    Scanner in = new Scanner(System.in);
    System.out.println(in.nextInt() + in.nextInt());
  }
}
""",
    ),
    "python3": ("main.py", SUM),
    "javascript": (
        "main.js",
        "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\nconsole.log(a + b);\n",
    ),
}


@pytest.mark.parametrize("language", offered())
async def test_every_language_works(court: Court, tmp_path: Path, language: str) -> None:
    """A program that reads, adds and prints is accepted in each language there is a recipe for."""
    if court.level.name == "local" and not Path(languages()[language].compile[0][0]).exists():
        pytest.skip(f"this machine has no {languages()[language].compile[0][0]} of its own")
    name, text = HELLO[language]
    source = Source(language=language, files=(SourceFile(name=name, content=text.encode()),))
    judged = await court.judge(echo_package(tmp_path), source)

    assert judged.verdict is Verdict.AC, judged


async def test_a_program_of_two_files(court: Court, tmp_path: Path) -> None:
    """All files of a source are compiled together, with headers where includes look for them."""
    files = {
        "total.cpp": '#include "total.h"\nint total(int a, int b) { return a + b; }\n',
        "total.h": "int total(int a, int b);\n",
        "main.cpp": SUM_CPP.replace("int main", '#include "total.h"\nint main').replace("a + b", "total(a, b)"),
    }
    source = Source(language="cpp20", files=tuple(SourceFile(name=n, content=t.encode()) for n, t in files.items()))
    judged = await court.judge(echo_package(tmp_path), source)

    assert judged.verdict is Verdict.AC, judged


async def test_java_with_a_package_declaration(court: Court, tmp_path: Path) -> None:
    """A Java class within a package is compiled and found, beside a class that is not."""
    name, text = HELLO["java"]
    helper = SourceFile(name="Adder.java", content=b"package team.one;\nclass Adder {}\n")
    main = SourceFile(name=name, content=f"package team.one;\n{text}".encode())
    judged = await court.judge(echo_package(tmp_path), Source(language="java", files=(helper, main)))

    assert judged.verdict is Verdict.AC, judged


#: What the box of a submission is to find none of, whatever it was compiled with.
SEARCHES = {
    "main.c": """\
#include <stdio.h>
#include <unistd.h>
int main(void) {
    const char *tools[] = {"/bin/sh", "/bin/bash", "/usr/bin/gcc", "/usr/bin/as", "/usr/bin/perl", "/usr/bin/dpkg", 0};
    for (int i = 0; tools[i]; i++)
        if (access(tools[i], F_OK) == 0) puts(tools[i]);
    puts(access("/usr/bin", F_OK) == 0 ? "programs" : "none");
}
""",
    "main.py": """\
import os, subprocess
for tool in ("/bin/sh", "/bin/bash", "/usr/bin/gcc", "/usr/bin/perl", "/usr/bin/dpkg", "/usr/bin/apt-get"):
    if os.path.exists(tool): print(tool)
try:
    subprocess.run("true", shell=True)
except FileNotFoundError:
    print("none")
""",
    "Main.java": """\
public class Main {
    public static void main(String[] words) throws Exception {
        String[] tools = {"/bin/sh", "/bin/bash", "/usr/bin/javac", "/usr/bin/perl", "/usr/bin/dpkg"};
        for (String tool : tools)
            if (new java.io.File(tool).exists()) System.out.println(tool);
        try { new ProcessBuilder("/bin/sh").start(); } catch (java.io.IOException none) { System.out.println("none"); }
    }
}
""",
}


@pytest.mark.parametrize("name", SEARCHES)
async def test_programs_run_without_shell_or_compiler(court: Court, tmp_path: Path, name: str) -> None:
    """In a container a program finds neither a shell nor what it was compiled with."""
    if court.level.name == "local":
        pytest.skip("at level local programs see the machine's own /usr")
    package = echo_package(tmp_path, {f"data/{test}/1.ans": "none\n" for test in ("sample", "secret")})
    limits = dataclasses.replace(LIMITS, time_ms=2000, wall_ms=5000)
    judged = await court.judge(package, program(SEARCHES[name], name), limits=limits)

    assert judged.verdict is Verdict.AC, judged


#: What static linking, or an image without a Debian in it, has been known to break.
NEEDS = {
    "main.cpp": """\
#include <bits/stdc++.h>
int deep(int n) { volatile char frame[1000]; frame[0] = 1; return n == 0 ? 0 : deep(n - 1) + frame[0]; }
int main() {
    std::atomic<int> sum{0};
    std::mutex mutex;
    std::condition_variable all;
    std::vector<std::thread> threads;
    int ready = 0;
    for (int i = 0; i < 8; i++)
        threads.emplace_back([&, i] { sum += i; std::lock_guard hold(mutex); ready++; all.notify_all(); });
    { std::unique_lock hold(mutex); all.wait(hold, [&] { return ready == 8; }); }
    for (auto &thread : threads) thread.join();
    std::once_flag once;
    std::call_once(once, [&] { sum++; });
    std::cout << sum << ' ' << std::async(std::launch::async, [] { return 1; }).get() << ' ' << deep(150000) << '\\n';
    try { std::vector<int>().at(3); } catch (const std::out_of_range &) { std::cout << "caught\\n"; }
    std::cout << std::regex_match("abc", std::regex("a.c")) << ' ' << std::locale("").name() << std::endl;
    std::setlocale(LC_ALL, "");
    std::printf("%ls\\n", L"\\u00e9\\u5927");
}
""",
    "Main.java": """\
import java.util.*;
public class Main {
    public static void main(String[] words) throws Exception {
        System.out.println(29 + " " + Arrays.stream(new int[] {1}).parallel().sum() + " 150000");
        try { new ArrayList<Integer>().get(3); } catch (IndexOutOfBoundsException out) { System.out.println("caught"); }
        java.awt.Point point = new java.awt.Point(1, 2);
        System.out.println(point.x + " C.UTF-8");
        System.out.println("\\u00e9\\u5927");
    }
}
""",
    "main.py": """\
import concurrent.futures, ctypes, decimal, hashlib, locale, sqlite3, sys, threading
locale.setlocale(locale.LC_ALL, "")
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(int, "1234567")) + 1, ctypes.sizeof(ctypes.c_char), 150000)
try:
    [][3]
except IndexError:
    print("caught")
print(1, ".".join(("C", locale.nl_langinfo(locale.CODESET))))
print("\\u00e9\\u5927")
""",
}


async def test_targets_named_by_a_pragma(court: Court, tmp_path: Path) -> None:
    """Programs that ask for vector instructions before they include anything compile, strings and all."""
    source = """
        #pragma GCC optimize("Ofast")
        #pragma GCC target("avx,avx2,fma")
        #include <bits/stdc++.h>
        using namespace std;
        int main() { string s = "x"; vector<string> v(2, s); int a, b; cin >> a >> b; cout << a + b + (v[0] != s); }
    """

    judged = await court.judge(echo_package(tmp_path), program(source, "main.cpp"))

    assert judged.verdict is Verdict.AC, judged


@pytest.mark.parametrize("name", NEEDS)
async def test_programs_find_what_they_need_where_they_run(court: Court, tmp_path: Path, name: str) -> None:
    """Threads, exceptions, deep recursion, libraries and texts beyond ASCII work in an image with next to nothing."""
    answer = "29 1 150000\ncaught\n1 C.UTF-8\n\u00e9\u5927\n"
    package = echo_package(tmp_path, {f"data/{test}/1.ans": answer for test in ("sample", "secret")})
    if court.level.name == "local" and name == "Main.java" and not Path("/usr/bin/javac").exists():
        pytest.skip("this machine has no /usr/bin/javac of its own")
    limits = dataclasses.replace(LIMITS, time_ms=2000, wall_ms=5000, memory_bytes=512 * MIB)
    judged = await court.judge(package, program(NEEDS[name], name), limits=limits)

    assert judged.verdict is Verdict.AC, judged
