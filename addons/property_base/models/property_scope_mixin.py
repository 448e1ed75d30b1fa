# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyScopeMixin(models.AbstractModel):
    """Bind a record to one community, and through it to one company.

    Record rules of the suite filter on these two fields: see docs/roles.md.
    """

    _name = "property.scope.mixin"
    _description = "Belongs to a community"
    _check_company_auto = True

    community_id = fields.Many2one(
        "property.community", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="community_id.company_id", store=True, index=True, precompute=True
    )
