"""`python -m omnivec` is `omnivec`."""

import sys

from omnivec.cli import main

if __name__ == "__main__":
    sys.exit(main())
