# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


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
    # Open dashboards are told of changes. A model that changes many times a second and shows on
    # no dashboard sets this to False.
    _property_live = True

    @property
    def _is_live(self):
        return self._property_live and self._auto and not self._transient

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._is_live:
            self.env["property.cockpit"]._notify_written(records)
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._is_live and self:
            self.env["property.cockpit"]._notify_written(self)
        return result

    def unlink(self):
        if self._is_live and self:
            cockpit = self.env["property.cockpit"]
            cockpit._notify_changed(cockpit._communities_of(self._table, self.ids))
        return super().unlink()
