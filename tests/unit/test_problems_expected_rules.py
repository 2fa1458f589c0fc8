"""Whether a judging is what the rules of a package say of its submission."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Grading, Group, MaxScoreRule
from judge.models import Compilation, Judged
from judge.verdicts import Verdict
from problems.expectations import Expectation, applies, bounds_time, problems_with
from tests.expected import AC, MLE, NAMES, OLE, RTE, TLE, WA, judged, problem, run, submission


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "got", "found"),
        [
            (Expectation(permitted=frozenset({AC})), [AC, AC], []),
            (Expectation(permitted=frozenset({AC, RTE})), [AC, MLE], []),
            (
                Expectation(permitted=frozenset({AC})),
                [AC, WA, TLE],
                ["gets WA on secret/a/1 (and 1 more), where only AC is permitted"],
            ),
            (Expectation(required=frozenset({WA})), [AC, OLE], []),
            (
                Expectation(required=frozenset({TLE, RTE})),
                [AC, WA],
                ["has to get TLE or RTE on a test case; it gets AC or WA"],
            ),
            (Expectation(tests="secret/a", permitted=frozenset({AC})), [WA, AC, AC, TLE], []),
            (
                Expectation(tests="secret/*/1", required=frozenset({TLE})),
                [TLE, AC, TLE, AC],
                ["has to get TLE on a test case of secret/*/1; it gets AC"],
            ),
            (
                Expectation(tests="secret/b", required=frozenset({AC})),
                [AC],
                ["has to get AC on a test case of secret/b; none was judged"],
            ),
        ],
    )
    def test_of_verdicts(self, rule: Expectation, got: list[Verdict], found: list[str]) -> None:
        """All test cases that a rule is about get what it permits, and one what it requires."""
        assert problems_with(submission(AC, rules=(rule,)), judged(*got), problem()) == found

    def test_all_hold(self) -> None:
        """Each rule is looked at, and the final verdict is left alone."""
        rules = (
            Expectation(permitted=frozenset({AC, WA}), required=frozenset({WA})),
            Expectation(tests="sample", permitted=frozenset({AC})),
            Expectation(tests="secret/b", required=frozenset({AC})),
        )

        assert problems_with(submission(TLE, rules=rules), judged(AC, WA, WA, AC), problem()) == []
        assert len(problems_with(submission(TLE, rules=rules), judged(WA, AC, AC, TLE), problem())) == 3

    def test_messages(self) -> None:
        """Some judge's message on a test case of the rule holds the text, in the same letters."""
        runs = (run("sample/1", WA, message="line 1: Token differs"), run("secret/a/1", WA, message="other"))
        result = Judged(verdict=WA, compilation=Compilation(is_ok=True), runs=runs)

        def found(**rule: str) -> list[str]:
            return problems_with(submission(rules=(Expectation(**rule),)), result, problem())  # type: ignore[arg-type]

        assert found(message="Token") == []
        assert found(message="token") == ["has to be told 'token' on a test case"]
        assert found(message="Token", tests="secret") == ["has to be told 'Token' on a test case of secret"]

    @pytest.mark.parametrize(
        ("score", "wanted", "found"),
        [
            (30.0, (30.0, 30.0), []),
            (30.0000000001, (30.0, 30.0), []),
            (29.0, (20.0, 30.0), []),
            (31.0, (20.0, 30.0), ["the submission gets the score 31 instead of between 20 and 30"]),
            (0.0, (30.0, 30.0), ["the submission gets the score 0 instead of 30"]),
            (None, (30.0, 30.0), ["the submission has to get a score, and gets none"]),
        ],
    )
    def test_scores(self, score: float | None, wanted: tuple[float, float], found: list[str]) -> None:
        """The score lies between both numbers, these included."""
        rules = (Expectation(score=wanted),)

        assert problems_with(submission(rules=rules), judged(WA, score=score), problem()) == found
        assert problems_with(submission(WA, score=wanted), judged(AC, score=score), problem()) == found

    @pytest.mark.parametrize(
        ("aggregation", "verdicts", "score"),
        [
            (Aggregation.PASS_FAIL, [AC, AC, AC], 40.0),
            (Aggregation.PASS_FAIL, [AC, AC, WA], 0.0),
            (Aggregation.SUM, [AC, AC, WA], 20.0),
            (Aggregation.SUM, [AC, AC, AC], 40.0),
            (Aggregation.MIN, [AC, AC, AC], 40.0),
            (Aggregation.MIN, [AC, AC], 0.0),
        ],
    )
    def test_scores_of_groups(self, aggregation: Aggregation, verdicts: list[Verdict], score: float) -> None:
        """A rule for a group is about the points that the group gives."""
        group = Group(name="secret/a", rule=MaxScoreRule(max_score=40, aggregation=aggregation), members=(1, 2))
        secret = Group(name="secret", rule=MaxScoreRule(), members=(group,))
        grading = Grading(root=Group(name="", rule=MaxScoreRule(), members=(secret,)), is_scoring=True)
        result = judged(*verdicts, score=55)

        def found(wanted: float, tests: str) -> list[str]:
            rule = Expectation(tests=tests, score=(wanted, wanted))
            return problems_with(submission(rules=(rule,)), result, problem(grading=grading))

        assert found(score, "secret/a") == []
        assert found(score + 1, "secret/a") == [f"secret/a gets the score {score:g} instead of {score + 1:g}"]
        assert found(55, "secret") == []


_verdicts = st.sampled_from([AC, WA, TLE, RTE])
_sets = st.none() | st.frozensets(_verdicts, min_size=1)
_globs = st.sampled_from(["", "sample", "secret", "secret/a", "secret/*", "secret/b/1", "{sample,secret/b}", "nothing"])
_MEANT: Mapping[str, set[str]] = {
    "": set(NAMES),
    "sample": {"sample/1"},
    "secret": set(NAMES[1:]),
    "secret/a": {"secret/a/1", "secret/a/2"},
    "secret/*": set(NAMES[1:]),
    "secret/b/1": {"secret/b/1"},
    "{sample,secret/b}": {"sample/1", "secret/b/1"},
    "nothing": set(),
}


@given(
    st.lists(st.sampled_from([AC, WA, TLE, RTE, MLE, OLE]), min_size=4, max_size=4),
    st.lists(st.tuples(_globs, _sets, _sets), min_size=1, max_size=3),
)
def test_rules_as_a_plain_reference(
    got: list[Verdict], rules: list[tuple[str, frozenset[Verdict] | None, frozenset[Verdict] | None]]
) -> None:
    """Permitted and required sets hold exactly when the specification's sentences do."""
    counts_as = {MLE: {RTE}, OLE: {WA, TLE}}
    seen = {name: counts_as.get(verdict, {verdict}) for name, verdict in zip(NAMES, got, strict=True)}

    def holds(glob: str, permitted: frozenset[Verdict] | None, required: frozenset[Verdict] | None) -> bool:
        verdicts = [seen[name] for name in _MEANT[glob]]
        return (permitted is None or all(verdict & permitted for verdict in verdicts)) and (
            required is None or any(verdict & required for verdict in verdicts)
        )

    expectations = tuple(
        Expectation(tests=glob, permitted=permitted, required=required) for glob, permitted, required in rules
    )
    found = problems_with(submission(rules=expectations), judged(*got), problem())

    assert (found == []) == all(holds(*rule) for rule in rules)


def test_bounding_time() -> None:
    """A rule bounds the time limit from the side it names, or not at all."""
    assert bounds_time(Expectation()) == (False, False)
    assert bounds_time(Expectation(use_for_time_limit="lower")) == (True, False)
    assert bounds_time(Expectation(use_for_time_limit="upper")) == (False, True)


def test_applying() -> None:
    """A rule without a pattern is about everything."""
    assert applies(Expectation(), "sample/1")
    assert applies(Expectation(tests="secret"), "secret/a/1")
    assert not applies(Expectation(tests="secret"), "sample/1")
