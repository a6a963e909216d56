"""Sends news through Apprise: to Teams, Slack, mail, a webhook and a hundred others, each named by a URL.

Such a URL mostly holds a token, so none is ever quoted: what is said of one is its scheme and its place in the list.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import UsageError, how_to_install

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.notification.news import News

_QUOTE_URLS: Final = ("apprise", "urllib3", "requests", "requests_oauthlib")
"""Loggers whose lines hold the URL of whoever is told, when somebody asks for all there is to log."""


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to tell: `name` is the scheme of its URL and its place in the list; `service` is Apprise's."""

    name: str
    service: Any


def targets_of(wishes: Sequence[str]) -> tuple[Target, ...]:
    """The targets that URLs name; `@FILE` stands for a file with a URL a line.

    Raises `UsageError` for what is no such URL, and where Apprise is missing: looked at before a long scan.
    """
    if not wishes:
        return ()
    try:
        import apprise
    except ImportError as missing:
        raise UsageError(
            "notifications take the extra `notify`", f"{how_to_install('notify')} Or leave --notify out."
        ) from missing
    for name in _QUOTE_URLS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="auditor", app_desc="docintel-auditor", secure_logging=True)
    found = []
    for number, url in enumerate(_urls(wishes), 1):
        name = f"{number} ({_scheme(url)})"
        service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if service is None:
            raise UsageError(
                f"--notify: URL {name} is none that Apprise knows, or is not whole",
                "It is not quoted here since it may hold a token; Apprise's documentation has the form for each service.",
            )
        found.append(Target(name, service))
    return tuple(found)


def _urls(wishes: Iterable[str]) -> list[str]:
    found: list[str] = []
    for wish in wishes:
        if not wish.startswith("@"):
            found.append(wish)
            continue
        try:
            lines = Path(wish[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--notify: cannot read {wish[1:]}", "@FILE names a file with a URL a line.") from error
        urls = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        if not urls:
            raise UsageError(f"--notify: {wish[1:]} has no URL in it", "@FILE names a file with a URL a line.")
        found += urls
    return found


def _scheme(url: str) -> str:
    """The scheme of a URL, if it looks like one: what stands there in its place may be a secret."""
    scheme, sign, _ = url.partition("://")
    return scheme if sign and scheme.isalnum() and len(scheme) < 20 else "no scheme"  # noqa: PLR2004 - longer than any


def send(news: News, targets: Iterable[Target]) -> tuple[str, ...]:
    """Send it to all; the names of those that it did not reach. Nothing that goes wrong there is raised."""
    return tuple(target.name for target in targets if not _sent(news, target.service))


def _sent(news: News, service: Any) -> bool:
    from apprise import NotifyFormat, NotifyType

    try:
        return bool(
            service.notify(
                title=news.title, body=news.body, notify_type=NotifyType.WARNING, body_format=NotifyFormat.TEXT
            )
        )
    except Exception:  # noqa: BLE001 - a hundred plugins of others; a notification never fails an audit
        return False
