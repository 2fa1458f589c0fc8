"""From directories of test data to test groups with their rules, in the format 2025-09 and its drafts."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.groups import Aggregation, Group, LegacyRule, MaxScoreRule
from tests.groups import CURRENT, CURRENT_HEAD, DRAFT, STATIC, Changes, cases, grading, rules
from tests.packages import complaints, loaded


class TestCurrent:
    """The format 2025-09."""

    def test_defaults(self, tmp_path: Path) -> None:
        """Secret sums its test cases to 100; samples give nothing."""
        assert rules(grading(tmp_path, {"problem.yaml": CURRENT})) == {
            "": MaxScoreRule(max_score=None),
            "sample": MaxScoreRule(max_score=None, aggregation=Aggregation.PASS_FAIL),
            "secret": MaxScoreRule(max_score=100, aggregation=Aggregation.SUM),
        }

    def test_groups(self, tmp_path: Path) -> None:
        """Groups are worth what they say, require others, and hold the cases of all directories below them."""
        found = grading(
            tmp_path,
            {
                **cases("1/a", "2/deep/b", "2/c", "3/d"),
                "problem.yaml": CURRENT,
                "data/secret/test_group.yaml": "score_aggregation: sum\nmax_score: 100\nrequire_pass: sample\n",
                "data/secret/1/test_group.yaml": "max_score: 20\n",
                "data/secret/2/test_group.yaml": "max_score: 30\nscore_aggregation: min\nrequire_pass: secret/1\n",
                "data/secret/3/test_group.yaml": (
                    "max_score: 50\nscore_aggregation: sum\nrequire_pass: [sample, secret/1]\n"
                ),
            },
        )

        assert {name: rule for name, rule in rules(found).items() if name.startswith("secret")} == {
            "secret": MaxScoreRule(max_score=100, require_pass=("sample",)),
            "secret/1": MaxScoreRule(max_score=20, aggregation=Aggregation.PASS_FAIL),
            "secret/2": MaxScoreRule(max_score=30, aggregation=Aggregation.MIN, require_pass=("secret/1",)),
            "secret/3": MaxScoreRule(max_score=50, require_pass=("sample", "secret/1")),
        }
        secret = found.root.members[1]
        assert isinstance(secret, Group)
        assert [member.members for member in secret.members if isinstance(member, Group)] == [(1,), (2, 3), (4,)]

    def test_unbounded(self, tmp_path: Path) -> None:
        """Secret and its groups may be without a bound; validators have to give scores then."""
        found = grading(
            tmp_path,
            {
                **cases("g/a"),
                "problem.yaml": CURRENT,
                "data/secret/test_group.yaml": "max_score: unbounded\n",
                "data/secret/g/test_group.yaml": "score_aggregation: min\n",
            },
        )

        assert rules(found)["secret"] == MaxScoreRule(max_score=None)
        assert rules(found)["secret/g"] == MaxScoreRule(max_score=None, aggregation=Aggregation.MIN)

    def test_directories_that_are_no_groups(self, tmp_path: Path) -> None:
        """Directories without a group's file only sort test cases, which count for secret itself."""
        found = grading(tmp_path, {**cases("easy/a", "hard/b"), "problem.yaml": CURRENT})

        assert [member.members for member in found.root.members if isinstance(member, Group)] == [(0,), (1, 2)]

    def test_pass_fail_has_none(self, tmp_path: Path) -> None:
        """A pass-fail problem is judged up to the first failure, whatever scores its groups speak of."""
        yaml = CURRENT_HEAD + "limits: {time_limit: 1}\n"
        package = loaded(tmp_path, {"problem.yaml": yaml, "data/secret/test_group.yaml": "max_score: 5\n"})

        assert package.problem.grading is None
        assert package.warnings == ("data/secret/test_group.yaml:1: max_score means nothing without `type: scoring`",)

    def test_static_validation(self, tmp_path: Path) -> None:
        """A static validator gives a group some of its score, or is one more test that must pass."""
        scored = grading(
            tmp_path / "a",
            {
                **STATIC,
                "problem.yaml": CURRENT,
                "data/secret/test_group.yaml": "static_validation_score: 40\nstatic_validator_args: [short]\n",
            },
        )
        pass_fail = grading(
            tmp_path / "b",
            {
                **STATIC,
                "problem.yaml": CURRENT_HEAD + "limits: {time_limit: 1}\n",
                "data/secret/test_group.yaml": "static_validation_score: pass-fail\n",
            },
        )

        assert rules(scored)["secret"] == MaxScoreRule(max_score=100, static_score=40, static_flags=("short",))
        assert not pass_fail.is_scoring
        secret = rules(pass_fail)["secret"]
        assert isinstance(secret, MaxScoreRule)
        assert (secret.must_pass_static, secret.static_score, secret.aggregation) == (True, None, Aggregation.PASS_FAIL)

    @pytest.mark.parametrize(
        ("file", "yaml", "complaint"),
        [
            ("", "max_score: many\n", ":1: max_score: must be unbounded, or a whole number"),
            ("", "max_score: -5\n", ":1: max_score: must be unbounded, or a whole number"),
            ("", "max_score: 1.5\n", ":1: max_score: must be unbounded, or a whole number"),
            (
                "",
                "max_score: 100\nscore_aggregation: max\n",
                ":2: score_aggregation: must be one of pass-fail, sum, min",
            ),
            ("", "require_pass: secret/2\n", ":1: require_pass: secret may require sample only"),
            ("", "score_aggregation: pass-fail\n", "/2/test_group.yaml:2: score_aggregation: must be pass-fail"),
            ("", "max_score: 90\n", ":1: max_score: the groups' add up to 100, more than 90"),
            (
                "",
                "max_score: unbounded\nscore_aggregation: pass-fail\n",
                ":1: max_score: a pass-fail group needs a number",
            ),
            (
                "1/",
                "require_pass: secret/2\nmax_score: 50\n",
                ":1: require_pass: 'secret/2' is no group before this one",
            ),
            (
                "1/",
                "require_pass: secret/1\nmax_score: 50\n",
                ":1: require_pass: 'secret/1' is no group before this one",
            ),
            ("1/", "score_aggregation: min\n", ": max_score: a group may be unbounded only if"),
            (
                "1/",
                "max_score: 50\nstatic_validation_score: 5\n",
                ":2: static_validation_score: but there is no program",
            ),
            ("1/", "max_score: 50\nstatic_validator_args: [x]\n", ":2: static_validator_args without"),
            ("1/deep/", "max_score: 50\n", ": groups are directories of data/secret"),
            ("../sample/deep/", "args: [x]\n", ": groups are directories of data/secret"),
        ],
    )
    def test_bad_ones(self, tmp_path: Path, file: str, yaml: str, complaint: str) -> None:
        """Rules that contradict each other are refused, with the file and line that do."""
        changes: Changes = {
            **cases("1/a", "1/deep/b", "2/c"),
            "problem.yaml": CURRENT,
            "data/secret/1/test_group.yaml": "max_score: 50\n",
            "data/secret/2/test_group.yaml": "max_score: 50\nscore_aggregation: sum\n",
            "data/sample/deep/a.in": "",
            "data/sample/deep/a.ans": "",
        }
        where = f"data/secret/{file}".replace("secret/../", "") + "test_group.yaml"

        found = complaints(tmp_path, {**changes, where: yaml})

        expected = where + complaint if complaint.startswith(":") else f"data/secret{complaint}"
        assert any(line.startswith(expected) for line in found), found

    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("static_validation_score: 5\nscore_aggregation: pass-fail\n", "must be pass-fail where the group is"),
            ("static_validation_score: pass-fail\n", "may be pass-fail only where score_aggregation is"),
            ("static_validation_score: 101\n", "is more than max_score 100"),
            ("static_validation_score: some\n", "must be pass-fail, or a whole number"),
        ],
    )
    def test_bad_static_scores(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """A static validator's score has to fit its group."""
        (found,) = complaints(tmp_path, {**STATIC, "problem.yaml": CURRENT, "data/secret/test_group.yaml": yaml})

        assert found.startswith(f"data/secret/test_group.yaml:1: static_validation_score: {complaint}")

    def test_layout(self, tmp_path: Path) -> None:
        """Where there is one group, all of secret is groups."""
        changes: Changes = {
            **cases("1/a", "2/b"),
            "problem.yaml": CURRENT,
            "data/secret/1/test_group.yaml": "max_score: 100\n",
        }

        assert complaints(tmp_path / "a", changes) == [
            "data/secret/2: must be a group, as others are: add test_group.yaml"
        ]
        assert complaints(tmp_path / "b", {**changes, "data/secret/3.in": "", "data/secret/3.ans": ""}) == [
            "data/secret: holds groups, and test cases beside them; move these into a group"
        ]

    def test_layout_without_scores(self, tmp_path: Path) -> None:
        """Where groups only give arguments they may be anywhere; that the format forbids it is told."""
        changes: Changes = {
            **cases("a", "1/deep/b"),
            "problem.yaml": f"{CURRENT_HEAD}limits: {{time_limit: 1}}\n",
            "data/secret/1/test_group.yaml": "output_validator_args: [case_sensitive]\n",
            "data/secret/1/deep/test_group.yaml": "output_validator_args: [float_tolerance, '0.1']\n",
        }
        package = loaded(tmp_path, changes)

        assert {case.name: case.checker_flags for case in package.problem.testcases if not case.is_sample} == {
            "secret/1/deep/b": ("float_tolerance", "0.1"),
            "secret/a": (),
        }
        nested, beside = package.warnings
        assert nested.startswith("data/secret/1/deep/test_group.yaml: groups are directories of data/secret")
        assert beside.startswith("data/secret: holds groups, and test cases beside them")

    def test_what_means_nothing_in_samples(self, tmp_path: Path) -> None:
        """Samples have no score; keys that give them one are named and ignored."""
        package = loaded(tmp_path, {"problem.yaml": CURRENT, "data/sample/test_group.yaml": "max_score: 5\n"})

        assert package.warnings == ("data/sample/test_group.yaml:1: max_score is not for samples",)


class TestDrafts:
    def test_late(self, tmp_path: Path) -> None:
        """Points that no group names are shared out evenly among those that name none."""
        found = grading(
            tmp_path,
            {
                **cases("1/a", "2/b", "3/c", "3/d"),
                "problem.yaml": DRAFT,
                "data/secret/1/test_group.yaml": "scoring: {score: 40}\n",
                "data/secret/3/test_group.yaml": "scoring: {aggregation: sum, require_pass: secret/1}\n",
            },
        )

        assert {name: rule for name, rule in rules(found).items() if name.startswith("secret")} == {
            "secret": MaxScoreRule(max_score=100),
            "secret/1": MaxScoreRule(max_score=40, aggregation=Aggregation.PASS_FAIL),
            "secret/2": MaxScoreRule(max_score=30, aggregation=Aggregation.PASS_FAIL),
            "secret/3": MaxScoreRule(max_score=30, require_pass=("secret/1",)),
        }

    def test_early(self, tmp_path: Path) -> None:
        """A group's score multiplies what is in it: once where the least counts, for each case where they add up."""
        found = grading(
            tmp_path,
            {
                **cases("1/a", "1/b", "2/c", "2/d"),
                "problem.yaml": DRAFT,
                "data/secret/1/testdata.yaml": "grading: {score: 40}\n",
                "data/secret/2/testdata.yaml": "grading: {score: 30, aggregation: sum}\n",
            },
        )

        assert {name: rule for name, rule in rules(found).items() if name.startswith("secret")} == {
            "secret": MaxScoreRule(max_score=100),
            "secret/1": MaxScoreRule(max_score=40, aggregation=Aggregation.MIN),
            "secret/2": MaxScoreRule(max_score=60),
        }

    def test_with_legacy_keys(self, tmp_path: Path) -> None:
        """A package that calls itself a draft and has the legacy format's keys is graded by that."""
        found = grading(
            tmp_path, {"problem.yaml": DRAFT, "data/secret/testdata.yaml": "accept_score: 5\ngrader_flags: min\n"}
        )

        assert rules(found)["secret"] == LegacyRule(accept_score=5, score=Aggregation.MIN)

    def test_pass_fail(self, tmp_path: Path) -> None:
        """Without scores there is nothing to grade."""
        yaml = DRAFT.replace("scoring", "pass-fail")

        assert loaded(tmp_path, {"problem.yaml": yaml}).problem.grading is None

    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("scoring: {score: much}\n", ":1: score: must be a number"),
            ("scoring: {score: 300}\n", ""),
            ("scoring: {aggregation: max}\n", ":1: aggregation: must be one of"),
            ("scoring: {require_pass: secret/9}\n", ":1: require_pass: 'secret/9' is no pass-fail group"),
        ],
    )
    def test_bad_ones(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """What cannot be meant is refused; a group's points beyond those of secret with the file of secret."""
        changes: Changes = {**cases("1/a"), "problem.yaml": DRAFT, "data/secret/1/test_group.yaml": yaml}

        found = complaints(tmp_path, changes)

        place = f"data/secret/1/test_group.yaml{complaint}" if complaint else "data/secret: score: its groups have 300"
        assert any(line.startswith(place) for line in found), found
