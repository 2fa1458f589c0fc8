"""Incidents are bounded and printable, whatever they were made from."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from judge.incidents import MOST_DETAIL_CHARS, MOST_INCIDENTS, Incident, IncidentKind, Severity, merged, of_run
from judge.models import Compilation, Judged, Run
from judge.verdicts import Verdict

REFUSED = IncidentKind.REFUSED_CALL


@given(st.text(max_size=1000), st.integers())
def test_any_detail_is_short_and_printable(detail: str, count: int) -> None:
    """No text makes an incident that a terminal, a page or Postgres could not take."""
    incident = Incident(REFUSED, detail, count)

    assert len(incident.detail) <= MOST_DETAIL_CHARS
    assert not [char for char in incident.detail if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert 0 < incident.count < 2**31


def test_plain_detail_stays() -> None:
    """What is harmless is kept as it is."""
    assert Incident(REFUSED, "process 12 (naïve) of user 200001").detail == "process 12 (naïve) of user 200001"


def test_a_run_tells_of_refused_calls_and_kills() -> None:
    """Each refused call is an incident with its count, and so are kills for want of memory."""
    assert of_run(denied={"mount": 2, "ptrace": 1, "bpf": 0}, oom_kills=3) == (
        Incident(REFUSED, "mount", 2),
        Incident(REFUSED, "ptrace", 1),
        Incident(IncidentKind.OUT_OF_MEMORY, "", 3),
    )
    assert of_run(denied={}, oom_kills=0) == ()


def test_equal_incidents_become_one() -> None:
    """Counts of equal ones add up, and the worst come first, since the list is cut at its end."""
    found = merged(
        [
            Incident(IncidentKind.OUT_OF_MEMORY, ""),
            Incident(REFUSED, "mount", 2),
            Incident(IncidentKind.STRAY_PROCESS, "x"),
            Incident(REFUSED, "mount", 3),
        ]
    )

    assert found == (
        Incident(IncidentKind.STRAY_PROCESS, "x"),
        Incident(REFUSED, "mount", 5),
        Incident(IncidentKind.OUT_OF_MEMORY, ""),
    )


def test_a_judging_has_a_bounded_number() -> None:
    """However many calls compiler and runs try, a judging keeps twenty, each once."""
    tried = tuple(Incident(REFUSED, f"call {number}") for number in range(15))
    others = tuple(Incident(REFUSED, f"call {number}") for number in range(10, 90))
    run = Run(
        testcase="secret/1", verdict=Verdict.WA, cpu_us=1, wall_us=1, memory_bytes=1, exit_code=0, incidents=others
    )
    judged = Judged(verdict=Verdict.WA, compilation=Compilation(is_ok=True, incidents=tried), runs=(run, run))

    assert len(judged.incidents) == MOST_INCIDENTS
    assert judged.incidents[0] == Incident(REFUSED, "call 0")
    assert judged.incidents[10] == Incident(REFUSED, "call 10", 3)


def test_every_kind_has_words_and_a_severity() -> None:
    """No kind is without what pages show of it."""
    assert all(kind.words and kind.severity in Severity for kind in IncidentKind)
    assert Severity.INFO.rank < Severity.WARNING.rank < Severity.ALARM.rank
