"""Faults in any mixture: what they touch is unknown with a reason, or what it was; nothing ever turns into its opposite.

A few mixes are tried, always the same. `FAULT_MIXES=500 python -m pytest tests/e2e/test_faults_mixed.py` tries so many
others; `--hypothesis-seed=N` makes a run that can be repeated. One that fails is printed as it is made, to stand here as
an `@example`, and with the line that makes Hypothesis run it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError, ExitCode
from tests.e2e.estate import BAD, GOOD
from tests.e2e.faulty import PLACES, Outcome, calm, outcome, wrongs
from tests.fakes.azure import faults as fault
from tests.fakes.azure import odd_answers as odd
from tests.fakes.azure import passing_time as later
from tests.fakes.azure.faults import Fault

MIXES: Final = int(os.environ.get("FAULT_MIXES", "0"))
AZURE: Final = "^(?!.*login)"
CALLS: Final = 160
"""Those of a scan of the estate when nothing goes wrong."""

WHERE: Final = {
    **PLACES,
    "good storage list": f"GET .*/subscriptions/{GOOD}/providers/Microsoft.Storage/storageAccounts\\?",
    "every blob service": "GET .*/blobServices/default\\?",
    "every list of containers": "GET .*/containers\\?",
    "the bad subscription": f"GET .*/subscriptions/{BAD}/",
    "storage": "GET .*/Microsoft.Storage/",
    "cognitive services": "GET .*(CognitiveServices|cognitiveservices)",
    "blobs": "GET .*blob.core.windows.net",
    "handshakes": "HEAD ",
    "subscriptions": "GET .*/subscriptions\\?",
    "anything": AZURE,
    "signing in": "POST .*/token",
}
Make = Callable[[str, int], Fault]
ANYWHERE: Final[dict[str, Make]] = {
    "one 429": lambda on, skip: odd.AsksToWait(on, "1", skip=skip, times=1),
    "429 until kingdom come": lambda on, skip: odd.AsksToWait(on, "31536000", skip=skip),
    "429 with words": lambda on, skip: odd.AsksToWait(on, "soon", skip=skip, times=2),
    "429 until long ago": lambda on, skip: odd.AsksToWait(on, odd.date(-9e8), skip=skip, times=2),
    "a burst of 5xx": lambda on, skip: fault.ServerError(on, 503, skip=skip, times=9),
    "5xx for ever": lambda on, skip: fault.ServerError(on, 500, skip=skip),
    "cut in the body": lambda on, skip: odd.Cut(on, skip=skip, times=3),
    "cut before the head": lambda on, skip: odd.Cut(on, share=None, skip=skip, times=3),
}
ANSWERS: Final[dict[str, Make]] = {
    **ANYWHERE,
    "403 from some call on": lambda on, skip: fault.Forbidden(on, skip=skip),
    "404": lambda on, skip: fault.NotFound(on, skip=skip, times=1),
    "half a body": lambda on, skip: odd.Encoded(on, "half", skip=skip, times=2),
    "not UTF-8": lambda on, skip: odd.Encoded(on, "invalid UTF-8", skip=skip),
    "UTF-16": lambda on, skip: odd.Encoded(on, "UTF-16", skip=skip, times=1),
    "empty": lambda on, skip: odd.Encoded(on, "empty", skip=skip),
    "not gzip": lambda on, skip: fault.WrongEncoding(on, "gzip", skip=skip),
    "HTML": lambda on, skip: fault.HtmlBody(on, 200, skip=skip, times=2),
    "redirect": lambda on, skip: fault.Redirect(on, skip=skip),
    "a token revoked": lambda _, skip: later.Revoked(AZURE, after=20 * skip + 1, how="expired"),
    "a token refused": lambda _, skip: later.Revoked(AZURE, after=20 * skip + 1, how="invalid_token"),
    "more claims": lambda _, skip: later.Revoked(AZURE, after=20 * skip + 1, how="claims"),
    "no token any more": lambda _, skip: later.Revoked(AZURE, after=20 * skip + 1, forever=True),
}
LISTS: Final[dict[str, Make]] = {
    **ANSWERS,
    "pages that loop": lambda on, skip: fault.LoopingPages(on, skip=skip),
    "pages elsewhere": lambda on, skip: fault.ForeignNextLink(on, skip=skip),
    "pages that grow": lambda on, skip: odd.GrowingPages(on, skip=skip),
}
SINGLE: Final = {"blob service", "lifecycle policy", "one model", "metrics", "log queries"} | (
    WHERE.keys() - PLACES.keys()
)
"""Places that are no list alone."""


def kinds_at(place: str) -> dict[str, Make]:
    """What can go wrong there.

    Whoever answers a handshake has spoken the version, whatever else the answer says. The SDK signs in again by itself
    where that may help, and takes real seconds for it.
    """
    if place == "signing in":
        return {name: make for name, make in ANSWERS.items() if name not in ANYWHERE}
    return ANYWHERE if place == "handshakes" else ANSWERS if place in SINGLE else LISTS


@dataclass(frozen=True)
class Mixed:
    """A fault of a mix: what goes wrong, where, and after how many calls."""

    kind: str
    place: str
    skip: int = 0

    def made(self) -> Fault:
        """The fault, new for each fake."""
        return kinds_at(self.place)[self.kind](WHERE[self.place], self.skip)


@st.composite
def mixed(draw: st.DrawFn) -> Mixed:
    place = draw(st.sampled_from(sorted(WHERE)))
    kind = draw(st.sampled_from(sorted(kinds_at(place))))
    return Mixed(kind, place, draw(st.integers(0, 6)))


few = settings(
    deadline=None,
    derandomize=not MIXES,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=list(Phase) if MIXES else [Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(few, max_examples=MIXES or 5)
@given(st.lists(mixed(), min_size=1, max_size=4))
@example([Mixed("429 until long ago", "handshakes", 4)])
@example([Mixed("empty", "storage", 2), Mixed("429 until long ago", "accounts", 2)])
@example([Mixed("no token any more", "role definitions")])
@example([Mixed("403 from some call on", "the bad subscription", 1), Mixed("pages that grow", "accounts")])
@example([Mixed("half a body", "anything", 2), Mixed("a token revoked", "anything", 3)])
def test_whatever_goes_wrong_no_verdict_turns_into_its_opposite(mix: list[Mixed]) -> None:
    result = under(*(item.made() for item in mix))
    if result is not None:
        assert wrongs(result) == {}


@settings(few, max_examples=MIXES or 2)
@given(st.sampled_from(sorted(set(WHERE) - {"handshakes", "blobs", "signing in"})), st.integers(0, 6), st.floats(0, 1))
@example("subscriptions", 0, 0.2)
@example("the bad subscription", 4, 0.6345)
def test_a_value_of_the_wrong_type_makes_nothing_better(place: str, skip: int, at: float) -> None:
    """What makes no sense does nothing: a lifecycle rule deletes nothing then, so a check that passed may fail."""
    result = under(odd.WrongType(WHERE[place], at, skip=skip, times=1))
    if result is not None:
        assert wrongs(result, fails_may_appear=True) == {}


def under(*faults: Fault) -> Outcome | None:
    """What came of an audit under these faults, after what must hold of all of them; None if there was nothing to audit."""
    try:
        found, azure = outcome(*faults)
    except AuditorError as failure:  # no list of subscriptions, no sign-in
        assert (failure.exit_code, "\n" in failure.problem) == (ExitCode.NOT_AUDITED, False)  # noqa: PT017
        return None
    assert found.code in {ExitCode.FINDINGS, ExitCode.CLEAN, ExitCode.NOT_AUDITED}
    assert found.statuses == calm().statuses or not found.result["headline"].startswith("Compliant")
    assert len(azure.exchanges) < 6 * CALLS, "asking has an end"
    assert found.seconds < 30
    assert azure.violations == []
    assert azure.refused_hosts == set()
    return found
