# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyPersonalDataLog(models.Model):
    """Who saw whose full number, when and why (BAS-16). Written once, never changed."""

    _name = "property.personal.data.log"
    _description = "Personal Data Log"
    _order = "logged_at desc, id desc"
    _rec_name = "partner_name"

    logged_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now, readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Whose", readonly=True, index=True, ondelete="set null"
    )
    partner_name = fields.Char(
        string="Name at the time", readonly=True, help="Kept when the contact is deleted."
    )
    field_name = fields.Selection(
        [
            ("phone", "Phone"),
            ("phone_sanitized", "Phone (international)"),
            ("property_id_number", "Identity number"),
            ("profile", "Household profile"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    action = fields.Selection(
        [
            ("reveal", "Shown"),
            ("export", "Exported"),
            ("delete", "Deleted"),
        ],
        string="Act",
        required=True,
        readonly=True,
        default="reveal",
    )
    purpose = fields.Char(readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )

    @api.model
    @api.private
    def _log(self, partners, field_name, action="reveal", purpose=False):
        """Record that the current user saw or exported a field of ``partners``.

        :param partners: res.partner records
        :param field_name: one of the selection of ``field_name``
        :param action: ``reveal``, ``export`` or ``delete``
        :param purpose: free text
        :return: the log lines
        """
        # sudo: users may see the log or not, but nobody writes it by hand
        return self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "partner_id": partner.id,
                    "partner_name": partner.name,
                    "field_name": field_name,
                    "action": action,
                    "purpose": purpose,
                }
                for partner in partners
            ]
        )

    def write(self, vals):
        """Extend `orm`: a log is never changed."""
        raise UserError(self.env._("The log of personal data cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The log of personal data cannot be deleted."))
