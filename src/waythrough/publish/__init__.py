"""TELL: numbers and dates, disclosure, the report."""
