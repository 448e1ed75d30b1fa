# SPDX-License-Identifier: LGPL-3.0-or-later
"""Entry point, in words that an old Python understands: it must be able to say that it is."""

import sys

MINIMUM = (3, 10)

if sys.version_info < MINIMUM:
    sys.exit(
        f"This needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer; {sys.executable} is "
        f"{sys.version.split()[0]}.\n"
        "Install a newer one and name it: make PYTHON=/path/to/python3 ..."
    )

from suite.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
