"""Past assessments: what was found when, what changed, and evidence that nobody edited it afterwards.

A history is stored by change: an interval for each (rule, resource, status) with when it was first and last seen.
"""
