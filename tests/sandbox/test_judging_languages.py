"""Judging with real cells: every language, and what its programs find where they run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.models import MIB, Source, SourceFile
from judge.recipes.languages import languages, offered
from judge.verdicts import Verdict
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, SUM, SUM_CPP, Court, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

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
