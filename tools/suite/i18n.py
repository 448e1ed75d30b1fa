# SPDX-License-Identifier: LGPL-3.0-or-later
"""``make i18n``: export the terms of our addons and merge them into their translations."""

import os
import subprocess

from suite import files, stack
from suite.console import SuiteError
from suite.database import Databases
from suite.postgres import connect, free_port


def command_i18n(config, console, options):
    """Write i18n/<addon>.pot and i18n/zh_CN.po of every addon; say what is not translated yet."""
    platform = stack.prepare(config, console, stack.RUN_NEEDS)
    addons = options or files.list_addons(config.addons)
    if not addons:
        raise SuiteError("There are no addons in this checkout.")
    with connect(config, console, durable=False) as postgresql:
        databases = Databases(platform, postgresql, console, kind="test")
        databases.write_config(http_port=free_port())
        template = databases.suite_template()
        work = f"{template}_i18n_{os.getpid()}"
        databases.copy(template, work)
        try:
            arguments = ["i18n", "export", "-c", databases.config, "-d", work, *addons]
            databases.odoo("Exporting the terms", *arguments, "-l", "pot", log="i18n")
        finally:
            databases.drop(work)
    command = [platform.environment.python, "-m", "suite.po", "merge", config.addons]
    command += [platform.odoo.root, *addons]
    return subprocess.run(
        [str(part) for part in command],
        cwd=config.root,
        env={**os.environ, "PYTHONPATH": str(config.root / "tools")},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
