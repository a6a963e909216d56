"""Fixes as a reader sees them: snippets filled from the resource that fails, in the language of its source."""
