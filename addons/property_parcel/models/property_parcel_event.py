# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyParcelEvent(models.Model):
    """What happened to a parcel, when and by whom: written once, never changed (PAR-05)."""

    _name = "property.parcel.event"
    _description = "Parcel event"
    _order = "happened_at, id"

    parcel_id = fields.Many2one("property.parcel", required=True, index=True, ondelete="cascade")
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    kind = fields.Selection(
        [
            ("announced", "Announced"),
            ("checked_in", "Checked in"),
            ("held", "Held"),
            ("released", "Released"),
            ("notified", "Addressee notified"),
            ("moved", "Moved"),
            ("sent_on", "Sent to another place"),
            ("received", "Received at another place"),
            ("reminded", "Reminded"),
            ("overdue", "Overdue"),
            ("called", "Called"),
            ("proxy", "Proxy named"),
            ("recoded", "New pick-up code"),
            ("wrong_code", "Wrong code"),
            ("collected", "Handed out"),
            ("returned", "Given back to the carrier"),
            ("refused", "Refused"),
            ("damaged", "Damaged"),
            ("lost", "Lost"),
            ("found", "Found again"),
            ("readdressed", "Addressee corrected"),
            ("detained", "Detained"),
            ("checked", "Security check"),
            ("disinfected", "Disinfected"),
            ("disposed", "Disposed of"),
            ("money", "Money"),
            ("locker", "Locker"),
            ("anonymised", "Anonymised"),
        ],
        required=True,
    )
    note = fields.Char()

    def write(self, vals):
        """Extend `orm`: a trail is never changed."""
        raise UserError(self.env._("The trail of a parcel cannot be changed."))


class PropertyParcelAttempt(models.Model):
    """A wrong pick-up code. Kept even when the request that brought it is undone (PAR-12)."""

    _name = "property.parcel.attempt"
    _description = "Wrong pick-up code"
    _order = "id desc"

    scope = fields.Char(required=True, index=True, help="The parcel, or the station and user.")
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", ondelete="set null")

    @api.autovacuum
    def _gc_attempts(self):
        """Forget tries that no lock counts any more."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        self.search([("happened_at", "<", before)], limit=10_000).unlink()
