# SPDX-License-Identifier: LGPL-3.0-or-later
"""The documents, and the reader of addons that the architecture tests use."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "arch"))

from archtree import Tree


@pytest.fixture(scope="session")
def repo():
    """Return the tree of this repository."""
    return Tree(ROOT)
