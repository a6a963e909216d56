"""Prove, or disprove, that an Azure estate keeps the privacy promises of Document Intelligence."""

from auditor.version import VERSION

__all__ = ["VERSION"]
