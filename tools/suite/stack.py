# SPDX-License-Identifier: LGPL-3.0-or-later
"""The platform as a whole: Odoo, the Python environment, where the addons are."""

from dataclasses import dataclass

from suite import files, platform_odoo, postgres, system, venv
from suite.settings import Settings

RUN_NEEDS = (system.VENV, system.POSTGRESQL, system.CHROMIUM, system.FONTS)
TEST_NEEDS = (*RUN_NEEDS, system.POPPLER)
LINT_NEEDS = (system.VENV,)


@dataclass(frozen=True)
class Platform:
    """What Odoo needs to run, ready to use."""

    settings: Settings
    odoo: platform_odoo.Odoo
    environment: venv.Environment

    @property
    def odoo_command(self):
        return [self.environment.python, self.odoo.script]

    @property
    def addons_paths(self):
        own = [self.settings.addons] if files.list_addons(self.settings.addons) else []
        return [*self.odoo.addons_paths, self.environment.companions, *own]

    @property
    def key(self):
        """Return what databases depend on: the versions of Odoo and of the companions."""
        return files.digest(self.odoo.version, venv.COMPANIONS.read_text())


def prepare(settings, console, needs):
    """Set up everything below the database. Quick when it is there already."""

    def has_postgresql():
        return settings.pg_host or postgres.find_programs()

    system.ensure(needs, console, settings.logs / "apt.log", has_postgresql)
    odoo = platform_odoo.locate(settings, console)
    return Platform(settings, odoo, venv.ensure(settings, odoo.root, console))
