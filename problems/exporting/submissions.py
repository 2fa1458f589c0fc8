"""Writes ``submissions/`` with a ``submissions.yaml`` that carries what each of them is expected to get.

What the folders of the format demand of a submission cannot be lifted by ``submissions.yaml``, only added to, unless a
key names the folder itself ("Default directories"). So each submission goes into a folder that demands no more than
its own package does, and where there is none into ``mixed``, which demands nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from judge.groups import Group
from judge.models import Problem, Source
from judge.verdicts import Verdict
from problems import globs
from problems.expectations import Expectation, applies
from problems.exporting.folder import Folder, Word, fit
from problems.exporting.layout import Layout
from problems.exporting.metadata import code_of

if TYPE_CHECKING:
    from problems.package import Package
    from problems.submissions import JurySubmission

_MIXED = "mixed"
#: The verdicts that the format knows, by ours.
_VERDICTS = {
    Verdict.AC: "AC",
    Verdict.WA: "WA",
    Verdict.OLE: "WA",
    Verdict.TLE: "TLE",
    Verdict.RTE: "RTE",
    Verdict.MLE: "RTE",
}
_ORDER = ("AC", "WA", "TLE", "RTE")
#: Those that are not what the extension stands for.
_OTHER_STANDARDS = ("cpp17", "cpp23")
#: Where submissions go by what they are to get, whose demands ``_overridden`` softens to "on some test case".
_FOLDERS = {
    ("AC",): "accepted",
    ("WA",): "wrong_answer",
    ("TLE",): "time_limit_exceeded",
    ("RTE",): "run_time_error",
    ("WA", "TLE", "RTE"): "rejected",
}


def write(package: Package, layout: Layout, folder: Folder) -> None:
    """Write all submissions that are judged."""
    document: dict[str, object] = {}
    taken: set[str] = set()
    for submission in package.submissions:
        if not submission.is_judged:
            folder.note(f"{submission.path} is left out: it is not to be judged")
            continue
        if Verdict.CE in submission.expected or submission.expected == (Verdict.JE,):
            folder.note(f"{submission.path} is left out: the format has no word for what it should get")
            continue
        place = _place(submission, taken)
        taken.add(place.casefold())
        _files(submission.source, place, folder)
        rules = {
            **_language(submission.source, place, folder),
            **_rules(submission, place, package.problem, layout, folder),
        }
        if rules:
            document[place] = rules
    used = {name.partition("/")[0] for name in taken}
    document = {**{name: rule for name, rule in _overridden().items() if name in used}, **document}
    if "accepted" not in used:
        folder.note("there is no accepted submission, although the format wants one")
    if document:
        folder.yaml("submissions/submissions.yaml", document)


def _overridden() -> dict[str, object]:
    """Demands of the default folders as packages of other formats mean them: on some test case, whatever else fails.

    Those packages look at the first test case that fails; the format looks at all of them.
    """
    return {
        "wrong_answer": {"permitted": list(_ORDER), "required": ["WA"], "use_for_time_limit": False},
        "time_limit_exceeded": {"permitted": list(_ORDER), "required": ["TLE"]},
        "run_time_error": {"permitted": list(_ORDER), "required": ["RTE"], "use_for_time_limit": False},
    }


def _place(submission: JurySubmission, taken: set[str]) -> str:
    """Where a submission goes, below ``submissions/``."""
    parts = PurePosixPath(submission.path).parts
    wanted = _wanted(submission)
    directory = _FOLDERS.get(wanted, _MIXED)
    if submission.grades or submission.is_partial or (wanted == ("AC",) and submission.use_for_time_limit == "upper"):
        directory = _MIXED
    name = fit(parts[-1])
    # As in zips that can be unpacked anywhere, where upper and lower case may be the same.
    while f"{directory}/{name}".casefold() in taken:
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        name = f"{stem}_{suffix}"
    return f"{directory}/{name}"


def _wanted(submission: JurySubmission) -> tuple[str, ...]:
    """What the submission is to get, in the words and the order of the format; () where that is nothing to go by."""
    names = {_VERDICTS[verdict] for verdict in submission.expected if verdict in _VERDICTS}
    return tuple(name for name in _ORDER if name in names)


def _files(source: Source, place: str, folder: Folder) -> None:
    is_file = len(source.files) == 1 and PurePosixPath(source.files[0].name).suffix == PurePosixPath(place).suffix
    for file in source.files:
        name = f"submissions/{place}" if is_file else f"submissions/{place}/{file.name}"
        folder.put(name, file.content, is_executable=file.is_executable)


def _language(source: Source, place: str, folder: Folder) -> dict[str, object]:
    """What the names of its files do not tell."""
    found: dict[str, object] = {}
    if source.language in _OTHER_STANDARDS:
        folder.note(f"submissions/{place}: was in {source.language}; here each judge has a C++ of its own")
    elif code_of(source.language) not in (source.language, "cpp", "c"):
        found["language"] = code_of(source.language)
    if source.entry_point:
        found["entrypoint"] = source.entry_point
    return found


def _rules(
    submission: JurySubmission, place: str, problem: Problem, layout: Layout, folder: Folder
) -> dict[str, object]:
    """What has to be said beside the folder."""
    found: dict[str, object] = {}
    for rule in submission.rules:
        if not rule.tests and not _is_said_by_folder(rule, place):
            found |= _rule(rule)
        elif rule.tests and (tests := _tests(rule.tests, problem, layout)) is not None:
            found[tests] = _rule(rule)
        elif rule.tests:
            folder.note(f"{submission.path}: what it should get on {rule.tests} is left out: no pattern says that")
    if not submission.rules and place.startswith(f"{_MIXED}/"):
        found |= _mixed(submission, folder)
    if submission.score is not None:
        found["score"] = _range(submission.score)
    if submission.use_for_time_limit and not submission.rules:
        found["use_for_time_limit"] = submission.use_for_time_limit
    if submission.grades:
        found |= _grades(submission, problem, layout, folder)
    return found


def _mixed(submission: JurySubmission, folder: Folder) -> dict[str, object]:
    """The final verdict as what test cases have to get: one of those named on some test case."""
    wanted = _wanted(submission)
    if not wanted:
        folder.note(f"{submission.path}: nobody said what it should get")
        return {"use_for_time_limit": False}
    if "AC" in wanted:
        return {"permitted": list(wanted), "use_for_time_limit": False}
    return {"required": list(wanted), "use_for_time_limit": False}


def _is_said_by_folder(rule: Expectation, place: str) -> bool:
    """Whether the folder demands just what a rule for all test cases does."""
    required = {_VERDICTS[verdict] for verdict in rule.required or () if verdict in _VERDICTS}
    wanted = _FOLDERS.get(tuple(name for name in _ORDER if name in required))
    is_more = rule.permitted is not None or rule.score is not None or bool(rule.message)
    return not is_more and wanted == place.partition("/")[0]


def _rule(rule: Expectation) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, verdicts in (("permitted", rule.permitted), ("required", rule.required)):
        if verdicts is not None:
            names = {_VERDICTS[verdict] for verdict in verdicts if verdict in _VERDICTS}
            found[key] = [name for name in _ORDER if name in names]
    if rule.score is not None:
        found["score"] = _range(rule.score)
    if rule.message:
        found["message"] = Word(rule.message)
    found["use_for_time_limit"] = rule.use_for_time_limit or False
    return found


def _range(score: tuple[float, float]) -> object:
    return score[0] if score[0] == score[1] else list(score)


def _tests(pattern: str, problem: Problem, layout: Layout) -> str | None:
    """A pattern for test cases under their new names; None: there are none, or too many for a pattern that is read."""
    if all(layout.names[testcase.name] == testcase.name for testcase in problem.testcases):
        return pattern
    meant = Expectation(tests=pattern)
    names = [layout.names[testcase.name] for testcase in problem.testcases if applies(meant, testcase.name)]
    found = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
    return found if names and len(found) <= globs.MOST_CHARS else None


def _grades(submission: JurySubmission, problem: Problem, layout: Layout, folder: Folder) -> dict[str, object]:
    """Verdicts of secret groups, in order."""
    names = _secret_groups(problem, layout)
    if len(names) != len(submission.grades):
        folder.note(f"{submission.path}: its {len(submission.grades)} grades do not fit the {len(names)} groups")
        return {}
    found: dict[str, object] = {}
    for name, grade in zip(names, submission.grades, strict=True):
        verdict = _VERDICTS.get(grade)
        if verdict is not None:
            rule: Mapping[str, object] = {"permitted": ["AC"]} if verdict == "AC" else {"required": [verdict]}
            found[name] = {**rule, "use_for_time_limit": False}
    return found


def _secret_groups(problem: Problem, layout: Layout) -> list[str]:
    """Folders of the secret groups, in the order of the package's own."""
    if problem.grading is None:
        return []
    secret = next(
        (group for group in problem.grading.root.members if isinstance(group, Group) and group.name == "secret"), None
    )
    groups = [group for group in secret.members if isinstance(group, Group)] if secret is not None else []
    names = []
    for group in groups:
        first = next((member for member in group.members if isinstance(member, int)), None)
        if first is not None:
            names.append("/".join(PurePosixPath(layout.names[problem.testcases[first].name]).parts[:2]))
    return names
