from __future__ import annotations

import pytest
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.rest import HttpRequest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from auditor.collectors.clouds import CLOUDS
from auditor.collectors.guard import ReadOnly, RefusedError, is_blob_host, is_cognitive_host, refusal

PUBLIC = CLOUDS["public"]
GUID = "11111111-aaaa-4bbb-8ccc-000000000001"
ARM = "https://management.azure.com"
GRAPH = f"{ARM}/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
LOGS = f"https://api.loganalytics.io/v1/workspaces/{GUID}/query"
METRICS = f"https://westeurope.metrics.monitor.azure.com/subscriptions/{GUID}/metrics:getBatch?x=1"
QUERIES = [
    GRAPH,
    LOGS,
    f"https://api.loganalytics.io/v1/subscriptions/{GUID}/resourceGroups/g/providers/a/b/c/query",
    "https://api.loganalytics.io/v1/$batch",
    METRICS,
]
READS = [
    f"{ARM}/subscriptions?api-version=2022-12-01",
    f"{ARM}:443/subscriptions",
    "https://MANAGEMENT.azure.com/subscriptions",
    "https://forms.cognitiveservices.azure.com/documentintelligence/documentModels?api-version=2024-11-30",
    *QUERIES,
]
FOREIGN = [
    "https://evil.example/",
    "https://management.azure.com.evil.example/",
    "https://evilmanagement.azure.com/",
    "https://a.b.cognitiveservices.azure.com/",
    "https://cognitiveservices.azure.com/",
    "https://evil.example/.cognitiveservices.azure.com/",
    "https://forms.cognitiveservices.azure.us/",
    "https://management.usgovcloudapi.net/subscriptions",
    "https://docsstore.blob.core.windows.net/documents",
    "https://login.microsoftonline.com/",
    "https://127.0.0.1/",
]
ODD = [
    "http://management.azure.com/subscriptions",
    "ftp://management.azure.com/",
    "management.azure.com/subscriptions",
    "//management.azure.com/subscriptions",
    f"{ARM}:444/subscriptions",
    f"{ARM}:/subscriptions",
    "https://user@management.azure.com/",
    "https://user:secret@management.azure.com/",
    "https://management.azure.com@evil.example/",
    "https://management.azure.com\\@evil.example/",
    "https://management.azure.com%2f@evil.example/",
    "https://management.azure.com#@evil.example/",
    "https://management.azure.com?@evil.example/",
    f"{ARM}/subscriptions\n",
    f"{ARM}/subscriptions?x= y",
    f"{ARM}/\tsubscriptions",
    "https://management.azure.com./subscriptions",
    "https://m\u0430nagement.azure.com/subscriptions",
    "https://[::1]/subscriptions",
    "https:///subscriptions",
    "",
]
WRITES = ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "get", "POST ", ""]


@pytest.mark.parametrize("url", READS)
def test_reads_of_the_cloud_may_leave(url: str) -> None:
    assert refusal("GET", url, PUBLIC) is None


@pytest.mark.parametrize("url", QUERIES)
def test_queries_may_be_sent_by_post(url: str) -> None:
    assert refusal("POST", url, PUBLIC) is None


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("url", READS)
def test_nothing_else_is_sent_anywhere(method: str, url: str) -> None:
    if method == "POST" and url in QUERIES:
        return
    reason = refusal(method, url, PUBLIC)
    assert reason is not None
    assert reason.endswith(" is no read")


@pytest.mark.parametrize(
    "url",
    [
        f"{ARM}/subscriptions/{GUID}/providers/Microsoft.Storage/register?api-version=2021-04-01",
        f"{ARM}/subscriptions/{GUID}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/listKeys",
        f"{ARM}/x/providers/Microsoft.ResourceGraph/resources",
        f"{ARM}/providers/Microsoft.ResourceGraph/resources/more",
        f"{ARM}/anything?/providers/Microsoft.ResourceGraph/resources",
        f"https://api.loganalytics.io/v1/workspaces/{GUID}/purge",
        "https://api.loganalytics.io/v1/workspaces/../delete/query",
        "https://api.loganalytics.io/providers/Microsoft.ResourceGraph/resources",
        f"https://westeurope.metrics.monitor.azure.com/subscriptions/{GUID}/other",
        "https://forms.cognitiveservices.azure.com/documentintelligence/documentModels:build",
        "https://forms.cognitiveservices.azure.com/",
    ],
)
def test_what_looks_like_a_query_is_none(url: str) -> None:
    assert refusal("POST", url, PUBLIC) == "refused: POST is no read"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", FOREIGN)
def test_no_other_host_is_reached(url: str, method: str) -> None:
    assert refusal(method, url, PUBLIC) == "refused: not a host of the public cloud"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", ODD)
def test_odd_addresses_are_refused(url: str, method: str) -> None:
    assert refusal(method, url, PUBLIC) == "refused: not a plain https address"


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=list(CLOUDS))
def test_every_cloud_has_its_own_hosts(cloud) -> None:
    own = [
        f"{cloud.arm}/subscriptions",
        f"https://forms.{cloud.cognitive_suffix}/documentintelligence/info",
        f"https://{cloud.logs_host}/v1/workspaces/{GUID}/query",
        f"https://westeurope.{cloud.metrics_suffix}/subscriptions/{GUID}/metrics:getBatch",
    ]
    assert all(refusal("GET", url, cloud) is None for url in own)
    for other in CLOUDS.values():
        if other is not cloud:
            assert all(refusal("GET", url, other) is not None for url in own)


LIST = "https://docsstore.blob.core.windows.net/invoices?restype=container&comp=list&include=deleted,versions"


@pytest.mark.parametrize(
    "url",
    [
        LIST,
        f"{LIST}&marker=2%21MTA4.a~b-c_d",
        LIST.replace("/invoices", "/$web"),
        LIST.replace("/invoices", "/a-1"),
    ],
)
def test_the_list_of_a_container_may_leave_where_it_was_asked_for_and_only_there(url: str) -> None:
    assert refusal("GET", url, PUBLIC, lists_blobs=True) is None
    assert refusal("GET", url, PUBLIC) == "refused: not a host of the public cloud"


@pytest.mark.parametrize(
    ("method", "url", "why"),
    [
        ("POST", LIST, "not the list of a container"),
        ("HEAD", LIST, "not the list of a container"),
        ("GET", LIST.replace("&comp=list", ""), "not the list of a container"),
        ("GET", LIST.replace("comp=list", "comp=acl"), "not the list of a container"),
        ("GET", f"{LIST}&sig=x", "not the list of a container"),
        ("GET", f"{LIST}&marker=a&comp=acl", "not the list of a container"),
        ("GET", LIST.replace("/invoices", "/invoices/2026.pdf"), "not the list of a container"),
        ("GET", LIST.replace("/invoices", "/"), "not the list of a container"),
        ("GET", LIST.replace("/invoices", "/Invoices"), "not the list of a container"),
        ("GET", "https://docsstore.blob.core.windows.net/invoices/2026.pdf", "not the list of a container"),
        ("GET", "https://docsstore.blob.core.windows.net/invoices", "not the list of a container"),
        ("GET", LIST.replace("core.windows.net", "evil.example"), "not a blob endpoint of the public cloud"),
        ("GET", LIST.replace("core.windows.net", "core.usgovcloudapi.net"), "not a blob endpoint of the public cloud"),
        ("GET", LIST.replace("docsstore.", "a.b."), "not a blob endpoint of the public cloud"),
        ("GET", LIST.replace("docsstore.blob", "docsstore.queue"), "not a blob endpoint of the public cloud"),
        ("GET", f"{ARM}/subscriptions?api-version=2022-12-01", "not a blob endpoint of the public cloud"),
        ("GET", LIST.replace("https", "http"), "not a plain https address"),
    ],
)
def test_who_lists_blobs_may_do_nothing_else(method: str, url: str, why: str) -> None:
    assert refusal(method, url, PUBLIC, lists_blobs=True) == f"refused: {why}"


@pytest.mark.parametrize(
    ("host", "blob", "cognitive"),
    [
        ("docsstore.blob.core.windows.net", True, False),
        ("forms.cognitiveservices.azure.com", False, True),
        ("westeurope.api.cognitive.microsoft.com", False, True),
        ("blob.core.windows.net", False, False),
        ("a.b.blob.core.windows.net", False, False),
        ("docsstore.blob.core.windows.net.evil.example", False, False),
        ("docsstore.blob.core.windows.net\n", False, False),
        ("westeurope.api.cognitive.microsoft.us", False, False),
        ("api.cognitive.microsoft.com", False, False),
        ("127.0.0.1", False, False),
        ("", False, False),
    ],
)
def test_which_hosts_are_endpoints(host: str, blob: bool, cognitive: bool) -> None:
    assert is_blob_host(host, PUBLIC) is blob
    assert is_cognitive_host(host, PUBLIC) is cognitive


@given(
    st.one_of(
        st.text(),
        st.builds(
            lambda start, rest: start + rest,
            st.sampled_from([ARM, "https://forms.cognitiveservices.azure.com"]),
            st.text(),
        ),
        st.from_regex(r"https?://[a-z.@:\\/]*management\.azure\.com[!-~]*", fullmatch=True),
    )
)
def test_what_may_leave_goes_where_the_transport_takes_it(url: str) -> None:
    if refusal("GET", url, PUBLIC) is None:
        target = URL(url)
        assert target.scheme == "https"
        assert target.port == 443
        assert target.user is None
        assert target.host is not None
        assert target.host == PUBLIC.arm_host or target.host.endswith(
            (PUBLIC.cognitive_suffix, PUBLIC.logs_host, PUBLIC.metrics_suffix)
        )


def test_the_policy_raises_and_names_no_address() -> None:
    guard = ReadOnly(PUBLIC)
    context = PipelineContext(None)
    guard.on_request(PipelineRequest(HttpRequest("GET", f"{ARM}/subscriptions"), context))
    with pytest.raises(RefusedError) as raised:
        guard.on_request(PipelineRequest(HttpRequest("GET", "https://evil.example/?token=secret"), context))
    assert "evil" not in str(raised.value)
