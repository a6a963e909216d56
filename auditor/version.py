"""The version, in one place that loads nothing; the build reads it from here."""

VERSION = "0.1.0"
