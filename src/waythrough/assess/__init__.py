"""UNDERSTAND: how many people, what they want, how each party answers."""
