"""Infrastructure files become a snapshot: ARM templates, compiled Bicep, what-if answers, Terraform plans and states.

Each reader takes a `Document` and gives what it `Declared`; resources arrive in the shape in which Azure would answer
for them, so that the rules are those of the live scan. What a file cannot say is `Unread`, with the reason.
"""
