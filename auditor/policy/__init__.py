"""Rule files become rules, and rules judge: the room that knows what is asked, and nothing of how it was read."""
