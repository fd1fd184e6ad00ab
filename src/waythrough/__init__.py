"""Waythrough: which door to knock on next, and what to do the day it opens."""

__version__ = "2026.11.0"
