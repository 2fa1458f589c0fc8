"""Nothing is lost, judged twice or left behind, whatever dies, and work is taken over in seconds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
import pytest

from tests.brokers import BROKERS
from tests.chaos.storm import Weather, storm

pytestmark = [
    # Docker's client leaves its socket to the collector where no engine listens.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("dockerd") is None, reason="a Docker engine of one's own takes root"
    ),
]


async def test_every_program_gets_its_verdict_whatever_dies(short_tmp: Path, image_names: dict[str, str]) -> None:
    """The seeded storm: afterwards each submission has one judging with the known verdict, and nothing is left."""
    assert image_names
    weather = Weather(
        seed=int(os.environ.get("CHAOS_SEED", "1")),
        seconds=float(os.environ.get("CHAOS_SECONDS", "0")),
        submissions=int(os.environ.get("CHAOS_SUBMISSIONS", "80")),
        judgehosts=int(os.environ.get("CHAOS_JUDGEHOSTS", "2")),
        broker=BROKERS[os.environ.get("CHAOS_BROKER", "redis")],
    )
    # One for each try, with a short name: sockets are in it.
    folder = short_tmp / f"storm{sum(1 for _ in short_tmp.glob('storm*'))}"
    folder.mkdir(mode=0o711)
    click.echo(f"CHAOS_SEED={weather.seed}")
    try:
        report = await storm(weather, folder)
    finally:
        _keep_logs(folder)

    click.echo(f"{report.submissions} submissions, {len(report.faults)} faults in {report.seconds:.0f} s")
    for recovery in report.recoveries:
        click.echo(f"{recovery.fault}: taken over in {recovery.seconds:.1f} s, at {recovery.load:.1f} a core")
    assert report.findings == []
    most_s = float(os.environ.get("CHAOS_TAKE_OVER_S", "30"))
    assert [recovery for recovery in report.recoveries if not recovery.is_within(most_s)] == []


def _keep_logs(folder: Path) -> None:
    """What daemons and engine said, for whoever has to explain a failure."""
    kept = Path(__file__).parents[2] / "test-artefacts" / "storm"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for log in (*folder.glob("*/*.log"),):
        shutil.copy(log, kept)
