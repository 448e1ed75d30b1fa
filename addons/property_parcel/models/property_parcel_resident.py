# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.fields import Domain


class PropertyParcel(models.Model):
    """Which parcels a resident sees: the household's, since he belongs to it (PAR-11, PAR-33)."""

    _inherit = "property.parcel"

    portal_user_ids = fields.Many2many(
        "res.users",
        string="Seen in the portal by",
        compute="_compute_portal_user_ids",
        search="_search_portal_user_ids",
        compute_sudo=True,
    )

    def _compute_portal_user_ids(self):
        for parcel in self:
            users = parcel.unit_id.resident_user_ids or parcel.partner_id.user_ids
            parcel.portal_user_ids = users.filtered(
                lambda user, parcel=parcel: parcel.filtered_domain(self._get_portal_domain(user))
            )

    def _search_portal_user_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        users = self.env["res.users"].browse([user for user in value if user])
        return Domain.OR(self._get_portal_domain(user) for user in users)

    def _get_portal_domain(self, user):
        """Return the domain of what the user sees: the household's, and own ones without a unit.

        An owner who lets the unit does not see what the tenants get, and whoever moves in does not
        see what came for those before.
        """
        partner = user.partner_id
        own = Domain("unit_id", "=", False) & Domain("partner_id", "=", partner.id)
        home = Domain("unit_id.is_let", "=", False) | Domain(
            "unit_id.occupant_ids", "in", partner.ids
        )
        since = self.env["property.unit"]._get_held_domain(user, "unit_id", "checked_in_at")
        return own | (since & home)
