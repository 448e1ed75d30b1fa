# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyFeePackageAssign(models.TransientModel):
    """Assign a package to units, buildings or a whole community in one click."""

    _name = "property.fee.package.assign"
    _description = "Assign a fee package"

    package_id = fields.Many2one("property.fee.package", required=True)
    community_id = fields.Many2one("property.community", required=True)
    scope = fields.Selection(
        [
            ("community", "The whole community"),
            ("usage", "Units of one usage"),
            ("building", "Buildings"),
            ("unit", "Single units"),
        ],
        string="To",
        required=True,
        default="community",
    )
    usage = fields.Selection(
        selection=lambda self: (
            self.env["property.unit"]._fields["usage"]._description_selection(self.env)
        )
    )
    building_ids = fields.Many2many(
        "property.building", domain="[('community_id', '=', community_id)]"
    )
    unit_ids = fields.Many2many("property.unit", domain="[('community_id', '=', community_id)]")
    start_date = fields.Date(help="First day. Empty: since ever.")

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if self.env.context.get("active_model") == "property.unit":
            units = self.env["property.unit"].browse(self.env.context.get("active_ids", []))
            values |= {
                "scope": "unit",
                "unit_ids": [fields.Command.set(units.ids)],
                "community_id": units.community_id[:1].id,
            }
        elif not values.get("community_id"):
            communities = self.env["property.community"].search([], limit=2)
            values["community_id"] = communities.id if len(communities) == 1 else False
        return values

    def action_assign(self):
        """Assign, and show what was made."""
        self.ensure_one()
        made, left = self.package_id._assign(self._get_targets())
        if not made:
            raise UserError(
                self.env._(
                    "Everything in %(package)s is assigned there already.",
                    package=self.package_id.name,
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_assignment_action"
        )
        action["domain"] = [("id", "in", made.ids)]
        action["display_name"] = self.env._(
            "%(count)s assigned, %(left)s were there already", count=len(made), left=left
        )
        return action

    def _get_targets(self):
        base = {"community_id": self.community_id.id, "start_date": self.start_date}
        places = {
            "community": [{}],
            "usage": [{"usage": self.usage}] if self.usage else [],
            "building": [{"building_id": building.id} for building in self.building_ids],
            "unit": [{"unit_id": unit.id} for unit in self.unit_ids],
        }[self.scope]
        if not places:
            raise UserError(self.env._("Say to which units the package is assigned."))
        if self.scope == "unit" and self.unit_ids.community_id - self.community_id:
            raise UserError(
                self.env._("Choose units of %(community)s.", community=self.community_id.name)
            )
        return [{**base, **place} for place in places]
