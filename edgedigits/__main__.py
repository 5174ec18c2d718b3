"""``python -m edgedigits``."""

from edgedigits.cli import main

if __name__ == "__main__":
    main()
