"""`auditor doctor` as a user calls it, against a fake Azure that grants more or less."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from auditor import audit
from auditor.cli import main
from auditor.collectors.catalogue import permissions
from auditor.collectors.rights import Held, Identity, Rights
from auditor.data import policies_folder
from auditor.doctor import Diagnosis, Missing, diagnose
from auditor.model.permissions import Permission
from auditor.model.types import BATCH_RESULTS, INSPECTION
from tests.fakes.azure import Estate, FakeAzure, estate_two_subscriptions
from tests.fakes.azure import builders as make
from tests.fakes.azure.entra import CLIENT_ID, OBJECT_ID
from tests.fakes.azure.estate import TENANT
from tests.fakes.azure.faults import Changed, Fault, Forbidden

HERE, THERE = f"/subscriptions/{make.SUBSCRIPTION}", f"/subscriptions/{make.OTHER_SUBSCRIPTION}"
ASK = ["Microsoft.Resources/subscriptions/read", "Microsoft.Authorization/permissions/read"]
MODELS = "Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read"
LIFECYCLE = "Microsoft.Storage/storageAccounts/managementPolicies/read"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
HTTPS = str(policies_folder() / "tls" / "storage-https-only.yaml")
SUBDOMAIN = str(policies_folder() / "access" / "account-custom-subdomain.yaml")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    azure: FakeAzure

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, granted: Any = None, faults: Iterable[Fault] = (), estate: Estate | None = None) -> Ran:
        with FakeAzure(estate or estate_two_subscriptions(), list(faults), granted) as azure, azure.exported():
            code = main(["doctor", "--auth", "environment", *arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err, azure)

    return run


def test_who_may_do_everything_lacks_nothing(doctor: Any) -> None:
    ran = doctor()
    assert ran.code == 0
    assert ran.out.startswith(f"Signed in as an application (object {OBJECT_ID}, application {CLIENT_ID}, ")
    assert ran.out.count("everything is there") == 3
    assert "Documents (trial) (22222222-aaaa-4bbb-8ccc-000000000002)" in ran.out
    assert ran.err == ""
    assert {item.route for item in ran.azure.calls()} == {"subscriptions", "permissions"}


def test_the_token_is_never_printed(doctor: Any) -> None:
    for form in ("text", "json"):
        ran = doctor("-o", form)
        assert "eyJ" not in ran.out + ran.err
        assert "right~secret" not in ran.out + ran.err


def test_a_reader_lacks_the_rights_on_data_which_may_lie_below(doctor: Any) -> None:
    ran = doctor(granted=["*/read"])
    assert ran.code == 1
    assert f"\n  {MODELS} *\n" in ran.out
    assert "* a right on data: not at the subscription; may be granted at accounts" in ran.out
    assert "`auditor role` prints the roles" in ran.out
    assert "Microsoft.Storage/" not in ran.out


def test_each_subscription_has_its_own_rows(doctor: Any) -> None:
    ran = doctor("--policies", HTTPS, granted={"/": ASK, HERE: ["*"]}, faults=[])
    trial = ran.out.partition("Documents (trial)")[2].partition("Nothing here")[0]
    assert "\n  Microsoft.Storage/storageAccounts/read\n      every rule\n" in trial
    assert "Microsoft.Storage" not in ran.out.partition("Documents (trial)")[0]
    assert ran.code == 1


def test_json_says_the_same(doctor: Any) -> None:
    ran = doctor("-o", "json", "-s", "Documents (production)", granted=["*/read"])
    assert ran.code == 1
    assert ran.json["schema"] == "auditor.doctor/1"
    assert ran.json["identity"] == {
        "kind": "application",
        "name": None,
        "objectId": OBJECT_ID,
        "applicationId": CLIENT_ID,
        "tenant": TENANT,
    }
    assert ran.json["policy"]["profile"] == "baseline"
    assert ran.json["complete"] is False
    (subscription,) = ran.json["subscriptions"]
    assert (subscription["id"], subscription["name"], subscription["unread"]) == (HERE, "Documents (production)", None)
    lacks = {lack["action"]: lack for lack in subscription["missing"]}
    assert {lack["note"] for lack in lacks.values()} == {"not at the subscription; may be granted at accounts"}
    assert all(lack["data"] for lack in lacks.values())
    assert "DI-MDL-001" in lacks[MODELS]["rules"]
    assert doctor("-o", "json").json["complete"] is True


def test_what_a_role_takes_out_is_missing(doctor: Any) -> None:
    role = {"actions": ["*"], "notActions": ["microsoft.storage/*/managementpolicies/*"], "dataActions": ["*"]}
    ran = doctor("-o", "json", faults=[Changed("permissions", lambda body: {**body, "value": [role]})])
    lacks = [lack for item in ran.json["subscriptions"] for lack in item["missing"]]
    assert {lack["action"] for lack in lacks} == {LIFECYCLE}
    assert {lack["note"] for lack in lacks} == {None}
    assert all("DI-RET-001" in lack["rules"] for lack in lacks)


def test_what_could_not_be_told_at_one_subscription_is_no_pass(doctor: Any) -> None:
    ran = doctor(faults=[Forbidden(f"{make.OTHER_SUBSCRIPTION}.*permissions")])
    assert ran.code == 1
    assert "could not be told: 403 AuthorizationFailed; every rule may be unknown there" in ran.out
    assert ran.out.count("everything is there") == 2


def test_what_could_be_told_nowhere_is_no_diagnosis(doctor: Any) -> None:
    ran = doctor(granted=["Microsoft.Resources/subscriptions/read"])
    assert (ran.code, ran.out) == (3, "")
    assert "what this identity may do could not be read: 403 AuthorizationFailed" in ran.err


def test_subscriptions_that_could_not_be_listed_are_no_pass(doctor: Any) -> None:
    ran = doctor(faults=[Changed("/subscriptions\\?", lambda body: {**body, "value": [*body["value"], 7]})])
    assert ran.code == 1
    assert "There may be further subscriptions: item 3 of the list is no object\n" in ran.out
    assert len(doctor("-o", "json", faults=[Changed("/subscriptions\\?", lambda body: {**body, "value": [*body["value"], 7]})]).json["unread"]) == 2  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-s", "Nobody's"], 3, "does not exist, or this identity cannot see it"),
        (["--management-group", "nobody"], 3, "nobody"),
        (["--profile", "paranoid"], 2, "paranoid"),
        (["--policies", "nowhere"], 2, "nowhere"),
        (["--cloud", "moon"], 2, "moon"),
        (["-o", "html"], 2, "html"),
        (["surplus"], 2, "surplus"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, words: str, doctor: Any) -> None:
    ran = doctor(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_without_signing_in_there_is_no_diagnosis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeAzure(estate_two_subscriptions()) as azure, azure.exported():
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
        assert main(["doctor", "--auth", "environment"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "signing in to Azure failed: AADSTS7000215" in err


def test_a_management_group_and_another_cloud(doctor: Any) -> None:
    assert doctor("--management-group", "contoso-production").out.count("everything is there") == 1
    assert doctor("--cloud", "china").azure.hosts == {"login.chinacloudapi.cn", "management.chinacloudapi.cn"}


def test_a_hostile_name_is_shown_and_does_nothing(doctor: Any) -> None:
    ran = doctor(estate=Estate([make.subscription(name="a\u202eb\x1b[31m")]))
    assert "a<U+202E>b<U+001B>[31m (" in ran.out


# What is missing, and for whom: without Azure.

NOBODY = Identity("identity", "", "", "", "")
EVERYTHING = audit.prepare(audit.Choice(profile="strict"))
ON_REQUEST = frozenset({INSPECTION, BATCH_RESULTS})
NEEDED = permissions(EVERYTHING.types - ON_REQUEST)


def of(permission: Permission, left_out: frozenset[str] = ON_REQUEST) -> Diagnosis:
    rights = Rights(NOBODY, (Held(HERE, "Documents", (permission,)),), ())
    return diagnose(EVERYTHING, rights, left_out)


@pytest.mark.parametrize("right", NEEDED.actions)
def test_each_right_is_missed_by_itself_with_the_rules_that_read_by_it(right: str) -> None:
    (subscription,) = of(Permission(("*",), (right,), ("*",))).subscriptions
    (lack,) = subscription.missing
    assert (lack.action, lack.data) == (right, False)
    assert set(lack.rules) == {
        rule for rule, types in EVERYTHING.needs.items() if right in permissions(types - ON_REQUEST).actions
    }


@pytest.mark.parametrize("right", NEEDED.data_actions)
def test_each_right_on_data_is_missed_by_itself(right: str) -> None:
    diagnosis = of(Permission(("*",), (), ("*",), (right,)))
    assert [(lack.action, lack.data) for lack in diagnosis.subscriptions[0].missing] == [(right, True)]
    assert not diagnosis.complete


def test_the_subscription_itself_is_needed_by_every_rule() -> None:
    right = "Microsoft.Resources/subscriptions/read"
    (lack,) = of(Permission(("*",), (right,), ("*",))).subscriptions[0].missing
    assert lack == Missing(right, data=False, rules=tuple(sorted(EVERYTHING.needs)))


def test_rights_on_data_are_not_given_by_actions() -> None:
    lacks = of(Permission(("*",))).subscriptions[0].missing
    assert {lack.action for lack in lacks} == set(NEEDED.data_actions)
    assert all(lack.data for lack in lacks)


def test_nothing_granted_is_everything_missing() -> None:
    lacks = of(Permission()).subscriptions[0].missing
    assert [lack.action for lack in lacks] == [*NEEDED.actions, *NEEDED.data_actions]


def test_blobs_are_not_missed_unless_they_are_to_be_inspected() -> None:
    content = Permission(("*",), (), ("*",), (BLOBS,))
    assert of(content).complete
    needs_it = INSPECTION.lower() in {name.lower() for name in EVERYTHING.types}
    assert of(content, frozenset({BATCH_RESULTS})).complete != needs_it


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (NOBODY, "Signed in as somebody whom the token does not name."),
        (Identity("user", "anna@contoso.example", "o", "a", "t"), "as user anna@contoso.example (object o, tenant t)."),
        (Identity("application", "auditor", "", "a", ""), "as application auditor (application a)."),
        (Identity("user", "x\x1b", "", "", ""), "as user x<U+001B>."),
        (Identity("identity", "", "o", "", ""), "as an identity (object o)."),
    ],
)
def test_who_signed_in(
    identity: Identity, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosis = diagnose(
        EVERYTHING, Rights(identity, (Held(HERE, "Documents", (Permission(("*",), (), ("*",)),)),), ())
    )
    monkeypatch.setattr("auditor.cli.doctor.examine", lambda *_: diagnosis)
    assert main(["doctor"]) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((), "no rule; only signs of which storage accounts hold documents"),
        (("DI-A-001",), "DI-A-001"),
        (("DI-A-001", "DI-A-002"), "DI-A-001, DI-A-002"),
        (("DI-A-001", "DI-A-002", "DI-A-003", "DI-A-005", "DI-B-006"), "DI-A-001 to 003, DI-A-005, DI-B-006"),
        (("DI-A-009", "DI-A-010", "DI-A-011", "MINE", "YOURS-x", "YOURS-y"),
         "DI-A-009 to 011, MINE, YOURS-x, YOURS-y"),
    ],
)  # fmt: skip
def test_rules_in_short(
    rules: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = of(Permission())
    lacking = Missing("Microsoft.X/read", data=False, rules=rules)
    (subscription,) = whole.subscriptions
    changed = type(subscription)(subscription.id, subscription.name, (lacking,), None)
    diagnosis = Diagnosis(NOBODY, "strict", 99, (changed,), ())
    monkeypatch.setattr("auditor.cli.doctor.examine", lambda *_: diagnosis)
    assert main(["doctor"]) == 1
    assert f"\n  Microsoft.X/read\n      {words}\n" in capsys.readouterr().out
