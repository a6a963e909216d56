"""How long storage accounts keep logs: by lifecycle rules for append blobs, and what else keeps or deletes them."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.facts.log_archives import archives
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY
from tests.builders import account, blob_service, container, delete_rule, facts, gap, grant, lifecycle, storage
from tests.facts.estates import estate, setting

FORMS, STORE = account(), storage("logs")
AUDIT = ({"category": "Audit", "enabled": True},)
HIDDEN = Unread("403 AuthorizationFailed")


def rule(days: float, *prefixes: str, **more: Any) -> dict[str, Json]:
    return delete_rule(days, prefixes=prefixes, **more)


def archive(*rules: dict[str, Json], logs: Any = AUDIT, parts: tuple[Resource, ...] = (), **how: Any) -> Any:
    """The fact about an account that receives the logs of an account."""
    to_archive = setting(FORMS, logs=logs, storageAccountId=STORE.id.upper())
    basic = [FORMS, STORE, to_archive, blob_service(STORE), lifecycle(STORE, *rules)]
    given = {part.key for part in parts}
    hidden = {(item.scope, item.operation) for item in how.get("gaps", ())}
    kept = [item for item in basic if item.key not in given and (STORE.id, f"{item.type}/read") not in hidden]
    return facts(estate(*kept, *parts, **how)).of(STORE).get("logArchive")


def told(value: Json) -> Json:
    return "unread" if isinstance(value, Unread) else value


def logged(*, days: Json = None, enabled: Json = True, category: str = "Audit") -> dict[str, Json]:
    return {"category": category, "enabled": True, "retentionPolicy": {"enabled": enabled, "days": days}}


VERSIONED = blob_service(STORE, isVersioningEnabled=True)
HELD = container(STORE, "insights-logs-audit", hasLegalHold=True)
IMMUTABLE = container(
    STORE,
    "insights-logs-audit",
    hasImmutabilityPolicy=True,
    immutabilityPolicy={"properties": {"immutabilityPeriodSinceCreationInDays": 400}},
)
ALL_LOGS = ({"categoryGroup": "allLogs", "enabled": True},)
CASES: list[tuple[str, Any, Json, Json, Json, Json]] = [
    # logs are kept without end; for days; the first are deleted after days; the days that the setting names
    ("no rule", archive(), True, "unread", None, None),
    ("a rule for all", archive(rule(90)), False, 90, 90, None),
    ("a rule since modification", archive(rule(90, condition="daysAfterModificationGreaterThan")), False, 90, 90, None),
    ("a rule that is off", archive(rule(90, enabled=False)), True, "unread", None, None),
    ("a rule for block blobs, which logs are not", archive(rule(90, filters={"blobTypes": ["blockBlob"]})), True, "unread", None, None),
    ("a rule for the container", archive(rule(90, "insights-logs-audit")), False, 90, 90, None),
    ("a rule for all containers of logs", archive(rule(90, "insights-logs-")), False, 90, 90, None),
    ("a rule for another container", archive(rule(90, "insights-logs-trace")), True, "unread", None, None),
    ("a rule for a part of the container", archive(rule(30, "insights-logs-audit/resourceId=/")), True, "unread", 30, None),
    ("the longest, and the first", archive(rule(90, "insights-logs-audit"), rule(30, "insights-logs-audit/x")), False, 90, 30, None),
    ("a group of categories, and a rule for one", archive(rule(90, "insights-logs-audit"), logs=ALL_LOGS), True, "unread", 90, None),
    ("a group of categories, and a rule for all", archive(rule(90, "insights-logs"), logs=ALL_LOGS), False, 90, 90, None),
    ("a legal hold", archive(rule(90), parts=(HELD,)), True, "unread", 90, None),
    ("an immutability policy", archive(rule(90), parts=(IMMUTABLE,)), False, 400, 90, None),
    ("versions that no rule deletes", archive(rule(90), parts=(VERSIONED,)), True, "unread", 90, None),
    ("no policy was read", archive(gaps=(gap(STORE, LIFECYCLE_POLICY),)), "unread", "unread", "unread", None),
    ("no container was listed", archive(rule(90), gaps=(gap(STORE, CONTAINER),)), "unread", 90, 90, None),
    ("versioning was not read", archive(rule(90), gaps=(gap(STORE, BLOB_SERVICE),)), "unread", 90, 90, None),
    ("the setting names days", archive(logs=(logged(days=30),)), "unread", 30, None, 30),
    ("the setting names days, and a rule does", archive(rule(90), logs=(logged(days=30),)), False, 90, 90, 30),
    ("the setting names days, and a hold keeps", archive(logs=(logged(days=30),), parts=(HELD,)), True, "unread", None, 30),
    ("0 days are for ever", archive(logs=(logged(days=0),)), True, "unread", None, None),
    ("the setting's retention is off", archive(logs=(logged(days=30, enabled=False),)), True, "unread", None, None),
    ("one log of two has days", archive(logs=(logged(days=30), logged(days=0, category="Trace"))), True, "unread", None, 30),
    ("two logs have days", archive(logs=(logged(days=30), logged(days=60, category="Trace"))), "unread", 60, None, 30),
]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "unbounded", "days", "soonest", "of_setting"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_how_long_logs_are_kept(found: Any, unbounded: Json, days: Json, soonest: Json, of_setting: Json) -> None:
    assert (told(found["unbounded"]), told(found["days"]), told(found["soonestDays"])) == (unbounded, days, soonest)
    assert found["settingDays"] == of_setting
    assert isinstance(found["settingActs"], Unread) is (of_setting is not None)


def test_only_accounts_that_receive_logs_are_archives() -> None:
    off = ({"category": "Audit", "enabled": False},)
    assert archive(logs=off) is None
    assert archive(logs=HIDDEN) is None
    assert facts(estate(FORMS, STORE, blob_service(STORE))).of(STORE).get("logArchive") is None


def test_logs_of_document_storage_go_to_archives_too() -> None:
    docs = storage()
    to_archive = setting(docs, storageAccountId=STORE.id)
    found = estate(FORMS, docs, grant(docs.id), STORE, to_archive, blob_service(STORE), lifecycle(STORE, rule(90)))
    assert facts(found).of(STORE)["logArchive"]["days"] == 90
    assert facts(found).of(docs).get("logArchive") is None
    assert archives(found) == {STORE.key}
