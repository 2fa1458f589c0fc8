"""From directories of test data to test groups with their rules, in each format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule, Rule
from tests.packages import complaints, loaded

Changes = dict[str, str | bytes | None]

SCORING = "name: x\ntype: scoring\nlimits: {time_limit: 1}\n"
CURRENT_HEAD = "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"
CURRENT = CURRENT_HEAD + "type: scoring\nlimits: {time_limit: 1}\n"
DRAFT = "problem_format_version: 2023-07-draft\n" + SCORING
STATIC = {"static_validator/v.py": "raise SystemExit(42)\n"}


def cases(*names: str) -> Changes:
    """Test cases of these names below secret, and no other there."""
    removed: Changes = {"data/secret/1.in": None, "data/secret/1.ans": None}
    return removed | {f"data/secret/{name}.{extension}": f"{name}\n" for name in names for extension in ("in", "ans")}


def grading(tmp_path: Path, changes: Mapping[str, str | bytes | None]) -> Grading:
    found = loaded(tmp_path, changes).problem.grading
    assert found is not None
    return found


def rules(found: Grading) -> dict[str, Rule]:
    """The rule of each group, by its name."""

    def walk(group: Group) -> dict[str, Rule]:
        below = {
            name: rule for member in group.members if isinstance(member, Group) for name, rule in walk(member).items()
        }
        return {group.name: group.rule, **below}

    return walk(found.root)


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
