"""Microsoft Entra ID as far as client credentials need it: discovery, tokens, its way to refuse, and the check of tokens.

Tokens are well-formed JWTs that no authority signed: the signature is a secret of this process, so that a token from
anywhere else is refused like a forged one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs

from tests.fakes.azure.estate import TENANT
from tests.fakes.azure.exchange import Answer, Call, answer

CLIENT_ID: Final = "5c1d2e3f-0a1b-4c2d-8e3f-4a5b6c7d8e9f"
OBJECT_ID: Final = "6d2e3f40-1b2c-4d3e-9f40-5b6c7d8e9fa0"
CLIENT_SECRET: Final = "right~secret"

ARM_AUDIENCES: Final = {
    "management.azure.com": ("https://management.azure.com", "https://management.core.windows.net"),
    "management.usgovcloudapi.net": (
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net",
    ),
    "management.chinacloudapi.cn": (
        "https://management.chinacloudapi.cn",
        "https://management.core.chinacloudapi.cn",
    ),
}
DATA_AUDIENCES: Final = (
    "https://cognitiveservices.azure.com",
    "https://cognitiveservices.azure.us",
    "https://cognitiveservices.azure.cn",
)
LOG_AUDIENCES: Final = (
    "https://api.loganalytics.io",
    "https://api.loganalytics.us",
    "https://api.loganalytics.azure.cn",
)
STORAGE_AUDIENCES: Final = ("https://storage.azure.com",)
_RESOURCES: Final = (
    *(item for group in ARM_AUDIENCES.values() for item in group),
    *DATA_AUDIENCES,
    *LOG_AUDIENCES,
    *STORAGE_AUDIENCES,
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for."""

    client_id: str
    object_id: str
    audience: str
    expires: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a token does not open the door: `missing`, `invalid`, `expired` or `audience`; `detail` is for the message."""

    why: str
    detail: str = ""


@dataclass(slots=True)
class Entra:
    """One tenant with one application that signs in with a secret (or any client assertion)."""

    tenant_id: str = TENANT
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    object_id: str = OBJECT_ID
    lifetime: float = 3600.0
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def answer(self, call: Call) -> Answer:
        """Answer what MSAL asks an authority."""
        path = call.path.strip("/").lower()
        if path == "common/discovery/instance":
            return answer(_instances(call.host))
        tenant, _, rest = path.partition("/")
        if tenant not in {self.tenant_id.lower(), "organizations", "common"}:
            return _refusal(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        if rest == "v2.0/.well-known/openid-configuration":
            return answer(_configuration(call.host, tenant))
        if rest == "oauth2/v2.0/token" and call.method == "POST":
            return self._token(parse_qs(call.body.decode(errors="replace")))
        return _refusal(404, "invalid_request", 90019, "No such endpoint.")

    def _token(self, form: dict[str, list[str]]) -> Answer:
        client = form.get("client_id", [""])[0]
        if client.lower() != self.client_id.lower():
            text = f"Application with identifier '{client}' was not found in the directory 'Contoso'."
            return _refusal(400, "unauthorized_client", 700016, text)
        given = form.get("client_secret", [""])[0]
        if "client_assertion" not in form and given != self.client_secret:
            text = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                f"value, not the client secret ID, for a secret added to app '{client}'."
            )
            return _refusal(401, "invalid_client", 7000215, text)
        audience = form.get("scope", [""])[0].partition(" ")[0].removesuffix("/.default")
        if audience.rstrip("/") not in _RESOURCES:
            text = f"The resource principal named {audience} was not found in the tenant named Contoso."
            return _refusal(400, "invalid_resource", 500011, text)
        lifetime = int(self.lifetime)
        body = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
        return answer({**body, "access_token": self.issue(audience)})

    def issue(self, audience: str, *, lifetime: float | None = None) -> str:
        """A token for an audience, good for `lifetime` seconds (negative: already expired)."""
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "iat": now,
            "nbf": now - 5,
            "exp": now + int(self.lifetime if lifetime is None else lifetime),
            "appid": self.client_id,
            "oid": self.object_id,
            "sub": self.object_id,
            "tid": self.tenant_id,
            "idtyp": "app",
            "uti": secrets.token_urlsafe(12),
            "ver": "1.0",
        }
        signed = f"{_encode({'typ': 'JWT', 'alg': 'RS256', 'kid': 'fake'})}.{_encode(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def _signature(self, signed: str) -> str:
        return _text(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())

    def check(self, call: Call, audiences: tuple[str, ...]) -> Principal | Refused:
        """Who the bearer of this call is, or why nobody."""
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return Refused("missing")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(signed)):
            return Refused("invalid")
        claims = claims_of(token)
        if claims["aud"].rstrip("/") not in audiences:
            return Refused("audience", claims["aud"])
        if claims["exp"] < time.time():
            return Refused("expired", _clock(claims["exp"]))
        return Principal(claims["appid"], claims["oid"], claims["aud"], claims["exp"])


@lru_cache(maxsize=256)
def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked; none if it is no JWT."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode(part: dict[str, Any]) -> str:
    return _text(json.dumps(part).encode())


def _clock(seconds: float) -> str:
    return time.strftime("%m/%d/%Y %I:%M:%S %p", time.gmtime(seconds))


def _refusal(status: int, code: str, number: int, text: str) -> Answer:
    trace = {
        "trace_id": "7f4c7d6e-0000-4000-8000-0d5b0e3f2a00",
        "correlation_id": "0b6b9a44-0000-4000-8000-3d9d3f2c1b00",
    }
    now = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    details = f"Trace ID: {trace['trace_id']} Correlation ID: {trace['correlation_id']} Timestamp: {now}"
    body = {
        "error": code,
        "error_description": f"AADSTS{number}: {text} {details}",
        "error_codes": [number],
        "timestamp": now,
        **trace,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return answer(body, status)


def _instances(host: str) -> dict[str, Any]:
    aliases = {
        "login.microsoftonline.com": [
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
        "login.chinacloudapi.cn": ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        "login.microsoftonline.us": ["login.microsoftonline.us", "login.usgovcloudapi.net"],
    }
    metadata = [
        {"preferred_network": names[0], "preferred_cache": names[1], "aliases": names} for names in aliases.values()
    ]
    return {
        "tenant_discovery_endpoint": f"https://{host}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": metadata,
    }


def _configuration(host: str, tenant: str) -> dict[str, Any]:
    base = f"https://{host}/{tenant}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "issuer": f"{base}/v2.0",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }
