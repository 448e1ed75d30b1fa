# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyFeeRunSkip(models.Model):
    """A payable thing that a run left out, why, and what to do about it."""

    _name = "property.fee.run.skip"
    _description = "Left out of a fee run"
    _inherit = ["property.scope.mixin"]
    _order = "is_problem desc, reason, unit_id, item_id, id"

    run_id = fields.Many2one("property.fee.run", required=True, index=True, ondelete="cascade")
    unit_id = fields.Many2one("property.unit", index="btree_not_null", ondelete="cascade")
    res_model = fields.Char(string="Kind of payable")
    res_id = fields.Many2oneReference(string="Payable", model_field="res_model")
    item_id = fields.Many2one("property.fee.item", index="btree_not_null", ondelete="cascade")
    period_start = fields.Date()
    period_end = fields.Date()
    reason = fields.Selection(
        [
            ("no_assignment", "Nothing is assigned"),
            ("no_price", "No price in force"),
            ("no_payer", "Nobody to bill"),
            ("no_quantity", "No quantity"),
            ("zero_amount", "Nothing to pay"),
            ("exempt", "Exempt"),
            ("billed", "Already billed"),
            ("drafted", "In another run"),
            ("not_delivered", "Not handed over yet"),
            ("no_reading", "No reading in the period"),
            ("not_computable", "Cannot be computed"),
            ("in_debt", "Discount left out: in debt"),
            ("error", "Cannot be posted"),
        ],
        required=True,
        index=True,
    )
    is_problem = fields.Boolean(string="To be settled", index=True)
    detail = fields.Char(help="What exactly, for example the text of an error.")
    remedy = fields.Char(string="What to do", compute="_compute_remedy")

    @api.depends("reason")
    def _compute_remedy(self):
        remedies = self._get_remedies()
        for skip in self:
            skip.remedy = remedies.get(skip.reason, "")

    @api.model
    def _get_remedies(self):
        """Return what to do for each reason, in the reader's language."""
        return {
            "no_assignment": self.env._("Assign fee items to the units of the community."),
            "no_price": self.env._(
                "Enter a price of the item that covers the period, then compute again."
            ),
            "no_payer": self.env._(
                "Register the owner of the unit for the period, then compute again."
            ),
            "no_quantity": self.env._(
                "Enter the area or the quantity of the unit, then compute again."
            ),
            "no_reading": self.env._("Read the meter and confirm the reading, then compute again."),
            "not_computable": self.env._("Correct what the message says, then compute again."),
            "in_debt": self.env._("Nothing: the discount is for units without overdue bills."),
            "zero_amount": self.env._("Nothing: the price or the reduction leaves no amount."),
            "exempt": self.env._("Nothing: the assignment exempts the unit."),
            "billed": self.env._("Nothing: the period is billed."),
            "drafted": self.env._("Post or cancel the other run first, then compute again."),
            "not_delivered": self.env._("Nothing: fees start with the handover of the unit."),
            "error": self.env._("Settle what the message says, then post again."),
        }
