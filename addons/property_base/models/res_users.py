# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

from .masked_char import MaskedChar


class ResUsers(models.Model):
    _inherit = "res.users"

    phone = MaskedChar()
    property_community_ids = fields.Many2many(
        "property.community",
        "property_community_user_rel",
        "user_id",
        "community_id",
        string="Communities",
        help="Communities in which the user works. Staff see the records of these only; "
        "managers see every community of their companies.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "property_community_ids"]

    def _get_invalidation_fields(self):
        """Extend `base`: record rules cache the communities of each user."""
        return super()._get_invalidation_fields() | {"property_community_ids"}

    def _property_mask_value(self, field_name, value):
        """Return a personal number as it may leave the server: as the contact's."""
        return self.partner_id._property_mask_value(field_name, value)

    def _property_export_value(self, field_name, value):
        """Return a personal number as it may be exported: as the contact's."""
        return self.partner_id._property_export_value(field_name, value)
