"""How many calls a scan makes for the rules that are loaded: the estate of the end-to-end tests, on the fake Azure.

Prints, for all rules and for single ones, the calls that the fake saw, by what they asked for.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from auditor.data import policies_folder
from tests.e2e.estate import estate
from tests.e2e.run import scan
from tests.fakes.azure import FakeAzure

CHOICES = {
    "all rules": None,
    "DI-ACC-001 alone": "access/account-keys-disabled.yaml",
    "DI-TLS-001 alone": "tls/storage-minimum-tls.yaml",
    "DI-RET-001 alone": "retention/documents-gone-in-time.yaml",
    "DI-MDL-004 alone": "models/model-within-age-limit.yaml",
}


def main() -> None:
    """Scan once for each choice of rules and print a table."""
    print(f"{'rules':<20} {'calls':>6} {'seconds':>8}  asked for")
    for name, file in CHOICES.items():
        chosen = [] if file is None else ["--policies", str(policies_folder() / file)]
        with tempfile.TemporaryDirectory() as folder, FakeAzure(estate()) as azure:
            started = time.perf_counter()
            scan(azure, Path(folder), *chosen)
            taken = time.perf_counter() - started
        asked = Counter(str(exchange.route) for exchange in azure.calls())
        listed = ", ".join(f"{route} {number}" for route, number in sorted(asked.items()))
        print(f"{name:<20} {sum(asked.values()):>6} {taken:>8.2f}  {listed}")


if __name__ == "__main__":
    main()
