"""Reading the files that DOMjudge keeps beside problem.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packages import complaints, loaded

ONLY_NAME = {"problem.yaml": "name: x\n"}


@pytest.mark.parametrize(
    ("files", "time_ms"),
    [
        ({".timelimit": "3.5\n"}, 3500),
        ({"domjudge-problem.ini": "timelimit = 2\n"}, 2000),
        ({"domjudge-problem.ini": "[DOMJudge]\nshort-name = x\ncolor = #000000\ntimelimit = '0.5'\n"}, 500),
        ({"domjudge-problem.ini": "timelimit=4\r\n", ".timelimit": "4"}, 4000),
        ({"domjudge-problem.ini": "timelimit = 4 ; seconds\n"}, 4000),
        ({"domjudge-problem.ini": "\ufefftimelimit = 4\r\n"}, 4000),
        ({".timelimit": "\ufeff3.5\r\n"}, 3500),
        ({"domjudge-problem.ini": "name = x\n"}, 10_000),
        ({"domjudge-problem.ini": "timelimit =\n"}, 10_000),
        ({"domjudge-problem.ini": ""}, 10_000),
    ],
)
def test_time_limits(tmp_path: Path, files: dict[str, str], time_ms: int) -> None:
    """DOMjudge's places for a time limit count where problem.yaml has none, and its 10 s where these have none too."""
    package = loaded(tmp_path, {**ONLY_NAME, **files})

    assert package.problem.limits.time_ms == time_ms
    assert not package.timing.is_inferred


def test_two_that_contradict_the_yaml(tmp_path: Path) -> None:
    """DOMjudge refuses a .timelimit that problem.yaml contradicts; so do we, for either could be meant."""
    assert complaints(tmp_path, {".timelimit": "3"}) == [
        ".timelimit: says 3.0 s, but problem.yaml says 1.5 s; keep one of them"
    ]


def test_the_order_of_the_others(tmp_path: Path) -> None:
    """problem.yaml goes before the ini file, and that before .timelimit; whoever loses is named."""
    yaml = loaded(tmp_path / "a", {"domjudge-problem.ini": "timelimit = 2"})
    ini = loaded(tmp_path / "b", {**ONLY_NAME, ".timelimit": "1", "domjudge-problem.ini": "timelimit = 2"})

    assert yaml.problem.limits.time_ms == 1500
    assert yaml.warnings == ("domjudge-problem.ini: says 2.0 s, but problem.yaml says 1.5 s, which counts",)
    assert ini.problem.limits.time_ms == 2000
    assert ini.warnings == (".timelimit: says 1.0 s, but domjudge-problem.ini says 2.0 s, which counts",)


@pytest.mark.parametrize("text", ["", "two", "nan", "-1", "1e9"])
def test_senseless_ones(tmp_path: Path, text: str) -> None:
    """A time limit file that holds no number of seconds is refused."""
    assert f".timelimit: time limit {text!r} is not a number of seconds" in complaints(
        tmp_path, {**ONLY_NAME, ".timelimit": text}
    )


def test_ini_alone(tmp_path: Path) -> None:
    """An old DOMjudge package without problem.yaml loads, under the name its ini gives."""
    package = loaded(tmp_path, {"problem.yaml": None, "domjudge-problem.ini": 'name = "Two; and\tmore"\ntimelimit = 1'})

    assert (package.format, package.title) == ("domjudge", "two-sums")
    package = loaded(tmp_path / "b", {"problem.yaml": None, "domjudge-problem.ini": 'name = "Two; and more"'})
    assert package.title == "Two; and more"


@pytest.mark.parametrize("key", ["special_compare", "special_run"])
def test_programs_of_a_server(tmp_path: Path, key: str) -> None:
    """A package that needs a program which is not in it is refused, unless it brings one of its own."""
    ini = {"domjudge-problem.ini": f"{key} = float\n"}
    own = {
        "problem.yaml": "name: x\nvalidation: custom\nlimits: {time_limit: 1}\n",
        "output_validators/v.py": "raise SystemExit(42)\n",
    }

    (complaint,) = complaints(tmp_path, dict(ini))
    package = loaded(tmp_path / "own", {**ini, **own})

    assert "'float' is not in the package" in complaint
    assert package.problem.checker.program is not None
    assert package.warnings[0].endswith("its own output validator is used instead")


def test_types_of_domjudge(tmp_path: Path) -> None:
    """DOMjudge takes ``type: pass-fail interactive`` and ``validation: custom multi-pass`` in old packages too."""
    validator = {"output_validators/v.py": "raise SystemExit(42)\n"}
    types = loaded(
        tmp_path / "a", {"problem.yaml": "type: pass-fail interactive\nlimits: {time_limit: 1}\n", **validator}
    )
    validation = loaded(
        tmp_path / "b", {"problem.yaml": "validation: custom multi-pass\nlimits: {time_limit: 1}\n", **validator}
    )

    assert types.problem.is_interactive
    assert types.problem.checker.program is not None
    assert validation.problem.limits.passes == 2
