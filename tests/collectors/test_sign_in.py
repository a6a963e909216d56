from __future__ import annotations

import asyncio
import time
from typing import Any, Self

import pytest
from azure.core.credentials import AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from auditor.collectors import sign_in as sign_in_module
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.sign_in import LINKS, SignIn, credential, short_reason
from auditor.errors import SignInError, UsageError
from tests.collectors.scans import scan
from tests.fakes.azure import FakeAzure, estate_small
from tests.fakes.azure.faults import HtmlBody, Stall

SCOPE = "https://management.azure.com/.default"
INVALID_SECRET = (
    "Authentication failed: AADSTS7000215: Invalid client secret provided. Trace ID: 7f4c Correlation ID: 0b6b "
    "Timestamp: 2026-11-23 10:00:00Z"
)


class Credential:
    """Hands out tokens that live as long as it is told, or fails."""

    def __init__(self, *, lifetime: float = 3600, error: Exception | None = None) -> None:
        self.lifetime = lifetime
        self.error = error
        self.asked: list[tuple[tuple[str, ...], Any]] = []
        self.closed = False

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        self.asked.append((scopes, options))
        number = len(self.asked)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return AccessTokenInfo(f"token-{number}", int(time.time() + self.lifetime))

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def ask(sign_in: SignIn, *scopes: str, times: int = 1) -> list[str]:
    async def together() -> list[str]:
        tokens = await asyncio.gather(*(sign_in.get_token_info(scope) for scope in scopes for _ in range(times)))
        return [token.token for token in tokens]

    return asyncio.run(together())


def test_a_token_is_asked_for_once() -> None:
    inner = Credential()
    assert set(ask(SignIn(inner), SCOPE, times=50)) == {"token-1"}
    assert len(inner.asked) == 1


def test_each_scope_has_a_token_of_its_own() -> None:
    inner = Credential()
    assert len(set(ask(SignIn(inner), SCOPE, "other/.default", times=3))) == 2


def test_a_token_that_ends_soon_is_renewed() -> None:
    inner = Credential(lifetime=60)
    assert len(set(ask(SignIn(inner), SCOPE, times=3))) == 3


def test_a_challenge_asks_for_a_new_token() -> None:
    async def challenged() -> tuple[str, str, str]:
        sign_in = SignIn(Credential())
        first = await sign_in.get_token_info(SCOPE)
        second = await sign_in.get_token_info(SCOPE, options={"claims": '{"access_token":{}}'})
        third = await sign_in.get_token_info(SCOPE, options={})
        return first.token, second.token, third.token

    assert asyncio.run(challenged()) == ("token-1", "token-2", "token-2")


def test_forgotten_tokens_are_asked_for_again() -> None:
    async def forgetful() -> list[str]:
        sign_in = SignIn(Credential())
        first = await sign_in.get_token_info(SCOPE)
        sign_in.forget()
        return [first.token, (await sign_in.get_token_info(SCOPE)).token]

    assert asyncio.run(forgetful()) == ["token-1", "token-2"]


def test_who_forgets_signs_in_anew_for_credentials_keep_their_tokens() -> None:
    made: list[Credential] = []

    def anew() -> Credential:
        made.append(Credential())
        return made[-1]

    async def forgetful() -> None:
        first = anew()
        async with SignIn(first, anew) as sign_in:
            await sign_in.get_token_info(SCOPE)
            for _ in range(64):  # as many calls as are refused at the same time
                sign_in.forget()
            await sign_in.get_token_info(SCOPE)

    asyncio.run(forgetful())
    assert [len(credential.asked) for credential in made] == [1, 1]
    assert all(credential.closed for credential in made)


def test_the_same_challenge_is_answered_once() -> None:
    async def challenged() -> list[str]:
        sign_in = SignIn(Credential())
        demands = ["one", "one", "two", "two", "one"]
        return [(await sign_in.get_token_info(SCOPE, options={"claims": claims})).token for claims in demands]

    assert asyncio.run(challenged()) == ["token-1", "token-1", "token-2", "token-2", "token-3"]


def test_a_token_that_had_ended_when_it_came_is_used_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Credential(lifetime=-7200)  # this machine's clock is hours ahead
    sign_in = SignIn(inner)
    assert set(ask(sign_in, SCOPE, times=50)) == {"token-1"}
    monkeypatch.setattr(sign_in_module, "_QUIET", 0)
    assert ask(sign_in, SCOPE) == ["token-2"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("invalid literal for int()"), "invalid literal for int()"),
        (KeyError("access_token"), "the answer made no sense"),
        (TypeError("NoneType"), "the answer made no sense"),
        (AttributeError("get"), "the answer made no sense"),
        (OverflowError("infinity"), "the answer made no sense"),
    ],
)
def test_whatever_the_sdk_falls_over_is_a_failed_sign_in(error: Exception, words: str) -> None:
    with pytest.raises(SignInError) as raised:
        asyncio.run(SignIn(Credential(error=error)).first(SCOPE))
    assert raised.value.problem == f"signing in to Azure failed: {words}"
    with pytest.raises(ClientAuthenticationError):  # and a gap in the middle of a scan
        ask(SignIn(Credential(error=error)), SCOPE)


@pytest.mark.parametrize("token", ["", "a\r\nX-Evil: b", "tök", "a b", ["a"], None])
def test_a_token_that_cannot_be_sent_is_none(token: Any) -> None:
    assert_useless(AccessTokenInfo(token, 2_000_000_000))


@pytest.mark.parametrize("ends", [10**400, float("nan"), float("inf"), "soon", None])
def test_a_token_without_an_end_is_none(ends: Any) -> None:
    assert_useless(AccessTokenInfo("good", ends))


def assert_useless(token: AccessTokenInfo) -> None:
    class Odd(Credential):
        async def get_token_info(self, *_scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
            assert options is None
            return token

    with pytest.raises(ClientAuthenticationError):
        ask(SignIn(Odd()), SCOPE)


def test_a_failure_speaks_for_those_that_follow_at_once() -> None:
    async def failing() -> int:
        inner = Credential(error=ClientAuthenticationError("no"))
        sign_in = SignIn(inner)
        results = await asyncio.gather(*(sign_in.get_token_info(SCOPE) for _ in range(9)), return_exceptions=True)
        assert all(isinstance(result, ClientAuthenticationError) for result in results)
        return len(inner.asked)

    assert asyncio.run(failing()) == 1


def test_it_closes_what_it_holds() -> None:
    async def closing() -> bool:
        inner = Credential()
        async with SignIn(inner):
            pass
        return inner.closed

    assert asyncio.run(closing())


@pytest.mark.parametrize(
    ("error", "problem", "hint"),
    [
        (ClientAuthenticationError(INVALID_SECRET), "AADSTS7000215: Invalid client secret provided.", "secret's value"),
        (ClientAuthenticationError("x AADSTS700016: No app."), "AADSTS700016: No app.", "AZURE_CLIENT_ID"),
        (ClientAuthenticationError("AADSTS90002: No tenant"), "AADSTS90002: No tenant", "AZURE_TENANT_ID"),
        (ClientAuthenticationError("AADSTS53003: Blocked."), "AADSTS53003: Blocked.", "az login"),
        (ClientAuthenticationError("first line\nsecond line"), "first line", "az login"),
        (ServiceRequestError("no connection"), "no connection", "az login"),
        (OSError("disk"), "disk", "az login"),
        (TimeoutError(), "no answer in time", "az login"),
        (ClientAuthenticationError("x" * 999), "x" * 300, "az login"),
        (ClientAuthenticationError("https://x/?sig=abcdefghijklmnop"), "https://x/", "az login"),
    ],
)
def test_a_failed_sign_in_is_one_line_and_one_hint(error: Exception, problem: str, hint: str) -> None:
    with pytest.raises(SignInError) as raised:
        asyncio.run(SignIn(Credential(error=error)).first(SCOPE))
    assert raised.value.problem == f"signing in to Azure failed: {problem}"
    assert hint in raised.value.hint
    assert raised.value.exit_code == 3


def test_a_short_reason_is_a_code() -> None:
    assert short_reason(ClientAuthenticationError(INVALID_SECRET)) == "AADSTS7000215"
    assert short_reason(ClientAuthenticationError("?")) == "signing in failed"


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=list(CLOUDS))
@pytest.mark.parametrize("auth", [None, *LINKS])
def test_every_way_to_sign_in_can_be_made(auth: str | None, cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "11111111-aaaa-4bbb-8ccc-000000000001")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "token.jwt")

    async def made() -> str:
        async with credential(auth, cloud, None) as found:
            return type(found).__name__

    wanted = "DefaultAzureCredential" if auth is None else LINKS[auth].target.rpartition(":")[2]
    assert asyncio.run(made()) == wanted


def test_an_unknown_way_to_sign_in_is_a_mistake_of_the_user() -> None:
    with pytest.raises(UsageError, match="no way to sign in called 'magic'") as raised:
        credential("magic", CLOUDS["public"], None)
    assert "environment" in raised.value.hint


def test_a_way_that_lacks_its_settings_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SignInError):
        credential("workload-identity", CLOUDS["public"], None)


@pytest.mark.parametrize("auth", ["environment", None])
def test_a_wrong_secret_is_no_sign_in(
    auth: str | None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "prod")
    with FakeAzure(estate_small()) as azure:
        wrong = {**azure.environment, "AZURE_CLIENT_SECRET": "wrong"}
        monkeypatch.setattr(FakeAzure, "environment", property(lambda _: wrong))
        with pytest.raises(SignInError) as raised:
            scan(azure, auth=auth)
        assert azure.calls() == []
    assert "AADSTS7000215: Invalid client secret provided." in raised.value.problem
    assert "\n" not in raised.value.problem
    assert "Trace ID" not in raised.value.problem
    assert capfd.readouterr().err == ""


def test_a_sign_in_without_an_answer_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_module, "_LONGEST", 0.2)
    with FakeAzure(estate_small(), faults=[Stall("login", seconds=3)]) as azure:
        began = time.monotonic()
        with pytest.raises(SignInError, match="no answer in time"):
            scan(azure)
        assert time.monotonic() - began < 2


def test_a_sign_in_page_that_is_none_is_no_sign_in() -> None:
    with FakeAzure(estate_small(), faults=[HtmlBody("login", status=200)]) as azure, pytest.raises(SignInError):
        scan(azure)
