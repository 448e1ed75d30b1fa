# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyDuty(models.Model):
    """One person on duty at a service centre for a while."""

    _name = "property.duty"
    _description = "Duty"
    _order = "start_at desc, id"

    centre_id = fields.Many2one(
        "property.service.centre", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="centre_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users", string="On duty", required=True, domain="[('share', '=', False)]"
    )
    start_at = fields.Datetime(string="From", required=True)
    end_at = fields.Datetime(string="To", required=True)
    note = fields.Char()

    _times_ordered = models.Constraint(
        "CHECK (end_at > start_at)", "A duty ends after it starts. Correct the times."
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (centre_id WITH =, tsrange(start_at, end_at) WITH &&)",
        "Somebody else is on duty at this centre in part of this time. "
        "Let one duty end when the next begins.",
    )

    @api.depends("user_id.name", "centre_id.name")
    def _compute_display_name(self):
        for duty in self:
            duty.display_name = duty.user_id.name or duty.centre_id.name
