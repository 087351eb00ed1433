"""The one door for people who work on xcord: `python3 build/dev.py --help`. Standard library only."""

import sys

LEAST = (3, 11)
if sys.version_info < LEAST:  # before anything that an older Python cannot even parse
    sys.exit(
        "dev.py: xcord needs Python {}.{} or newer and this is {}.{}; run it with a newer one, "
        "for example `python3.11 build/dev.py`".format(*(LEAST + tuple(sys.version_info[:2])))
    )

from steps import door  # noqa: E402 - only a Python that is new enough may read it

if __name__ == "__main__":
    sys.exit(door.main(sys.argv[1:]))
