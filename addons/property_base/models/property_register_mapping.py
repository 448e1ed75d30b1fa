# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyRegisterMapping(models.Model):
    """How a community's register is read: the columns that a user corrected."""

    _name = "property.register.mapping"
    _description = "Remembered columns of a register"
    _inherit = ["property.scope.mixin"]
    _order = "community_id, write_date desc, id desc"
    _rec_name = "label"

    label = fields.Char(
        string="Headers", required=True, readonly=True, help="As they stand in the file."
    )
    signature = fields.Char(required=True, readonly=True)
    columns = fields.Json(
        string="Column fields", required=True, help="Column from 0 -> field, empty for not read."
    )
    description = fields.Char(compute="_compute_description", string="Columns")

    _signature_uniq = models.UniqueIndex(
        "(community_id, md5(signature))", "This community has a mapping for these headers already."
    )

    def _compute_description(self):
        names = dict(self.env["property.register.import"]._selection_field())
        unread = self.env._("not read")
        for mapping in self:
            labels = (mapping.label or "").split(" | ")
            parts = []
            for column, field in sorted((mapping.columns or {}).items(), key=lambda i: int(i[0])):
                label = labels[int(column)] if int(column) < len(labels) else column
                parts.append(f"{label} → {names.get(field) or unread}")
            mapping.description = ", ".join(parts)
