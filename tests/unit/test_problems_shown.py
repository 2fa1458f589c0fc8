"""What contestants are shown of samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB
from problems import shown
from problems.shown import ShownSample
from tests.packages import loaded


def _samples(tmp_path: Path, files: dict[str, str | bytes | None]) -> tuple[ShownSample, ...]:
    return loaded(tmp_path, {f"data/sample/{name}": content for name, content in files.items()}).samples


def test_test_data_is_shown_as_it_is(tmp_path: Path) -> None:
    """A sample that the package says nothing else of is shown by its test data, and needs no word here."""
    assert _samples(tmp_path, {}) == ()


def test_dialogues(tmp_path: Path) -> None:
    """An interaction is shown instead of input and answer, and where there is no test case at all."""
    assert _samples(tmp_path, {"1.interaction": "> 1\n", "2.interaction": "< 2\n---\n> 3\n"}) == (
        ShownSample(name="sample/1", interaction=b"> 1\n"),
        ShownSample(name="sample/2", interaction=b"< 2\n---\n> 3\n"),
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"1.in.statement": "n\n"}, (b"n\n", b"3\n")),
        ({"1.ans.statement": "three\n"}, (b"1 2\n", b"three\n")),
        ({"1.out": "3.0\n"}, (b"1 2\n", b"3.0\n")),
        ({"1.out": "3.0\n", "1.ans.statement": "three\n"}, (b"1 2\n", b"three\n")),
    ],
)
def test_other_data_for_the_statement(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: tuple[bytes, bytes]
) -> None:
    """What is there for the statement is shown, and of the rest the test data."""
    assert _samples(tmp_path, files) == (ShownSample(name="sample/1", input=expected[0], answer=expected[1]),)


def test_interactive_problems_of_old(tmp_path: Path) -> None:
    """The legacy format forbids showing input and answer of an interactive problem: what is in them may be secret."""
    package = loaded(
        tmp_path,
        {
            "problem.yaml": "name: x\nvalidation: custom interactive\nlimits: {time_limit: 1}\n",
            "output_validators/talk.py": "print(1)\n",
        },
    )

    assert package.samples == (ShownSample(name="sample/1"),)
    assert any(warning.startswith("data/sample/1.in: not shown") for warning in package.warnings)


def test_odd_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that neither side says is told with its number; a file too large is told and not shown."""
    monkeypatch.setattr(shown, "FILE_BYTES", KIB)
    package = loaded(
        tmp_path, {"data/sample/1.interaction": "> 1\nwell\n", "data/sample/2.interaction": ">" * (KIB + 1)}
    )

    assert package.samples[1] == ShownSample(name="sample/2")
    assert "data/sample/1.interaction:2: a line begins with > or <, or is --- alone" in package.warnings
    assert "data/sample/2.interaction: not shown: larger than 1 KiB" in package.warnings
