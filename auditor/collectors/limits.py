"""Keeps the calls below Azure's own limits, so that an audit throttles neither itself nor the customer's systems.

Numbers and sources: azure-facts 3g (D36, D37). Waiting is cooperative: a caller reserves its place in time, first come
first served, and sleeps until then. Each gate belongs to one subscription (or account), so none delays another's.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Throttle(Enum):
    """What a call counts against."""

    ARM = "Azure Resource Manager"
    STORAGE_READS = "reads of the storage resource provider"
    STORAGE_LISTS = "lists of the storage resource provider"
    DOCUMENT_INTELLIGENCE = "Document Intelligence"
    LOGS = "Log Analytics queries"
    WIRE = "handshakes"
    BLOBS = "lists of blobs"


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass while others work."""
        await asyncio.sleep(seconds)


class Gate(Protocol):
    """A limit: `reserve` gives the time at which a call may go, `pause` lets none go before a time."""

    def reserve(self, now: float) -> float:
        """Take the next place; the caller must wait until the time that is returned."""
        ...

    def pause(self, until: float) -> None:
        """Let no call go before that time."""
        ...

    def shift(self, seconds: float) -> None:
        """Go by a clock that shows so many seconds more."""
        ...

    @property
    def opens(self) -> float:
        """The time before which none may go, as the last pause said."""
        ...


class TokenBucket:
    """`burst` calls at once, then `rate` a second (the generic cell rate algorithm: one number instead of a level)."""

    def __init__(self, burst: int, rate: float) -> None:
        self._interval = 1 / rate
        self._tolerance = (burst - 1) * self._interval
        self._burst = burst
        self._due = 0.0
        self.opens = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place."""
        at = max(now, self._due - self._tolerance, self.opens)
        self._due = max(self._due, at) + self._interval
        return at

    def pause(self, until: float) -> None:
        """Let no call go before that time."""
        self.opens = max(self.opens, until)

    def lower(self, left: int, now: float) -> None:
        """So many calls are left at most (less than none: some are owed), whatever was thought before."""
        self._due = max(self._due, now + (self._burst - left) * self._interval)

    def shift(self, seconds: float) -> None:
        """Go by a clock that shows so many seconds more."""
        self._due += seconds
        self.opens += seconds


class SlidingWindow:
    """At most `count` calls within any `period` seconds."""

    def __init__(self, count: int, period: float) -> None:
        self._period = period
        self._last: deque[float] = deque(maxlen=count)
        self.opens = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place."""
        at = max(now, self.opens)
        if len(self._last) == self._last.maxlen:
            at = max(at, self._last[0] + self._period)
        self._last.append(at)
        return at

    def pause(self, until: float) -> None:
        """Let no call go before that time."""
        self.opens = max(self.opens, until)

    def shift(self, seconds: float) -> None:
        """Go by a clock that shows so many seconds more."""
        self._last = deque((at + seconds for at in self._last), self._last.maxlen)
        self.opens += seconds


@dataclass(frozen=True, slots=True)
class Counted:
    """What a call counts against, and where: limits of storage hold per subscription and region."""

    throttle: Throttle
    subscription: str
    region: str = ""
    account: str = ""

    @property
    def lane(self) -> str:
        """Whose calls stand in one queue: the subscription's, or those of an account with its own data plane."""
        return self.account if self.throttle is Throttle.DOCUMENT_INTELLIGENCE else self.subscription


# Azure counts when a call arrives, we when it leaves, and it may count the lists of the subscription in each region:
# hence a little less than what it allows, which is 250 reads at once and 25 a second for ARM, 800 reads and 100 lists
# in 300 seconds for storage. A second more or less on the way then makes no difference.
_ARM_RESERVE: Final = 30


def _arm() -> TokenBucket:
    return TokenBucket(burst=250 - _ARM_RESERVE, rate=25)


def _storage_reads() -> Gate:
    return SlidingWindow(count=780, period=302)


def _storage_lists() -> Gate:
    return SlidingWindow(count=95, period=302)


def _document_intelligence() -> Gate:
    # A third of the 15 calls a second that an account allows by default (Document Intelligence service limits,
    # learn.microsoft.com/azure/ai-services/document-intelligence/service-limits): the rest is for the documents.
    return TokenBucket(burst=10, rate=5)


LOG_QUERIES: Final = (190, 31)
"""Log queries of an identity in so many seconds, by whichever machines: Azure takes 200 in 30 (azure-facts 3g, D40)."""


def _logs(among: int = 1) -> Gate:
    count, period = LOG_QUERIES
    return SlidingWindow(count=max(1, count // among), period=period)


def _gentle() -> Gate:
    return TokenBucket(burst=20, rate=20)


_NARROW: Final[dict[Throttle, Callable[[], Gate]]] = {
    Throttle.STORAGE_READS: _storage_reads,
    Throttle.STORAGE_LISTS: _storage_lists,
    Throttle.DOCUMENT_INTELLIGENCE: _document_intelligence,
    Throttle.LOGS: _logs,
    Throttle.WIRE: _gentle,
    Throttle.BLOBS: _gentle,
}


Gates: TypeAlias = "Mapping[tuple[Throttle, str, str], Gate]"
"""Gates by what they limit, whose calls (a lane) and in which region."""
_ARM_REMAINING: Final = ("x-ms-ratelimit-remaining-subscription-reads", "x-ms-ratelimit-remaining-tenant-reads")
ARM_THROTTLED: Final = "SubscriptionRequestsThrottled"
"""The code of a 429 that ARM itself gives, in place of the provider behind it (azure-facts 3g)."""


def shifted(gates: Gates, seconds: float) -> dict[tuple[Throttle, str, str], Gate]:
    """The same gates, going by a clock that shows so many seconds more."""
    copies = {key: deepcopy(gate) for key, gate in gates.items()}
    for gate in copies.values():
        gate.shift(seconds)
    return copies


class Limits:
    """All gates of one scan, made when they are first needed; or of that part of one which goes on from `spent`.

    `among`: how many such parts run at once. What Azure counts for all of them together, each takes its share of.
    """

    def __init__(self, clock: Clock, spent: Gates | None = None, among: int = 1) -> None:
        self._clock = clock
        self._among = among
        self._gates = shifted(spent or {}, clock.now())

    def spent(self) -> Gates:
        """The gates, on a clock that shows zero now."""
        return shifted(self._gates, -self._clock.now())

    async def admit(self, counted: Counted) -> None:
        """Wait until the call may go. The narrow gate comes first, so that ARM's place is taken when it is used."""
        for gate in self._gates_of(counted):
            now = self._clock.now()
            wait = gate.reserve(now) - now
            while wait > 0:
                await self._clock.sleep(wait)
                wait = gate.opens - self._clock.now()  # meanwhile it may have been closed

    def pause(self, counted: Counted, seconds: float, *, by_arm: bool = False) -> None:
        """Azure asked for patience: calls like this one wait, too. `by_arm`: so do all that pass through ARM."""
        self._gates_of(counted)[-1 if by_arm else 0].pause(self._clock.now() + seconds)

    def heed(self, counted: Counted, headers: Mapping[str, str]) -> None:
        """Look at how much ARM says is left: somebody else may be asking as the same principal, another scan say."""
        left = next((headers[name] for name in _ARM_REMAINING if name in headers), "")
        if left.isdecimal():
            self._arm_gate(counted.lane).lower(int(left) - _ARM_RESERVE, self._clock.now())

    def _gates_of(self, counted: Counted) -> list[Gate]:
        if counted.throttle is Throttle.ARM:
            return [self._arm_gate(counted.lane)]
        if counted.throttle not in {Throttle.STORAGE_READS, Throttle.STORAGE_LISTS}:
            return [self._gate(counted.throttle, counted.lane)]
        storage = self._gate(counted.throttle, counted.lane, counted.region)
        return [storage, self._arm_gate(counted.lane)]

    def _arm_gate(self, lane: str) -> TokenBucket:
        return cast("TokenBucket", self._gates.setdefault((Throttle.ARM, lane, ""), _arm()))

    def _gate(self, throttle: Throttle, lane: str, region: str = "") -> Gate:
        key = (throttle, lane, region)
        if key not in self._gates:
            self._gates[key] = _logs(self._among) if throttle is Throttle.LOGS else _NARROW[throttle]()
        return self._gates[key]
