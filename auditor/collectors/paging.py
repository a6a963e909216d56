"""Follows a list to its end, without trusting where it leads: the SDK would go to any host, and round for ever.

A link must lead to the host that was asked, over https, to a page that was not read before (azure-facts 1.4).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlsplit

from auditor.collectors.answers import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.collectors.reader import Call, Reader
    from auditor.model.reading import Json

MOST_PAGES: Final = 5000
"""More pages than the largest list that Azure can have; a list without end stops here."""

MOST_EMPTY: Final = 200
"""Pages in a row with nothing on them. Filters leave a few (a page for each region, say); more lead nowhere."""

_SAFE: Final = "%/:?#[]@!$&'()*+,;=~"


async def read_list(reader: Reader, call: Call, take: Callable[[Json], None]) -> None:
    """Give each item of a list to `take`, page by page; raises `NotReadError` where it breaks off."""
    seen: set[str] = set()
    url, empty = call.url, 0
    while url not in seen:
        if len(seen) == MOST_PAGES:
            raise NotReadError(f"the list has more than {MOST_PAGES} pages")
        seen.add(url)
        page = await reader.get(replace(call, url=url))
        if not isinstance(page, dict) or not isinstance(page.get("value"), list):
            raise NotReadError("the answer was no list: it has no value")
        for item in page["value"]:
            take(item)
        empty = 0 if page["value"] else empty + 1
        if empty == MOST_EMPTY:
            raise NotReadError(f"{MOST_EMPTY} pages of the list in a row were empty")
        link = page.get("nextLink")
        if link is None or link == "":
            return
        url = next_page(call.url, link)
    raise NotReadError("the list leads back to a page that was read before")


def next_page(asked: str, link: Json) -> str:
    """The address of the next page; raises `NotReadError` unless it lies on the host that was asked."""
    if not isinstance(link, str):
        raise NotReadError("the link to the next page is no text")
    url = quote(link, safe=_SAFE)
    try:
        here, there = urlsplit(asked), urlsplit(url)
    except ValueError as error:
        raise NotReadError("the link to the next page is no address") from error
    if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc.lower()):
        raise NotReadError("the next page lies on another host; refused")
    version = dict(parse_qsl(here.query)).get("api-version", "")
    if "api-version=" in there.query.lower() or not version:
        return url
    return f"{url}{'&' if there.query else '?'}api-version={version}"
