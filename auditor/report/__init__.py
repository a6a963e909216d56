"""Findings become a report, counted, sorted and grouped once; formats only write it."""
