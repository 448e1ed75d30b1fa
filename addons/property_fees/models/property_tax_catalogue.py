# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules.errors import RuleError
from ..rules.tax_invoice import check_item_code


class PropertyTaxRegion(models.Model):
    """A province, or a city with a tax bureau of its own, as e-invoice numbers name it.

    Provinces have the first two digits of GB/T 2260. Of the five cities 92 (Qingdao), 94 (Xiamen)
    and 95 (Shenzhen) were compared with issued invoices; a code that lacks is added here.
    """

    _name = "property.tax.region"
    _description = "Region of e-invoice numbers"
    _order = "code"

    code = fields.Char(required=True, size=2, help="Third and fourth digit of the number.")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "There is a region with this code already.")
    _code_digits = models.Constraint(
        "CHECK (code ~ '^[0-9]{2}$')", "The code of a region has two digits."
    )

    @api.model
    def _get_codes(self):
        """Return the codes that exist."""
        # sudo: numbers are checked whoever enters them
        return frozenset(self.sudo().search([]).mapped("code"))


class PropertyTaxCode(models.Model):
    """A row of the tax classification of goods and services (税收分类编码) that fees need."""

    _name = "property.tax.code"
    _description = "Tax code of goods and services"
    _order = "code"
    _rec_names_search = ["code", "name", "short_name"]

    code = fields.Char(required=True, help="19 digits.")
    name = fields.Char(required=True, translate=True)
    short_name = fields.Char(
        string="Short name",
        help="What the platform prints between asterisks before the name of the item.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "There is a row with this tax code already.")

    @api.constrains("code")
    def _check_code(self):
        for row in self:
            try:
                check_item_code(row.code)
            except RuleError:
                raise ValidationError(
                    self.env._("%(code)s: a tax code has 19 digits.", code=row.code)
                ) from None

    @api.depends("code", "name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.code or ''} {row.name or ''}".strip()
