# SPDX-License-Identifier: LGPL-3.0-or-later
"""Let the launcher be imported."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
