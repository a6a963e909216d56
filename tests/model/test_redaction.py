"""Secrets are cut out by place, by name and by shape, and nothing else is. All secrets here are made up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.model.reading import Json, Unread
from auditor.model.redaction import CUT, cut_secrets, cut_text

ACCOUNT_KEY = "Zm9vYmFyYmF6cXV4" * 5 + "aB3/+9" + "=="
HEX_KEY = "0123456789abcdef0123456789ABCDEF"
NEW_KEY = "1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ4a" + "JQQJ99" + "BKAC5RqLJXJ3w3AAAD"
SIGNATURE = "dR8mYz3vPq0Lw7Xn5bKc2Js9Ht4Gf6Ea1Uo8Ii%2BVw%3D"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJlLW9mLWl0"
BEARER = "gho_16C7e42F292c6912E7710c838347Ae178B4a"
PASSWORD = "hunter2-correct-horse"
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}\n-----END RSA PRIVATE KEY-----"
CONTAINER_URL = "https://docs.blob.core.windows.net/scans"
SAS = f"?sv=2024-11-04&st=2026-01-01&se=2026-02-01&sr=c&sp=rl&sig={SIGNATURE}"

assert len(ACCOUNT_KEY) == 88

IN_ANY_TEXT = [
    (CONTAINER_URL + SAS, CONTAINER_URL, SIGNATURE),
    (f"see {CONTAINER_URL}{SAS} and more", f"see {CONTAINER_URL} and more", SIGNATURE),
    (f"{CONTAINER_URL}/a%20b.pdf{SAS}", f"{CONTAINER_URL}/a%20b.pdf", SIGNATURE),
    (f"//docs.blob.core.windows.net/scans{SAS}", f"//docs.blob.core.windows.net/scans{CUT}", SIGNATURE),
    (SAS.removeprefix("?"), None, SIGNATURE),
    (f"HTTPS://x.example/y?code={PASSWORD}", "HTTPS://x.example/y", PASSWORD),
    (f"https://x.example/y#access_token={JWT}", "https://x.example/y", JWT),
    (f"DefaultEndpointsProtocol=https;AccountName=docs;AccountKey={ACCOUNT_KEY};EndpointSuffix=x", None, ACCOUNT_KEY),
    (f"Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={ACCOUNT_KEY[:43]}=", None, ACCOUNT_KEY[:43]),
    (f"BlobEndpoint=https://x/;SharedAccessSignature=sv=2024&sig={SIGNATURE}", None, SIGNATURE),
    (f"StorageAccountKey={PASSWORD}", None, PASSWORD),
    (f"Server=x;User=sa;Password={PASSWORD} with blanks;Encrypt=yes", None, "with blanks"),
    (f"db_pwd={PASSWORD}", None, PASSWORD),
    (ACCOUNT_KEY, CUT, ACCOUNT_KEY),
    (f"key1: {ACCOUNT_KEY}.", f"key1: {CUT}.", ACCOUNT_KEY),
    (f"oldkey{ACCOUNT_KEY}", None, ACCOUNT_KEY),
    (NEW_KEY, CUT, NEW_KEY),
    (f"token {JWT} end", f"token {CUT} end", JWT),
    (f"id_{JWT}", None, JWT),
    (f"x.eyJ.{JWT}", f"x.eyJ.{CUT}", JWT),
    (f"Authorization: Bearer {BEARER}", f"Authorization: {CUT}", BEARER),
    (f"authorization: BEARER {BEARER}", f"authorization: {CUT}", BEARER),
    (PEM, CUT, PEM_BODY),
    (f"-----BEGIN PRIVATE KEY-----\\n{PEM_BODY}", CUT, PEM_BODY),
    (f"https://user:{PASSWORD}@x.example/y", "https://x.example/y", PASSWORD),
]


@pytest.mark.parametrize(("text", "left", "secret"), IN_ANY_TEXT, ids=range(len(IN_ANY_TEXT)))
def test_cuts_by_shape_in_any_text(text: str, left: str | None, secret: str) -> None:
    cut = cut_text(text)
    assert secret not in cut
    assert left is None or cut == left


@pytest.mark.parametrize(
    ("text", "secret"), [(text, secret) for text, _, secret in IN_ANY_TEXT], ids=range(len(IN_ANY_TEXT))
)
def test_cuts_wherever_the_text_stands(text: str, secret: str) -> None:
    for value in ({"tags": {"note": text}}, {"tags": {text: "note"}}, {"a": [[{"b": text}]]}, [text], text):
        assert secret not in json.dumps(cut_secrets(value), ensure_ascii=False)


@pytest.mark.parametrize(
    "place",
    ["storageAccountConnectionString", "eventHubConnectionString", "qnaAzureSearchEndpointKey", "migrationToken"],
)
def test_cuts_by_place(place: str) -> None:
    for name in (place, place.lower(), place.upper()):
        body = {"properties": {"apiProperties": {name: "anything"}}}
        assert cut_secrets(body) == {"properties": {"apiProperties": {name: CUT}}}


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "adminKey",
        "API_KEY",
        "clientSecret",
        "password",
        "db.password",
        "passwd",
        "pwd",
        "accessToken",
        "connectionString",
        "credentials",
        "keys",
        "secrets",
    ],
)
def test_cuts_by_name(name: str) -> None:
    assert cut_secrets({name: "anything"}) == {name: CUT}
    assert cut_secrets({"tags": {name: "anything"}}) == {"tags": {name: CUT}}
    assert cut_secrets({name: ["one", "two", ""]}) == {name: [CUT, CUT, ""]}
    assert cut_secrets({name: None}) == {name: None}
    assert cut_secrets({name: ""}) == {name: ""}
    assert cut_secrets({name: True}) == {name: True}


@pytest.mark.parametrize("place", ["tags", "Tags", "metadata"])
def test_cuts_keys_of_cognitive_accounts_where_people_write_freely(place: str) -> None:
    assert cut_secrets({place: {"note": HEX_KEY}}) == {place: {"note": CUT}}
    assert cut_secrets({place: {HEX_KEY: "note"}}) == {place: {CUT: "note"}}
    assert HEX_KEY not in str(cut_secrets({place: {"note": f"old: {HEX_KEY}, unused"}}))
    assert cut_secrets({place: {"deep": [{"er": HEX_KEY}]}}) == {place: {"deep": [{"er": CUT}]}}


KEPT: list[Json] = [
    {"encryption": {"keySource": "Microsoft.Keyvault", "keyvaultproperties": {"keyname": "k", "keyversion": HEX_KEY}}},
    {"keyVaultProperties": {"keyName": "cmk", "keyVersion": HEX_KEY, "keyVaultUri": "https://v.vault.azure.net/"}},
    {"keyPolicy": {"keyExpirationPeriodInDays": 90}, "keyCreationTime": {"key1": "2026-01-01", "key2": None}},
    {"allowSharedKeyAccess": True, "requireInfrastructureEncryption": False},
    {"id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/A.B/c/d"},
    {"principalId": "aaaaaaaa-0000-0000-0000-000000000001", "tags": {"owner": "11111111-1111-1111-1111-111111111111"}},
    {"name": HEX_KEY, "type": "Microsoft.Storage/storageAccounts/blobServices/containers"},
    {"etag": f'"{HEX_KEY}"', "hash": HEX_KEY},
    {"containerUrl": CONTAINER_URL, "endpoint": "https://di.cognitiveservices.azure.com/"},
    {"allowedOrigins": ["https://documentintelligence.ai.azure.com", "*"]},
    {"roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"},
    {"condition": "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a=b'"},
    {"tags": {"costCentre": "7", "team=docs": "is this ok?", "data": "sig=short", "note": "a?b"}},
    {"createdDateTime": "2026-01-01T00:00:00Z", "reason": "403 AuthorizationFailed"},
    {"sasPolicy": {"sasExpirationPeriod": "1.00:00:00", "expirationAction": "Log"}},
    {"tags": {"checksum": HEX_KEY + "00", "sha1": "a" * 40}},
    [None, True, 0, 1.5, "", [], {}],
]


@pytest.mark.parametrize("value", KEPT, ids=range(len(KEPT)))
def test_keeps_what_is_no_secret(value: Json) -> None:
    assert cut_secrets(value) == value


def test_leaves_what_it_was_given_and_what_is_unread_as_they_are() -> None:
    given_value: dict[str, Any] = {"tags": {"a": ACCOUNT_KEY}, "x": Unread("why"), "key": Unread("why")}
    cut = cut_secrets(given_value)
    assert given_value["tags"]["a"] == ACCOUNT_KEY
    assert cut == {"tags": {"a": CUT}, "x": Unread("why"), "key": Unread("why")}


SECRETS = (ACCOUNT_KEY, NEW_KEY, JWT, PEM)
_around = st.text(alphabet="abcXYZ019 =&?;:/+_-.,'\"<>[]{}\n", max_size=12)
_bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def hide(value: Json, text: str) -> list[Json]:
    """The JSON value with a text put at each place where one can stand, keys included; one value for each place."""
    match value:
        case dict():
            deeper = [{**value, key: item} for key in value for item in hide(value[key], text)]
            return [{**value, text: 1}, *deeper]
        case list():
            deeper = [
                [*value[:at], item, *value[at + 1 :]] for at in range(len(value)) for item in hide(value[at], text)
            ]
            return [[*value, text], *deeper]
        case _:
            return [text]


@settings(deadline=None)
@given(_bodies, st.sampled_from(SECRETS), _around, _around)
@example({}, ACCOUNT_KEY, "A", "B")
@example({}, JWT, "x", "y")
@example({}, NEW_KEY, "x_", "_y")
def test_a_secret_vanishes_wherever_it_is_put(body: Json, secret: str, before: str, after: str) -> None:
    for value in hide(body, before + secret + after):
        cut = json.dumps(cut_secrets(value), ensure_ascii=False)
        assert json.dumps(secret)[1:-1] not in cut
        assert secret not in cut


@settings(deadline=None)
@given(_bodies)
def test_cutting_twice_is_cutting_once(body: Json) -> None:
    once = cut_secrets(body)
    assert cut_secrets(once) == once


@pytest.mark.parametrize("text", [text for text, _, _ in IN_ANY_TEXT], ids=range(len(IN_ANY_TEXT)))
def test_what_was_cut_is_not_cut_again(text: str) -> None:
    once = cut_text(text)
    assert cut_text(once) == once


PIECES = (
    "https://|x.example/a|?|#|&|sig=|se=|Password=|AccountKey=|Bearer |eyJhbGci.|;| |-----BEGIN PRIVATE KEY-----|=|]"
)
_pieces = st.sampled_from([*PIECES.split("|"), ACCOUNT_KEY, JWT, SIGNATURE, HEX_KEY, "abcdefghij" * 2])


@settings(deadline=None, max_examples=300)
@given(st.lists(_pieces, max_size=8).map("".join))
def test_whatever_is_put_together_is_cut_once_for_all(text: str) -> None:
    once = cut_text(text)
    assert cut_text(once) == once
    assert ACCOUNT_KEY not in once
    assert JWT not in once


HOSTILE = (
    "a|a?|http://|eyJ|eyJaaaaa.|-eyJaaaaa.a|sig=|a?sig|AccountKey |Pwd=|bearer |A+|a=|-----BEGIN |"
    "-----BEGIN PRIVATE KEY-----|JQQJ99|a&sig|?se&|0| =|Password=;"
)


@pytest.mark.parametrize("piece", HOSTILE.split("|"))
def test_a_long_hostile_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    """With a pattern that looks at letters again and again, this would run into the test's time limit."""
    text = f"://{piece * (1_000_000 // len(piece))} eyJ="
    assert len(cut_text(text)) <= len(text) * len(CUT)
