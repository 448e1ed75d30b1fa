# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_ownership import search_is_current


class PropertyOccupancy(models.Model):
    """A person who lives in or uses a unit over a period (BAS-06)."""

    _name = "property.occupancy"
    _description = "Occupancy"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "unit_id, start_date desc, id"

    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="unit_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="restrict"
    )
    role = fields.Selection(
        [("owner", "Owner"), ("family", "Family"), ("tenant", "Tenant"), ("staff", "Staff")],
        required=True,
        default="family",
        tracking=True,
    )
    start_date = fields.Date(
        index=True,
        tracking=True,
        help="First day. Empty: since before the register began.",
    )
    end_date = fields.Date(index=True, tracking=True, help="Last day. Empty: until further notice.")
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")
    verified = fields.Boolean(
        tracking=True,
        help="Staff have checked that the person lives here. Only then does the portal show the "
        "unit to the person.",
    )
    is_main_contact = fields.Boolean(string="Main contact", tracking=True)
    relation = fields.Char(help="Relation to the owner, for example wife, son, employee.")
    lease_reference = fields.Char(help="Number or date of the lease, for tenants.")
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "A person cannot move out before moving in. Correct the dates.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (unit_id WITH =, partner_id WITH =, role WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "This person is already registered in the unit in this role for part of this period. "
        "End the earlier entry first, or change the dates.",
    )

    @api.depends("start_date", "end_date")
    def _compute_is_current(self):
        current = self._filtered_on(fields.Date.context_today(self))
        for line in self:
            line.is_current = line in current

    def _search_is_current(self, operator, value):
        return search_is_current(operator, value)

    @api.depends("unit_id.name", "partner_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.unit_id.name or ''} {line.partner_id.name or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        # pending ends first: the insert is judged by the exclusion constraint at once
        self.flush_model(["role", "start_date", "end_date"])
        return super().create(vals_list)

    def _filtered_on(self, date):
        """Return the lines in force on ``date``."""
        return self.filtered(
            lambda line: (
                (not line.start_date or line.start_date <= date)
                and (not line.end_date or line.end_date >= date)
            )
        )

    def _end_household_member(self, owner):
        """End the stay today, as the owner asks in the portal; drop what had not begun.

        :param owner: res.partner who ends it
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        unit = self.unit_id
        unit.message_post(
            body=self.env._(
                "%(owner)s removed %(name)s in the portal.",
                owner=owner.name,
                name=self.partner_id.name,
            )
        )
        if self.start_date and self.start_date >= today:
            self.unlink()
        else:
            self.end_date = today - timedelta(days=1)

    def _invite_to_portal(self, email):
        """Send the person an invitation to the portal.

        :param email: normalised address
        :raise UserError: when the address has an account already
        """
        self.ensure_one()
        partner = self.partner_id
        if partner.user_ids:
            raise UserError(
                self.env._("%(name)s has access to the portal already.", name=partner.name)
            )
        taken = ["|", ("login", "=ilike", email), ("partner_id.email_normalized", "=", email)]
        if self.env["res.users"].with_context(active_test=False).search_count(taken, limit=1):
            raise UserError(self.env._("%(email)s is used by another account.", email=email))
        partner.email = email
        wizard = self.env["portal.wizard"].create({"partner_ids": [(6, 0, partner.ids)]})
        wizard.user_ids.action_grant_access()
