# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules.errors import RuleError
from ..rules.tax_invoice import check_item_code


class PropertyFeeItem(models.Model):
    _inherit = "property.fee.item"

    tax_code_id = fields.Many2one(
        "property.tax.code", string="Kind of goods and services", ondelete="restrict"
    )
    tax_item_code = fields.Char(
        string="Tax code of goods and services",
        compute="_compute_tax_item_code",
        store=True,
        readonly=False,
        help="The 19 digits of 商品和服务税收分类编码, e.g. 3040801010000000000 for property "
        "management.",
    )
    tax_item_name = fields.Char(
        string="Name on e-invoices", help="Empty: the name of the fee item."
    )

    @api.depends("tax_code_id")
    def _compute_tax_item_code(self):
        for item in self:
            item.tax_item_code = item.tax_code_id.code or item.tax_item_code

    @api.constrains("tax_item_code")
    def _check_tax_item_code(self):
        for item in self.filtered("tax_item_code"):
            try:
                check_item_code(item.tax_item_code)
            except RuleError:
                raise ValidationError(
                    self.env._(
                        "Fee item %(item)s: a tax code of goods and services has 19 digits.",
                        item=item.name,
                    )
                ) from None
