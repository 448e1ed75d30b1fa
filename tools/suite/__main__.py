# SPDX-License-Identifier: LGPL-3.0-or-later
"""Entry point. Written so that an old Python can at least say that it is too old."""

import sys

MINIMUM = (3, 10)

if sys.version_info < MINIMUM:
    sys.exit(
        "This needs Python %d.%d or newer, and %s is %s.\n"
        "Install a newer one and name it: make PYTHON=/path/to/python3 ..."
        % (MINIMUM + (sys.executable, sys.version.split()[0]))
    )

from suite.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
