"""Live Azure becomes a snapshot; the only room that talks to Azure, and it only reads.

`collect.collect` is the door. What is read stands in `catalogue`, one record a collector; how it is read safely in
`guard` (nothing but reading), `limits` (slower than Azure's own limits), `reader` and `paging` (one answer, one list).
"""
