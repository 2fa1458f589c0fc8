"""Reading problem.yaml and the files that DOMjudge keeps beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB, MIB, Limits
from tests.packages import complaints, loaded

LIMITS = "limits: {time_limit: 1}\n"


def title(tmp_path: Path, yaml: str) -> str:
    return loaded(tmp_path, {"problem.yaml": yaml + LIMITS}).title


class TestLimits:
    def test_all(self, tmp_path: Path) -> None:
        """Every limit is honoured in its unit, and the wall limit follows the time limit."""
        limits = """
            time_limit: 0.25
            memory: 64
            output: 1
            code: 32
            compilation_time: 10
            compilation_memory: 512
            validation_time: 2.5
            validation_memory: 128
            validation_output: 3
        """

        found = loaded(tmp_path, {"problem.yaml": f"name: x\nlimits:\n{limits}"}).problem.limits

        assert found == Limits(
            time_ms=250,
            wall_ms=1500,
            memory_bytes=64 * MIB,
            output_bytes=MIB,
            code_bytes=32 * KIB,
            compile_time_ms=10_000,
            compile_memory_bytes=512 * MIB,
            validation_time_ms=2500,
            validation_memory_bytes=128 * MIB,
            validation_output_bytes=3 * MIB,
        )

    @pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e300", "soon", "[1]", "{s: 1}", "''"])
    def test_senseless_ones(self, tmp_path: Path, value: str) -> None:
        """A limit that is no positive number is refused with its line."""
        (complaint,) = complaints(tmp_path, {"problem.yaml": f"name: x\nlimits:\n  memory: 1\n  time_limit: {value}\n"})

        assert complaint.startswith("problem.yaml:4: limits.time_limit: ")

    def test_must_be_a_mapping(self, tmp_path: Path) -> None:
        """What is no mapping is refused in words of the file, not of our code."""
        assert complaints(tmp_path, {"problem.yaml": "name: x\nlimits: 5\n"}) == [
            "problem.yaml:2: limits: Input should be a mapping"
        ]

    def test_no_time_limit(self, tmp_path: Path) -> None:
        """Without a time limit nothing is guessed, and the author is told what to add."""
        (complaint,) = complaints(tmp_path, {"problem.yaml": "name: x\nlimits: {time_multiplier: 3.5}\n"})

        assert "add `limits: {time_limit: 2}`" in complaint


class TestOtherTimeLimits:
    @pytest.mark.parametrize(
        ("files", "time_ms"),
        [
            ({".timelimit": "3.5\n"}, 3500),
            ({"domjudge-problem.ini": "timelimit = 2\n"}, 2000),
            ({"domjudge-problem.ini": "[DOMJudge]\nshort-name = x\ncolor = #000000\ntimelimit = '0.5'\n"}, 500),
            ({"domjudge-problem.ini": "timelimit=4\r\n", ".timelimit": "4"}, 4000),
        ],
    )
    def test_are_read(self, tmp_path: Path, files: dict[str, str], time_ms: int) -> None:
        """DOMjudge's two places for a time limit count where problem.yaml has none."""
        assert loaded(tmp_path, {"problem.yaml": "name: x\n", **files}).problem.limits.time_ms == time_ms

    @pytest.mark.parametrize(
        "files",
        [
            {".timelimit": "3"},
            {"domjudge-problem.ini": "timelimit = 2"},
            {"problem.yaml": "name: x", ".timelimit": "1", "domjudge-problem.ini": "timelimit = 2"},
        ],
    )
    def test_must_agree(self, tmp_path: Path, files: dict[str, str]) -> None:
        """Two time limits that differ are an error: either could be the one that was meant."""
        (complaint,) = complaints(tmp_path, dict(files))

        assert "keep one of them" in complaint

    @pytest.mark.parametrize("text", ["", "two", "nan", "-1", "1e9"])
    def test_senseless_ones(self, tmp_path: Path, text: str) -> None:
        """A time limit file that holds no number of seconds is refused."""
        assert f".timelimit: time limit {text!r} is not a number of seconds" in complaints(
            tmp_path, {"problem.yaml": "name: x", ".timelimit": text}
        )

    def test_ini_alone(self, tmp_path: Path) -> None:
        """An old DOMjudge package without problem.yaml loads, under the name its ini gives."""
        package = loaded(tmp_path, {"problem.yaml": None, "domjudge-problem.ini": 'name = "Two"\ntimelimit = 1'})

        assert package.title == "Two"

    @pytest.mark.parametrize("key", ["special_compare", "special_run"])
    def test_programs_of_a_server(self, tmp_path: Path, key: str) -> None:
        """A package that needs a program which is not in it is refused."""
        (complaint,) = complaints(tmp_path, {"domjudge-problem.ini": f"{key} = float\n"})

        assert "'float' is not in the package" in complaint


class TestNames:
    @pytest.mark.parametrize(
        ("yaml", "expected"),
        [
            ("name: Two Sums\n", "Two Sums"),
            ("name: 1.10\n", "1.10"),
            ("name: {sv: Summa, en: Sum}\n", "Sum"),
            ("name: {sv: Summa}\n", "Summa"),
            ("name: {en: , sv: Summa}\n", "Summa"),
            ("name: ''\n", "two-sums"),
            ("name:\n", "two-sums"),
            ("# nothing\n", "two-sums"),
        ],
    )
    def test_title(self, tmp_path: Path, yaml: str, expected: str) -> None:
        """A name is taken as written, in English where there are several; else the folder's serves."""
        assert title(tmp_path, yaml) == expected

    def test_title_of_a_tex_statement(self, tmp_path: Path) -> None:
        """Packages that give their name only in the statement get it from there."""
        changes = {"problem.yaml": LIMITS, "problem_statement/problem.tex": "\\problemname{Two Sums}\nAdd.\n"}

        assert loaded(tmp_path, changes).title == "Two Sums"

    @pytest.mark.parametrize("name", ['"a\\nb"', '"\\e[2J"', "x" * 201, '"\\u202Ex"'])
    def test_senseless_titles(self, tmp_path: Path, name: str) -> None:
        """A title that would break a page or a terminal is refused."""
        (complaint,) = complaints(tmp_path, {"problem.yaml": f"name: {name}\n{LIMITS}"})

        assert complaint.startswith("problem.yaml:1: name: must be one line")


class TestLeniency:
    """What packages in the wild say, and plainly mean."""

    @pytest.mark.parametrize(
        "yaml",
        [
            *("validation: default\n", "validation: ''\n", "type: pass-fail\n", "type: [pass-fail]\n", "type: ''\n"),
            *("problem_format_version: legacy\n", "problem_format_version: 2023-07-draft\n", "rights_owner: author\n"),
            *(
                "limits: {time_multipliers: 1, time_limit: 1}\n#",
                "uuid: 5\nkeywords: a b\nauthor: [a, b]\n",
                "license:\n",
            ),
            "grading: {show_test_data_groups: yes}\n",
        ],
    )
    def test_loads_silently(self, tmp_path: Path, yaml: str) -> None:
        """Nothing of this changes the judging, so nothing is said."""
        assert loaded(tmp_path, {"problem.yaml": f"name: x\n{yaml}" + LIMITS}).warnings == ()

    def test_unknown_keys(self, tmp_path: Path) -> None:
        """A key nobody knows is probably a slip, worth a warning with its line."""
        package = loaded(tmp_path, {"problem.yaml": "name: x\nlimtis: 5\nlimits: {time_limit: 1, memroy: 5}\n"})

        assert package.warnings == (
            "problem.yaml:2: unknown key 'limtis' is ignored",
            "problem.yaml:3: unknown limit 'memroy' is ignored",
        )

    def test_flags_keep_their_spelling(self, tmp_path: Path) -> None:
        """A flag is handed on as it was written, never as YAML would read the number."""
        for yaml in ("validator_flags: float_tolerance 1E-6\n", "validator_flags: [float_tolerance, 1E-6]\n"):
            case = loaded(tmp_path, {"problem.yaml": yaml + LIMITS}).problem.testcases[0]

            assert case.checker_flags == ("float_tolerance", "1E-6")


class TestRefusals:
    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("type: scoring\n", "problem.yaml:1: type: scoring problems cannot be judged"),
            ("type: pass-fail interactive\n", "problem.yaml:1: type: interactive problems"),
            ("type: [multi-pass]\n", "problem.yaml:1: type: multi-pass problems"),
            ("type: fun\n", "problem.yaml:1: type: unknown word 'fun'"),
            ("validation: custom interactive\n", "problem.yaml:1: validation: interactive problems"),
            ("validation: custom score\n", "problem.yaml:1: validation: score problems"),
            (
                "validation: diff\n",
                "problem.yaml:1: validation: unknown word 'diff'; this version knows default, custom",
            ),
            ("problem_format_version: 2025-09\n", "problem.yaml:1: format '2025-09' is not supported"),
            ("problem_format_version: 2031-01\n", "problem.yaml:1: format '2031-01' is not supported"),
            ("validator_flags: ignore_case\n", "output validator flags 'ignore_case': unknown flag"),
            ("validator_flags: float_tolerance small\n", "needs a number like 1e-6 after it, not 'small'"),
            ("validator_flags: {a: b}\n", "problem.yaml:1: validator_flags: "),
            ('validator_flags: "a\\0b"\n', "problem.yaml:1: validator_flags: at most 64 words"),
        ],
    )
    def test_are_clear(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """What cannot be judged as meant is refused, saying where and what."""
        assert complaint in complaints(tmp_path, {"problem.yaml": yaml + LIMITS})[0]

    def test_flags_are_complained_of_once(self, tmp_path: Path) -> None:
        """Flags that no program could be given are not handed to the checker to complain of again."""
        assert len(complaints(tmp_path, {"problem.yaml": 'validator_flags: "a\\0b"\n' + LIMITS})) == 1

    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("- name\n", "problem.yaml:1: must be a mapping"),
            ("name\n", "problem.yaml:1: must be a mapping"),
            ("name: a\nname: b\n", "problem.yaml:2: key 'name' is given twice"),
            ("name: 'a\n", "problem.yaml:2: not YAML"),
            ("name: x\na: [b\n", "problem.yaml:3: not YAML"),
            ("name: *x\n", "problem.yaml:1: not YAML: found undefined alias 'x'"),
            ("&a {b: *a}\n", "problem.yaml:1: too large or too deeply nested"),
            ("[a]: b\n", "problem.yaml:1: a key must be a plain text"),
            ("[" * 5000, "problem.yaml: not YAML"),
        ],
    )
    def test_broken_yaml(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """What is no mapping of texts is refused with its line, and only once."""
        (found,) = complaints(tmp_path, {"problem.yaml": yaml})

        assert found.startswith(complaint)

    @pytest.mark.parametrize("content", [b"name: \xff\n", "name: x\n".encode("utf-16"), b"\0", b"a: \x1b"])
    def test_what_is_no_text(self, tmp_path: Path, content: bytes) -> None:
        """Bytes that are no text are no YAML."""
        found = complaints(tmp_path, {"problem.yaml": content})

        assert found[0].startswith("problem.yaml: not ")

    def test_expanding_anchors(self, tmp_path: Path) -> None:
        """A small file that anchors blow up to billions of values is refused before it does."""
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

        found = complaints(tmp_path, {"problem.yaml": "\n".join(lines)})

        assert any("too large or too deeply nested" in line for line in found)

    def test_a_large_file(self, tmp_path: Path) -> None:
        """No metadata is a quarter of a megabyte."""
        assert complaints(tmp_path, {"problem.yaml": "#" * (257 * KIB)}) == ["problem.yaml: larger than 256 KiB"]
