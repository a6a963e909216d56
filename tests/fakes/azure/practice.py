"""What happened in an estate, as plain data: rows of logs for `Estate(logs=…)` and counts for `Estate(metrics=…)`.

A row of a log names its `workspace` (an id) and `table`; everything else are columns as Azure Monitor's references of
the tables have them (azure-facts 3f, source D33).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.fakes.azure.builders import id_of
from tests.fakes.azure.estate import Json

REQUEST: Final = "AzureDiagnostics"
BLOB: Final = "StorageBlobLogs"


def ago(hours: float = 0, *, days: float = 0) -> str:
    """A time before now, as logs write it."""
    moment = datetime.now(UTC) - timedelta(days=days, hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def request_log(
    into: Json | str, account: Json | str, operation: str, *, at: str, category: str = "RequestResponse", **more: Any
) -> Json:
    """A row of AzureDiagnostics about a cognitive account."""
    return {
        "workspace": id_of(into),
        "table": REQUEST,
        "TimeGenerated": at,
        "_ResourceId": id_of(account).lower(),
        "ResourceProvider": "MICROSOFT.COGNITIVESERVICES",
        "Category": category,
        "OperationName": operation,
        "ResultSignature": "200",
        **more,
    }


_CATEGORIES: Final[Mapping[str, str]] = {"Get": "StorageRead", "List": "StorageRead", "Delete": "StorageDelete"}


def blob_log(
    into: Json | str,
    storage: Json | str,
    operation: str = "PutBlob",
    blob: str = "documents/letter.pdf",
    *,
    at: str,
    **more: Any,
) -> Json:
    """A row of StorageBlobLogs; `blob` is the container and the name of the blob, or the container alone."""
    identity = id_of(storage)
    name = identity.rpartition("/")[2]
    category = next((kind for word, kind in _CATEGORIES.items() if operation.startswith(word)), "StorageWrite")
    return {
        "workspace": id_of(into),
        "table": BLOB,
        "TimeGenerated": at,
        "_ResourceId": f"{identity.lower()}/blobservices/default",
        "AccountName": name,
        "Category": category,
        "OperationName": operation,
        "StatusCode": "201",
        "StatusText": "Success",
        "TlsVersion": "TLS 1.2",
        "Protocol": "HTTPS",
        "AuthenticationType": "OAuth",
        "RequesterObjectId": "",
        "CallerIpAddress": "10.0.0.4:52114",
        "UserAgentHeader": "azsdk-python-storage-blob/12.31.1",
        "ObjectKey": f'"/{name}/{blob}"',
        "Uri": f"https://{name}.blob.core.windows.net/{blob}",
        **more,
    }


def call_metric(
    account: Json | str, calls: float, *, region: str = "West Europe", operation: str = "Analyze", at: str
) -> Json:
    """So many calls of an account at a time."""
    return {
        "account": id_of(account),
        "at": at,
        "calls": calls,
        "dimensions": {"Region": region, "OperationName": operation},
    }
