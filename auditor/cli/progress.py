"""Progress on stderr: what, how many, how long still. Silent when stderr is no terminal, or with `-q`."""

from __future__ import annotations
