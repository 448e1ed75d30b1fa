# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyWorkorderCompetence(models.Model):
    """Who answers for a part in one community, where that differs from the category (WKO-18)."""

    _name = "property.workorder.competence"
    _description = "Who is competent here"
    _inherit = ["property.scope.mixin"]
    _order = "community_id, category_id, id"

    active = fields.Boolean(default=True)
    category_id = fields.Many2one(
        "property.workorder.category",
        string="Part or category",
        required=True,
        index=True,
        ondelete="cascade",
        help="Holds for the category and all below it; the nearest entry holds.",
    )
    competence = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["competence"]._description_selection(self.env)
        ),
        string="Competent",
        required=True,
        default="contractor",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Responsible company", help="Contractor, developer or title-holder."
    )
    authority_id = fields.Many2one("property.authority", string="Utility")

    _category_uniq = models.UniqueIndex(
        "(community_id, category_id) WHERE active IS TRUE",
        "The community has an entry for this category already.",
    )

    @api.depends("community_id.name", "category_id.name")
    def _compute_display_name(self):
        for line in self:
            names = (line.community_id.name, line.category_id.display_name)
            line.display_name = ": ".join(name for name in names if name)

    @api.model
    def _find(self, order):
        """Return the entry for the part of an order in its community, or an empty record."""
        lineage = order.category_id._get_lineage()
        if not lineage or not order.community_id:
            return self.sudo()  # sudo: who answers for a part is told to everybody
        # sudo: as above
        found = self.sudo().search(
            [
                ("community_id", "=", order.community_id.id),
                ("category_id", "in", lineage.ids),
            ]
        )
        by_category = {line.category_id.id: line for line in found}
        return next(
            (by_category[one.id] for one in lineage if one.id in by_category), found.browse()
        )


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    @api.depends("community_id")
    def _compute_competence(self):
        """Extend: communities may differ."""
        return super()._compute_competence()
