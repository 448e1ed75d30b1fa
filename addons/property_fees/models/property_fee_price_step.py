# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyFeePriceStep(models.Model):
    """A step of a ladder price (阶梯价): the price of what is used above a quantity."""

    _name = "property.fee.price.step"
    _description = "Step of a fee price"
    _order = "price_id, above, id"

    price_id = fields.Many2one("property.fee.price", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(related="price_id.community_id", store=True, precompute=True)
    company_id = fields.Many2one(related="price_id.company_id", store=True, precompute=True)
    above = fields.Float(digits=(16, 3), required=True, help="Quantity from which the price holds.")
    unit_price = fields.Float(digits=(16, 6), required=True)

    _above_positive = models.Constraint(
        "CHECK (above > 0)", "A step begins above zero; the price itself holds up to there."
    )
    _price_positive = models.Constraint("CHECK (unit_price >= 0)", "A price cannot be negative.")
    _above_uniq = models.UniqueIndex(
        "(price_id, above)", "Two steps of a price cannot begin at the same quantity."
    )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._check_not_billed()
        return steps

    def write(self, vals):
        self._check_not_billed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        for price in self.price_id:
            if price._is_billed():
                raise UserError(
                    self.env._(
                        "Price %(price)s has been billed: old periods keep their price. End it "
                        "and add the new price from its first day on.",
                        price=price.display_name,
                    )
                )
