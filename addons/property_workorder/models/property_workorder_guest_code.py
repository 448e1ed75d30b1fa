# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

HOURS = 1
KEPT_DAYS = 2


class PropertyWorkorderGuestCode(models.Model):
    """A text message sent to a phone that a guest named at the label of a place (WKO-01).

    Anybody can type anybody's number: so that nobody is flooded with messages and the company does
    not pay for them, a phone and a place get a limited number an hour. The code itself is not here.
    """

    _name = "property.workorder.guest.code"
    _description = "Code sent to a guest"
    _order = "id desc"
    _rec_name = "phone"

    phone = fields.Char(required=True, index=True)
    place_token = fields.Char(string="Label", required=True, index=True)

    @api.model
    def _take(self, phone, token, limit):
        """Count one message, of parallel requests one after the other.

        :param limit: messages that a phone, and a place, get in an hour
        :raise UserError: the limit is reached
        """
        for key in sorted({f"phone {phone}", f"place {token}"}):
            self.env.cr.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 20260101))", key)
            )
        since = fields.Datetime.now() - timedelta(hours=HOURS)
        recent = [("create_date", ">=", since)]
        for mine in (("phone", "=", phone), ("place_token", "=", token)):
            if self.search_count([*recent, mine], limit=limit) >= limit:
                raise UserError(
                    self.env._("Too many codes were asked for in the last hour. Call us, please.")
                )
        return self.create({"phone": phone, "place_token": token})

    @api.autovacuum
    def _gc_old(self):
        """Forget the numbers of guests after two days."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", before)], limit=10_000).unlink()
