"""The nouns that cross rooms: resources, gaps, snapshots, readings, verdicts, findings. Imports no other room."""
