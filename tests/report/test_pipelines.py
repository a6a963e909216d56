"""What the formats for pipelines share."""

from __future__ import annotations

import pytest

from auditor.model.blind_spot import BlindSpot, Concerned
from auditor.report.pipelines import blind_spot_told, counted, gap_told, path_of, resource_path, shown, told, uri_of
from tests.report import builders


@pytest.mark.parametrize(
    ("file", "path", "uri"),
    [
        ("infra/main.json", "infra/main.json", "infra/main.json"),
        ("./main.json", "main.json", "main.json"),
        (".//./main.json", "main.json", "main.json"),
        ("../other/main.json", "../other/main.json", "../other/main.json"),
        ("infra\\main.json", "infra/main.json", "infra/main.json"),
        ("a b#c?d%e.json", "a b#c?d%e.json", "a%20b%23c%3Fd%25e.json"),
        ("größe/漢.json", "größe/漢.json", "gr%C3%B6%C3%9Fe/%E6%BC%A2.json"),
        ("javascript:alert(1)", "javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("/builds/a b.json", "/builds/a b.json", "file:///builds/a%20b.json"),
        ("C:\\infra\\main.json", "C:/infra/main.json", "file:///C:/infra/main.json"),
        ("\\\\server\\share\\main.json", "//server/share/main.json", "file://server/share/main.json"),
        ("half\ud800.json", "half\ud800.json", "half%ED%A0%80.json"),
    ],
)
def test_a_file_has_a_path_and_a_uri(file: str, path: str, uri: str) -> None:
    assert path_of(file) == path
    assert uri_of(file) == uri


@pytest.mark.parametrize(
    ("resource_id", "path"),
    [
        ("/subscriptions/0/resourceGroups/a b/", "subscriptions/0/resourceGroups/a%20b"),
        ("/subscriptions/{subscription}", "subscriptions/%7Bsubscription%7D"),
        ("/", "tenant"),
        ("", "tenant"),
    ],
)
def test_a_resource_has_a_path_below_its_manager(resource_id: str, path: str) -> None:
    assert resource_path(resource_id) == path


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        ("fail", "It is TLS1_0.", "docs: It is TLS1_0."),
        ("unknown", "It was not read.", "docs: not decided: It was not read."),
        ("waived", "It is TLS1_0.", "docs: waived: It is TLS1_0."),
        ("pass", "It is TLS1_2.", "docs: It is TLS1_2."),
        ("fail", "", "docs: Storage accounts that hold documents refuse TLS older than 1.2."),
        ("fail", "a\nb\u202e", "docs: a<U+000A>b<U+202E>"),
    ],
)
def test_a_finding_is_one_line(status: str, message: str, said: str) -> None:
    assert told(builders.line(builders.TLS, status, builders.subject("docs"), message)) == said


def test_a_gap_says_what_where_why_and_what_to_do() -> None:
    assert gap_told(builders.mixed().unseen[0]) == (
        "Contoso Labs: Microsoft.CognitiveServices/accounts/read could not be read: 403 AuthorizationFailed. "
        "To see it: grant the action Microsoft.CognitiveServices/accounts/read at this scope."
    )


def test_a_blind_spot_says_how_many_it_concerns() -> None:
    assert blind_spot_told(BlindSpot("x", "Nobody sees it.", "Look.")) == "Nobody sees it. Look."
    one = BlindSpot("x", "Nobody sees it.", "Look.", (Concerned("a", "/a"),))
    assert blind_spot_told(one) == "Nobody sees it. It concerns 1 resource. Look."


def test_numbers_stand_in_a_row() -> None:
    assert counted(builders.declared()) == "4 fail, 1 unknown, 1 waived, 1 pass, 3 not applicable; 1 gap"


def test_what_xml_cannot_hold_is_shown() -> None:
    assert shown("a\ufffeb\uffff\U0001fffe") == "a<U+FFFE>b<U+FFFF>\U0001fffe"
