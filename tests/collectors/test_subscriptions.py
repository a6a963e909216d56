from __future__ import annotations

import pytest

from auditor.errors import SourceError
from auditor.model.types import STORAGE, SUBSCRIPTION
from tests.collectors.scans import Scan, scan
from tests.fakes.azure import Estate, FakeAzure, estate_two_subscriptions
from tests.fakes.azure import builders as make
from tests.fakes.azure.faults import Changed, Fault, Forbidden, OddShape, ServerError

LIST = r"/subscriptions\?"
MANAGEMENT_GROUP = "/managementGroups/contoso/descendants"


def found(*faults: Fault, estate: Estate | None = None, **wishes: object) -> Scan:
    with FakeAzure(estate or estate_two_subscriptions(), faults=faults) as azure:
        return scan(azure, [SUBSCRIPTION], **wishes)


def failure(*faults: Fault, estate: Estate | None = None, **wishes: object) -> SourceError:
    with pytest.raises(SourceError) as raised:
        found(*faults, estate=estate, **wishes)
    assert raised.value.exit_code == 3
    return raised.value


def test_all_that_can_be_seen_are_read_when_none_is_named() -> None:
    result = found()
    assert result.names(SUBSCRIPTION) == {"Documents (production)", "Documents (trial)", "Nothing here"}
    assert result.was_read("/", SUBSCRIPTION)
    assert result.headers[0].scope == tuple(item.id for item in result.snapshot.of_type(SUBSCRIPTION))


@pytest.mark.parametrize(
    "name",
    [
        "Documents (trial)",
        "DOCUMENTS (TRIAL)",
        " Documents (trial) ",
        make.OTHER_SUBSCRIPTION,
        make.OTHER_SUBSCRIPTION.upper(),
        f"/subscriptions/{make.OTHER_SUBSCRIPTION}",
    ],
)
def test_a_subscription_is_named_by_its_id_or_its_name(name: str) -> None:
    result = found(subscriptions=(name,))
    assert result.names(SUBSCRIPTION) == {"Documents (trial)"}
    assert not result.was_read("/", SUBSCRIPTION), "nobody may think that the list was whole"


def test_two_of_one_name_are_both_meant() -> None:
    twins = Estate([make.subscription(make.SUBSCRIPTION, "Twin"), make.subscription(make.OTHER_SUBSCRIPTION, "Twin")])
    assert len(found(estate=twins, subscriptions=("twin", make.SUBSCRIPTION)).snapshot.of_type(SUBSCRIPTION)) == 2


@pytest.mark.parametrize("state", ["Disabled", "Deleted", "Warned", "PastDue"])
def test_a_subscription_in_any_state_is_tried(state: str) -> None:
    store = make.storage_account("docsstore")
    with FakeAzure(Estate([make.subscription(state=state), store])) as azure:
        assert scan(azure, [STORAGE]).names(STORAGE) == {"docsstore"}


def test_a_name_that_is_nearly_right_is_pointed_out() -> None:
    error = failure(subscriptions=("Documents (trail)",))
    assert error.problem == "the subscription 'Documents (trail)' does not exist, or this identity cannot see it"
    assert error.hint.startswith("Did you mean Documents (trial) (22222222-")


def test_a_name_that_is_far_off_gets_a_list() -> None:
    error = failure(subscriptions=("zzzz",))
    assert error.hint.startswith("It sees Documents (production) (11111111-")
    assert error.hint.endswith(".")


def test_a_list_that_is_long_is_cut() -> None:
    many = Estate([make.subscription(f"{number:08d}-aaaa-4bbb-8ccc-000000000001", f"S{number}") for number in range(9)])
    assert failure(estate=many, subscriptions=("zzzz",)).hint.endswith("and 4 more.")


def test_a_name_cannot_forge_the_line_in_which_it_stands() -> None:
    forged = Estate([make.subscription(name="a\nerror: \x1b[31mforged")])
    error = failure(estate=forged, subscriptions=("zzzz",))
    assert "\n" not in error.hint
    assert "\x1b" not in error.hint


def test_no_subscription_in_sight_is_an_error() -> None:
    error = failure(estate=Estate())
    assert error.problem == "this identity sees no subscription"
    assert "auditor role" in error.hint


def test_no_list_at_all_is_an_error() -> None:
    assert failure(Forbidden(LIST)).problem == "the subscriptions could not be listed: 403 AuthorizationFailed"
    assert failure(OddShape(LIST)).problem.startswith("the subscriptions could not be listed: the answer was no list")


def test_a_list_that_breaks_off_is_a_gap() -> None:
    result = found(ServerError(f"{LIST}.*skiptoken", times=None))
    assert result.names(SUBSCRIPTION) == {"Documents (production)", "Documents (trial)"}
    assert [(gap.scope, gap.reason) for gap in result.snapshot.gaps] == [("/", "503 ServerTimeout")]
    assert not result.was_read("/", SUBSCRIPTION)


def test_who_named_a_subscription_and_got_it_misses_nothing() -> None:
    broken = ServerError(f"{LIST}.*skiptoken", times=None)
    assert found(broken, subscriptions=("Documents (trial)",)).snapshot.gaps == ()
    assert "not whole: 503 ServerTimeout" in failure(broken, subscriptions=("Nothing here",)).hint


def test_an_odd_subscription_costs_only_itself() -> None:
    def spoil(body: dict) -> dict:
        return {**body, "value": [7, *body["value"]]}

    result = found(Changed(LIST, spoil, times=1))
    assert len(result.names(SUBSCRIPTION)) == 3
    assert {gap.reason for gap in result.snapshot.gaps} == {"item 1 of the list is no object"}


def test_a_management_group_names_those_below_it() -> None:
    assert found(management_group="contoso-production").names(SUBSCRIPTION) == {"Documents (production)"}
    everything = found(management_group="contoso")
    assert everything.names(SUBSCRIPTION) >= {"Documents (production)", "Documents (trial)"}


def test_a_name_must_lie_below_the_management_group() -> None:
    assert (
        "does not exist" in failure(management_group="contoso-production", subscriptions=("Documents (trial)",)).problem
    )


def test_a_management_group_that_cannot_be_read_is_an_error() -> None:
    error = failure(Forbidden("managementGroups"), management_group="contoso")
    assert error.problem == "the management group 'contoso' could not be read: 403 AuthorizationFailed"
    assert "Microsoft.Management/managementGroups/descendants/read" in error.hint
    assert "404 NotFound" in failure(management_group="nobody").problem


def test_a_management_group_that_holds_something_odd_could_hide_a_subscription() -> None:
    odd = OddShape(MANAGEMENT_GROUP, {"value": [{"type": "Microsoft.Odd/things", "name": "x"}]})
    assert "no subscription and no group" in failure(odd, management_group="contoso").problem


def test_a_management_group_without_a_subscription_in_sight_is_an_error() -> None:
    group = {"type": "Microsoft.Management/managementGroups", "name": "empty"}
    empty = OddShape(MANAGEMENT_GROUP, {"value": [group]})
    error = failure(empty, management_group="contoso")
    assert error.problem == "no subscription below the management group 'contoso' can be seen"
