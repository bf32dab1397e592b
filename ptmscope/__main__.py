"""`python -m ptmscope`."""

from ptmscope.cli import main

if __name__ == "__main__":
    main()
