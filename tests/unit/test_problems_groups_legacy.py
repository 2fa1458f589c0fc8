"""From the legacy format's directories of test data to test groups with their rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.groups import Aggregation, Group, LegacyRule
from tests.groups import DRAFT, SCORING, Changes, cases, grading, rules
from tests.packages import complaints, loaded


class TestLegacy:
    def test_nothing_to_grade(self, tmp_path: Path) -> None:
        """A pass-fail problem whose groups all stop at the first failure has no grading: order is all there is."""
        changes = {"data/secret/testdata.yaml": "on_reject: break\ngrader_flags: first_error min\n"}

        assert loaded(tmp_path, dict(changes)).problem.grading is None

    @pytest.mark.parametrize(
        "yaml",
        ["on_reject: continue\n", "grader_flags: always_accept\n", "grader_flags: accept_if_any_accepted\n"],
    )
    def test_verdicts_that_differ(self, tmp_path: Path, yaml: str) -> None:
        """A pass-fail problem is graded where its groups give another verdict than that of the first failure."""
        found = grading(tmp_path / "a", {"data/secret/testdata.yaml": yaml})

        assert not found.is_scoring
        domjudge = {"data/secret/testdata.yaml": yaml, "domjudge-problem.ini": ""}
        assert loaded(tmp_path / "b", dict(domjudge)).problem.grading is None

    def test_a_tree(self, tmp_path: Path) -> None:
        """The usual olympiad setup: keys are inherited one by one, the flag for the root by nobody."""
        found = grading(
            tmp_path,
            {
                **cases("group1/a", "group1/b", "group2/deep/c"),
                "problem.yaml": SCORING,
                "data/testdata.yaml": "on_reject: continue\nrange: 0 100\ngrader_flags: ignore_sample\n",
                "data/sample/testdata.yaml": "accept_score: 0\nrange: 0 0\n",
                "data/secret/testdata.yaml": "grader_flags: first_error accept_if_any_accepted\n",
                "data/secret/group1/testdata.yaml": (
                    "on_reject: break\naccept_score: 40\nrange: 0 40\ngrader_flags: min\n"
                ),
                "data/secret/group2/testdata.yaml": "accept_score: 60\nreject_score: 1.5\nrange: [0, +inf]\n",
            },
        )
        group2 = LegacyRule(
            breaks=False,
            accept_score=60,
            reject_score=1.5,
            least=0,
            most=float("inf"),
            verdict="first_error",
            accepts_if_any=True,
        )

        assert found.is_scoring
        assert rules(found) == {
            "": LegacyRule(breaks=False, least=0, most=100, ignores_sample=True),
            "sample": LegacyRule(breaks=False, accept_score=0, least=0, most=0),
            "secret": LegacyRule(breaks=False, least=0, most=100, verdict="first_error", accepts_if_any=True),
            "secret/group1": LegacyRule(accept_score=40, least=0, most=40, score=Aggregation.MIN),
            "secret/group2": group2,
            "secret/group2/deep": group2,
        }
        assert found.root.members[0] == Group(name="sample", rule=rules(found)["sample"], members=(0,))

    def test_ignoring_a_sample_that_is_not_there(self, tmp_path: Path) -> None:
        """The flag drops the first of two results; where there is only one it must not drop that."""
        changes = {"data/sample/1.in": None, "data/sample/1.ans": None, "problem.yaml": SCORING}
        found = grading(tmp_path, {**changes, "data/testdata.yaml": "grader_flags: ignore_sample\n"})

        assert rules(found)[""] == LegacyRule(breaks=False)

    def test_groups_without_test_cases(self, tmp_path: Path) -> None:
        """A group of nothing gives no result: a sum, a least or a grader of the package's must not count one."""
        found = grading(
            tmp_path,
            {
                **cases("a/1"),
                "problem.yaml": SCORING,
                "data/sample/1.in": None,
                "data/sample/1.ans": None,
                "data/sample/1.interaction": "<1\n>2\n",
                "data/sample/testdata.yaml": "accept_score: 0\n",
                "data/secret/b/testdata.yaml": "accept_score: 5\n",
                "data/testdata.yaml": "grader_flags: min ignore_sample\n",
            },
        )

        assert set(rules(found)) == {"", "secret", "secret/a"}
        assert not any(isinstance(rule, LegacyRule) and rule.ignores_sample for rule in rules(found).values())

    def test_scores_of_validators(self, tmp_path: Path) -> None:
        """``validation: custom score`` makes the validator's score mandatory; the objective may be the smallest."""
        yaml = SCORING + "validation: custom score\ngrading: {objective: min, show_test_data_groups: yes}\n"
        found = grading(tmp_path, {"problem.yaml": yaml, "output_validators/v.py": "raise SystemExit(42)\n"})

        assert (found.is_scoring, found.wants_scores, found.is_smaller_better) == (True, True, True)

    def test_scores_of_validators_in_drafts(self, tmp_path: Path) -> None:
        """A draft's validator may give scores, for the draft has no word to say whether it does."""
        groups: Changes = {"data/secret/testdata.yaml": "accept_score: 40\n"}
        validator: Changes = {"output_validator/v.py": "raise SystemExit(42)\n"}

        for number, (yaml, changes, takes) in enumerate(
            [(DRAFT, validator, True), (DRAFT, {}, False), (SCORING + "validation: custom\n", validator, False)]
        ):
            found = grading(tmp_path / str(number), {**groups, **changes, "problem.yaml": yaml})
            assert (found.takes_scores, found.wants_scores) == (takes, False)

    def test_custom_graders(self, tmp_path: Path) -> None:
        """A custom grader gets its flags as they are; a group below that asks for the default one gets that."""
        found = grading(
            tmp_path,
            {
                **cases("a/1", "b/1"),
                "graders/g.py": "print('AC 1')\n",
                "problem.yaml": SCORING,
                "data/secret/testdata.yaml": "grading: custom\ngrader_flags: half --of 5\n",
                "data/secret/b/testdata.yaml": "grading: default\n",
            },
        )

        assert {name: getattr(rule, "grader_flags", None) for name, rule in rules(found).items()} == {
            "": None,
            "sample": None,
            "secret": ("half", "--of", "5"),
            "secret/a": ("half", "--of", "5"),
            "secret/b": None,
        }

    def test_before_the_format(self, tmp_path: Path) -> None:
        """Old packages have the rules of all groups in problem.yaml; a group's own file still goes before them."""
        yaml = SCORING + "grading: {on_reject: grade, accept_score: 5, range: 0 100, objective: max}\n"
        found = grading(tmp_path, {"problem.yaml": yaml, "data/secret/testdata.yaml": "accept_score: 7\n"})

        assert rules(found)["sample"] == LegacyRule(breaks=False, accept_score=5, least=0, most=100)
        assert rules(found)["secret"] == LegacyRule(breaks=False, accept_score=7, least=0, most=100)

    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("on_reject: stop\n", ":1: on_reject: must be break or continue"),
            ("grading: odd\n", ":1: grading: must be default or custom"),
            ("grading: custom\n", ":1: grading: custom, but there is no program in graders/"),
            ("\ngrader_flags: sum median\n", ":2: grader_flags: unknown flag 'median'"),
            ("grader_flags: {a: b}\n", ":1: grader_flags: must be one text"),
            ("accept_score: much\n", ":1: accept_score: must be a number"),
            ("reject_score: inf\n", ":1: reject_score: must be a number"),
            ("range: 5\n", ":1: range: must be two numbers"),
            ("range: 5 0\n", ":1: range: must be two numbers"),
            ("range: 0 nan\n", ":1: range: must be two numbers"),
            ("range: {a: b}\n", ":1: range: must be two numbers"),
        ],
    )
    def test_bad_ones(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """What cannot be meant is refused with its line."""
        (found,) = complaints(tmp_path, {"problem.yaml": SCORING, "data/secret/testdata.yaml": yaml})

        assert found.startswith("data/secret/testdata.yaml" + complaint)

    def test_what_means_nothing(self, tmp_path: Path) -> None:
        """Scores in a pass-fail problem, and a flag of the root elsewhere, are named and ignored."""
        pass_fail = loaded(tmp_path / "a", {"data/secret/testdata.yaml": "accept_score: 5\n"})
        scoring = loaded(
            tmp_path / "b", {"problem.yaml": SCORING, "data/secret/testdata.yaml": "grader_flags: ignore_sample\n"}
        )

        assert pass_fail.warnings == (
            "data/secret/testdata.yaml:1: accept_score means nothing without `type: scoring`",
        )
        (warning,) = scoring.warnings
        assert warning.startswith("data/secret/testdata.yaml:1: grader_flags: ignore_sample is for data/testdata.yaml")

    def test_the_last_of_a_kind_counts(self, tmp_path: Path) -> None:
        """Of several modes the specification takes the last, and an old name of the default still is it."""
        changes = {
            "problem.yaml": SCORING,
            "data/secret/testdata.yaml": "grader_flags: min first_error max no_errors\n",
        }

        assert rules(grading(tmp_path, dict(changes)))["secret"] == LegacyRule(score=Aggregation.MAX)
