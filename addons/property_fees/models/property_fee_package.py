# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyFeePackage(models.Model):
    """A set of fee items that are assigned together: what a dwelling, a shop, an office owes."""

    _name = "property.fee.package"
    _description = "Fee package"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many(
        "property.fee.package.line", "package_id", string="Fee items", copy=True
    )
    line_count = fields.Integer(string="Number of items", compute="_compute_line_count")
    note = fields.Text()

    @api.depends("line_ids")
    def _compute_line_count(self):
        for package in self:
            package.line_count = len(package.line_ids)

    def action_assign(self):
        """Open the wizard that assigns the package."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_package_assign_action"
        )
        action["context"] = {"default_package_id": self.id}
        return action

    def _assign(self, targets):
        """Assign every item of the package; what is owed already is left as it is.

        :param targets: list of dicts of `property.fee.assignment` values: community, place, dates
        :return: (records made, number left as they were)
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Package %(package)s is empty.", package=self.name))
        assignments = self.env["property.fee.assignment"]
        communities = [target["community_id"] for target in targets]
        known = {}
        for line in assignments.search(
            [
                ("item_id", "in", self.line_ids.item_id.ids),
                ("community_id", "in", communities),
            ]
        ):
            known.setdefault(line._get_scope_key(), []).append(line)
        wanted, left = [], 0
        for target in targets:
            for line in self.line_ids:
                vals = {**target, "item_id": line.item_id.id, "payer": line.payer}
                key = (
                    line.item_id.id,
                    target["community_id"],
                    target.get("unit_id") or False,
                    target.get("building_id") or False,
                    target.get("usage") or False,
                )
                start = target.get("start_date")
                if any(
                    not one.end_date or not start or one.end_date >= start
                    for one in known.get(key, ())
                ):
                    left += 1
                    continue
                wanted.append(vals)
        return assignments.create(wanted), left


class PropertyFeePackageLine(models.Model):
    """One item of a package, and who pays it."""

    _name = "property.fee.package.line"
    _description = "Item of a fee package"
    _order = "package_id, sequence, id"

    package_id = fields.Many2one(
        "property.fee.package", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="package_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    item_id = fields.Many2one(
        "property.fee.item",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    payer = fields.Selection(
        [
            ("representative", "Representative of the owners"),
            ("share", "Each owner by share"),
            ("occupant", "Tenant, else the representative"),
        ],
        string="Who pays",
        required=True,
        default="representative",
    )

    _item_uniq = models.UniqueIndex("(package_id, item_id)", "An item stands in a package once.")


class PropertyFeeAssignment(models.Model):
    _inherit = "property.fee.assignment"

    def _get_scope_key(self):
        """Return item and scope, to find lines for the same units."""
        self.ensure_one()
        return (
            self.item_id.id,
            self.community_id.id,
            self.unit_id.id,
            self.building_id.id,
            self.usage,
        )
