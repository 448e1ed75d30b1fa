# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.tariff import Price


class PropertyFeeAssignment(models.Model):
    """Who owes which item: one payable thing, or by rule all units that match.

    Without a payable thing the line is a rule (building, usage, or the whole community). On each
    day the most specific line counts. See docs/adr for the choice.
    """

    _name = "property.fee.assignment"
    _description = "Fee assignment"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "community_id, item_id, unit_id, start_date, id"

    item_id = fields.Many2one(
        "property.fee.item", required=True, index=True, ondelete="restrict", check_company=True
    )
    community_id = fields.Many2one(
        compute="_compute_community_id", store=True, readonly=False, precompute=True
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: a rule for all matching units of the community.",
    )
    res_model = fields.Char(
        string="Kind of payable",
        compute="_compute_payable",
        store=True,
        readonly=False,
        precompute=True,
    )
    res_id = fields.Many2oneReference(
        string="Payable",
        model_field="res_model",
        compute="_compute_payable",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    building_id = fields.Many2one(
        "property.building", index="btree_not_null", domain="[('community_id', '=', community_id)]"
    )
    usage = fields.Selection(
        selection=lambda self: (
            self.env["property.unit"]._fields["usage"]._description_selection(self.env)
        )
    )
    scope_label = fields.Char(string="Applies to", compute="_compute_scope_label")
    start_date = fields.Date(tracking=True, help="First day. Empty: since ever.")
    end_date = fields.Date(tracking=True, help="Last day. Empty: until further notice.")
    payer = fields.Selection(
        [
            ("representative", "Representative of the owners"),
            ("share", "Each owner by share"),
            ("occupant", "Tenant, else the representative"),
            ("partner", "Another payer"),
        ],
        string="Who pays",
        required=True,
        default="representative",
        tracking=True,
    )
    partner_id = fields.Many2one("res.partner", string="Payer", index="btree_not_null")
    is_exempt = fields.Boolean(
        string="Exempt", tracking=True, help="The units of this line do not owe the item."
    )
    override_price = fields.Float(
        digits=(16, 6),
        tracking=True,
        help="Agreed price instead of the price list, in the unit of the item; 0: price list.",
    )
    reduction = fields.Float(
        string="Reduction (%)", digits=(5, 2), tracking=True, help="0 to 100 percent off."
    )
    reason = fields.Char(help="Why price or payer differ; shown to auditors.")
    currency_id = fields.Many2one(related="company_id.currency_id")

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "An assignment cannot end before it starts. Correct its dates.",
    )
    _reduction_range = models.Constraint(
        "CHECK (reduction IS NULL OR (reduction >= 0 AND reduction <= 100))",
        "A reduction is between 0 and 100 percent.",
    )
    _override_positive = models.Constraint(
        "CHECK (override_price IS NULL OR override_price >= 0)", "A price cannot be negative."
    )
    _payer_given = models.Constraint(
        "CHECK (payer != 'partner' OR partner_id IS NOT NULL)",
        "Name the other payer, or choose who pays.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (item_id WITH =, community_id WITH =, "
        "COALESCE(res_model, '') WITH =, COALESCE(res_id, 0) WITH =, "
        "COALESCE(building_id, 0) WITH =, COALESCE(usage, '') WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "The same units already owe this item in part of this period. "
        "End the earlier assignment first, or change the dates.",
    )

    @api.depends("unit_id", "building_id")
    def _compute_community_id(self):
        for line in self:
            place = line.unit_id or line.building_id
            line.community_id = place.community_id or line.community_id

    @api.depends("unit_id")
    def _compute_payable(self):
        for line in self:
            if line.unit_id:
                line.res_model, line.res_id = "property.unit", line.unit_id.id
            elif line.res_model == "property.unit" or not line.res_id:
                line.res_model, line.res_id = False, False

    @api.depends("unit_id", "building_id", "usage", "community_id", "res_model", "res_id")
    def _compute_scope_label(self):
        usages = dict(self._fields["usage"]._description_selection(self.env))
        for line in self:
            if line.res_id and line.res_model:
                line.scope_label = self.env[line.res_model].browse(line.res_id).display_name
                continue
            parts = [line.building_id.name, usages.get(line.usage)]
            line.scope_label = ", ".join(part for part in parts if part) or self.env._(
                "All units of %(community)s", community=line.community_id.name or ""
            )

    @api.depends("item_id.name", "scope_label")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.item_id.name or ''}: {line.scope_label or ''}"

    @api.constrains("unit_id", "community_id", "building_id", "usage", "res_id")
    def _check_place(self):
        for line in self:
            if line.res_id and (line.building_id or line.usage):
                raise ValidationError(
                    self.env._(
                        "Assignment of %(item)s: name one unit, or a building or usage, not both.",
                        item=line.item_id.name,
                    )
                )
            place = line.unit_id or line.building_id
            if place and place.community_id != line.community_id:
                raise ValidationError(
                    self.env._(
                        "Assignment of %(item)s: %(place)s is not in %(community)s.",
                        item=line.item_id.name,
                        place=place.display_name,
                        community=line.community_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["start_date", "end_date"])
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for line in self:
            # sudo: charges that the user may not see count as well
            if (
                self.env["property.fee.charge"]
                .sudo()
                .search_count([("assignment_id", "=", line.id), ("state", "=", "posted")], limit=1)
            ):
                raise UserError(
                    self.env._(
                        "%(assignment)s has been billed and stays in the books. End it instead.",
                        assignment=line.display_name,
                    )
                )

    def _specificity(self):
        """Return the rank of the line; a payable thing outweighs a building, that a usage."""
        self.ensure_one()
        return 4 * bool(self.res_id) + 2 * bool(self.building_id) + bool(self.usage)

    def _matches(self, payable, criteria):
        """Whether the line is for a payable thing."""
        self.ensure_one()
        if self.res_id:
            return (self.res_model, self.res_id) in payable._get_fee_assignees()
        return (
            payable._takes_fee_rules()
            and self.community_id.id == criteria["community_id"]
            and (not self.building_id or self.building_id.id == criteria["building_id"])
            and (not self.usage or self.usage == criteria["usage"])
        )

    def _reduction_fraction(self):
        """Return the reduction as an exact fraction of one."""
        self.ensure_one()
        return Fraction(round(self.reduction * 100), 10000)

    def _override_as_rule(self):
        """Return the agreed price for the rules, valid as long as the assignment."""
        self.ensure_one()
        return Price(id=0, unit_price=Decimal(repr(round(self.override_price, 6))))
