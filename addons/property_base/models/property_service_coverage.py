# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

SERVICES = [
    ("organisation", "Organisation"),
    ("cleaning", "Cleaning"),
    ("repair", "Repair"),
    ("greening", "Greening"),
    ("security", "Security"),
    ("parking", "Parking"),
]


class PropertyServiceCoverage(models.Model):
    """Whether a community has one of the six basic services, and from whom (BAS-14)."""

    _name = "property.service.coverage"
    _description = "Service coverage"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "community_id, sequence, id"

    community_id = fields.Many2one(ondelete="cascade", readonly=True)
    service = fields.Selection(SERVICES, required=True, readonly=True)
    sequence = fields.Integer()
    is_covered = fields.Boolean(string="Covered", tracking=True)
    coverage = fields.Float(
        string="Coverage (%)",
        digits=(5, 1),
        compute="_compute_coverage",
        store=True,
        aggregator="avg",
    )
    provider_id = fields.Many2one(
        "res.partner",
        string="Provider",
        tracking=True,
        help="Who renders the service. Empty: the property company itself.",
    )
    start_date = fields.Date(string="Since", tracking=True)
    note = fields.Char()

    _service_uniq = models.UniqueIndex(
        "(community_id, service)", "This service of the community is listed already."
    )

    @api.depends("is_covered")
    def _compute_coverage(self):
        for line in self:
            line.coverage = 100.0 if line.is_covered else 0.0

    @api.depends("community_id.name", "service")
    def _compute_display_name(self):
        services = dict(self._fields["service"]._description_selection(self.env))
        for line in self:
            label = services.get(line.service, "")
            line.display_name = f"{line.community_id.name or ''} {label}".strip()

    @api.model
    def _create_missing(self, communities):
        """List the six services of each community, not covered until somebody says so."""
        existing = {
            (community.id, service)
            for community, service in self._read_group(
                [("community_id", "in", communities.ids)], ["community_id", "service"]
            )
        }
        self.create(
            [
                {"community_id": community.id, "service": service, "sequence": sequence}
                for community in communities
                for sequence, (service, _label) in enumerate(SERVICES, 1)
                if (community.id, service) not in existing
            ]
        )


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    service_coverage_ids = fields.One2many(
        "property.service.coverage", "community_id", string="Services"
    )
    service_coverage_percent = fields.Float(
        string="Service coverage (%)", digits=(5, 1), compute="_compute_service_coverage_percent"
    )

    @api.depends("service_coverage_ids.is_covered")
    def _compute_service_coverage_percent(self):
        for community in self:
            lines = community.service_coverage_ids
            covered = len(lines.filtered("is_covered"))
            community.service_coverage_percent = 100 * covered / len(lines) if lines else 0

    @api.model_create_multi
    def create(self, vals_list):
        communities = super().create(vals_list)
        # sudo: the list belongs to every community, whoever sets it up
        self.env["property.service.coverage"].sudo()._create_missing(communities)
        return communities
