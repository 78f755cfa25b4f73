"""`python -m mptui`: the same as the command `mptui`."""

from mptui.cli import main

if __name__ == "__main__":
    main()
