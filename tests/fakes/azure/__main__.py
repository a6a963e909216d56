"""Run the fake by hand: `python -m tests.fakes.azure [accounts]` prints what to export, then serves until interrupted."""

from __future__ import annotations

import sys
import threading

from tests.fakes.azure import FakeAzure, estate_large, estate_two_subscriptions


def main() -> None:
    """Serve the estate of two subscriptions, or a large one of so many accounts."""
    estate = estate_large(int(sys.argv[1])) if len(sys.argv) > 1 else estate_two_subscriptions()
    with FakeAzure(estate, page_size=100, any_api_version=True, tolerate_writes=True) as azure:
        for name, value in azure.environment.items():
            sys.stdout.write(f"export {name}='{value}'\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write("\n".join(map(str, azure.exchanges)) + "\n")


main()
