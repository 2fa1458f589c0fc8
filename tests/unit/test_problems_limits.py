"""Limits in problem.yaml, and how a time limit is inferred where none is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB, MIB, Limits
from problems.timing import PROVISIONAL_MS
from tests.packages import complaints, loaded


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

    @pytest.mark.parametrize(
        ("limit", "value"),
        [
            *(("memory", "65537"), ("memory", "0"), ("output", "1025"), ("code", "1e9"), ("compilation_time", "3601")),
            *(("time_limit", "3601"), ("validation_memory", "-1"), ("validation_passes", "1"), ("memory", "lots")),
        ],
    )
    @pytest.mark.parametrize("form", ["legacy", "2023-07-draft", "2025-09"])
    def test_that_cannot_be_honoured(self, tmp_path: Path, form: str, limit: str, value: str) -> None:
        """A limit beyond what a judgehost can hold a submission to refuses the package, with its line."""
        yaml = f"problem_format_version: {form}\nname: x\nlimits:\n  {limit}: {value}\n"

        (complaint,) = complaints(tmp_path, {"problem.yaml": yaml})

        assert complaint.startswith(f"problem.yaml:4: limits.{limit}: ")

    @pytest.mark.parametrize("limit", ["memory", "output", "code", "compilation_memory", "validation_output"])
    def test_less_than_a_byte(self, tmp_path: Path, limit: str) -> None:
        """A limit that comes to no byte at all is refused: nothing is ever judged by a limit of 0."""
        (complaint,) = complaints(tmp_path, {"problem.yaml": f"name: x\nlimits: {{{limit}: 1e-7}}\n"})

        assert complaint.startswith(f"problem.yaml:2: limits.{limit}: ")

    def test_finer_than_a_clock(self, tmp_path: Path) -> None:
        """A time limit that no clock here resolves is rounded to milliseconds, and the author is told."""
        package = loaded(tmp_path, {"problem.yaml": "name: x\nlimits: {time_limit: 1.23456}\n"})

        assert package.problem.limits.time_ms == 1235
        assert package.warnings == (
            "problem.yaml:2: limits.time_limit: 1.23456 s is finer than a clock; 1235 ms are used",
        )

    def test_passes(self, tmp_path: Path) -> None:
        """Passes are a multi-pass problem's: two, or as many as the package says; elsewhere the key means nothing."""
        validator = {"output_validators/v.py": "raise SystemExit(42)\n"}
        yaml = "name: x\nvalidation: custom multi-pass\nlimits: {time_limit: 1}\n"
        three = "name: x\ntype: multi-pass\nlimits: {time_limit: 1, validation_passes: 3}\n"
        none = "name: x\nlimits: {time_limit: 1, validation_passes: 3}\n"

        assert loaded(tmp_path / "2", {"problem.yaml": yaml, **validator}).problem.limits.passes == 2
        assert loaded(tmp_path / "3", {"problem.yaml": three, **validator}).problem.limits.passes == 3
        package = loaded(tmp_path / "1", {"problem.yaml": none})
        assert package.problem.limits.passes == 1
        assert package.warnings == (
            "problem.yaml:2: limits.validation_passes means nothing without `type: multi-pass`",
        )


class TestTiming:
    """Where no file gives a time limit, jury submissions have to tell it."""

    @pytest.mark.parametrize(
        ("yaml", "timing"),
        [
            ("", (5.0, 2.0, 1000)),
            ("limits: {time_multiplier: 3.5, time_safety_margin: 1.2}\n", (3.5, 1.2, 1000)),
            ("limits: {time_multipliers: {ac_to_time_limit: 4}}\n", (4.0, 1.5, 1000)),
            ("problem_format_version: 2023-07-draft\n", (2.0, 1.5, 1000)),
            ("problem_format_version: 2023-07-draft\nlimits: {time_multiplier: 3}\n", (3.0, 1.5, 1000)),
            (
                "problem_format_version: 2023-07-draft\nlimits: {time_multiplier: {ac_to_time_limit: 3}}\n",
                (3.0, 1.5, 1000),
            ),
            (
                (
                    "problem_format_version: 2025-09\n"
                    "limits: {time_multipliers: {time_limit_to_tle: 3}, time_resolution: 0.1}\n"
                ),
                (2.0, 3.0, 100),
            ),
        ],
    )
    def test_is_inferred(self, tmp_path: Path, yaml: str, timing: tuple[float, float, int]) -> None:
        """The factors are those of the file, else the format's, and the limit is marked as provisional."""
        package = loaded(tmp_path, {"problem.yaml": f"name: x\n{yaml}"})

        found = package.timing
        assert (found.ac_to_limit, found.limit_to_tle, found.resolution_ms, found.is_inferred) == (*timing, True)
        assert package.problem.limits.time_ms == PROVISIONAL_MS

    def test_is_given(self, tmp_path: Path) -> None:
        """With a time limit nothing is inferred."""
        assert not loaded(tmp_path).timing.is_inferred

    @pytest.mark.parametrize("factor", ["0", "-1", "0.5", "nan", "many"])
    def test_senseless_factors(self, tmp_path: Path, factor: str) -> None:
        """A factor below one would make a limit that accepted submissions exceed."""
        yaml = (
            f"problem_format_version: 2025-09\nname: x\nlimits:\n  time_multipliers:\n    ac_to_time_limit: {factor}\n"
        )

        (complaint,) = complaints(tmp_path, {"problem.yaml": yaml})

        assert complaint.startswith("problem.yaml:5: limits.time_multipliers.ac_to_time_limit: ")
