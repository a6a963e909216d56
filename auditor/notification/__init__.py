"""Tells people what an audit changed: `news` composes it, `sending` sends it."""
