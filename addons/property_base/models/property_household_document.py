# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyHouseholdDocument(models.Model):
    """A contract, form or letter in the file of a household."""

    _name = "property.household.document"
    _description = "Household Document"
    _order = "date desc, id desc"

    household_id = fields.Many2one(
        "property.household", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="household_id.community_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="community_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char(string="Title", required=True)
    kind = fields.Selection(
        [
            ("contract", "Contract"),
            ("form", "Form"),
            ("letter_in", "Letter received"),
            ("letter_out", "Letter sent"),
            ("other", "Other"),
        ],
        required=True,
        default="form",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    file = fields.Binary(attachment=True, required=True)
    file_name = fields.Char()
    note = fields.Char()
