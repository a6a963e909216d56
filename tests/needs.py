"""What some tests need from the machine.

Call one of these in a test or fixture. What is not there skips the test with a word; in CI, which has everything,
it fails the test, so that nothing goes untested unnoticed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
NODE_PACKAGES = PROJECT / "tests" / "node" / "node_modules"
CORPUS = PROJECT.parent / "shared" / "corpus"


def need(found: str | Path | None, what: str) -> Path:
    """Return what was found as a path; if it is not there, skip the test, or fail it in CI."""
    if found is not None and Path(found).exists():
        return Path(found)
    if os.environ.get("CI"):
        pytest.fail(f"CI lacks {what}", pytrace=False)
    pytest.skip(f"needs {what}")


def tool(name: str) -> Path:
    """Return the executable of that name."""
    return need(shutil.which(name), f"the command {name}")


def chromium() -> Path:
    """Return a Chromium, whatever its distribution calls it."""
    return need(shutil.which("chromium") or shutil.which("chromium-browser"), "Chromium")


def node_package(name: str) -> Path:
    """Return the folder of a package that tests/node/package.json names; Node itself is needed too."""
    tool("node")
    return need(NODE_PACKAGES / name, f"the Node package {name} (`make test` installs it)")


def corpus(*parts: str) -> Path:
    """Return a file or folder of the corpus of real inputs, which stands beside the project."""
    return need(CORPUS.joinpath(*parts), f"the corpus of real inputs: {'/'.join(parts) or 'shared/corpus'}")
