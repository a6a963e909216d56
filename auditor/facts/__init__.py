"""What follows from a snapshot as a whole: links, residency, retention, the register. One module a fact."""
