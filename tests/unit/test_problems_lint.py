"""What is not wrong with a package, but odd: each is a warning."""

from __future__ import annotations

from pathlib import Path

from judge.models import MIB
from problems.package import load
from tests.packages import loaded, write


class TestLint:
    def test_unknown_files(self, tmp_path: Path) -> None:
        """What nobody reads is named: it may be a folder misspelt."""
        assert loaded(tmp_path, {"atachments/a.txt": "x", "README.md": "x", ".git/x": "x"}).warnings == (
            "atachments: ignored: the format knows nothing of that name",
        )

    def test_the_same_test_twice(self, tmp_path: Path) -> None:
        """Equal inputs in one group tell nothing new, and a sample among the secret ones is a gift."""
        changes = {f"data/secret/{name}": "5 6\n" for name in ("2.in", "g/3.in", "h/4.in")}
        changes |= {f"data/secret/{name}": "11\n" for name in ("2.ans", "g/3.ans", "h/4.ans")}
        package = loaded(tmp_path, {**changes, "data/secret/5.in": "1 2\n", "data/secret/5.ans": "3\n"})

        assert package.warnings == (
            "data/secret: the same input as another of its group: secret/2 = secret/1",
            "data/secret: the same input as a sample: secret/5 = sample/1",
        )

    def test_links_are_meant(self, tmp_path: Path) -> None:
        """A test case that is a link to another is the same on purpose: groups share test cases so."""
        path = write(tmp_path)
        for name in ("2.in", "2.ans"):
            (path / f"data/secret/{name}").symlink_to(f"1{name[1:]}")

        assert load(path).warnings == ()

    def test_equal_inputs_with_other_arguments(self, tmp_path: Path) -> None:
        """What a submission is given counts, not its input alone."""
        yaml = "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"
        changes = {"problem.yaml": yaml + "limits: {time_limit: 1}\n", "data/secret/2.yaml": "args: [x]\n"}

        assert loaded(tmp_path, {**changes, "data/secret/2.in": "5 6\n", "data/secret/2.ans": "11\n"}).warnings == ()

    def test_answers_that_nobody_may_print(self, tmp_path: Path) -> None:
        """An answer beyond the output limit makes a problem that nobody solves, unless a validator reads it."""
        yaml = "name: x\nlimits: {time_limit: 1, output: 1}\n"
        large: dict[str, str | bytes | None] = {"problem.yaml": yaml, "data/secret/1.ans": b"1" * (MIB + 1)}

        assert loaded(tmp_path / "a", large).warnings == (
            "data/secret/1.ans: its answer is larger than limits.output, 1048576 bytes: nobody can give it",
        )
        own = {"problem.yaml": yaml + "validation: custom\n", "output_validators/v.py": "raise SystemExit(42)\n"}
        assert loaded(tmp_path / "b", {**large, **own}).warnings == ()

    def test_groups_out_of_order(self, tmp_path: Path) -> None:
        """Names are sorted as text, which a setter who numbers groups may not expect."""
        changes = {f"data/secret/group{number}/1.in": f"{number}\n" for number in (2, 10)}
        changes |= {f"data/secret/group{number}/1.ans": "" for number in (2, 10)}

        assert loaded(tmp_path, dict(changes)).warnings == (
            (
                "data/secret/group10: comes before secret/group2, for names are sorted as text; "
                "pad numbers with zeros if that matters"
            ),
        )

    def test_carriage_returns(self, tmp_path: Path) -> None:
        """Data made on another system is judged as it is, and its author is told."""
        package = loaded(tmp_path, {"data/secret/1.in": "5 6\r\n", "data/secret/1.ans": "11\r\n"})

        assert package.warnings == (
            "data/secret/1.ans: holds carriage returns, as 1 other files do; text in packages has line feeds alone",
        )
