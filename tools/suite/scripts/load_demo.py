# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Load the demonstration data of our addons, and of no others, in dependency order.

SUITE_ADDONS names them. An addon that has its data already is left alone, so this can run again.
"""

import os

from odoo.modules.loading import load_data
from odoo.modules.module_graph import ModuleGraph

wanted = set(filter(None, os.environ["SUITE_ADDONS"].split(",")))
modules = env["ir.module.module"].search([("state", "=", "installed")])
waiting = {module.name: module for module in modules if module.name in wanted and not module.demo}
graph = ModuleGraph(env.cr, mode="load")
graph.extend(modules.mapped("name"))
for package in graph:
    module = waiting.get(package.name)
    if module is None:
        continue
    if package.manifest.get("demo"):
        load_data(env(su=True), {}, "init", kind="demo", package=package)
    env.cr.execute("UPDATE ir_module_module SET demo = true WHERE id = %s", [module.id])
    module.invalidate_recordset(["demo"])
    env.cr.commit()
