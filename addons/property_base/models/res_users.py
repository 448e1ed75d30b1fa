# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

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
