"""CHOOSE: from a situation to a plan with a proven bound, what blocks it, and what each door is worth.

``gather`` makes a situation from records, ``program`` a plan from a situation, ``check`` judges any plan
without sharing code with the rest, ``doors`` says what an opened door would change, ``explain`` says why
something cannot be done, and ``files`` writes both values down. Nothing here reads a ledger.
"""
