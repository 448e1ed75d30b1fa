# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain


class PropertyAuthority(models.Model):
    """People of the street office or the neighbourhood committee may follow the cases (WKO-27)."""

    _inherit = "property.authority"

    viewer_ids = fields.Many2many(
        "res.partner",
        "property_authority_viewer_rel",
        "authority_id",
        "partner_id",
        string="Follow the requests",
        help="With access to the portal they see number, kind, building, state, promise and "
        "handler of the requests of these communities: no resident, no unit, no text.",
    )

    @api.model
    def _get_viewer_communities(self, user):
        """Return the communities whose requests a user follows for an authority, as sudo."""
        # sudo: being entered as a viewer is the right itself
        authorities = self.sudo().search([("viewer_ids", "in", user.partner_id.ids)])
        Community = self.env["property.community"].sudo()  # sudo: as above
        if not authorities:
            return Community
        named = authorities.community_ids.filtered("active")
        wide = authorities.filtered("is_company_wide").company_id
        return Community.search(
            Domain("id", "in", named.ids) | Domain("company_id", "in", wide.ids)
        )


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    @api.model
    def _get_viewer_domain(self, communities):
        """Return the domain of what an authority sees: nothing that is only for its handlers."""
        return (
            Domain("community_id", "in", communities.ids)
            & Domain("is_restricted", "=", False)
            & Domain("complained_user_ids", "=", False)
            & Domain("duplicate_of_id", "=", False)
        )

    def _get_viewer_row(self):
        """Return what an authority reads of a case: no resident, no unit, no text of theirs.

        :return: dict ``number``, ``kind``, ``category``, ``community``, ``building``,
            ``registered``, ``promise`` (or False), ``is_promised``, ``is_late``, ``handler``,
            ``order`` (for the badge of its state)
        """
        self.ensure_one()
        due = self.promised_at or self.resolve_deadline_at
        handler = self.receiver_id or self.technician_id
        end = self.resolved_at or fields.Datetime.now()
        return {
            "number": self.name,
            "kind": dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "category": self.category_id.display_name or "",
            "community": self.community_id.name,
            "building": self.building_id.name or "",
            "registered": self._local(self.registered_at),
            "promise": self._local(due) if due else False,
            "is_promised": bool(self.promised_at),
            "is_late": bool(due and self.state != "cancelled" and end > due),
            "handler": handler.name or self.team_id.name or "",
            "hotline": self.hotline_number if self.channel == "hotline" else False,
            "order": self,
        }
