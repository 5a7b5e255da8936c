"""How often somebody may send something, in the memory of one process. Pure: the clock is passed in."""

import math
from dataclasses import dataclass, field

MOST_KEYS = 10_000


@dataclass(slots=True)
class Buckets:
    """A bucket of `burst` tokens for each key, refilled by `per_second`. Processes do not know of each other: the
    limit of the installation is that of one process times their number."""

    burst: float
    per_second: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> int:
        """Take one token: 0 when there was one, else whole seconds until the next. `now`: seconds of one clock."""
        left, at = self._left.get(key, (self.burst, now))
        left = min(self.burst, left + max(0.0, now - at) * self.per_second)
        if left < 1:
            self._left[key] = left, now
            return max(1, math.ceil((1 - left) / self.per_second))
        if len(self._left) >= MOST_KEYS and key not in self._left:
            self._forget_full(now)
        self._left[key] = left - 1, now
        return 0

    def _forget_full(self, now: float) -> None:
        """Buckets that are full again say nothing; when all are in use, everybody begins anew."""
        kept = {k: (n, at) for k, (n, at) in self._left.items() if n + (now - at) * self.per_second < self.burst}
        self._left = kept if len(kept) < MOST_KEYS else {}
