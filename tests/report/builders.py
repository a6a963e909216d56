"""Reports made by hand: a mixed estate, one that could not be read, an empty one, a large one, one of hostile names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

from auditor.model.blind_spot import BlindSpot, Concerned
from auditor.model.finding import STATUSES, Evidence, Finding, Status, Subject
from auditor.model.reading import MISSING, Found, Json, Reading, Unread
from auditor.model.resource import Place as Spot
from auditor.model.snapshot import Header, Snapshot
from auditor.model.waiver import Applied, Remark, Waiver
from auditor.policy.clauses import CLAUSES, Promise
from auditor.policy.rule import FAMILIES, QUESTIONS, Fix, Peers, Rule
from auditor.report import wording
from auditor.report.fixes.about import Neighbours
from auditor.report.fixes.snippets import DECLARED
from auditor.report.fixes.values import known_about
from auditor.report.report import (
    Answer,
    Bar,
    Clause,
    Edge,
    Erasure,
    Group,
    Line,
    Model,
    Place,
    Question,
    Report,
    Residency,
    Segment,
    Unseen,
)

STORAGE = "Microsoft.Storage/storageAccounts"
ACCOUNT = "Microsoft.CognitiveServices/accounts"
MODEL = f"{ACCOUNT}/documentModels"
SUBSCRIPTION = "7d3c1f60-52a4-4d0b-9c8e-0f6f3f1c2ab1"
SECOND = "b1f0aa52-9a0e-4b57-8f55-6c1d3d0a9e44"
STARTED, FINISHED = "2026-11-23T06:00:04Z", "2026-11-23T06:04:31Z"
LIMIT = 24

ID = {
    "REG": "same-region",
    "TLS": "data-in-transit",
    "RET": "delete-24h",
    "MDL": "delete-models",
    "ACC": "authentication",
}


def rule(rule_id: str, title: str, severity: str = "high", fix: Fix | None = None, **changes: object) -> Rule:
    made = Rule(
        id=rule_id,
        name=title.lower().replace(" ", "-"),
        title=title,
        severity=severity,
        profile="baseline",
        basis=ID.get(rule_id.split("-")[1], "retrieve-results"),
        applies_to=(STORAGE,),
        where=None,
        check={},
        parameters=(),
        why="Documents travel to storage over whatever the account accepts, and nobody notices when that is too old. "
        "The account's own setting is the control that an assessor can read.",
        fix=fix or Fix("Change the setting. Look first at the logs for clients that still need it."),
        references=("https://learn.microsoft.com/azure/storage/common/storage-redundancy",),
        mappings={"iso27001": ("A.8.24", "A.5.14"), "nist80053": ("SC-8",), "gdpr": ("32(1)(a)",), "mcsb": ("DP-3",)},
        peers=None,
        examples=(),
        file=f"policies/{rule_id}.yaml",
    )
    return replace(made, **changes)


TLS = rule(
    "DI-TLS-001",
    "Storage accounts that hold documents refuse TLS older than 1.2",
    fix=Fix(
        "Set the minimum TLS version to 1.2. Look first at the storage logs for clients that still use an older version.",
        warning="Clients that can only speak an older version are refused from then on.",
        az="az storage account update --name {name} --resource-group {group} --subscription {subscription} \\\n"
        "  --min-tls-version TLS1_2\n",
        bicep="resource documents 'Microsoft.Storage/storageAccounts@2025-01-01' = {\n  name: '{name}'\n"
        "  location: '{location}'\n  properties: { minimumTlsVersion: 'TLS1_2' }\n}\n",
        terraform='resource "azurerm_storage_account" "documents" {\n  name            = "{name}"\n'
        '  min_tls_version = "TLS1_2"\n}\n',
    ),
    peers=Peers(
        ("Prowler storage_ensure_minimum_tls_version_12", "Checkov CKV_AZURE_44", "PSRule AZR-000200"),
        "a minimum of exactly TLS 1.2, and so fail an account whose minimum is TLS 1.3",
        "Versions have an order. An account that refuses TLS 1.2 as well asks for more, not for less.",
    ),
)
GONE = rule(
    "DI-RET-001",
    "At the worst, a document is beyond recovery within the retention limit",
    "critical",
    Fix(
        "Best: keep no copy. Send the document in the request, fetch the result, delete it. Where blobs are needed, let "
        "the application delete each one as soon as the result is there, and switch off versioning and soft delete.",
        az="az storage account blob-service-properties update --account-name {name} --resource-group {group} \\\n"
        "  --subscription {subscription} --enable-delete-retention false --enable-versioning false\n",
    ),
    why="Microsoft deletes input and results within 24 hours; the customer's own copy, in the storage that feeds the "
    "service, lives by the customer's settings. This rule adds them all up.",
)
SAME_REGION = rule(
    "DI-REG-001", "Storage that holds documents lies in the region of every account that it is linked to", "critical"
)
COPIES = rule(
    "DI-REG-002",
    "The redundancy of storage that holds documents keeps all copies in one region",
    "high",
    peers=Peers(
        ("Prowler storage_geo_redundant_enabled", "Checkov CKV_AZURE_206", "Trivy AZU-0058"),
        "geo-redundant storage, so that data outlives the loss of a region",
        "Documents in transit are copies with a life of hours, while the second region is a breach that lasts.",
    ),
)
REGISTER = rule("DI-MDL-001", "Every custom model stands in the register, with owner and purpose", "medium")
DUE = rule("DI-MDL-002", "A custom model is deleted when it is due", "high")
ERASED = rule("DI-MDL-005", "A model whose erasure was asked for is gone in time", "critical")
KEYS = rule("DI-ACC-001", "The account accepts no keys, only Microsoft Entra sign-in", "high")
NETWORK = rule("DI-NET-001", "The account is open to chosen networks only", "high")
LOGS = rule("DI-LOG-001", "Audit and request logs of the account are sent somewhere", "medium")
HTTPS = rule("DI-TLS-002", "Storage accounts that hold documents accept only HTTPS")
SOFT = rule("DI-RET-003", "Soft delete keeps no document for long", "low", references=())
RULES = (TLS, HTTPS, GONE, SAME_REGION, COPIES, REGISTER, DUE, ERASED, KEYS, NETWORK, LOGS)


def subject(
    name: str, kind: str = STORAGE, location: str | None = "westeurope", subscription: str = SUBSCRIPTION
) -> Subject:
    return Subject(
        f"/subscriptions/{subscription}/resourceGroups/rg-forms-prod/providers/{kind}/{name}", kind, name, location
    )


def model_subject(account: str, name: str) -> Subject:
    return Subject(f"{subject(account, ACCOUNT).id}/documentModels/{name}", MODEL, name)


def evidence(path: str, asked: object, wish: str, reading: Reading, assumed: Found | None = None) -> Evidence:
    source = None if path.startswith("facts") else f"GET https://management.azure.com/…/{path}, {STARTED}"
    return Evidence(path, asked, wish, reading, assumed, source=source or "derived from the whole snapshot")


class NoFacts:
    """Facts of an estate in which nothing was seen."""

    @staticmethod
    def one(_resource: object, _name: str) -> Json:
        return MISSING

    @staticmethod
    def of(_resource: object) -> dict[str, Json]:
        return {}

    @staticmethod
    def forget(_resource: object) -> None:
        pass


NOTHING = Neighbours(Snapshot(Header("auditor 0.1.0", "azure", (), STARTED), ()), NoFacts())


def line(of: Rule, status: Status, about: Subject, message: str, *seen: Evidence, unprovable: bool = False) -> Line:
    finding = Finding(of.id, status, about, seen)
    fix = partial(known_about, finding, of, {}, {}, NOTHING) if status == "fail" else None
    return Line(finding, of, message, unprovable, make_fix=fix)


def waiver(of: Rule, about: Subject | str, **changes: object) -> Waiver:
    made = Waiver(
        rule=of.id,
        resource=about if isinstance(about, str) else about.id,
        reason="The scanners in the branch offices are replaced by then.",
        owner="Claims IT",
        approved_by="A. Lovelace",
        ticket="SEC-41",
        expires="2026-12-31T23:59:59Z",
        approved_at="2026-10-05T00:00:00Z",
        place=Spot("waivers.yaml", 3, 5),
    )
    return replace(made, **changes)


def waived(of: Rule, about: Subject, message: str, *seen: Evidence, by: Waiver | None = None) -> Line:
    by = by or waiver(of, about)
    made = line(of, "waived", about, "", *seen)
    made = replace(made, finding=replace(made.finding, waiver=by))
    return replace(made, message=f"{message} {wording.waiver_words(made.finding)}")


def applied(*lines: Line) -> tuple[Applied, ...]:
    """What waives these lines, and three of which something is to be said."""
    old = waiver(TLS, "*/storageAccounts/stdocs", ticket="SEC-12", expires="2026-10-31T23:59:59Z", approved_at=None)
    soon = waiver(LOGS, "/x/*", ticket="SEC-40", expires="2026-11-30T23:59:59Z", place=Spot("waivers.yaml", 12, 5))
    told = "It is over: 1 finding that it fits fails again."
    in_force = (
        Applied(item.finding.waiver, "inForce", (item.finding.subject,)) for item in lines if item.finding.waiver
    )
    return (
        *in_force,
        Applied(replace(old, place=None), "expired", (), (Remark("expired", told),)),
        Applied(
            soon,
            "inForce",
            (),
            (
                Remark("expiring", "It expires in 7 days."),
                Remark("unmatched", "It matches nothing that DI-LOG-001 judged."),
            ),
        ),
        Applied(
            waiver(HTTPS, "/y", expires="2027-01-31T23:59:59Z", approved_at="2026-12-01T00:00:00Z"),
            "notYet",
            (),
            (Remark("notYet", "It counts only from 2026-12-01 00:00 UTC on."),),
        ),
    )


def report(lines: tuple[Line, ...] = (), rules: tuple[Rule, ...] = RULES, **changes: object) -> Report:
    """A report that adds up: counts, questions, groups and clauses follow from the lines."""
    lines = tuple(sorted(lines, key=lambda item: (item.rule.id, item.finding.subject.id)))
    families = [*QUESTIONS, *sorted({item.family for item in rules} - set(QUESTIONS))]
    failing = [
        Group(of, found)
        for of in rules
        if (found := tuple(item for item in lines if item.rule is of and item.finding.status == "fail"))
    ]
    severities = ("critical", "high", "medium", "low")
    made = Report(
        tool="0.1.0",
        kind="azure",
        scope=(f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{SECOND}"),
        started=STARTED,
        finished=FINISHED,
        profile="baseline",
        parameters={"maxRetentionHours": LIMIT, "minimumTls": "TLS1_2"},
        policy_hash="9f2c4be1" * 8,
        rules={of.id: of for of in rules},
        headline="Compliant with all that was checked.",
        answer=answer_of(lines),
        counts=count(lines),
        resources=len({item.finding.subject.id for item in lines}),
        not_applicable=0,
        not_applicable_by_rule={},
        questions=tuple(question(family, lines) for family in families),
        lines=lines,
        first=tuple(sorted(failing, key=lambda group: (severities.index(group.rule.severity), -len(group.lines)))),
        unseen=(),
        blind_spots=(BlindSpot("microsoft", "Microsoft's own half is a contract.", "Keep its page with this report."),),
        residency=Residency((), ()),
        retention=(),
        models=(),
        erasures=(),
        clauses=tuple(clause(promise, lines, rules) for promise in CLAUSES),
        calls={},
        read={},
        limit_hours=LIMIT,
        waivers=(),
    )
    return replace(made, **changes)


def count(lines: tuple[Line, ...]) -> dict[Status, int]:
    counted = Counter(item.finding.status for item in lines)
    return {status: counted[status] for status in STATUSES}


def answer_of(lines: tuple[Line, ...]) -> Answer:
    statuses = {item.finding.status for item in lines}
    if "fail" in statuses:
        return "broken"
    if "unknown" in statuses:
        return (
            "not provable" if all(item.unprovable for item in lines if item.finding.status == "unknown") else "not seen"
        )
    return "kept" if lines else "nothing to check"


def question(family: str, lines: tuple[Line, ...]) -> Question:
    own = tuple(item for item in lines if item.rule.family == family)
    failing = sum(item.finding.status == "fail" for item in own)
    words = f"{failing} of {len(own)} checks fail" if failing else "all keep it" if own else "nothing in scope to check"
    return Question(family, FAMILIES[family][1], answer_of(own), count(own), words)


def clause(promise: Promise, lines: tuple[Line, ...], rules: tuple[Rule, ...]) -> Clause:
    serving = tuple(sorted(of.id for of in rules if of.basis == promise.basis))
    return Clause(promise, serving, answer_of(tuple(item for item in lines if item.rule.basis == promise.basis)))


def mixed() -> Report:
    """All statuses, ways out of a region, bars of every kind, models of every age, things not seen."""
    lines = (*_retention_lines(), *_tls_lines(), *_region_lines(), *_model_lines(), *_other_lines())
    return report(
        lines,
        headline="Not compliant: 3 of 6 document stores can keep a document longer than 24 hours; 2 of 6 document stores "
        "let documents or models leave their region; 1 of 6 document stores accept plain HTTP or old TLS; 2 of 5 models "
        "break the rules for deleting models; 1 further check fails; 5 checks could not be decided; 1 subscription and 2 "
        "further scopes could not be read in full.",
        unseen=_unseen(),
        waivers=applied(*(item for item in lines if item.finding.status == "waived")),
        residency=_residency(),
        retention=_bars(),
        models=_models(),
        erasures=(
            Erasure("hr-contracts-2023", "di-forms-prod", "2026-11-02T09:30:00Z", gone=False, status="fail"),
            Erasure("w9-trial", "di-forms-prod", "2026-10-12T14:00:00Z", gone=True, status="pass"),
            Erasure("claims-poc", "di-claims-weu", "2026-11-20T08:00:00Z", gone=None, status="unknown"),
        ),
        blind_spots=(
            BlindSpot(
                "sharedKeys",
                "Whoever holds a key of a storage account can sign a link to its documents.",
                "Turn off shared key access.",
                tuple(Concerned(f"stteam{number:02d}", subject(f"stteam{number:02d}").id) for number in range(15)),
            ),
            BlindSpot(
                "outside",
                "Something that was read leads to what was not.",
                "Audit those subscriptions too.",
                (Concerned("stfar", "/unseen/stfar", "model claims-v3 was trained from it"),),
            ),
            BlindSpot("microsoft", "Microsoft's own half is a contract.", "Keep its page with this report."),
        ),
        resources=148,
        not_applicable=57,
        not_applicable_by_rule={"DI-TLS-001": 31, "DI-TLS-002": 26},
        calls={
            "Microsoft.Storage/storageAccounts/read": 4,
            "Microsoft.CognitiveServices/accounts/read": 3,
            f"{MODEL}/read": 9,
        },
        read={
            "Microsoft.Resources/subscriptions": 2,
            ACCOUNT: 3,
            STORAGE: 37,
            MODEL: 5,
            f"{STORAGE}/blobServices/containers": 22,
        },
    )


STORES = ("stformsprod01", "stclaimsinbox", "stinvoicesweu", "sthrarchive", "stlabsnorth", "stbatchresults")


def _retention_lines() -> tuple[Line, ...]:
    unbounded = "No lifecycle rule deletes what is left in container invoices; facts.retention.unbounded is true; it must be false."
    longer = "Soft delete keeps deleted blobs for 7 days; facts.retention.exceedsHours is 216; it must be less than 24."
    proof = Unread(
        "Azure gives no upper bound: a lifecycle run starts up to 24 hours late and may last days",
        settled_by="logs that pair each write with a delete (DI-RET-011), or a look at the oldest blob (DI-RET-010)",
    )
    yes = evidence("facts.retention.unbounded", {"equals": False}, "be false", Found(value=True))
    hours = evidence("facts.retention.exceedsHours", {"less": LIMIT}, "be less than 24", Found(216))
    open_end = evidence("facts.retention.atMostHours", {"lessOrEquals": LIMIT}, "be at most 24", proof)
    denied = evidence(
        "facts.retention.atMostHours", {"lessOrEquals": LIMIT}, "be at most 24", Unread("403 AuthorizationFailed")
    )
    return (
        line(GONE, "fail", subject("stinvoicesweu"), unbounded, yes),
        line(GONE, "fail", subject("sthrarchive"), "Container contracts is under a legal hold; it must end.", yes),
        line(GONE, "fail", subject("stclaimsinbox"), longer, hours),
        line(
            GONE, "unknown", subject("stformsprod01"), f"It cannot be proved: {proof.why}.", open_end, unprovable=True
        ),
        line(
            GONE,
            "unknown",
            subject("stlabsnorth", location="northeurope"),
            "The lifecycle policy was not read: 403.",
            denied,
        ),
        line(
            GONE,
            "pass",
            subject("stbatchresults"),
            "No container exists, and nothing is kept.",
            replace(hours, reading=Found(0)),
        ),
    )


def _tls_lines() -> tuple[Line, ...]:
    asked = ("properties.minimumTlsVersion", {"atLeast": "TLS1_2"}, "be at least TLS1_2")
    absent = evidence(*asked, MISSING, Found("TLS1_0"))
    said = "properties.minimumTlsVersion is absent, which means TLS1_0; it must be at least TLS1_2."
    good = "properties.minimumTlsVersion is TLS1_2."
    lines = [line(TLS, "fail", subject("sthrarchive"), said, absent)]
    lines += [
        line(TLS, "pass", subject(name), good, evidence(*asked, Found("TLS1_2")))
        for name in STORES
        if name != "sthrarchive"
    ]
    only = evidence("properties.supportsHttpsTrafficOnly", {"equals": True}, "be true", Found(value=True))
    lines += [
        line(HTTPS, "pass", subject(name), "properties.supportsHttpsTrafficOnly is true.", only) for name in STORES
    ]
    return tuple(lines)


def _region_lines() -> tuple[Line, ...]:
    away = evidence(
        "facts.links[0].region", {"sameRegionAs": "northeurope"}, "be in the region northeurope", Found("westeurope")
    )
    geo = evidence("facts.residency.redundancy.leavesRegion", {"equals": False}, "be false", Found(value=True))
    unknown = replace(geo, reading=Unread("the SKU Standard_XRS is not known"))
    home = replace(geo, reading=Found(value=False))
    return (
        line(
            SAME_REGION,
            "fail",
            subject("stlabsnorth", location="northeurope"),
            "It is linked to di-forms-prod in westeurope.",
            away,
        ),
        waived(SAME_REGION, subject("stclaimsinbox"), "It is linked to di-forms-prod in northeurope.", away),
        line(
            COPIES,
            "fail",
            subject("stformsprod01"),
            "Standard_RAGRS keeps a second copy in northeurope; it must not.",
            geo,
        ),
        line(COPIES, "unknown", subject("stbatchresults"), "The SKU Standard_XRS is not known.", unknown),
        *(
            line(COPIES, "pass", subject(name), "Standard_ZRS keeps all copies in one region.", home)
            for name in STORES[1:4]
        ),
    )


def _model_lines() -> tuple[Line, ...]:
    due = evidence("facts.register.deleteBy", {"within": "0h"}, "be in the future", Found("2026-09-30"))
    owner = evidence("facts.register", {"exists": True}, "be there", MISSING)
    there = evidence("facts.modelPresent", {"equals": False}, "be false", Found(value=True))
    lines = [
        line(DUE, "fail", model_subject("di-forms-prod", "invoices-2024-neural"), "It was due on 2026-09-30.", due),
        line(
            REGISTER,
            "fail",
            model_subject("di-claims-weu", "poc-handwriting"),
            "It stands in nobody's register.",
            owner,
        ),
        line(
            ERASED,
            "fail",
            Subject(
                "/auditor/register/erasureRequests/hr-contracts-2023",
                "Auditor.Register/erasureRequests",
                "hr-contracts-2023",
            ),
            "Erasure was asked for 21 days ago, and the model is still there.",
            there,
        ),
    ]
    known = replace(owner, reading=Found("…"))
    lines += [
        line(REGISTER, "pass", model_subject("di-forms-prod", name), "The register knows it.", known)
        for name in ("invoices-2025", "w9-extract", "claims-v3")
    ]
    return tuple(lines)


def _other_lines() -> tuple[Line, ...]:
    keys = evidence("properties.disableLocalAuth", {"equals": True}, "be true", MISSING, Found(value=False))
    denied = evidence(
        "children.diagnosticSettings", {"greater": 0}, "number more than 0", Unread("403 AuthorizationFailed")
    )
    return (
        line(
            KEYS,
            "fail",
            subject("di-claims-weu", ACCOUNT),
            "properties.disableLocalAuth is absent, which means false.",
            keys,
        ),
        line(
            KEYS,
            "pass",
            subject("di-forms-prod", ACCOUNT),
            "properties.disableLocalAuth is true.",
            replace(keys, reading=Found(value=True)),
        ),
        line(NETWORK, "pass", subject("di-forms-prod", ACCOUNT), "Public access is disabled."),
        line(LOGS, "unknown", subject("di-forms-prod", ACCOUNT), "Diagnostic settings could not be read: 403.", denied),
        line(LOGS, "unknown", subject("di-claims-weu", ACCOUNT), "Diagnostic settings could not be read: 403.", denied),
    )


def _unseen() -> tuple[Unseen, ...]:
    read = "Microsoft.Insights/diagnosticSettings/read"
    policies = f"{STORAGE}/managementPolicies/read"
    denied = "403 AuthorizationFailed"
    north = subject("stlabsnorth").id
    return (
        Unseen(
            f"/subscriptions/{SECOND}",
            "Contoso Labs",
            f"{ACCOUNT}/read",
            denied,
            (),
            f"grant the action {ACCOUNT}/read at this scope",
            STARTED,
        ),
        *(
            Unseen(
                subject(name, ACCOUNT).id,
                name,
                read,
                denied,
                ("DI-LOG-001",),
                f"grant the action {read} at this scope",
                STARTED,
            )
            for name in ("di-forms-prod", "di-claims-weu")
        ),
        Unseen(
            north,
            "stlabsnorth",
            policies,
            denied,
            ("DI-RET-001",),
            f"grant the action {policies} at this scope",
            STARTED,
        ),
    )


def _residency() -> Residency:
    forms, claims, french = (subject(name, ACCOUNT).id for name in ("di-forms-prod", "di-claims-weu", "di-factures"))
    places = [
        Place(forms, "di-forms-prod", "account", "westeurope"),
        Place(claims, "di-claims-weu", "account", "westeurope"),
        Place(french, "di-factures", "account", "francecentral"),
        Place(subject("stfactures").id, "stfactures", "store", "francecentral"),
        Place(f"{subject('stformsprod01').id}#secondary", "stformsprod01 (second copy)", "elsewhere", "northeurope"),
        Place(subject("stbackupeu").id, "stbackupeu", "elsewhere", None),
        Place(subject("law-forms").id, "law-forms", "elsewhere", "westeurope"),
    ]
    places += [
        Place(subject(name).id, name, "store", "northeurope" if "north" in name else "westeurope") for name in STORES
    ]
    home = [
        ("stformsprod01", forms),
        ("stinvoicesweu", forms),
        ("sthrarchive", forms),
        ("stbatchresults", forms),
        ("stclaimsinbox", claims),
    ]
    edges = [
        Edge(
            subject(name).id,
            to,
            "westeurope",
            "training source",
            "documents",
            False,
            f"a model was trained from {name}",
        )
        for name, to in home
    ]
    edges += [
        Edge(
            subject("stbatchresults").id,
            claims,
            "westeurope",
            "roleAssignment",
            "documents",
            False,
            "the account's identity may read it",
        ),
        Edge(
            subject("stfactures").id,
            french,
            "francecentral",
            "roleAssignment",
            "documents",
            False,
            "the account's identity may read it",
        ),
        Edge(
            subject("stlabsnorth").id,
            forms,
            "westeurope",
            "roleAssignment",
            "documents",
            True,
            "di-forms-prod in westeurope may read it",
        ),
        Edge(
            subject("stformsprod01").id,
            f"{subject('stformsprod01').id}#secondary",
            "northeurope",
            "geoRedundancy",
            "documents",
            True,
            "Standard_RAGRS keeps a second copy in northeurope",
        ),
        Edge(
            subject("stclaimsinbox").id,
            subject("stbackupeu").id,
            None,
            "objectReplication",
            "documents",
            None,
            "object replication copies blobs to stbackupeu in a region that is not known",
        ),
        Edge(
            subject("stclaimsinbox").id,
            subject("law-forms").id,
            "westeurope",
            "diagnosticSettings",
            "metadata",
            False,
            "logs name blobs and callers",
        ),
    ]
    return Residency(tuple(places), tuple(edges))


def _bars() -> tuple[Bar, ...]:
    never = Segment(
        "lifecycle", "unbounded", None, "no lifecycle rule deletes what is left in container invoices", "invoices"
    )
    hold = Segment("legalHold", "unbounded", None, "container contracts is under a legal hold", "contracts")
    wait = Segment("lifecycle", "hours", 48, "lifecycle rule tidy deletes blobs after more than 1 day", "inbox")
    soft = Segment("softDelete", "hours", 168, "soft delete keeps deleted blobs for 7 days", None)
    container = Segment("containerSoftDelete", "hours", 168, "soft delete keeps deleted containers for 7 days", None)
    zero = Segment(
        "lifecycle", "unknown", None, "lifecycle rule tidy deletes blobs after 0 days, when its run comes", "forms"
    )
    unread = Segment("lifecycle", "unknown", None, "the lifecycle policy was not read: 403 AuthorizationFailed", None)
    named = {name: (subject(name).id, name, "northeurope" if "north" in name else "westeurope") for name in STORES}
    return (
        Bar(*named["stinvoicesweu"], True, None, None, (never, soft), "fail"),
        Bar(*named["sthrarchive"], True, None, None, (wait, hold), "fail"),
        Bar(*named["stclaimsinbox"], False, 216, None, (wait, soft, container), "fail"),
        Bar(*named["stformsprod01"], False, 0, None, (zero,), "unknown"),
        Bar(
            *named["stlabsnorth"],
            False,
            12,
            None,
            (Segment("window", "hours", 12, "the application deletes after 12 hours", None), unread),
            "unknown",
        ),
        Bar(*named["stbatchresults"], False, 0, 0, (), "pass"),
    )


def _models() -> tuple[Model, ...]:
    def made(
        name: str,
        account: str,
        created: str,
        expires: str | None,
        due: str | None,
        registered: bool | None,
        **status: Status,
    ) -> Model:
        rules = {key.replace("_", "-"): value for key, value in status.items()}
        owner = "claims-team@contoso.example" if registered else None
        return Model(
            f"{subject(account, ACCOUNT).id}/documentModels/{name}",
            name,
            account,
            "model",
            created,
            expires,
            due,
            owner,
            registered,
            rules,
        )

    return (
        made(
            "invoices-2024-neural",
            "di-forms-prod",
            "2024-07-02T10:00:00Z",
            "2026-07-02T10:00:00Z",
            "2026-09-30",
            True,
            DI_MDL_001="pass",
            DI_MDL_002="fail",
        ),
        made(
            "poc-handwriting",
            "di-claims-weu",
            "2025-02-11T10:00:00Z",
            "2027-02-11T10:00:00Z",
            None,
            False,
            DI_MDL_001="fail",
        ),
        made(
            "invoices-2025",
            "di-forms-prod",
            "2025-06-20T10:00:00Z",
            "2027-06-20T10:00:00Z",
            "2027-03-31",
            True,
            DI_MDL_001="pass",
        ),
        made("w9-extract", "di-forms-prod", "2026-01-08T10:00:00Z", None, "2027-12-31", True, DI_MDL_001="pass"),
        made(
            "claims-v3",
            "di-forms-prod",
            "2026-10-30T10:00:00Z",
            "2028-10-30T10:00:00Z",
            None,
            None,
            DI_MDL_001="unknown",
        ),
    )


def blind() -> Report:
    """A signed-in identity that may read nothing: no findings, only gaps, and a scan that broke off."""
    action = f"{STORAGE}/read"
    gaps = tuple(
        Unseen(
            f"/subscriptions/{number:08d}-0000-4000-8000-000000000000",
            f"Subscription {number}",
            action,
            "403 AuthorizationFailed",
            ("DI-TLS-001", "DI-RET-001"),
            f"grant the action {action} at this scope",
            STARTED,
        )
        for number in range(1, 10)
    )
    return report(
        unseen=gaps,
        finished=None,
        answer="not seen",
        headline="Nothing could be checked: 9 subscriptions could not be read in full; the scan ended before all was read.",
    )


def empty() -> Report:
    """An estate without any Document Intelligence, read to its end."""
    return report(headline="Nothing was checked.", read={"Microsoft.Resources/subscriptions": 1, ACCOUNT: 0}, scope=())


def clean() -> Report:
    """Everything passes, and everything was seen."""
    lines = tuple(item for item in mixed().lines if item.finding.status == "pass")
    return report(lines, headline="Compliant with all that was checked.")


def declared() -> Report:
    """Infrastructure code: findings in files, one beside any file, and a module that could not be read."""
    main, plan, away = "./infra/main file.json", "plans\\prod.tfplan.json", "/builds/forms/infra/ünits#1.json"
    address = 'module.forms.azurerm_storage_account.docs["eu"]'
    tls = evidence("properties.minimumTlsVersion", {"atLeast": "TLS1_2"}, "be at least TLS1_2", Found("TLS1_0"))
    told = "properties.minimumTlsVersion is TLS1_0; it must be at least TLS1_2."
    only = evidence(
        "properties.supportsHttpsTrafficOnly", {"equals": True}, "be true", Unread("parameter https has no value")
    )

    def at(name: str, spot: Spot) -> Subject:
        return replace(subject(name), place=spot)

    lines = (
        line(TLS, "fail", at("stdocs", Spot(main, 12, 9)), told, replace(tls, place=Spot(main, 17, 21))),
        line(TLS, "fail", at("stplan", Spot(plan, address=address)), told, tls),
        waived(TLS, at("stold", Spot(main, 40, 9)), told, tls),
        line(TLS, "pass", at("stnew", Spot(main, 60, 9)), "properties.minimumTlsVersion is TLS1_2.", tls),
        line(HTTPS, "unknown", at("stdocs", Spot(main, 12, 9)), "Not known: parameter https has no value.", only),
        line(REGISTER, "fail", at("stunits", Spot(away, 3)), "It stands in nobody's register."),
        line(SOFT, "fail", subject("stlow"), ""),
    )
    beside = lines[-1]
    assert beside.fix is not None
    declared = replace(beside.fix, languages=DECLARED)
    lines = (*lines[:-1], replace(beside, make_fix=lambda: declared))
    gap = Unseen(
        "infra/vm.bicep", "vm.bicep", "read", "the module br:x is not there", ("DI-TLS-001",), "restore it", STARTED
    )
    return report(
        lines,
        (*RULES, SOFT),
        kind="infrastructure",
        scope=("infra", "plans"),
        headline="Not compliant: 4 checks fail.",
        unseen=(gap,),
        not_applicable=3,
        waivers=applied(lines[2]),
    )


def large(findings: int = 5000, rules: tuple[Rule, ...] = RULES) -> Report:
    """Many findings, four in ten of them failing."""
    lines = []
    statuses: tuple[Status, ...] = ("fail", "fail", "unknown", "pass", "pass")
    tls = evidence("properties.minimumTlsVersion", {"atLeast": "TLS1_2"}, "be at least TLS1_2", Found("TLS1_0"))
    for number in range(findings):
        of = rules[number % len(rules)]
        about = subject(f"stdocuments{number:06d}", subscription=SECOND if number % 3 else SUBSCRIPTION)
        said = f"properties.minimumTlsVersion of stdocuments{number:06d} is TLS1_0; it must be at least TLS1_2."
        lines.append(line(of, statuses[number // len(rules) % len(statuses)], about, said, tls))
    return report(tuple(lines), rules, headline=f"Not compliant: {findings} checks were made.")


def many(rules: int = 20) -> Report:
    """More rules that fail than a reader takes in at once: half of them severe."""
    made = tuple(
        replace(
            TLS,
            id=f"DI-TLS-{100 + number}",
            title=f"Rule {number}",
            severity=("high", "medium", "low")[number % 2 + number % 4 // 3],
        )
        for number in range(rules)
    )
    lines = tuple(line(of, "fail", subject("stdocuments"), f"Against {of.id}.") for of in made)
    return report(lines, made, headline="Not compliant.")


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><svg/onload=alert(3)>",
    "</script><script>alert(4)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(5)",
    '=HYPERLINK("https://evil.example","x")',
    "name\u202egnp.exe\u2066\u200b\ufeff",
    "line\nbreak\r\ttab\x00\x1b[31m\x7f",
    "`code` | pipe | **bold** [link](https://evil.example) @team #1 <!-- x -->",
    "half \ud800 of a pair",
    "x" * 300,
    "'; rm -rf / #$(reboot)`reboot`",
    "--><!DOCTYPE html>&amp;&lt;",
    "back\\|slash\\`",
)


def named(name: str) -> Subject:
    """A subject of that name; an id is hashed, so half a surrogate pair cannot stand in it."""
    return replace(subject(name.replace("\ud800", "")), name=name)


def hostile(names: tuple[str, ...] = HOSTILE) -> Report:
    """Every name, id, tag and text that comes from outside is an attack."""
    lines = []
    places, bars, models, unseen, edges, grants = [], [], [], [], [], []
    statuses: tuple[Status, ...] = ("fail", "unknown", "waived", "pass")
    for number, name in enumerate(names):
        about = replace(named(name), location=name if number % 2 else "westeurope")
        seen = evidence(f"tags['{name}']", {"equals": name}, f"be {name}", Found({"tag": name}))
        lines += [
            line(TLS, "fail", about, f"The tag {name} is wrong.", replace(seen, source=name)),
            line(GONE, statuses[number % 4], about, name, replace(seen, reading=Unread(name))),
        ]
        if statuses[number % 4] == "waived":
            by = waiver(GONE, name, reason=name, owner=name, approved_by=name, ticket=name, place=Spot(name, 3))
            lines[-1] = waived(GONE, about, name, replace(seen, reading=Unread(name)), by=by)
            grants.append(Applied(by, "inForce", (about,), (Remark("expiring", name),)))
        places.append(
            Place(
                about.id, name, ("account", "store", "elsewhere")[number % 3], name if number % 5 == 0 else "westeurope"
            )
        )
        edges.append(
            Edge(named(names[number - 1]).id, about.id, name, name, "documents", (True, None, False)[number % 3], name)
        )
        bars.append(Bar(about.id, name, name, False, 48.5, None, (Segment(name, "hours", 48.5, name, name),), "fail"))
        models.append(
            Model(about.id, name, name, "model", name, "2026-01-01", name, name, True, {"DI-MDL-001": "fail"})
        )
        unseen.append(Unseen(about.id, name, name, name, ("DI-TLS-001",), name, name))
    return report(
        tuple(lines),
        scope=names,
        headline=f"Not compliant: {names[0]} {names[7]}.",
        residency=Residency(tuple(places), tuple(edges)),
        retention=tuple(bars),
        models=tuple(models),
        erasures=tuple(Erasure(name, name, name, gone=None, status="unknown") for name in names),
        unseen=tuple(unseen),
        parameters=dict.fromkeys(names, names[0]),
        calls=dict.fromkeys(names, 1),
        read=dict.fromkeys(names, 1),
        blind_spots=tuple(BlindSpot("outside", name, name, (Concerned(name, name, name),)) for name in names),
        waivers=tuple(grants),
        tool=names[0],
        kind=names[1],
    )
