"""Cases shipped with Waythrough: data, and the loader that reads it. No other room may import this one's data."""

MODEL = "rukban"
"""The case that shows everything: the example, the tutorial, the screenshots."""
