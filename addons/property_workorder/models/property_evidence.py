# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyEvidence(models.Model):
    """A photo of a request is for whoever may see the request."""

    _inherit = "property.evidence"

    workorder_id = fields.Many2one(
        "property.workorder",
        string="Request",
        compute="_compute_workorder_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    phone_key = fields.Char(
        readonly=True, copy=False, help="Made by the phone that took it; stored once."
    )

    _phone_key_uniq = models.UniqueIndex(
        "(workorder_id, phone_key) WHERE phone_key IS NOT NULL", "This photo is stored already."
    )

    @api.depends("res_model", "res_id")
    def _compute_workorder_id(self):
        for evidence in self:
            is_order = evidence.res_model == "property.workorder"
            evidence.workorder_id = evidence.res_id if is_order else False
