"""Terraform and OpenTofu: plans and states, as `terraform show -json` writes them, become resources in ARM's shape.

`instances` reads what the file holds, `configuration` finds what an expression refers to, `build` puts ids, bodies and links
together, and `table` has one record for each type of resource that the auditor knows.
"""
