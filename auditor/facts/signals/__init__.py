"""Signals that connect a storage account with Document Intelligence: a module for each place to look at (azure-facts 3e).

Each module has `links(estate)`, which yields what was seen, and `doubt(storage, estate)`, which says why there may be
more at that account than was seen, or None. `auditor.facts.links` puts them together.
"""
