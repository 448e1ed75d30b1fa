# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases for fault injection: a small estate that owes four fees, copied for every test."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "e2e"))

from e2e_site import Database
from fault_estate import ESTATE, Estate


@pytest.fixture(scope="session")
def estate_template(tmp_path_factory):
    """Return the name of a database with units that owe fees and are not billed yet."""
    database = Database("fault_tpl", tmp_path_factory.mktemp("fault_tpl")).create()
    database.shell(ESTATE)
    yield database
    database.drop()


@pytest.fixture
def estate(estate_template, tmp_path):
    """Return a fresh copy of the estate."""
    copy = Estate("fault", tmp_path, template=estate_template.name).create()
    yield copy
    copy.drop()
