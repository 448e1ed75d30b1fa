# SPDX-License-Identifier: LGPL-3.0-or-later
"""Fixtures of the architecture tests: the real tree, and small trees with one fault each."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from archtree import Tree, write_mini

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def repo():
    """Return the tree of this repository."""
    return Tree(ROOT)


@pytest.fixture
def mini(tmp_path):
    """Return a function that writes a small faultless suite, with some files changed."""

    def build(**changes):
        return write_mini(tmp_path, changes.get("files") or {})

    return build
