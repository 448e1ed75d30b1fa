# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..rules import retention


class PropertyParcelHold(models.Model):
    """Days on which somebody is away: no reminders, no fee, no return (vacation hold)."""

    _name = "property.parcel.hold"
    _description = "Vacation hold"
    _inherit = ["property.scope.mixin"]
    _order = "start_date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Addressee", index="btree_not_null", ondelete="cascade"
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('community_id', '=', community_id)]",
        help="The whole household is away.",
    )
    start_date = fields.Date(string="From", required=True, default=fields.Date.context_today)
    end_date = fields.Date(string="Until", help="Last day away. Empty: until further notice.")
    note = fields.Char()
    active = fields.Boolean(default=True)

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A hold ends before it begins. Correct the days.",
    )
    _has_target = models.Constraint(
        "CHECK (partner_id IS NOT NULL OR unit_id IS NOT NULL)",
        "Say who is away: a person or a whole unit.",
    )

    @api.depends("partner_id.name", "unit_id.name", "start_date")
    def _compute_display_name(self):
        for hold in self:
            who = hold.partner_id.name or hold.unit_id.name or ""
            hold.display_name = f"{who} {hold.start_date or ''}".strip()

    @api.constrains("start_date", "end_date")
    def _check_length(self):
        for hold in self:
            limit = hold.community_id._get_parameter("parcel_hold_max_days")
            if hold.end_date and (hold.end_date - hold.start_date).days + 1 > limit:
                raise ValidationError(
                    self.env._("A hold lasts at most %(days)s days. Choose fewer.", days=limit)
                )

    @api.model
    def _get_for(self, parcels):
        """Return parcel id -> list of holds, as the rule knows them."""
        holds = self.search(
            Domain("community_id", "in", parcels.community_id.ids)
            & (
                Domain("partner_id", "in", parcels.partner_id.ids)
                | Domain("unit_id", "in", parcels.unit_id.ids)
            )
        )
        by_partner, by_unit = {}, {}
        for hold in holds:
            limit = hold.community_id._get_parameter("parcel_hold_max_days")
            end = hold.end_date or fields.Date.add(hold.start_date, days=limit - 1)
            span = retention.Hold(hold.start_date, end)
            if hold.partner_id:
                by_partner.setdefault(hold.partner_id.id, []).append(span)
            else:
                by_unit.setdefault(hold.unit_id.id, []).append(span)
        return {
            parcel.id: by_partner.get(parcel.partner_id.id, []) + by_unit.get(parcel.unit_id.id, [])
            for parcel in parcels
        }
