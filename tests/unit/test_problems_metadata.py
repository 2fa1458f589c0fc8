"""Reading problem.yaml and the files that DOMjudge keeps beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models import KIB, MIB
from judge.recipes.languages import by_code
from problems.package import Package
from problems.timing import PROVISIONAL_MS
from tests.packages import complaints, loaded

LIMITS = "limits: {time_limit: 1}\n"


def title(tmp_path: Path, yaml: str) -> str:
    return loaded(tmp_path, {"problem.yaml": yaml + LIMITS}).title


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
        for text in ("validator_flags: float_tolerance 1E-6\n", "validator_flags: [float_tolerance, 1E-6]\n"):
            case = loaded(tmp_path, {"problem.yaml": text + LIMITS}).problem.testcases[0]

            assert case.checker_flags == ("float_tolerance", "1E-6")


class TestCurrent:
    """The format 2025-09."""

    HEAD = "problem_format_version: 2025-09\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"

    def load(self, tmp_path: Path, yaml: str, changes: dict[str, str | bytes | None] | None = None) -> Package:
        return loaded(tmp_path, {"problem.yaml": self.HEAD + yaml, **(changes or {})})

    @pytest.mark.parametrize(
        ("yaml", "line", "complaint"),
        [
            ("name: x\nlimtis: {time_limit: 1}\n", 4, "unknown key 'limtis'"),
            ("name: x\nlimits:\n  memroy: 5\n", 5, "unknown limit 'memroy'"),
            ("name: x\nlimits:\n  time_multipliers: {ac_to_limit: 2}\n", 5, "unknown factor 'ac_to_limit'"),
            ("name: x\nauthor: x\n", 4, "unknown key 'author'; the format 2025-09 has credits for it"),
            ("name: x\nvalidator_flags: x\n", 4, "has output_validator_args in data/secret/test_group.yaml for it"),
            ("name: x\nvalidation: custom\n", 4, "has type, and a program in output_validator/ for it"),
        ],
    )
    def test_unknown_keys(self, tmp_path: Path, yaml: str, line: int, complaint: str) -> None:
        """The specification calls unknown keys errors; those of older formats are told their new places."""
        (found,) = complaints(tmp_path, {"problem.yaml": self.HEAD + yaml})

        assert found.startswith(f"problem.yaml:{line}: ")
        assert complaint in found

    def test_whole_numbers(self, tmp_path: Path) -> None:
        """Limits other than times are whole numbers there."""
        (found,) = complaints(tmp_path, {"problem.yaml": self.HEAD + "name: x\nlimits: {memory: 1.5}\n"})

        assert found.startswith("problem.yaml:4: limits.memory: ")

    @pytest.mark.parametrize("types", ["pass-fail interactive", "[pass-fail, interactive]", "interactive"])
    def test_a_validator_is_used_because_it_is_there(self, tmp_path: Path, types: str) -> None:
        """There is no key for it; and types may be a list, or the words that the specification's examples have."""
        validator = {"output_validator/v.py": "raise SystemExit(42)\n"}
        package = self.load(tmp_path, f"name: x\ntype: {types}\nlimits: {{time_limit: 1}}\n", dict(validator))

        assert package.problem.is_interactive
        assert package.problem.checker.program is not None

    def test_other_kinds(self, tmp_path: Path) -> None:
        """What the type says ends up in the problem."""
        package = self.load(tmp_path, "name: x\ntype: [scoring, submit-answer]\nallow_file_writing: true\n")

        assert package.problem.is_submit_answer
        assert package.problem.allows_file_writing
        assert package.problem.grading is not None
        assert package.problem.grading.is_scoring

    def test_languages(self, tmp_path: Path) -> None:
        """Codes of the format's table become the languages here that they mean; others are left out with a warning."""
        package = self.load(tmp_path, "name: x\nlanguages: [python3, zig, c]\n")

        meant = {item.id for code in ("python3", "c") for item in by_code(code)}
        assert set(package.problem.languages or ()) == meant
        assert package.warnings == ("problem.yaml: languages: this judge has no 'zig'",)
        assert self.load(tmp_path / "all", "name: x\nlanguages: all\n").problem.languages is None

    def test_names_and_statements(self, tmp_path: Path) -> None:
        """Each statement's language should have a name, and no other."""
        package = self.load(tmp_path, "name: {sv: Summa, en: Sum}\n", {"problem_statement/problem.de.md": "Summe\n"})

        assert list(package.titles.items()) == [("en", "Sum"), ("sv", "Summa")]
        assert package.title == "Sum"
        assert package.warnings == (
            "problem.yaml: name: none in de, in which there is a statement",
            "problem.yaml: name: one in sv, in which there is no statement",
        )

    def test_uuid(self, tmp_path: Path) -> None:
        """The format requires an identity; a problem can be judged without."""
        missing = loaded(tmp_path / "a", {"problem.yaml": "problem_format_version: 2025-09\nname: x\n"})
        broken = loaded(tmp_path / "b", {"problem.yaml": "problem_format_version: 2025-09\nname: x\nuuid: mine\n"})

        assert missing.warnings == ("problem.yaml: no uuid, which the format requires; make one with `uuidgen`",)
        assert broken.warnings == ("problem.yaml:3: uuid: is none; make one with `uuidgen`",)

    def test_validation_of_early_drafts(self, tmp_path: Path) -> None:
        """A mapping of words, for some time, was how to say what others say in a row."""
        yaml = "problem_format_version: 2023-07-draft\nname: x\nvalidation: {interactive: true, multipass: false}\n"
        package = loaded(tmp_path, {"problem.yaml": yaml, "output_validators/v.py": "raise SystemExit(42)\n"})

        assert package.problem.is_interactive
        assert package.problem.limits.passes == 1

    def test_drafts_are_lenient(self, tmp_path: Path) -> None:
        """In a draft an unknown key is worth a warning only, as the draft may well have had it."""
        package = loaded(tmp_path, {"problem.yaml": "problem_format_version: 2023-07-draft\nname: x\nnew: 1\n"})

        assert (package.format, package.warnings) == (
            "2023-07-draft",
            ("problem.yaml:3: unknown key 'new' is ignored",),
        )


class TestAbout:
    def test_legacy(self, tmp_path: Path) -> None:
        """What a legacy package says of itself comes out in the shape of the later format."""
        yaml = (
            "name: x\nauthor: Ann Archer, Bob Baker and Cid\nsource: Cup 2020\nsource_url: https://cup.example\n"
            "license: cc by-sa\nkeywords: graph dp\nrights_owner: Ann\n"
        )

        assert loaded(tmp_path, {"problem.yaml": yaml + LIMITS}).about == {
            "credits": {"authors": ["Ann Archer", "Bob Baker", "Cid"]},
            "source": {"name": "Cup 2020", "url": "https://cup.example"},
            "license": "cc by-sa",
            "rights_owner": "Ann",
            "keywords": ["graph", "dp"],
        }

    def test_templates(self, tmp_path: Path) -> None:
        """Keys that a template left empty are as good as absent."""
        yaml = "name: x\nsource:\n  name:\n  url:\nrights_owner:\ncredits:\n  authors:\n    - Ann\n    -\n"

        assert loaded(tmp_path, {"problem.yaml": yaml + LIMITS}).about == {"credits": {"authors": ["Ann"]}}

    @pytest.mark.parametrize(
        ("yaml", "warning"),
        [
            ("license: free\n", "problem.yaml:1: license: 'free' is none of unknown, public domain"),
            ("license: cc0\n", "problem.yaml:1: license: cc0 needs an owner; add rights_owner, credits or source"),
            ("license: public domain\nrights_owner: Ann\n", "problem.yaml:2: rights_owner: nobody owns the rights"),
            ("embargo_until: tomorrow\n", "problem.yaml:1: embargo_until: write a date"),
            ("credits: {writers: Ann}\n", "problem.yaml:1: credits: unknown key 'writers' is ignored"),
            ("credits: [Ann]\n", "problem.yaml:1: credits: must be a text or a mapping"),
        ],
    )
    def test_oddities(self, tmp_path: Path, yaml: str, warning: str) -> None:
        """What is wrong here changes no verdict: a warning with its line."""
        (found,) = loaded(tmp_path, {"problem.yaml": yaml + "name: x\n" + LIMITS}).warnings

        assert found.startswith(warning)


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.fixed_dictionaries(
        {},
        optional={
            name: st.integers(1, 1000)
            for name in ("memory", "output", "code", "compilation_time", "compilation_memory", "validation_time")
        },
    ),
    time_limit_ms=st.none() | st.integers(1, 100_000),
    types=st.lists(st.sampled_from(["pass-fail", "interactive", "multi-pass"]), unique=True, min_size=1),
    as_text=st.booleans(),
    form=st.sampled_from(["legacy", "2023-07-draft", "2025-09"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    numbers: dict[str, int],
    time_limit_ms: int | None,
    types: list[str],
    as_text: bool,
    form: str,
) -> None:
    """Every limit and type written into a file of any format is read again, in whatever way it is spelled."""
    limits: dict[str, float] = dict(numbers)
    if time_limit_ms is not None:
        limits["time_limit"] = time_limit_ms / 1000
    file = {
        "problem_format_version": form,
        "name": "x",
        "type": " ".join(types) if as_text else types,
        "limits": limits or None,
        **({} if form == "2025-09" else {"validation": "custom"}),
    }
    package = loaded(
        tmp_path_factory.mktemp("written"),
        {"problem.yaml": yaml.safe_dump(file), "output_validator/v.py": "raise SystemExit(42)\n"},
    )

    found = package.problem.limits
    given = {
        "memory": found.memory_bytes // MIB,
        "output": found.output_bytes // MIB,
        "code": found.code_bytes // KIB,
        "compilation_time": found.compile_time_ms // 1000,
        "compilation_memory": found.compile_memory_bytes // MIB,
        "validation_time": found.validation_time_ms // 1000,
    }
    assert {name: given[name] for name in numbers} == numbers
    assert found.time_ms == (time_limit_ms or PROVISIONAL_MS)
    assert package.timing.is_inferred == (time_limit_ms is None)
    assert package.problem.is_interactive == ("interactive" in types)
    assert found.passes == (2 if "multi-pass" in types else 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("type: pass-fail interactive\n", "problem.yaml:1: type: interactive problems need a program"),
            ("type: [multi-pass]\n", "problem.yaml:1: type: multi-pass problems need a program"),
            ("type: scoring pass-fail\n", "problem.yaml:1: type: a problem cannot be pass-fail and scoring at once"),
            (
                "type: submit-answer multi-pass\n",
                "problem.yaml:1: type: a problem cannot be submit-answer and multi-pass",
            ),
            ("type: [scoring, scoring]\n", "problem.yaml:1: type: a word is there twice"),
            ("type: fun\n", "problem.yaml:1: type: unknown word 'fun'"),
            ("validation: default interactive\n", "problem.yaml:1: validation: either default or custom"),
            ("validation: custom\n", "there is no directory output_validators/"),
            ("validation: diff\n", "problem.yaml:1: validation: unknown word 'diff'; the format knows default, custom"),
            ("type: scoring\ngrading: {objective: best}\n", "problem.yaml:2: grading.objective: must be max or min"),
            ("allow_file_writing: maybe\n", "problem.yaml:1: allow_file_writing: "),
            ("constants: {5x: 1}\n", "problem.yaml:1: constants: '5x' is no name"),
            ("constants: {x: [1]}\n", "problem.yaml:1: constants: 'x' has no value"),
            ('constants: {x: "\\ud800"}\n', "problem.yaml:1: constants: 'x' has a value that is no text"),
            ("languages: [whitespace]\n", "problem.yaml: languages: none of them is known here"),
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

    @pytest.mark.parametrize("content", ["name: x\n".encode("utf-16"), b"\0", b"a: \x1b"])
    def test_what_is_no_text(self, tmp_path: Path, content: bytes) -> None:
        """Bytes that are no text are no YAML."""
        found = complaints(tmp_path, {"problem.yaml": content})

        assert found[0].startswith("problem.yaml: not ")

    def test_latin_1(self, tmp_path: Path) -> None:
        """Names of people that an old file has in Latin-1 do not make it unreadable."""
        package = loaded(tmp_path, {"problem.yaml": b"name: x\nauthor: Ren\xe9\n" + LIMITS.encode()})

        assert package.about["credits"] == {"authors": ["Ren\xe9"]}
        assert package.warnings == ("problem.yaml: not UTF-8 text; read as Latin-1",)

    def test_expanding_anchors(self, tmp_path: Path) -> None:
        """A small file that anchors blow up to billions of values is refused before it does."""
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

        found = complaints(tmp_path, {"problem.yaml": "\n".join(lines)})

        assert any("too large or too deeply nested" in line for line in found)

    def test_a_large_file(self, tmp_path: Path) -> None:
        """No metadata is a quarter of a megabyte."""
        assert complaints(tmp_path, {"problem.yaml": "#" * (257 * KIB)}) == ["problem.yaml: larger than 256 KiB"]
