"""Whether a judging is what a package expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule, PointsRule
from judge.models import Blob, CheckerSpec, Compilation, Judged, Limits, Problem, Run, Source, Testcase
from judge.verdicts import Verdict
from problems.expectations import Expectation, applies, best_score, bounds_time, problems_with
from problems.submissions import JurySubmission

AC, WA, TLE, RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
MLE, OLE, CE, JE = Verdict.MLE, Verdict.OLE, Verdict.CE, Verdict.JE
NAMES = ("sample/1", "secret/a/1", "secret/a/2", "secret/b/1")
EMPTY = Blob.of(b"")


def problem(names: Sequence[str] = NAMES, grading: Grading | None = None, points: float | None = None) -> Problem:
    cases = tuple(Testcase(name=name, input=EMPTY, answer=EMPTY, points=points) for name in names)
    limits = Limits(time_ms=1000, wall_ms=3000)
    return Problem(name="p", limits=limits, checker=CheckerSpec(name="tokens"), testcases=cases, grading=grading)


def run(name: str, verdict: Verdict, **more: object) -> Run:
    return Run(testcase=name, verdict=verdict, cpu_us=1, wall_us=1, memory_bytes=1, **more)  # type: ignore[arg-type]


def judged(*verdicts: Verdict, final: Verdict | None = None, score: float | None = None) -> Judged:
    """A judging of the test cases in order, as far as there are verdicts."""
    if final is None:
        final = next((verdict for verdict in verdicts if verdict is not AC), AC)
    runs = tuple(run(name, verdict) for name, verdict in zip(NAMES, verdicts, strict=False))
    return Judged(verdict=final, compilation=Compilation(is_ok=True), runs=runs, score=score)


def submission(*expected: Verdict, **more: object) -> JurySubmission:
    source = Source(language="c", files=())
    return JurySubmission(path="submissions/x/y.c", source=source, expected=expected, **more)  # type: ignore[arg-type]


def legacy(*, most: float = float("inf"), smaller: bool = False) -> Grading:
    """Two secret groups."""
    rule = LegacyRule(least=1.0 if smaller else float("-inf"), most=most)
    groups = (
        Group(name="secret/a", rule=rule, members=(1, 2)),
        Group(name="secret/b", rule=rule, members=(3,)),
    )
    members = (Group(name="sample", rule=rule, members=(0,)), Group(name="secret", rule=rule, members=groups))
    return Grading(root=Group(name="", rule=rule, members=members), is_scoring=True, is_smaller_better=smaller)


class TestFinalVerdict:
    @pytest.mark.parametrize(
        ("expected", "got"),
        [
            ([AC], [AC, AC]),
            ([WA], [AC, WA]),
            ([WA], [AC, WA, TLE]),
            ([WA], [AC, WA, RTE]),
            ([WA], [OLE]),
            ([OLE], [WA]),
            ([RTE], [MLE]),
            ([MLE], [RTE]),
            ([WA, TLE], [AC, TLE]),
            ([TLE], [AC, WA, TLE]),
            ([TLE], [TLE, RTE]),
            ([RTE], [WA, RTE]),
            ([WA, TLE, RTE], [AC, AC, MLE]),
            ([], [WA]),
        ],
    )
    def test_as_expected(self, expected: list[Verdict], got: list[Verdict]) -> None:
        """The first failure counts, and what the legacy format says of test cases where that is more lenient."""
        assert problems_with(submission(*expected), judged(*got), problem()) == []

    @pytest.mark.parametrize(
        ("expected", "got", "text"),
        [
            ([AC], [AC, WA], "gets WA on secret/a/1 instead of AC"),
            ([WA], [AC, AC], "gets AC instead of WA"),
            ([WA], [TLE, WA], "gets TLE on sample/1 instead of WA"),
            ([TLE], [WA, AC], "gets WA on sample/1 instead of TLE"),
            ([TLE], [RTE, TLE], "gets RTE on sample/1 instead of TLE"),
            ([TLE], [WA, TLE, RTE], "gets WA on sample/1 instead of TLE"),
            ([RTE], [WA, TLE], "gets WA on sample/1 instead of RTE"),
            ([WA, TLE, RTE, MLE, OLE], [AC, AC], "gets AC instead of WA or TLE or RTE or MLE or OLE"),
            ([WA, TLE], [AC, RTE], "gets RTE on secret/a/1 instead of WA or TLE"),
            ([CE], [AC], "gets AC instead of CE"),
        ],
    )
    def test_not_as_expected(self, expected: list[Verdict], got: list[Verdict], text: str) -> None:
        """What differs is said in one sentence, with the test case."""
        assert problems_with(submission(*expected), judged(*got), problem()) == [text]

    def test_of_a_grader(self) -> None:
        """With groups the final verdict is the grading's: AC although a test case failed."""
        result = judged(AC, WA, AC, AC, final=AC, score=1)

        assert problems_with(submission(AC), result, problem(grading=legacy())) == []

    def test_the_reason_is_told(self) -> None:
        """Why a run failed helps to see what is wrong."""
        result = Judged(verdict=TLE, compilation=Compilation(is_ok=True), runs=(run("sample/1", TLE, reason="idle"),))

        assert problems_with(submission(AC), result, problem()) == ["gets TLE on sample/1 (idle) instead of AC"]


class TestWhatIsNeverExpected:
    @pytest.mark.parametrize(
        "wanted",
        [
            submission(),
            submission(AC),
            submission(WA, TLE, RTE),
            submission(AC, score=(0, 100)),
            submission(AC, is_partial=True),
            submission(RTE, rules=(Expectation(),)),
        ],
    )
    def test_a_program_that_does_not_compile(self, wanted: JurySubmission) -> None:
        """Whatever is expected, it is a program."""
        result = Judged(verdict=CE, compilation=Compilation(is_ok=False, output="x.c:1: error\nmore"))

        assert problems_with(wanted, result, problem()) == ["does not compile: x.c:1: error"]

    def test_unless_it_is(self) -> None:
        """A submission that should not compile may not."""
        result = Judged(verdict=CE, compilation=Compilation(is_ok=False))

        assert problems_with(submission(CE), result, problem()) == []

    @pytest.mark.parametrize("wanted", [submission(), submission(WA), submission(rules=(Expectation(),))])
    def test_a_judge_error(self, wanted: JurySubmission) -> None:
        """A failure of the package's own is none of its submissions'."""
        result = Judged(verdict=JE, compilation=Compilation(is_ok=True), message="validator exited with 1")

        assert problems_with(wanted, result, problem()) == ["is a judge error: validator exited with 1"]

    def test_a_judge_error_in_one_test_case(self) -> None:
        """It is mentioned even where something before it decided."""
        result = Judged(
            verdict=WA,
            compilation=Compilation(is_ok=True),
            runs=(run("sample/1", WA), run("secret/a/1", JE, message="crashed")),
        )

        assert problems_with(submission(WA), result, problem()) == ["secret/a/1 is a judge error: crashed"]

    def test_submissions_that_are_not_judged(self) -> None:
        """Nothing is wrong with what is not to be run."""
        assert problems_with(submission(AC, is_judged=False), judged(WA), problem()) == []


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


class TestPartial:
    @pytest.mark.parametrize(
        ("verdict", "score", "found"),
        [
            (AC, 40.0, []),
            (AC, 0.0, []),
            (WA, 40.0, []),
            (AC, 100.0, ["gets the best score 100, and should not"]),
            (WA, 0.0, ["gets WA on sample/1 and no points, but should get some"]),
            (TLE, None, ["gets TLE on sample/1 and no points, but should get some"]),
        ],
    )
    def test_not_all_points(self, verdict: Verdict, score: float | None, found: list[str]) -> None:
        """A submission that is accepted in part gets points, but not the best score."""
        wanted = submission(AC, is_partial=True)

        assert problems_with(wanted, judged(verdict, score=score), problem(grading=legacy(most=100))) == found

    def test_anything_but_all_points(self) -> None:
        """Where a failure is expected as well, no points at all are fine."""
        wanted = submission(WA, TLE, RTE, is_partial=True)

        assert problems_with(wanted, judged(WA, score=0), problem(grading=legacy(most=100))) == []
        assert len(problems_with(wanted, judged(AC, score=100), problem(grading=legacy(most=100)))) == 1

    def test_smaller_is_better(self) -> None:
        """Where less is better the best score is the least."""
        wanted = submission(AC, is_partial=True)
        grading = legacy(most=9, smaller=True)

        assert problems_with(wanted, judged(AC, score=9), problem(grading=grading)) == []
        assert len(problems_with(wanted, judged(AC, score=1), problem(grading=grading))) == 1

    def test_the_best_score(self) -> None:
        """Each kind of package says it in its own way, or not at all."""
        secret = Group(name="secret", rule=MaxScoreRule(max_score=60))
        newer = Grading(root=Group(name="", rule=MaxScoreRule(max_score=None), members=(secret,)))
        complete = Group(name="1", rule=PointsRule(is_complete=True, points=30), members=(0, 1))
        each = Group(name="2", rule=PointsRule(), members=(2, 3))
        polygon = Grading(root=Group(name="", rule=PointsRule(), members=(complete, each)))

        assert best_score(problem()) is None
        assert best_score(problem(grading=legacy())) is None
        assert best_score(problem(grading=legacy(most=70))) == 70
        assert best_score(problem(grading=newer)) == 60
        assert best_score(problem(grading=polygon, points=2.5)) == 35


class TestGrades:
    @pytest.mark.parametrize(
        ("grades", "got", "found"),
        [
            ([AC, AC], [AC, AC, AC, AC], []),
            ([AC, WA], [WA, AC, AC, OLE], []),
            ([TLE, AC], [AC, AC, TLE, AC], []),
            ([WA, TLE], [AC, WA, AC], []),
            ([AC, AC], [AC, WA, AC, AC], ["gets WA in secret/a instead of AC"]),
            ([AC, AC], [AC, AC, AC], ["gets nothing in secret/b instead of AC"]),
            ([AC, WA], [AC, AC, AC, TLE], ["gets TLE in secret/b instead of WA"]),
            ([AC, WA], [AC, AC, AC, AC], ["gets AC in secret/b instead of WA"]),
            ([AC], [AC], ["@EXPECTED_GRADES@ names 1 verdicts, but the number of secret test groups is 2"]),
        ],
    )
    def test_of_groups(self, grades: list[Verdict], got: list[Verdict], found: list[str]) -> None:
        """Each secret group gets the verdict that is named for it, in order; with a grading and without."""
        wanted = submission(grades=tuple(grades))

        assert problems_with(wanted, judged(*got), problem()) == found
        assert problems_with(wanted, judged(*got), problem(grading=legacy())) == found


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


def test_static_validation_is_a_test_case() -> None:
    """What the static validator says counts for rules and for group scores like any test case (2025-09)."""
    rule = MaxScoreRule(max_score=100, static_score=40)
    group = Group(name="secret", rule=rule, members=(1, 2, 3))
    of = problem(grading=Grading(root=Group(name="", rule=rule, members=(group,)), is_scoring=True))
    wrong, right = (run("secret/static validation", verdict) for verdict in (WA, AC))
    has_failed = submission(rules=(Expectation(required=frozenset({WA})),))
    gets_all = submission(rules=(Expectation(tests="secret/*", permitted=frozenset({AC})),))
    whole = replace(judged(AC, AC, AC, AC, final=WA), static_runs=(wrong,))

    assert problems_with(has_failed, whole, of) == []
    assert problems_with(has_failed, replace(whole, verdict=AC, static_runs=(right,)), of) != []
    assert problems_with(gets_all, whole, of) == ["gets WA on secret/static validation, where only AC is permitted"]
    for static, score in ((wrong, 60), (right, 100)):
        has_score = submission(rules=(Expectation(tests="sec*", score=(score, score)),))
        assert problems_with(has_score, replace(whole, score=0.0, static_runs=(static,)), of) == []


@pytest.mark.parametrize("wanted", [TLE, WA])
def test_printing_for_ever(wanted: Verdict) -> None:
    """A program that prints for ever is wrong, or too slow, to whoever knows no output limit; and never right."""
    flooding = judged(AC, OLE)
    rule = Expectation(permitted=frozenset({AC, wanted}), required=frozenset({wanted}))

    assert problems_with(submission(wanted), flooding, problem()) == []
    assert problems_with(submission(rules=(rule,)), flooding, problem()) == []
    assert problems_with(submission(AC), flooding, problem()) != []
    assert problems_with(submission(RTE), flooding, problem()) != []
