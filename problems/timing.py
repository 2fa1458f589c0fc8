"""How a package's time limit follows from the times of its jury submissions.

A package either names its limit or gives the factors from which one is inferred ("Problem timing" in the package format
2025-09, "Limits" in the legacy one). Running submissions is somebody else's work; this is the arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: What a submission may take while the limit is not known yet, and more than any inferred limit may be.
PROVISIONAL_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The safety margins around a time limit, and whether there is one."""

    #: The limit is at least the slowest accepted run times this.
    ac_to_limit: float = 2.0
    #: The fastest submission that is too slow takes at least the limit times this.
    limit_to_tle: float = 1.5
    #: An inferred limit is a multiple of this.
    resolution_ms: int = 1000
    #: No file of the package gives a limit: that of the problem is provisional, and jury submissions have to tell it.
    is_inferred: bool = False

    def limit_ms(self, slowest_accepted_us: int) -> int:
        """The smallest limit, a multiple of the resolution and not zero, that leaves accepted submissions enough time.

        For the legacy format, whose resolution is a second: ``max(1, ceil(slowest * time_multiplier))`` seconds.
        """
        needed_ms = slowest_accepted_us * self.ac_to_limit / 1000
        # A product of floats may be a hair above the multiple that it means.
        multiples = math.ceil(needed_ms / self.resolution_ms - 1e-9)
        return max(1, multiples) * self.resolution_ms

    def longest_ms(self, fastest_too_slow_us: int) -> float:
        """The largest limit under which that submission is still too slow by the margin."""
        return fastest_too_slow_us / self.limit_to_tle / 1000
