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
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

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


class TokenBucket:
    """`burst` calls at once, then `rate` a second (the generic cell rate algorithm: one number instead of a level)."""

    def __init__(self, burst: int, rate: float) -> None:
        self._interval = 1 / rate
        self._tolerance = (burst - 1) * self._interval
        self._due = 0.0
        self._opens = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place."""
        at = max(now, self._due - self._tolerance, self._opens)
        self._due = max(self._due, at) + self._interval
        return at

    def pause(self, until: float) -> None:
        """Let no call go before that time."""
        self._opens = max(self._opens, until)

    def shift(self, seconds: float) -> None:
        """Go by a clock that shows so many seconds more."""
        self._due += seconds
        self._opens += seconds


class SlidingWindow:
    """At most `count` calls within any `period` seconds."""

    def __init__(self, count: int, period: float) -> None:
        self._period = period
        self._last: deque[float] = deque(maxlen=count)
        self._opens = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place."""
        at = max(now, self._opens)
        if len(self._last) == self._last.maxlen:
            at = max(at, self._last[0] + self._period)
        self._last.append(at)
        return at

    def pause(self, until: float) -> None:
        """Let no call go before that time."""
        self._opens = max(self._opens, until)

    def shift(self, seconds: float) -> None:
        """Go by a clock that shows so many seconds more."""
        self._last = deque((at + seconds for at in self._last), self._last.maxlen)
        self._opens += seconds


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
def _arm() -> Gate:
    return TokenBucket(burst=220, rate=25)


def _storage_reads() -> Gate:
    return SlidingWindow(count=780, period=302)


def _storage_lists() -> Gate:
    return SlidingWindow(count=95, period=302)


def _document_intelligence() -> Gate:
    # A third of the 15 calls a second that an account allows by default (Document Intelligence service limits,
    # learn.microsoft.com/azure/ai-services/document-intelligence/service-limits): the rest is for the documents.
    return TokenBucket(burst=10, rate=5)


def _logs(among: int = 1) -> Gate:
    # 200 requests in 30 seconds for a user (azure-facts 3g, D40), whichever machine of a cluster sends them.
    return SlidingWindow(count=max(1, 150 // among), period=31)


def _gentle() -> Gate:
    return TokenBucket(burst=20, rate=20)


_NARROW: Final[dict[Throttle, Callable[[], Gate]]] = {
    Throttle.ARM: _arm,
    Throttle.STORAGE_READS: _storage_reads,
    Throttle.STORAGE_LISTS: _storage_lists,
    Throttle.DOCUMENT_INTELLIGENCE: _document_intelligence,
    Throttle.LOGS: _logs,
    Throttle.WIRE: _gentle,
    Throttle.BLOBS: _gentle,
}


Gates: TypeAlias = "Mapping[tuple[Throttle, str, str], Gate]"
"""Gates by what they limit, whose calls (a lane) and in which region."""


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
            if wait > 0:
                await self._clock.sleep(wait)

    def pause(self, counted: Counted, seconds: float) -> None:
        """Azure asked for patience: calls like this one wait, too."""
        self._gates_of(counted)[0].pause(self._clock.now() + seconds)

    def _gates_of(self, counted: Counted) -> list[Gate]:
        if counted.throttle not in {Throttle.STORAGE_READS, Throttle.STORAGE_LISTS}:
            return [self._gate(counted.throttle, counted.lane)]
        storage = self._gate(counted.throttle, counted.lane, counted.region)
        return [storage, self._gate(Throttle.ARM, counted.lane)]

    def _gate(self, throttle: Throttle, lane: str, region: str = "") -> Gate:
        key = (throttle, lane, region)
        if key not in self._gates:
            self._gates[key] = _logs(self._among) if throttle is Throttle.LOGS else _NARROW[throttle]()
        return self._gates[key]
