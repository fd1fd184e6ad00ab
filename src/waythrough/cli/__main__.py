"""``python -m waythrough.cli``."""

from waythrough.cli import main

if __name__ == "__main__":
    main()
