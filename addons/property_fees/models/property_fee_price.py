# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.tariff import Price, Step


class PropertyFeePrice(models.Model):
    """A dated price of a fee item in a community; the most specific line of a day counts."""

    _name = "property.fee.price"
    _description = "Fee price"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "item_id, community_id, start_date desc, id"

    item_id = fields.Many2one(
        "property.fee.item", required=True, index=True, ondelete="restrict", check_company=True
    )
    phase_id = fields.Many2one(
        "property.phase", index="btree_not_null", domain="[('community_id', '=', community_id)]"
    )
    building_id = fields.Many2one(
        "property.building", index="btree_not_null", domain="[('community_id', '=', community_id)]"
    )
    usage = fields.Selection(
        selection=lambda self: (
            self.env["property.unit"]._fields["usage"]._description_selection(self.env)
        ),
        help="Empty: every usage for which there is no line of its own.",
    )
    unit_price = fields.Float(digits=(16, 6), required=True, tracking=True)
    step_ids = fields.One2many(
        "property.fee.price.step",
        "price_id",
        string="Steps",
        copy=True,
        help="Ladder: above these quantities other prices hold; up to the first one the price.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    price_label = fields.Char(string="Price", compute="_compute_price_label")
    start_date = fields.Date(tracking=True, help="First day. Empty: since ever.")
    end_date = fields.Date(tracking=True, help="Last day. Empty: until further notice.")
    resolution_reference = fields.Char(
        string="Approving resolution",
        tracking=True,
        help="Resolution, contract clause or filing by which the price stands.",
    )
    service_level = fields.Char(help="Published service level that the price is for.")

    _price_positive = models.Constraint("CHECK (unit_price >= 0)", "A price cannot be negative.")
    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "A price cannot end before it starts. Correct its dates.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (item_id WITH =, community_id WITH =, COALESCE(phase_id, 0) WITH =, "
        "COALESCE(building_id, 0) WITH =, COALESCE(usage, '') WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "There is already a price of this item for the same units in part of this period. "
        "End the earlier price first, or change the dates.",
    )

    @api.depends(
        "unit_price",
        "item_id.basis",
        "item_id.price_period",
        "item_id.meter_kind",
        "currency_id",
        "step_ids.unit_price",
        "step_ids.above",
    )
    def _compute_price_label(self):
        charges = self.env["property.fee.charge"]
        for price in self:
            price.price_label = price.item_id and charges._format_price(
                f"{price._unit_price_decimal():f}",
                price.currency_id.name,
                price.item_id.basis,
                price.item_id.price_period,
                price.item_id.meter_kind,
            )
            for step in price.step_ids.sorted("above"):
                price.price_label += self.env._(
                    "; above %(quantity)s: %(price)s",
                    quantity=f"{step.above:g}",
                    price=f"{_decimal(step.unit_price):f}",
                )

    @api.depends("item_id.name", "community_id.name", "price_label")
    def _compute_display_name(self):
        for price in self:
            price.display_name = " ".join(
                part for part in (price.item_id.name, price.price_label) if part
            )

    @api.constrains("building_id", "phase_id", "community_id")
    def _check_place(self):
        for price in self:
            if (price.building_id or price.phase_id) and (
                (price.building_id or price.phase_id).community_id != price.community_id
            ):
                raise UserError(
                    self.env._(
                        "The price of %(item)s names a place outside %(community)s. Choose a "
                        "building or phase of that community.",
                        item=price.item_id.name,
                        community=price.community_id.name,
                    )
                )

    @api.constrains("resolution_reference", "item_id", "community_id")
    def _check_resolution(self):
        for price in self:
            if (
                price.item_id.is_compulsory
                and not price.resolution_reference
                and price.community_id._get_parameter("fees_price_needs_resolution")
            ):
                raise UserError(
                    self.env._(
                        "In %(community)s a price of %(item)s needs the resolution that approves "
                        "it. Enter its number.",
                        community=price.community_id.name,
                        item=price.item_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["start_date", "end_date"])
        return super().create(vals_list)

    def write(self, vals):
        frozen = {
            "item_id",
            "community_id",
            "phase_id",
            "building_id",
            "usage",
            "unit_price",
            "start_date",
        }
        for price in self:
            changed = [
                name
                for name in vals.keys() & frozen
                if price._fields[name].convert_to_write(price[name], price)
                != price._fields[name].convert_to_write(
                    price._fields[name].convert_to_cache(vals[name], price), price
                )
            ]
            if changed and price._is_billed():
                raise UserError(
                    self.env._(
                        "Price %(price)s has been billed: old periods keep their price. End it "
                        "and add the new price from its first day on.",
                        price=price.display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for price in self:
            if price._is_billed():
                raise UserError(
                    self.env._(
                        "Price %(price)s has been billed and stays in the books. End it instead.",
                        price=price.display_name,
                    )
                )

    def _is_billed(self):
        # sudo: charges that the user may not see count as well
        return bool(
            self.env["property.fee.charge"]
            .sudo()
            .search_count([("price_id", "in", self.ids), ("state", "=", "posted")], limit=1)
        )

    def _unit_price_decimal(self):
        """Return the unit price exactly as it was entered (up to six decimals)."""
        self.ensure_one()
        return _decimal(self.unit_price)

    def _matches(self, criteria):
        """Whether the price is for a payable thing with these criteria."""
        self.ensure_one()
        return (
            self.community_id.id == criteria["community_id"]
            and (not self.building_id or self.building_id.id == criteria["building_id"])
            and (not self.phase_id or self.phase_id.id == criteria["phase_id"])
            and (not self.usage or self.usage == criteria["usage"])
        )

    def _as_rule(self):
        """Return the price for the rules; a building outweighs a phase, a place a usage."""
        self.ensure_one()
        rank = 4 * bool(self.building_id) + 2 * bool(self.phase_id) + bool(self.usage)
        return Price(
            id=self.id,
            unit_price=self._unit_price_decimal(),
            start=self.start_date or None,
            end=self.end_date or None,
            specificity=rank,
            steps=self._steps_as_rule(),
        )

    def _steps_as_rule(self):
        steps = self.step_ids.sorted("above")
        if not steps:
            return ()
        first = Step(Decimal(0), self._unit_price_decimal())
        return (
            first,
            *(
                Step(Decimal(repr(round(step.above, 3))), _decimal(step.unit_price))
                for step in steps
            ),
        )


def _decimal(number):
    """Return a price exactly as it was entered, with two decimals at least."""
    exact = Decimal(repr(round(number, 6))).normalize()
    return exact.quantize(Decimal("0.01")) if exact.as_tuple().exponent > -2 else exact
