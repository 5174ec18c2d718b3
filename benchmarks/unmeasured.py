"""Take from a bundle what was fastest where it was exported: ``python -m benchmarks.unmeasured BUNDLE``.

The shipped bundle is read with the same file on every processor, so that answers and figures can be compared.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from edgedigits.bundle import Bundle


def main() -> None:
    """Write its manifest anew."""
    replace(Bundle.read(Path(sys.argv[1])), measured=()).save()


if __name__ == "__main__":
    main()
