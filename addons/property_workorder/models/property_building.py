# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyBuilding(models.Model):
    _inherit = "property.building"

    def _get_keeper_work(self):
        """Extend `property_base`: open requests of the buildings, the late ones counted."""
        work = super()._get_keeper_work()
        for building in self:
            domain = [("building_id", "=", building.id), ("is_open", "=", True)]
            count = self.env["property.workorder"].search_count(domain)
            if count:
                work[building.id].append(
                    {
                        "key": "workorder",
                        "label": self.env._("Open requests"),
                        "icon": "fa-wrench",
                        "count": count,
                        "overdue": self.env["property.workorder"].search_count(
                            [*domain, ("sla_state", "=", "late")]
                        ),
                        "res_model": "property.workorder",
                        "domain": domain,
                        "action": "property_workorder.property_workorder_action",
                    }
                )
        return work


class PropertyUnit(models.Model):
    _inherit = "property.unit"

    workorder_ids = fields.One2many("property.workorder", "unit_id", string="Requests")
    workorder_count = fields.Integer(compute="_compute_workorder_count", string="Request count")

    def _compute_workorder_count(self):
        counts = dict(
            self.env["property.workorder"]._read_group(
                [("unit_id", "in", self.ids)], ["unit_id"], ["__count"]
            )
        )
        for unit in self:
            unit.workorder_count = counts.get(unit, 0)

    def action_view_workorders(self):
        """Open the requests of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {"default_unit_id": self.id}
        return action
