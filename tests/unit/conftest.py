"""Expose addons/<addon>/rules as <addon>.rules without importing Odoo."""

import pathlib
import sys
import types

from hypothesis import settings

# how long an example takes says something about the machine, not about the rule
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

for rules in (pathlib.Path(__file__).parents[2] / "addons").glob("*/rules"):
    addon = types.ModuleType(rules.parent.name)
    addon.__path__ = [str(rules.parent)]
    sys.modules[addon.__name__] = addon
