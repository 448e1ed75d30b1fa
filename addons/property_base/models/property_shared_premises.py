# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

PERIODS_PER_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}


class PropertySharedPremises(models.Model):
    """Rooms and assets that belong to all owners or serve the whole community (BAS-04)."""

    _name = "property.shared.premises"
    _description = "Shared premises"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "community_id, kind, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("service_room", "Property service room"),
            ("neighbourhood_room", "Neighbourhood room"),
            ("business", "Business premises"),
            ("bays", "Common parking bays"),
            ("facility", "Facility"),
            ("advertising", "Advertising space"),
            ("other", "Other"),
        ],
        required=True,
        default="service_room",
        tracking=True,
    )
    building_id = fields.Many2one(
        "property.building",
        domain="[('community_id', '=', community_id)]",
        index="btree_not_null",
    )
    location = fields.Char(help="Building, floor, room, as somebody finds it.")
    area_m2 = fields.Float(string="Area (m²)", digits=(12, 2), tracking=True)
    owner_kind = fields.Selection(
        [
            ("owners", "All owners together"),
            ("developer", "Developer"),
            ("government", "Government"),
            ("company", "Property company"),
            ("unclear", "Not settled"),
        ],
        string="Belongs to",
        required=True,
        default="owners",
        tracking=True,
    )
    owner_id = fields.Many2one("res.partner", string="Owner", tracking=True)
    operator_id = fields.Many2one(
        "res.partner", string="Operator", tracking=True, help="Who runs or uses the premises."
    )
    state = fields.Selection(
        [("own_use", "In own use"), ("let", "Let"), ("vacant", "Vacant")],
        required=True,
        default="own_use",
        tracking=True,
        index=True,
    )
    lessee_id = fields.Many2one("res.partner", string="Lessee", tracking=True)
    lease_start_date = fields.Date(string="Lease from", tracking=True)
    lease_end_date = fields.Date(string="Lease until", tracking=True, help="Last day of the lease.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    rent = fields.Monetary(tracking=True, help="Rent for one period.")
    rent_period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half_year", "Half-year"),
            ("year", "Year"),
        ],
        default="month",
        required=True,
    )
    yearly_yield = fields.Monetary(
        compute="_compute_yearly_yield", store=True, help="Rent of a full year at today's lease."
    )
    income_belongs_to_owners = fields.Boolean(
        default=True,
        tracking=True,
        help="Net income from common parts belongs to the owners (Civil Code art. 282).",
    )
    is_accepted = fields.Boolean(
        string="Present at acceptance",
        tracking=True,
        help="The premises were there when the estate was taken over from the developer.",
    )
    acceptance_date = fields.Date(string="Checked on", tracking=True)
    note = fields.Text(string="Notes")

    _area_positive = models.Constraint(
        "CHECK (area_m2 IS NULL OR area_m2 >= 0)", "The area of premises cannot be negative."
    )
    _rent_positive = models.Constraint(
        "CHECK (rent IS NULL OR rent >= 0)", "A rent cannot be negative."
    )
    _lease_ordered = models.Constraint(
        "CHECK (lease_end_date IS NULL OR lease_start_date IS NULL "
        "OR lease_end_date >= lease_start_date)",
        "A lease cannot end before it starts. Correct its dates.",
    )

    @api.depends("rent", "rent_period", "state")
    def _compute_yearly_yield(self):
        for premises in self:
            let = premises.state == "let"
            premises.yearly_yield = (
                premises.rent * PERIODS_PER_YEAR[premises.rent_period or "month"] if let else 0
            )

    @api.constrains("state", "lessee_id")
    def _check_lessee(self):
        for premises in self:
            if premises.state == "let" and not premises.lessee_id:
                raise ValidationError(
                    self.env._(
                        "%(premises)s is let: enter the lessee.", premises=premises.display_name
                    )
                )

    @api.constrains("building_id", "community_id")
    def _check_building(self):
        for premises in self:
            building = premises.building_id
            if building and building.community_id != premises.community_id:
                raise ValidationError(
                    self.env._(
                        "%(premises)s: building %(building)s belongs to another community. "
                        "Choose a building of %(community)s.",
                        premises=premises.name,
                        building=building.name,
                        community=premises.community_id.name,
                    )
                )
