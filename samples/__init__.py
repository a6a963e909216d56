"""The sample estate of `auditor demo`, and the script that makes it; only the data ships with the package."""
