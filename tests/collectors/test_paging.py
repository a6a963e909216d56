from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from auditor.collectors import paging
from auditor.collectors.answers import NotReadError
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.paging import next_page, read_list
from auditor.collectors.reader import Call

ASKED = "https://management.azure.com/subscriptions?api-version=2022-12-01"
CALL = Call("subscriptions", "https://management.azure.com", ASKED, "x/read", Counted(Throttle.ARM, "/"))


class Pages:
    """A reader of a few pages, kept by their address."""

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def get(self, call: Call) -> Any:
        self.asked.append(call.url)
        return self.pages[call.url]


def read(pages: Mapping[str, Any]) -> tuple[list[Any], str | None, list[str]]:
    """The items that were read, why it broke off, and the addresses that were asked."""
    reader, items, why = Pages(pages), [], None
    try:
        asyncio.run(read_list(reader, CALL, items.append))
    except NotReadError as failure:
        why = failure.reason
    return items, why, reader.asked


def test_all_pages_are_read_in_order() -> None:
    second = f"{ASKED}&%24skiptoken=2"
    third = f"{ASKED}&%24skiptoken=3"
    pages = {
        ASKED: {"value": [1, 2], "nextLink": second},
        second: {"value": [], "nextLink": third},
        third: {"value": [3], "nextLink": None},
    }
    assert read(pages) == ([1, 2, 3], None, [ASKED, second, third])


@pytest.mark.parametrize("link", [None, ""])
def test_an_empty_link_ends_the_list(link: str | None) -> None:
    assert read({ASKED: {"value": [1], "nextLink": link}}) == ([1], None, [ASKED])


@pytest.mark.parametrize("page", [None, [], [1], 7, "x", {}, {"value": None}, {"value": {}}, {"items": []}])
def test_what_is_no_list_is_a_reason(page: Any) -> None:
    assert read({ASKED: page}) == ([], "the answer was no list: it has no value", [ASKED])


def test_what_was_read_before_a_break_off_stays() -> None:
    second = f"{ASKED}&page=2"
    items, why, _ = read({ASKED: {"value": [1], "nextLink": second}, second: "<odd>"})
    assert items == [1]
    assert why is not None


def test_a_page_that_leads_to_itself_is_read_once() -> None:
    items, why, asked = read({ASKED: {"value": [1], "nextLink": ASKED}})
    assert (items, asked) == ([1], [ASKED])
    assert why == "the list leads back to a page that was read before"


def test_a_ring_of_pages_is_left_where_it_closes() -> None:
    second = f"{ASKED}&page=2"
    pages = {ASKED: {"value": [1], "nextLink": second}, second: {"value": [2], "nextLink": ASKED}}
    assert read(pages)[0] == [1, 2]


def test_a_list_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)

    class Endless(dict[str, Any]):
        def __missing__(self, url: str) -> Any:
            return {"value": [url], "nextLink": f"{url}x"}

    items, why, _ = read(Endless())
    assert len(items) == 3
    assert why == "the list has more than 3 pages"


@pytest.mark.parametrize(("empty", "whole"), [(3, False), (2, True)])
def test_pages_with_nothing_on_them_lead_on_for_a_while(
    empty: int, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_EMPTY", 3)
    links = [ASKED, *(f"{ASKED}&page={number}" for number in range(2 * empty + 1))]
    pages = {url: {"value": [], "nextLink": link} for url, link in zip(links, [*links[1:], None], strict=True)}
    pages[links[0]]["value"] = pages[links[empty + 1]]["value"] = ["item"]
    items, why, asked = read(pages)
    assert (items, why) == ((["item"] * 2, None) if whole else (["item"], "3 pages of the list in a row were empty"))
    assert len(asked) == (6 if whole else 4)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/subscriptions",
        "http://management.azure.com/subscriptions",
        "https://management.azure.com:444/subscriptions",
        "https://user@management.azure.com/subscriptions",
        "https://management.azure.com@evil.example/",
        "https://management.azure.com\\@evil.example/",
        "https://management.azure.com.evil.example/",
        "//evil.example/subscriptions",
        "/subscriptions?page=2",
        "?page=2",
        "file:///etc/passwd",
    ],
)
def test_no_page_lies_on_another_host(link: str) -> None:
    items, why, asked = read({ASKED: {"value": [1], "nextLink": link}})
    assert (items, asked) == ([1], [ASKED])
    assert why == "the next page lies on another host; refused"


def test_a_link_that_no_parser_takes_is_a_reason() -> None:
    with pytest.raises(NotReadError, match="no address"):
        next_page(ASKED, "https://[management.azure.com/")


@pytest.mark.parametrize("link", [7, True, ["https://management.azure.com/"], {"href": "x"}])
def test_a_link_that_is_no_text_is_a_reason(link: Any) -> None:
    assert read({ASKED: {"value": [1], "nextLink": link}}) == ([1], "the link to the next page is no text", [ASKED])


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        (f"{ASKED}&$skiptoken=a%3D%3D", f"{ASKED}&$skiptoken=a%3D%3D"),
        ("https://MANAGEMENT.azure.com/x?api-version=1", "https://MANAGEMENT.azure.com/x?api-version=1"),
        ("https://management.azure.com/x", "https://management.azure.com/x?api-version=2022-12-01"),
        ("https://management.azure.com/x?a=b", "https://management.azure.com/x?a=b&api-version=2022-12-01"),
        (f'{ASKED}&t={{"a b":"ü"}}', f"{ASKED}&t=%7B%22a%20b%22:%22%C3%BC%22%7D"),
    ],
)
def test_a_link_is_followed_as_it_is(link: str, followed: str) -> None:
    assert next_page(ASKED, link) == followed


def test_a_version_is_only_added_where_one_was_asked_for() -> None:
    assert (
        next_page("https://management.azure.com/x", "https://management.azure.com/y")
        == "https://management.azure.com/y"
    )
