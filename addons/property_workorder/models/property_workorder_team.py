# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyWorkorderTeam(models.Model):
    """Who handles a kind of request."""

    _name = "property.workorder.team"
    _description = "Service Team"
    _inherit = ["mail.alias.mixin.optional", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    community_ids = fields.Many2many(
        "property.community", string="Communities", check_company=True, help="Empty: all."
    )
    leader_id = fields.Many2one(
        "res.users", string="Team leader", domain="[('share', '=', False)]", tracking=True
    )
    member_ids = fields.Many2many("res.users", string="Members", domain="[('share', '=', False)]")
    dispatch = fields.Selection(
        [
            ("grab", "Technicians take them"),
            ("assign", "The dispatcher assigns"),
            ("auto", "Automatic"),
        ],
        default="auto",
        required=True,
        tracking=True,
        help="Automatic: by duty roster, zone, skill, certificate and open load.",
    )
    alias_community_id = fields.Many2one(
        "property.community",
        string="Community of mails",
        check_company=True,
        help="Mails to the address become requests of this community when the sender is unknown.",
    )

    def _alias_get_creation_values(self):
        """Extend `mail`: a mail to the team becomes a request."""
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get("property.workorder").id
        if self.id:
            values["alias_defaults"] = {
                "team_id": self.id,
                "channel": "mail",
                "community_id": self.alias_community_id.id
                or self.community_ids[:1].id
                or self.env["property.community"]
                .search([("company_id", "=", self.company_id.id)], limit=1)
                .id,
            }
        return values

    def write(self, vals):
        result = super().write(vals)
        if {"alias_community_id", "community_ids", "company_id"} & set(vals):
            for team in self.filtered("alias_id"):
                # sudo: aliases belong to the mail administration
                team.alias_id.sudo().alias_defaults = repr(
                    team._alias_get_creation_values()["alias_defaults"]
                )
        return result
