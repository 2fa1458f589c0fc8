"""Figures for Prometheus: what the database counts, in the format it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from judge.incidents import IncidentKind, Severity
from judge.store import metrics as store
from judge.store.metrics import Figures
from judge.verdicts import Verdict
from web import permissions
from web.keys import POOL, PROXIES, SESSION, SETTINGS

_HOST_STATES = ("live", "disabled", "unfit", "locked", "lost")


async def metrics(request: web.Request) -> web.Response:
    """All figures, for admins and for programs on machines of ours."""
    is_near = request.app[PROXIES].is_near(request.remote, request.headers)
    permissions.require_metrics(request[SESSION].viewer, is_near=is_near)
    async with request.app[POOL].acquire() as connection:
        figures = await store.figures(connection, lost_after_s=request.app[SETTINGS].lease_s)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(figures))
    return web.Response(body=encode(registry), headers={"Content-Type": content_type})


class _Collected(Collector):
    """Figures as metrics. What is known but has not happened yet is 0, so that its first time is seen as a rise."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        known = self._figures
        events: dict[tuple[str, ...], int] = {(kind.value, kind.severity.value): 0 for kind in IncidentKind}
        events |= dict(known.security_events.items())
        yield _counter("judge_security_events", "Security events.", ("kind", "severity"), events)
        yield _gauge(
            "judge_security_events_unacknowledged",
            "Security events that wait for an admin.",
            "severity",
            dict.fromkeys(tuple(Severity), 0) | dict(known.unacknowledged),
        )
        judgings: dict[tuple[str, ...], int] = {(verdict.value,): 0 for verdict in Verdict}
        judgings |= {(verdict,): count for verdict, count in known.judgings.items()}
        yield _counter("judge_judgings", "Finished judgings.", ("verdict",), judgings)
        yield GaugeMetricFamily("judge_queue_length", "Judgings that wait.", value=known.queued)
        yield GaugeMetricFamily("judge_judgings_in_progress", "Judgings under way.", value=known.in_progress)
        yield GaugeMetricFamily("judge_queue_wait_seconds", "Longest wait in the queue.", value=known.longest_wait_s)
        hosts = dict.fromkeys(_HOST_STATES, 0) | dict(known.judgehosts)
        yield _gauge("judge_judgehosts", "Judgehosts that ever registered, by state.", "state", hosts)
        yield GaugeMetricFamily(
            "judge_differing_languages",
            "Languages that live judgehosts have different images for.",
            value=known.differing_languages,
        )


def _counter(
    name: str, help_text: str, labels: tuple[str, ...], counts: Mapping[tuple[str, ...], int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_text, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family


def _gauge(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family
