"""Packages of Polygon: limits, tests, programs, statements, and what is wrong with them."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.models import MIB, Blob, Convention
from judge.verdicts import Verdict
from problems.recipes import MISSING, ConvertedFile, Generated, MissingTest, Solved
from tests.polygons import complaints, loaded, problem_xml


def _missing(package_recipes: tuple[object, ...]) -> dict[str, MissingTest]:
    return {recipe.testcase: recipe for recipe in package_recipes if isinstance(recipe, MissingTest)}


def test_limits_and_names(tmp_path: Path) -> None:
    """Limits are those of problem.xml, in its units; titles come by language, English first."""
    package = loaded(tmp_path)

    assert package.format == "polygon"
    assert package.problem.limits.time_ms == 1500
    assert package.problem.limits.memory_bytes == 128 * 1024 * 1024
    assert dict(package.titles) == {"en": "Double", "ru": "Вдвое"}
    assert package.title == "Double"
    assert [(text.language, text.format) for text in package.statements] == [("en", "tex")]
    assert package.about == {"keywords": ["math"], "version": "3"}


def test_tests_that_are_there(tmp_path: Path) -> None:
    """Samples come first, the others follow by number; shipped answers are kept, missing ones are to be made."""
    package = loaded(tmp_path)

    assert [case.name for case in package.problem.testcases] == ["sample/01", "secret/02", "secret/03"]
    sample, generated, manual = package.problem.testcases
    assert (sample.input, sample.answer) == (Blob.of(b"1\n"), Blob.of(b"2\n"))
    assert (generated.input, generated.answer) == (MISSING, MISSING)
    assert (manual.input, manual.answer) == (Blob.of(b"5\n"), MISSING)
    recipes = _missing(package.recipes)
    assert recipes.keys() == {"secret/02", "secret/03"}
    order = recipes["secret/02"].input
    assert isinstance(order, Generated)
    assert (order.program.files[0].name, order.argv, order.file) == ("gen.cpp", ("6", "7"), "")
    assert recipes["secret/03"].input is None
    solved = recipes["secret/03"].answer
    assert isinstance(solved, Solved)
    assert [solution.files[0].name for solution in solved.solutions] == ["main.cpp", "also.py"]


def test_a_sample_in_the_middle_comes_first(tmp_path: Path) -> None:
    """Judging begins with samples wherever problem.xml lists them."""
    tests = '<test method="manual"/><test method="manual" sample="true"/>'
    package = loaded(tmp_path, {"problem.xml": problem_xml(tests=tests), "tests/02": "4\n"})

    assert [case.name for case in package.problem.testcases] == ["sample/02", "secret/01"]


def test_more_than_99_tests(tmp_path: Path) -> None:
    """A pattern of two digits goes on with three, and names stay in order."""
    tests = '<test method="manual"/>' * 100
    files: dict[str, str | bytes | None] = {f"tests/{number:02d}": f"{number}\n" for number in range(1, 101)}
    package = loaded(tmp_path, {"problem.xml": problem_xml(tests=tests), **files})

    names = [case.name for case in package.problem.testcases]
    assert names == sorted(names)
    assert names[-1] == "secret/100"
    assert package.problem.testcases[-1].input == Blob.of(b"100\n")


def test_windows_line_ends_are_converted(tmp_path: Path) -> None:
    """A test of Windows has the digest of its Unix form, and a recipe that makes it; the package stays as it is."""
    package = loaded(tmp_path, {"tests/01": b"1\r\n", "tests/03": b"\x00\r\n"})

    assert package.problem.testcases[0].input == Blob.of(b"1\n")
    assert Blob.of(b"1\n") not in package.files
    [copy] = [recipe for recipe in package.recipes if isinstance(recipe, ConvertedFile)]
    assert (copy.path.name, copy.blob) == ("01", Blob.of(b"1\n"))
    assert (package.path / "tests/01").read_bytes() == b"1\r\n"
    # What holds a NUL byte is no text.
    assert package.problem.testcases[2].input == Blob.of(b"\x00\r\n")


def test_a_missing_test_is_left_out_loudly(tmp_path: Path) -> None:
    """A test without file and command is not judged, and a warning says so."""
    package = loaded(tmp_path, {"tests/03": None})

    assert [case.name for case in package.problem.testcases] == ["sample/01", "secret/02"]
    assert any("tests/03: test 3 is left out" in warning for warning in package.warnings)


def test_nothing_but_samples(tmp_path: Path) -> None:
    """Samples alone judge nothing."""
    tests = '<test method="manual" sample="true"/>'

    assert complaints(tmp_path, {"problem.xml": problem_xml(tests=tests)}) == [
        "problem.xml: no test but samples; anything that passes them would be accepted"
    ]


def test_checker_is_compiled_with_the_packages_own_testlib(tmp_path: Path) -> None:
    """The checker has testlib's convention, and brings the header along; so do interactor and validator."""
    assets = '<interactor><source path="files/inter.cpp" type="cpp.gcc13-64-winlibs-g++20"/></interactor>'
    package = loaded(tmp_path, {"problem.xml": problem_xml(assets=assets), "files/inter.cpp": "int main() {}\n"})

    checker = package.problem.checker
    assert (checker.name, checker.convention, checker.program_name) == ("program", Convention.TESTLIB, "check.cpp")
    assert checker.program is not None
    assert checker.program.language == "cpp17"
    assert [file.name for file in checker.program.files] == ["check.cpp", "testlib.h"]
    assert package.problem.is_interactive
    assert package.problem.interactor is not None
    assert package.problem.interactor.language == "cpp20"
    [validator] = package.input_validators
    assert (validator.name, validator.kind) == ("val.cpp", "program")
    assert package.input_flags["secret/02"] == {"": ("--testset", "tests")}


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("wcmp", ("case_sensitive",)),
        ("rcmp6", ("float_tolerance", "1e-6")),
        ("rcmp4", ("float_tolerance", "1e-4")),
        ("yesno", ()),
    ],
)
def test_standard_checkers_without_source(tmp_path: Path, name: str, flags: tuple[str, ...]) -> None:
    """Where the source of a standard checker is missing, ours judges by its rule, with a warning."""
    checker = f'<checker name="std::{name}.cpp" type="testlib"/>'
    package = loaded(tmp_path, {"problem.xml": problem_xml(checker=checker)})

    assert package.problem.checker.name == "tokens"
    assert {case.checker_flags for case in package.problem.testcases} == {flags}
    assert any(f"std::{name}.cpp is not in the package" in warning for warning in package.warnings)


def test_standard_checker_with_source(tmp_path: Path) -> None:
    """A standard checker that the package ships is compiled like any other."""
    checker = '<checker name="std::wcmp.cpp" type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>'

    assert loaded(tmp_path, {"problem.xml": problem_xml(checker=checker)}).problem.checker.program is not None


def test_an_unknown_standard_checker(tmp_path: Path) -> None:
    """A checker that is neither there nor known refuses the package."""
    checker = '<checker name="std::uncmp.cpp" type="testlib"/>'

    [error] = complaints(tmp_path, {"problem.xml": problem_xml(checker=checker)})
    assert "the checker std::uncmp.cpp cannot be used" in error


def test_solutions_and_their_tags(tmp_path: Path) -> None:
    """A tag says what a solution gets on some test; the main one comes first."""
    tags = {
        "accepted": (Verdict.AC,),
        "main": (Verdict.AC,),
        "time-limit-exceeded": (Verdict.TLE,),
        "memory-limit-exceeded": (Verdict.MLE, Verdict.RTE),
        "time-limit-exceeded-or-accepted": (Verdict.TLE, Verdict.AC),
        "presentation-error": (Verdict.WA, Verdict.OLE),
        "do-not-run": (),
    }
    solutions = "".join(
        f'<solution tag="{tag}"><source path="solutions/{tag}.py" type="python.3"/></solution>' for tag in tags
    )
    files: dict[str, str | bytes | None] = {f"solutions/{tag}.py": "pass\n" for tag in tags}
    package = loaded(tmp_path, {"problem.xml": problem_xml(solutions=solutions), **files})

    found = {
        submission.path.removeprefix("solutions/").removesuffix(".py"): submission for submission in package.submissions
    }
    assert next(iter(found)) == "main"
    assert {tag: submission.expected for tag, submission in found.items()} == tags
    assert not found["do-not-run"].is_judged
    too_slow = found["time-limit-exceeded"]
    assert [rule.required for rule in too_slow.rules] == [frozenset({Verdict.TLE})]
    assert too_slow.needs_all_tests
    assert not found["accepted"].rules


def test_solutions_in_other_languages_are_skipped(tmp_path: Path) -> None:
    """What cannot be run here is a warning, never an error."""
    solutions = (
        '<solution tag="main"><source path="solutions/main.cpp" type="cpp.g++17"/></solution>'
        '<solution tag="accepted"><source path="solutions/old.dpr" type="pas.dpr"/></solution>'
        '<solution tag="accepted"><source path="solutions/old.py" type="python.2"/></solution>'
    )
    changes = {"solutions/old.dpr": "begin end.", "solutions/old.py": "print 1"}
    package = loaded(tmp_path, {"problem.xml": problem_xml(solutions=solutions), **changes})

    assert [submission.path for submission in package.submissions] == ["solutions/main.cpp"]
    assert [warning for warning in package.warnings if "a solution is ignored" in warning] != []
    assert len([warning for warning in package.warnings if "no language of this judge" in warning]) == 2


def test_numbers_of_windows(tmp_path: Path) -> None:
    """%I64d, which prints other numbers under glibc, becomes %lld in programs; testlib.h stays as it is."""
    source = '#include <cstdio>\nint main() { std::printf("%I64d %03I64u\\n", 1LL, 2ULL); }\n'
    package = loaded(tmp_path, {"solutions/main.cpp": source, "files/testlib.h": 'const char *x = "%I64d";\n'})

    assert b'"%lld %03llu\\n"' in package.submissions[0].source.files[0].content
    assert package.problem.checker.program is not None
    assert b"%I64d" in package.problem.checker.program.files[1].content


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("unsigned __int64 n; __int64_t m;", "unsigned long long n; __int64_t m;"),
        ("#define __int64 long long\n__int64 n;", None),
        ("typedef long long __int64;\n__int64 n;", None),
    ],
)
def test_the_type_of_windows(tmp_path: Path, source: str, mended: str | None) -> None:
    """The type that only compilers of Windows have becomes that of all others, unless the program says what it is."""
    package = loaded(tmp_path, {"solutions/main.cpp": source})
    said = "solutions/main.cpp: has numbers of the type __int64, which only Windows knows: taken as long long"

    assert package.submissions[0].source.files[0].content == (mended or source).encode()
    assert (said in package.warnings) is (mended is not None)


def test_headers_in_angle_brackets(tmp_path: Path) -> None:
    """A header of the package is found however a program includes it; those of the system stay what they are."""
    source = "#include <vector>\n # include <testlib.h>\nint main() {}\n"
    package = loaded(tmp_path, {"files/check.cpp": source})

    assert package.problem.checker.program is not None
    assert package.problem.checker.program.files[0].content == (
        b'#include <vector>\n # include "testlib.h"\nint main() {}\n'
    )


def test_sources_of_windows(tmp_path: Path) -> None:
    """A byte order mark goes, and what is not UTF-8 where it has to be is taken for Windows' own code page."""
    changes = {
        "solutions/main.cpp": b"\xef\xbb\xbf// \xf4\nint main() {}\n",
        "solutions/also.py": "# да\n".encode("cp1251"),
        "solutions/wrong.py": b"# coding: cp1251\n# \xe4\n",
    }
    sources = [item.source.files[0].content for item in loaded(tmp_path, changes).submissions]

    assert sources == [b"// \xf4\nint main() {}\n", "# да\n".encode(), b"# coding: cp1251\n# \xe4\n"]


def test_file_names_for_input_and_output(tmp_path: Path) -> None:
    """Names of files are taken over; those of the standard streams mean none."""
    both = problem_xml(judging='input-file="double.in" output-file="stdout"')
    package = loaded(tmp_path, {"problem.xml": both})

    assert (package.problem.input_file, package.problem.output_file) == ("double.in", "")


def test_tests_of_validator_and_checker(tmp_path: Path) -> None:
    """Tests of the package's own programs become cases that are never judged."""
    checker = """<checker type="testlib"><source path="files/check.cpp" type="cpp.g++17"/><testset>
        <input-path-pattern>c/%02d</input-path-pattern><output-path-pattern>c/%02d.o</output-path-pattern>
        <answer-path-pattern>c/%02d.a</answer-path-pattern>
        <tests><test verdict="ok"/><test verdict="wrong-answer"/><test verdict="crashed"/></tests>
        </testset></checker>"""
    assets = """<validators><validator><source path="files/val.cpp" type="cpp.g++17"/><testset>
        <input-path-pattern>v/%02d</input-path-pattern>
        <tests><test verdict="valid"/><test verdict="invalid" group="1"/></tests></testset></validator></validators>"""
    changes = {"v/01": "1\n", "v/02": "x\n"}
    for number in (1, 2, 3):
        changes |= {f"c/0{number}": "1\n", f"c/0{number}.o": "2\n", f"c/0{number}.a": "2\n"}
    package = loaded(tmp_path, {"problem.xml": problem_xml(checker=checker, assets=assets), **changes})

    assert [(case.name, case.kind) for case in package.extra_cases] == [
        ("invalid_input/01", "invalid_input"),
        ("valid_output/01", "valid_output"),
        ("invalid_output/02", "invalid_output"),
    ]
    assert package.extra_cases[0].input_flags == {"": ("--group", "1")}
    assert package.extra_cases[0].input in package.files


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"judging": 'run-count="2"'}, "problem.xml:7: run-count: problems that run a solution twice"),
        ({"limits": "<time-limit>-1</time-limit><memory-limit>1</memory-limit>"}, "<time-limit> must be a number"),
        ({"limits": "<time-limit>1000</time-limit>"}, "<memory-limit> must be a number"),
        ({"paths": "<input-path-pattern>tests/%s</input-path-pattern>"}, "<input-path-pattern> must hold one number"),
        ({"paths": "<input-path-pattern>../%d</input-path-pattern>"}, "<input-path-pattern> must hold one number"),
        ({"judging": 'input-file="../x"'}, "is not a plain file name"),
        ({"checker": ""}, "nothing says how output is judged"),
        ({"groups": f"<groups>{'<group/>' * 1001}</groups>"}, "more than 1000 groups"),
        ({"testset": "long" * 100}, "the name of a <testset> must be at most 200 printable characters"),
        (
            {"tests": '<test method="manual"/><test cmd="other 1"/>'},
            "test 2 cannot be made: there is no generator 'other'",
        ),
    ],
)
def test_what_refuses_a_package(tmp_path: Path, part: dict[str, str], text: str) -> None:
    """What would be judged otherwise than its author meant is an error that says where and what."""
    assert any(text in error for error in complaints(tmp_path, {"problem.xml": problem_xml(**part)}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<problem", "problem.xml:1: not XML"),
        ("<!DOCTYPE problem [<!ENTITY a 'b'>]><problem>&a;</problem>", "problem.xml:1: has a document type"),
        ("<package/>", "its root element must be <problem>"),
        ("<problem>" + "<a>" * 40 + "</a>" * 40 + "</problem>", "nested deeper than"),
        ("<problem>" + "<a/>" * 100_001 + "</problem>", "more than 100000 elements"),
        ("<problem/>", "has no element <judging>"),
    ],
)
def test_hostile_and_broken_xml(tmp_path: Path, content: str, text: str) -> None:
    """XML that is broken, has entities or is far too much is refused, with the line where it happens."""
    assert any(text in error for error in complaints(tmp_path, {"problem.xml": content}))


_TEXTS = st.sampled_from(
    [
        "",
        "-1",
        "nan",
        "1e400",
        "9" * 30,
        "../../etc/passwd",
        "/etc/passwd",
        "tests/%999d",
        "%s%n",
        "a" * 5000,
        "\\",
        "é",
    ]
)


@given(limits=_TEXTS, path=_TEXTS, command=_TEXTS, points=_TEXTS, group=_TEXTS, kind=_TEXTS, tag=_TEXTS, judging=_TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_problem_xml_says(tmp_path_factory: pytest.TempPathFactory, **texts: str) -> None:
    """Nothing that stands in problem.xml makes reading fail in any other way than with a list of errors."""
    content = problem_xml(
        limits=f"<time-limit>{texts['limits']}</time-limit><memory-limit>1{texts['limits']}</memory-limit>",
        paths=f"<input-path-pattern>{texts['path']}</input-path-pattern>"
        "<answer-path-pattern>tests/%02d.a</answer-path-pattern>",
        tests='<test method="manual"/>'
        f'<test cmd="{texts["command"]}" points="{texts["points"]}" group="{texts["group"]}"/>',
        groups=f'<groups><group name="{texts["group"]}" points="{texts["points"]}"/></groups>',
        solutions=f'<solution tag="{texts["tag"]}"><source path="{texts["path"]}" type="{texts["kind"]}"/></solution>',
        judging=f'input-file="{texts["judging"]}" output-file="{texts["judging"]}"',
    )
    with contextlib.suppress(PackageError):
        loaded(tmp_path_factory.mktemp("any"), {"problem.xml": content})


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_whatever_is_called_problem_xml(content: bytes) -> None:
    """Bytes of any kind are refused with an error that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        assert all("problem.xml" in error for error in complaints(Path(folder), {"problem.xml": content}))


def test_paths_that_leave_the_package(tmp_path: Path) -> None:
    """No path of problem.xml is followed out of the package."""
    (tmp_path / "secret.cpp").write_text("int main() {}\n")
    solutions = '<solution tag="main"><source path="../secret.cpp" type="cpp.g++17"/></solution>'
    errors = complaints(tmp_path, {"problem.xml": problem_xml(solutions=solutions)})

    assert any("answers are missing" in error for error in errors)


def test_text_in_many_pieces_takes_no_time(tmp_path: Path) -> None:
    """An element whose text is cut by thousands of others is read in a time that grows with its length only."""
    scattered = f"<tags>{'x' * 80}<b/></tags>".replace("<b/>", ("<b/>" + "x" * 80) * 90_000)
    started = time.monotonic()

    loaded(tmp_path, {"problem.xml": problem_xml(top=scattered)})

    assert time.monotonic() - started < 10


def test_a_file_that_is_named_over_and_over(tmp_path: Path) -> None:
    """A large file that problem.xml names a thousand times is read once."""
    tests = '<input-path-pattern>v/%02d</input-path-pattern><tests><test verdict="invalid"/></tests>'
    validator = (
        f'<validator><source path="files/val.cpp" type="cpp.g++17"/>{f"<testset>{tests}</testset>" * 1000}</validator>'
    )
    started = time.monotonic()

    package = loaded(
        tmp_path,
        {"problem.xml": problem_xml(assets=f"<validators>{validator}</validators>"), "v/01": b"1" * 32 * MIB},
    )

    assert len(package.extra_cases) == 1000
    assert time.monotonic() - started < 10
