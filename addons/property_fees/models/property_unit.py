# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyUnit(models.Model):
    _name = "property.unit"
    _inherit = ["property.unit", "property.fee.payable"]

    fee_charge_ids = fields.One2many("property.fee.charge", "unit_id", string="Fee charges")
    fee_bill_count = fields.Integer(compute="_compute_fee_figures", compute_sudo=True)
    fee_amount_due = fields.Monetary(
        string="Fees owed",
        compute="_compute_fee_figures",
        compute_sudo=True,
        currency_field="fee_currency_id",
    )
    fee_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of fees")

    meter_ids = fields.One2many("property.meter", "unit_id", string="Meters")
    fee_quantity_ids = fields.One2many(
        "property.fee.quantity.value", "unit_id", string="Fee quantities"
    )

    def _compute_fee_figures(self):
        figures = {
            unit: (count, residual)
            for unit, count, residual in self.env["account.move"]._read_group(
                [("property_unit_id", "in", self.ids), ("state", "=", "posted")],
                ["property_unit_id"],
                ["__count", "amount_residual_signed:sum"],
            )
        }
        for unit in self:
            unit.fee_bill_count, unit.fee_amount_due = figures.get(unit._origin, (0, 0.0))

    def _get_fee_unit(self):
        """Extend `property.fee.payable`: a unit bills itself."""
        return self

    def _takes_fee_rules(self):
        """Extend `property.fee.payable`: rules are made for units."""
        return True

    def _get_fee_quantity(self, basis):
        """Extend `property.fee.payable`: areas of the unit, to two decimals."""
        if basis == "area":
            return self._area_decimal()
        if basis == "inner_area":
            return self._area_decimal(inner=True)
        return super()._get_fee_quantity(basis)

    def _get_fee_start_date(self):
        """Extend `property.fee.payable`: fees start with the handover."""
        return self.delivery_date

    def _filtered_overdue(self, day):
        """Return the units with a bill that was due before a day and is not paid."""
        # sudo: a discount depends on the debt, not on who makes the run
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("property_unit_id", "in", self.ids),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("invoice_date_due", "<", day),
                ],
                ["property_unit_id"],
            )
        )
        return self.browse([unit.id for (unit,) in groups])

    def action_open_desk(self):
        """Open the cashier's desk with the unit."""
        self.ensure_one()
        return self.env["property.cashier.payment"]._open_desk(self)

    def action_view_fee_bills(self):
        """Open the bills of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.account_move_action_bill"
        )
        action["domain"] = [("property_unit_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    def action_view_fee_charges(self):
        """Open the charges of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_charge_action"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        return action
