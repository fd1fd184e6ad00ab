"""CHOOSE: the program, its bound, the check, the doors."""
