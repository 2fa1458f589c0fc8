"""Finding data that tests validators."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import Blob
from tests.packages import loaded

CURRENT = (
    "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\nlimits: {time_limit: 1}\n"
)


def test_each_kind(tmp_path: Path) -> None:
    """An invalid input needs nothing beside it; outputs come with input and answer. None of them is judged."""
    package = loaded(
        tmp_path,
        {
            "data/invalid_input/negative.in": "-1 2\n",
            "data/invalid_output/wrong.in": "1 2\n",
            "data/invalid_output/wrong.ans": "3\n",
            "data/invalid_output/wrong.out": "4\n",
            "data/valid_output/deep/right.in": "1 2\n",
            "data/valid_output/deep/right.ans": "3\n",
            "data/valid_output/deep/right.out": "3.0\n",
        },
    )
    found = {case.name: (case.kind, case.input, case.answer, case.output) for case in package.extra_cases}

    assert package.warnings == ()
    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/1"]
    assert found == {
        "invalid_input/negative": ("invalid_input", Blob.of(b"-1 2\n"), None, None),
        "invalid_output/wrong": ("invalid_output", Blob.of(b"1 2\n"), Blob.of(b"3\n"), Blob.of(b"4\n")),
        "valid_output/deep/right": ("valid_output", Blob.of(b"1 2\n"), Blob.of(b"3\n"), Blob.of(b"3.0\n")),
    }
    assert all(blob in package.files for blob in (Blob.of(b"-1 2\n"), Blob.of(b"3.0\n")))


def test_settings(tmp_path: Path) -> None:
    """Arguments come from the case's own file and from its directory's, never from those of data that is judged."""
    package = loaded(
        tmp_path,
        {
            "problem.yaml": CURRENT,
            "data/secret/test_group.yaml": "output_validator_args: [case_sensitive]\ninput_validator_args: [secret]\n",
            "data/invalid_input/test_group.yaml": "input_validator_args: [strict]\ndescription: all of them\n",
            "data/invalid_input/a.in": "",
            "data/invalid_input/b.in": "",
            "data/invalid_input/b.yaml": "input_validator_args: {v: [loose]}\nargs: [x]\ndescription: this one\n",
            "data/invalid_output/test_group.yaml": "output_validator_args: [float_tolerance, 1e-3]\n",
            "data/invalid_output/c.in": "",
            "data/invalid_output/c.ans": "1\n",
            "data/invalid_output/c.out": "2\n",
        },
    )
    found = {case.name: (case.checker_flags, case.input_flags) for case in package.extra_cases}

    assert found == {
        "invalid_input/a": ((), {"": ("strict",)}),
        "invalid_input/b": ((), {"": ("x",), "v": ("loose", "x")}),
        "invalid_output/c": (("float_tolerance", "1e-3"), {"": ()}),
    }


@pytest.mark.parametrize("missing", ["ans", "out"])
def test_incomplete_ones(tmp_path: Path, missing: str) -> None:
    """An output that nothing can be compared with is skipped, and its author is told."""
    changes = {f"data/valid_output/1.{extension}": "" for extension in ("in", "ans", "out") if extension != missing}
    package = loaded(tmp_path, dict(changes))

    assert package.extra_cases == ()
    assert package.warnings == (f"data/valid_output/1.in: is not checked: there is no 1.{missing} beside it",)
