"""``python -m mmsynloc``."""

from mmsynloc.cli import main

if __name__ == "__main__":
    main()
