"""How ARM says no before a resource is looked for, word for word."""

from __future__ import annotations

import re
from typing import Final

from tests.fakes.azure.entra import Refused
from tests.fakes.azure.exchange import Answer, Call, error

_GROUP: Final = re.compile(r"^/subscriptions/[^/]+/resourcegroups/([^/]+)", re.IGNORECASE)


def unauthorized(refused: Refused, tenant_id: str) -> Answer:
    """ARM's 401, with the challenge that names the authority."""
    codes = {
        "missing": ("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."),
        "invalid": ("InvalidAuthenticationToken", "The access token is invalid."),
        "expired": (
            "ExpiredAuthenticationToken",
            f"The access token expiry UTC time '{refused.detail}' is earlier than current UTC time.",
        ),
        "audience": (
            "InvalidAuthenticationTokenAudience",
            (
                f"The access token has been obtained for wrong audience or resource '{refused.detail}'. It should exactly "
                "match with one of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'."
            ),
        ),
    }
    code, message = codes[refused.why]
    authority = f'Bearer authorization_uri="https://login.microsoftonline.com/{tenant_id}"'
    return error(
        401, code, message, WWW_Authenticate=f'{authority}, error="invalid_token", error_description="{message}"'
    )


def forbidden(client_id: str, object_id: str, action: str, scope: str) -> Answer:
    """ARM's 403, which names the action and the scope."""
    text = (
        f"The client '{client_id}' with object id '{object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )
    return error(403, "AuthorizationFailed", text)


def unknown_type(call: Call) -> Answer:
    """ARM's answer to a path that no provider serves."""
    _, _, rest = call.path.partition("/providers/")
    namespace, _, kind = rest.partition("/")
    version = call.query.get("api-version", "")
    text = (
        f"The resource type '{'/'.join(kind.split('/')[::2])}' could not be found in the namespace '{namespace}' "
        f"for api version '{version}'."
    )
    return error(404, "InvalidResourceType", text)


def resource_not_found(path: str) -> Answer:
    """ARM's 404 for a resource, by its id."""
    group = _GROUP.match(path)
    _, _, rest = path.rpartition("/providers/")
    where = f" under resource group '{group[1]}'" if group else ""
    text = (
        f"The Resource '{rest}'{where} was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix"
    )
    return error(404, "ResourceNotFound", text)
