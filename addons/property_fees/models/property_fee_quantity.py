# SPDX-License-Identifier: LGPL-3.0-or-later
import re
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..rules.period import Dated, cut

CODE = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = {"area", "inner_area", "storey", "price", "min", "max", "round", "ceil", "floor"}


class PropertyFeeQuantity(models.Model):
    """A named number of units that formulas and shared costs may use: heads, rent, own weights."""

    _name = "property.fee.quantity"
    _description = "Fee quantity"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Name in formulas: small letters, digits, underscores.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    source = fields.Selection(
        [
            ("entered", "Entered per unit"),
            ("occupants", "Counted: people registered in the unit"),
        ],
        required=True,
        default="entered",
    )
    uom_label = fields.Char(string="Unit of measure", translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Empty: every one."
    )
    value_ids = fields.One2many("property.fee.quantity.value", "quantity_id", string="Values")
    value_count = fields.Integer(compute="_compute_value_count")

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another quantity has this code already."
    )

    @api.depends("value_ids")
    def _compute_value_count(self):
        counts = dict(
            self.env["property.fee.quantity.value"]._read_group(
                [("quantity_id", "in", self.ids)], ["quantity_id"], ["__count"]
            )
        )
        for quantity in self:
            quantity.value_count = counts.get(quantity._origin, 0)

    @api.constrains("code")
    def _check_code(self):
        for quantity in self:
            if not CODE.fullmatch(quantity.code) or quantity.code in RESERVED:
                raise ValidationError(
                    self.env._(
                        "Quantity %(quantity)s: the code %(code)s cannot be used in formulas. "
                        "Take small letters, digits and underscores, and no name that formulas "
                        "know already.",
                        quantity=quantity.name,
                        code=quantity.code,
                    )
                )

    def _get_tracks(self, units, horizon):
        """Return the dated values of units, exact.

        :param horizon: `rules.period.Span`
        :return: dict unit id -> list of `rules.period.Dated` without overlap
        """
        self.ensure_one()
        if self.source == "occupants":
            return self._get_occupant_tracks(units, horizon)
        lines = self.env["property.fee.quantity.value"].search_fetch(
            [
                ("quantity_id", "=", self.id),
                ("unit_id", "in", units.ids),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", horizon.start),
            ],
            ["unit_id", "value", "start_date", "end_date"],
        )
        return {
            unit.id: [
                Dated(line.start_date or None, line.end_date or None, Fraction(line._decimal()))
                for line in mine
            ]
            for unit, mine in lines.grouped("unit_id").items()
        }

    def _get_occupant_tracks(self, units, horizon):
        """Count the people registered in each unit day by day; nobody registered is no value."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT unit_id, partner_id, start_date, end_date
                  FROM property_occupancy
                 WHERE unit_id = ANY(%s) AND verified AND role <> 'staff'
                   AND daterange(start_date, end_date, '[]') && daterange(%s, %s, '[]')
                 ORDER BY unit_id, id
                """,
                units.ids,
                horizon.start,
                horizon.end,
            )
        )
        people = {}
        for unit_id, partner_id, start, end in rows:
            people.setdefault(unit_id, []).append([Dated(start, end, partner_id)])
        return {
            unit_id: [
                Dated(span.start, span.end, Fraction(len({one for one in present if one})))
                for span, present in cut(horizon, tracks)
                if any(present)
            ]
            for unit_id, tracks in people.items()
        }

    def action_view_values(self):
        """Open the values of the quantity."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_quantity_value_action"
        )
        action["domain"] = [("quantity_id", "=", self.id)]
        action["context"] = {"default_quantity_id": self.id}
        return action


class PropertyFeeQuantityValue(models.Model):
    """What a named quantity is for one unit, over some time."""

    _name = "property.fee.quantity.value"
    _description = "Fee quantity of a unit"
    _inherit = ["property.scope.mixin"]
    _order = "quantity_id, unit_id, start_date, id"

    quantity_id = fields.Many2one(
        "property.fee.quantity", required=True, index=True, ondelete="cascade"
    )
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    value = fields.Float(digits=(16, 6), required=True)
    start_date = fields.Date(help="First day. Empty: since ever.")
    end_date = fields.Date(help="Last day. Empty: until further notice.")
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "A value cannot end before it starts. Correct its dates.",
    )
    _value_positive = models.Constraint(
        "CHECK (value >= 0)", "A quantity of a unit cannot be negative."
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (quantity_id WITH =, unit_id WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "The unit already has a value of this quantity in part of this period. End it first.",
    )

    @api.depends("quantity_id.name", "unit_id.name", "value")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.unit_id.name or ''} {line.quantity_id.name or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["start_date", "end_date"])
        return super().create(vals_list)

    def _decimal(self):
        """Return the value exactly as it was entered."""
        self.ensure_one()
        return Decimal(repr(round(self.value, 6)))
