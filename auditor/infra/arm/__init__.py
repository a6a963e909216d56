"""The language of ARM templates: `[…]` expressions are parsed and evaluated as far as a template alone can tell.

What only a deployment can tell is `Unread`, with its reason, and spreads only as far as it must. A function is added in
one place: its record in one of the tables of `functions/`.
"""
