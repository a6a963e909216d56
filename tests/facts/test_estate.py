"""What an estate remembers of what was derived from it."""

from __future__ import annotations

from auditor.facts.estate import Estate
from tests.builders import now, snapshot


def test_what_was_derived_lately_is_remembered_until_enough_others_came() -> None:
    estate, derived = Estate(snapshot(), now()), []

    def ask(number: int) -> int:
        def derive() -> int:
            derived.append(number)
            return number

        return estate.lately(("store", number), derive)

    assert [ask(number) for number in range(64)] == list(range(64))
    assert [ask(number) for number in range(64)] == list(range(64))
    assert derived == list(range(64))
    ask(0)
    ask(64)  # in place of 1, for which nobody asked for longest
    assert (ask(0), ask(1)) == (0, 1)
    assert derived == [*range(65), 1]
