"""``python -m returnees``: the command line."""

from returnees.cli import main

if __name__ == "__main__":
    main()
