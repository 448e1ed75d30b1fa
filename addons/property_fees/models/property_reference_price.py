# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.errors import RuleError
from ..rules.indexation import indexed


class PropertyReferencePrice(models.Model):
    """An official or average unit cost of a service, moved yearly by price and wage index."""

    _name = "property.reference.price"
    _description = "Reference price"
    _inherit = ["mail.thread"]
    _order = "name, region, start_date desc, id desc"

    name = fields.Char(string="Service", required=True, translate=True)
    region = fields.Char(help="Town or district for which it is published.")
    kind = fields.Selection(
        [("official", "Official guide price"), ("average", "Average of the region")],
        required=True,
        default="official",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    community_ids = fields.Many2many(
        "property.community",
        string="Shown in",
        domain="[('company_id', '=', company_id)]",
        help="Communities in whose price sheet it stands. Empty: every one.",
    )
    unit_price = fields.Float(digits=(16, 6), required=True, tracking=True)
    uom_label = fields.Char(string="Per", required=True, help="For example m²·month.")
    service_level = fields.Char()
    start_date = fields.Date(required=True, tracking=True, default=fields.Date.context_today)
    end_date = fields.Date(tracking=True)
    source = fields.Char(help="Notice and authority that published it.", tracking=True)
    hearing_date = fields.Date()
    hearing_minutes = fields.Html(help="What was said at the hearing; papers go to the chatter.")
    is_published = fields.Boolean(string="Published", tracking=True)
    # Indexation
    price_weight = fields.Float(
        string="Weight of prices (%)", digits=(5, 2), default=40.0, tracking=True
    )
    wage_weight = fields.Float(
        string="Weight of wages (%)", digits=(5, 2), default=60.0, tracking=True
    )
    price_change = fields.Float(
        string="Price index (%)", digits=(6, 2), help="Change of consumer prices over the year."
    )
    wage_change = fields.Float(
        string="Wage index (%)", digits=(6, 2), help="Change of wages over the year."
    )
    next_unit_price = fields.Float(
        string="Next year", digits=(16, 6), compute="_compute_next_unit_price"
    )
    previous_id = fields.Many2one("property.reference.price", readonly=True, copy=False)

    _price_positive = models.Constraint("CHECK (unit_price >= 0)", "A price cannot be negative.")
    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A price cannot end before it starts. Correct its dates.",
    )
    _previous_uniq = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL", "The next year is there already."
    )

    @api.depends("unit_price", "price_weight", "wage_weight", "price_change", "wage_change")
    def _compute_next_unit_price(self):
        for price in self:
            try:
                price.next_unit_price = float(price._index())
            except RuleError:
                price.next_unit_price = 0.0

    @api.constrains("price_weight", "wage_weight", "price_change", "wage_change")
    def _check_weights(self):
        for price in self:
            try:
                price._index()
            except RuleError as error:
                raise ValidationError(
                    self.env._(
                        "Reference price %(price)s: the weights are between 0 and 100 percent in "
                        "all, and the indices leave something of the price.",
                        price=price.name,
                    )
                ) from error

    def _index(self):
        self.ensure_one()
        changes = [
            (_exact(self.price_weight, 2), _exact(self.price_change, 2)),
            (_exact(self.wage_weight, 2), _exact(self.wage_change, 2)),
        ]
        return indexed(_exact(self.unit_price, 6), changes)

    def action_index(self):
        """Make the price of the next year by the indices; this one ends the day before."""
        self.ensure_one()
        if self.search_count([("previous_id", "=", self.id)], limit=1):
            raise UserError(
                self.env._("Reference price %(price)s was indexed already.", price=self.name)
            )
        start = fields.Date.add(self.start_date, years=1)
        following = self.copy(
            {
                "unit_price": self.next_unit_price,
                "start_date": start,
                "end_date": False,
                "previous_id": self.id,
                "price_change": 0.0,
                "wage_change": 0.0,
                "hearing_date": False,
                "hearing_minutes": False,
                "is_published": False,
            }
        )
        self.end_date = start - timedelta(days=1)
        return following.get_formview_action()

    @api.model
    def _get_published(self, community, day):
        """Return what the price sheet of a community shows on a day."""
        return self.search(
            [
                ("company_id", "=", community.company_id.id),
                ("is_published", "=", True),
                ("start_date", "<=", day),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", day),
                "|",
                ("community_ids", "=", False),
                ("community_ids", "in", community.ids),
            ]
        )


def _exact(number, digits):
    return Decimal(repr(round(number or 0.0, digits)))
