"""The report about a stretch of time: made from what a history tells, and written for an assessor. Pure."""
