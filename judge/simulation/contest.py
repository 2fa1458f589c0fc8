"""A contest's submissions: when they come, and what each costs.

The shape is that of an ICPC contest: little in the first minutes, then even, more in the last half hour, most in the
last minutes. Times are seconds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from judge.simulation.model import Arrival

#: How busy each part of a contest is: it ends at that share of the length, and has that weight against the even middle.
PROFILE = ((0.05, 0.3), (0.9, 1.0), (0.97, 2.0), (1.0, 4.0))
#: How submissions end. An ICPC contest has about one AC in three.
VERDICTS = {"AC": 0.35, "WA": 0.36, "TLE": 0.14, "RTE": 0.08, "CE": 0.07}


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a judging costs a slot. ``measured`` are whole judgings of a contest, and go before all others."""

    compile_s: float = 1.0
    #: One test of a right program, checking included.
    test_s: float = 0.15
    tests: int = 40
    #: What a test takes that reaches the limit.
    limit_s: float = 2.2
    measured: Sequence[float] = ()

    def draw(self, chance: random.Random) -> float:
        """The cost of one judging."""
        if self.measured:
            return chance.choice(self.measured)
        verdict = chance.choices(list(VERDICTS), weights=list(VERDICTS.values()))[0]
        compile_s = self.compile_s * chance.uniform(0.7, 1.3)
        # The first failure ends a judging, and most wrong programs fail early.
        passed = self.tests if verdict == "AC" else int(self.tests * chance.random() ** 2)
        tests_s = passed * self.test_s * chance.uniform(0.3, 1.7)
        match verdict:
            case "CE":
                return compile_s
            case "TLE":
                return compile_s + tests_s + self.limit_s
            case "AC":
                return compile_s + tests_s
            case _:
                return compile_s + tests_s + self.test_s


def submissions(*, teams: int, per_team: float, hours: float, costs: Costs, seed: int) -> list[Arrival]:
    """What so many teams send in a contest of so many hours."""
    chance = random.Random(seed)  # noqa: S311 - the same contest again, for the same seed
    parts = [
        (start * hours * 3600, end * hours * 3600, (end - start) * weight)
        for (start, _), (end, weight) in zip(((0.0, 0.0), *PROFILE), PROFILE, strict=False)
    ]
    count = round(teams * per_team)
    chosen = chance.choices(parts, weights=[weight for *_, weight in parts], k=count)
    return sorted(
        (
            Arrival(at_s=chance.uniform(start, end), user=chance.randrange(teams), service_s=costs.draw(chance))
            for start, end, _ in chosen
        ),
        key=lambda arrival: arrival.at_s,
    )


def busiest(*, teams: int, per_team: float, hours: float) -> float:
    """Submissions a second in the busiest part."""
    area, before = 0.0, 0.0
    for end, weight in PROFILE:
        area += (end - before) * weight
        before = end
    return teams * per_team / (hours * 3600) * max(weight for _, weight in PROFILE) / area
