# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import fields, models


class PropertyUnit(models.Model):
    _inherit = "property.unit"

    household_ids = fields.One2many("property.household", "unit_id", string="Household files")

    def write(self, vals):
        """Extend `property_base`: moving in opens the household file, moving out closes it."""
        if "state" not in vals:
            return super().write(vals)
        before = {unit: unit.state for unit in self}
        result = super().write(vals)
        today = fields.Date.context_today(self)
        # sudo: whoever moves people in or out need not see the file
        Household = self.env["property.household"].sudo()
        moved_in = self.filtered(
            lambda unit: unit.state == "occupied" and before[unit] != "occupied"
        )
        moved_out = self.filtered(
            lambda unit: unit.state != "occupied" and before[unit] == "occupied"
        )
        Household._open_for_units(moved_in, today)
        Household.search([("unit_id", "in", moved_out.ids), ("state", "=", "open")])._close(
            today - timedelta(days=1)
        )
        return result

    def _get_household_head(self, date):
        """Return who heads the household: the tenant, else the owner who lives there, else the
        representative."""
        self.ensure_one()
        stays = self.occupancy_ids._filtered_on(date)
        for role in ("tenant", "owner", "family"):
            people = stays.filtered(lambda line, role=role: line.role == role)
            if people:
                return (people.filtered("is_main_contact") or people)[:1].partner_id
        return self.representative_id

    def action_view_household(self):
        """Open the household file of the unit, or all of them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_household_action"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {"default_unit_id": self.id}
        return action
