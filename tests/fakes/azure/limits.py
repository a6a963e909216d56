"""Azure's rate limits: ARM's token bucket and the storage resource provider's window of five minutes (azure-facts 3g)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The published numbers, per subscription (storage: and region). `speed` makes the clock run faster: 100 turns five minutes into three seconds."""

    arm_bucket: float = 250
    arm_refill: float = 25
    storage_reads: int = 800
    storage_lists: int = 100
    storage_window: float = 300
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Throttle:
    """A refusal: whose limit it was, and after how many real seconds to come back."""

    limit: str
    seconds: int


@dataclass(slots=True)
class Limiter:
    """Counts calls against the limits; one for each fake."""

    limits: RateLimits
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _windows: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)

    def take(self, subscription: str, kind: str | None = None, region: str = "") -> Throttle | None:
        """Count one read; `kind` is `read` or `list` for calls that reach the storage provider of a region."""
        now = self.clock() * self.limits.speed
        wait = self._take_bucket(subscription, now)
        if wait is not None:
            return Throttle("arm", self._real(wait))
        wait = self._take_window((subscription, region, kind), now) if kind else None
        return None if wait is None else Throttle(f"storage {kind}", self._real(wait))

    def remaining(self, subscription: str) -> int:
        """What is left in the bucket of a subscription, as the header says it."""
        level, _ = self._buckets.get(subscription, (self.limits.arm_bucket, 0.0))
        return int(level)

    def _real(self, wait: float) -> int:
        return max(1, math.ceil(wait / self.limits.speed))

    def _take_bucket(self, subscription: str, now: float) -> float | None:
        level, since = self._buckets.get(subscription, (self.limits.arm_bucket, now))
        level = min(self.limits.arm_bucket, level + (now - since) * self.limits.arm_refill)
        enough = level >= 1
        self._buckets[subscription] = (level - 1 if enough else level, now)
        return None if enough else (1 - level) / self.limits.arm_refill

    def _take_window(self, window: tuple[str, str, str], now: float) -> float | None:
        most = self.limits.storage_lists if window[-1] == "list" else self.limits.storage_reads
        start, used = self._windows.get(window, (now, 0))
        if now - start >= self.limits.storage_window:
            start, used = now, 0
        if used >= most:
            return start + self.limits.storage_window - now
        self._windows[window] = (start, used + 1)
        return None
