"""Figures of benches: the document they make, and how they are got from measurements."""

from __future__ import annotations

import json

import pytest

from judge.bench import endurance, sandbox, timing
from judge.bench.figures import Figure, as_json, show
from sandbox.outcome import EndedBy, Outcome
from sandbox.yardsticks.leftovers import Footprint, Left


def test_the_document() -> None:
    """Each figure has the keys that scripts read, those without a target say so, and all of it is JSON."""
    figures = [
        Figure(name="a", value=1.5, unit="ms", target="<= 2", ok=True, compared_with={"b": 3.0}),
        Figure(name="c", value=2, unit=""),
    ]

    document = json.loads(json.dumps(as_json(figures)))

    assert set(document["machine"]) >= {"cpu", "cores", "memory_bytes", "kernel", "load"}
    assert document["figures"] == [
        {"name": "a", "value": 1.5, "unit": "ms", "target": "<= 2", "ok": True, "compared_with": {"b": 3.0}},
        {"name": "c", "value": 2, "unit": "", "target": "", "ok": None, "compared_with": {}},
    ]


def test_a_missed_target_is_seen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """People are told which figures miss their targets, and what else did the same work."""
    monkeypatch.setenv("COLUMNS", "200")

    show([Figure(name="slow", value=3, unit="ms", target="<= 2", ok=False, compared_with={"peer, ms": 1234})])

    shown = capsys.readouterr().out
    assert "missed" in shown
    assert "peer, ms 1234" in shown


def test_ratios_are_taken_batch_by_batch() -> None:
    """A batch in which the host was twice as slow for both sides does not change the ratio."""
    assert sandbox._median_ratio([[2.0, 2.0], [4.0, 4.0]], [[1.0, 1.0], [2.0, 2.0]]) == 2.0


@pytest.mark.parametrize(("waits_ms", "ok"), [([0.1] * 99 + [40.0], True), ([0.1] * 98 + [40.0] * 2, False)])
def test_cells_have_to_be_ready_99_times_of_100(waits_ms: list[float], ok: bool) -> None:
    """One judging of a hundred may wait for its cell, two may not; the longest wait is told."""
    figure = sandbox._ready_figure(waits_ms)

    assert (figure.ok, figure.compared_with["longest wait, ms"]) == (ok, 40.0)


def test_targets_are_for_containers() -> None:
    """At other levels the same figures are told without being held against a container's targets."""
    batches = sandbox._Batches(
        boxes=[[700.0, 700.0]], trips=[[1500.0, 1500.0]], bare=[[500.0]], docker=[[2e5]], cpu=[1000.0]
    )

    at_container = {figure.name: figure.ok for figure in sandbox._run_figures(batches, "container")}
    elsewhere = [figure.ok for figure in sandbox._run_figures(batches, "gvisor")]

    assert at_container["box run / bare fork+exec in the same cell"] is False
    assert at_container["box run with protocol and Docker's stream, median"] is True
    assert elsewhere == [None] * len(elsewhere)


def test_a_peer_that_is_faster_is_a_miss() -> None:
    """Peers are compared with our whole way there and back."""
    batches = sandbox._Batches(trips=[[1500.0]], peers={"slow": [[4000.0]], "fast": [[900.0]]})

    assert [figure.ok for figure in sandbox._peer_figures(batches)] == [True, False]


def _outcome(cpu_us: int) -> Outcome:
    return Outcome(
        ended_by=EndedBy.ITSELF,
        exit_code=0,
        signal=None,
        cpu_us=cpu_us,
        wall_us=cpu_us,
        memory_bytes=0,
        stdout_bytes=0,
        stderr=b"",
        noise={"involuntary_switches": 3},
    )


@pytest.mark.parametrize(("spread_us", "ok"), [(5_000, True), (20_000, False)])
def test_variation(spread_us: int, ok: bool) -> None:
    """The coefficient of variation is that of the times themselves, and 1 % is the bound."""
    figure = timing._variation("alone", [_outcome(1_000_000 - spread_us), _outcome(1_000_000 + spread_us)])

    assert figure.value == pytest.approx(100 * spread_us * 2**0.5 / 1_000_000)
    assert figure.ok is ok


def test_what_is_left_is_a_miss() -> None:
    """A single process left of a cell misses the target, and is named."""
    left = Left(containers=0, processes=1, mounts=0, cgroups=0, folders=0)

    missed = [figure.name for figure in endurance._left_figures(left, 1000) if not figure.ok]

    assert missed == ["processes left of 1000 cells"]


def test_growth_has_a_bound() -> None:
    """Descriptors and memory may grow by a stated amount, and not by more; children not at all."""
    before = Footprint(descriptors=20, memory_bytes=100 << 20, children=0)
    fine = Footprint(descriptors=24, memory_bytes=116 << 20, children=0)
    grown = Footprint(descriptors=25, memory_bytes=117 << 20, children=1)

    assert [figure.ok for figure in endurance._own_figures(before, fine)] == [True] * 3
    assert [figure.ok for figure in endurance._own_figures(before, grown)] == [False] * 3
