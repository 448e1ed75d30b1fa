# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules.apportion import apportion
from ..rules.errors import RuleError
from ..rules.metering import Segment
from ..rules.period import Span
from ..rules.rounding import round_money, to_decimal


class PropertySharePool(models.Model):
    """A shared cost (公摊) of a period, split among units so that the parts add up to the cent."""

    _name = "property.share.pool"
    _description = "Shared cost"
    _inherit = ["property.scope.mixin", "property.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "period_start desc, id desc"

    name = fields.Char(required=True, tracking=True)
    community_id = fields.Many2one(default=lambda self: self._default_community_id())
    item_id = fields.Many2one(
        "property.fee.item",
        string="Fee item",
        required=True,
        index=True,
        check_company=True,
        domain="[('basis', '=', 'share'), ('company_id', '=', company_id)]",
        tracking=True,
    )
    period_start = fields.Date(string="From", required=True, tracking=True)
    period_end = fields.Date(string="To", required=True, tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    # Costs
    cost_ids = fields.One2many("property.share.pool.cost", "pool_id", string="Costs", copy=True)
    amount_total = fields.Monetary(
        string="Total", compute="_compute_amount_total", store=True, tracking=True
    )
    # Who shares
    weight_basis = fields.Selection(
        [
            ("area", "Area"),
            ("inner_area", "Inner area"),
            ("equal", "Equal parts"),
            ("heads", "People registered"),
            ("quantity", "Own weights"),
        ],
        string="Split by",
        required=True,
        default="area",
        tracking=True,
    )
    quantity_id = fields.Many2one(
        "property.fee.quantity", string="Weights", ondelete="restrict", tracking=True
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: every building of the community.",
    )
    entrance_ids = fields.Many2many(
        "property.entrance", string="Entrances", help="Empty: every entrance."
    )
    usage = fields.Selection(
        selection=lambda self: (
            self.env["property.unit"]._fields["usage"]._description_selection(self.env)
        ),
        help="Empty: every usage.",
    )
    floor_rule = fields.Selection(
        [("all", "Every floor"), ("from", "From a floor up"), ("range", "Between two floors")],
        string="Floors",
        required=True,
        default="all",
        help="For example a lift that the ground floor does not use: from floor 2 up.",
    )
    floor_from = fields.Integer(string="Lowest floor", default=2)
    floor_to = fields.Integer(string="Highest floor")
    extra_unit_ids = fields.Many2many(
        "property.unit",
        "property_share_pool_extra_rel",
        string="Also these units",
        domain="[('community_id', '=', community_id)]",
    )
    excluded_unit_ids = fields.Many2many(
        "property.unit",
        "property_share_pool_excluded_rel",
        string="Not these units",
        domain="[('community_id', '=', community_id)]",
    )
    vacant_rule = fields.Selection(
        [
            ("full", "Like every other unit"),
            ("reduced", "With part of their weight"),
            ("out", "Not at all: the others share"),
        ],
        string="Vacant units",
        required=True,
        default="full",
        tracking=True,
        help="Units that are marked vacant, have no owner, or are handed over after the "
        "period. The rule is printed on the list.",
    )
    vacant_percent = fields.Float(
        string="Their weight (%)", digits=(5, 2), default=50.0, tracking=True
    )
    line_ids = fields.One2many("property.share.pool.line", "pool_id", string="Shares of units")
    unit_count = fields.Integer(string="Units", compute="_compute_line_figures")
    vacant_count = fields.Integer(string="Vacant", compute="_compute_line_figures")
    amount_shared = fields.Monetary(string="Sum of the parts", compute="_compute_line_figures")
    billed_count = fields.Integer(string="Billed", compute="_compute_billed_count")
    weight_label = fields.Char(compute="_compute_weight_label")
    note = fields.Text(help="Printed on the list.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("computed", "Split"),
            ("approved", "Approved"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        tracking=True,
        index=True,
        copy=False,
    )
    computed_by_id = fields.Many2one("res.users", string="Split by user", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    is_published = fields.Boolean(
        string="Published",
        readonly=True,
        copy=False,
        tracking=True,
        help="Residents of the community see the list in the portal, without names.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (period_end >= period_start)", "A period cannot end before it starts."
    )
    _percent_range = models.Constraint(
        "CHECK (vacant_percent >= 0 AND vacant_percent <= 100)",
        "The weight of vacant units is between 0 and 100 percent.",
    )

    def _default_community_id(self):
        communities = self.env["property.community"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return communities if len(communities) == 1 else communities.browse()

    @api.depends("cost_ids.amount")
    def _compute_amount_total(self):
        for pool in self:
            pool.amount_total = sum(pool.cost_ids.mapped("amount"))

    @api.depends("line_ids.amount")
    def _compute_line_figures(self):
        figures = {
            pool: (count, amount)
            for pool, count, amount in self.env["property.share.pool.line"]._read_group(
                [("pool_id", "in", self.ids)], ["pool_id"], ["__count", "amount:sum"]
            )
        }
        vacant = dict(
            self.env["property.share.pool.line"]._read_group(
                [("pool_id", "in", self.ids), ("is_vacant", "=", True)], ["pool_id"], ["__count"]
            )
        )
        for pool in self:
            pool.vacant_count = vacant.get(pool._origin, 0)
            pool.unit_count, pool.amount_shared = figures.get(pool._origin, (0, 0.0))

    @api.depends("state")
    def _compute_billed_count(self):
        for pool in self:
            pool.billed_count = self.env["property.fee.charge"].search_count(
                pool._get_charge_domain()
            )

    @api.depends("weight_basis", "quantity_id")
    @api.depends_context("lang")
    def _compute_weight_label(self):
        for pool in self:
            pool.weight_label = {
                "area": self.env._("m²"),
                "inner_area": self.env._("m²"),
                "equal": self.env._("units"),
                "heads": self.env._("people"),
            }.get(pool.weight_basis) or (pool.quantity_id.uom_label or pool.quantity_id.name or "")

    @api.constrains("weight_basis", "quantity_id")
    def _check_weights(self):
        for pool in self:
            if pool.weight_basis == "quantity" and not pool.quantity_id:
                raise ValidationError(
                    self.env._(
                        "Shared cost %(pool)s: choose the quantity that holds the weights.",
                        pool=pool.name,
                    )
                )

    @api.constrains("item_id")
    def _check_item(self):
        for pool in self:
            if pool.item_id.basis != "share":
                raise ValidationError(
                    self.env._(
                        "Shared cost %(pool)s: fee item %(item)s is not charged as a shared cost.",
                        pool=pool.name,
                        item=pool.item_id.name,
                    )
                )

    def write(self, vals):
        settled = {
            "community_id", "item_id", "period_start", "period_end", "cost_ids", "weight_basis",
            "quantity_id", "building_ids", "entrance_ids", "usage", "floor_rule", "floor_from",
            "floor_to", "extra_unit_ids", "excluded_unit_ids", "vacant_rule", "vacant_percent",
            "line_ids",
        }  # fmt: skip
        if vals.keys() & settled and any(pool.state not in ("draft",) for pool in self):
            raise UserError(
                self.env._(
                    "A shared cost that was split keeps its terms. Set it back to draft to change "
                    "them."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        for pool in self:
            if pool.state == "approved" or pool.billed_count:
                raise UserError(
                    self.env._(
                        "Shared cost %(pool)s is approved. Cancel it instead.", pool=pool.name
                    )
                )

    # Buttons

    def action_compute(self):
        """Split the total among the units that share it."""
        for pool in self:
            pool._lock_flow()
            if pool.state not in ("draft", "computed"):
                raise UserError(
                    self.env._("Shared cost %(pool)s is approved already.", pool=pool.name)
                )
            pool._split()
            pool._set_state("computed", computed_by_id=self.env.uid)

    def action_approve(self):
        """Approve what somebody else has split; the next run bills it."""
        for pool in self:
            pool._lock_flow()
            if pool.state != "computed":
                raise UserError(self.env._("Shared cost %(pool)s is not split.", pool=pool.name))
            pool._check_officer()
            if pool.computed_by_id == self.env.user and not self.env.su:
                raise UserError(
                    self.env._(
                        "You have split %(pool)s yourself. Somebody else has to approve it.",
                        pool=pool.name,
                    )
                )
            pool._check_assigned()
            pool._set_state("approved", approved_by_id=self.env.uid)

    def action_draft(self):
        """Change the terms; the parts are split anew afterwards."""
        for pool in self:
            pool._lock_flow()
            pool._check_not_billed()
            if pool.state == "approved":
                pool._check_officer()
            pool._set_state("draft", approved_by_id=False, is_published=False)

    def action_cancel(self):
        """Cancel a shared cost that is not billed."""
        for pool in self:
            pool._lock_flow()
            pool._check_not_billed()
            if pool.state == "approved":
                pool._check_officer()
            pool._set_state("cancelled", is_published=False)

    def action_publish(self):
        """Show the list to the residents of the community."""
        for pool in self:
            if pool.state != "approved":
                raise UserError(
                    self.env._("Shared cost %(pool)s has to be approved first.", pool=pool.name)
                )
            pool.is_published = True

    def action_unpublish(self):
        """Take the list off the portal."""
        self.is_published = False

    def action_print(self):
        """Print the list of the parts."""
        return self.env.ref("property_fees.property_share_pool_report").report_action(self)

    def action_view_charges(self):
        """Open what was charged for the shared cost."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_charge_action"
        )
        action["domain"] = self._get_charge_domain()
        return action

    def action_view_lines(self):
        """Open the parts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_share_pool_line_action"
        )
        action["domain"] = [("pool_id", "=", self.id)]
        return action

    # Work

    def _check_officer(self):
        if not (self.env.su or self.env.user.has_group("property_base.group_property_officer")):
            raise UserError(self.env._("Only the management of the site approves shared costs."))

    def _check_not_billed(self):
        if self.billed_count:
            raise UserError(
                self.env._(
                    "Parts of %(pool)s are on bills or in a run. Cancel those charges first.",
                    pool=self.name,
                )
            )

    def _check_assigned(self):
        if not self.env["property.fee.assignment"].search_count(
            [("item_id", "=", self.item_id.id), ("community_id", "=", self.community_id.id)],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "Fee item %(item)s is assigned to nobody in %(community)s: say who pays it, "
                    "then approve.",
                    item=self.item_id.name,
                    community=self.community_id.name,
                )
            )

    def _get_charge_domain(self):
        return [
            ("res_model", "=", "property.share.pool.line"),
            (
                "res_id",
                "in",
                self.env["property.share.pool.line"]._search([("pool_id", "in", self.ids)]),
            ),
            ("state", "!=", "cancelled"),
        ]

    def _get_unit_domain(self):
        """Return which units share the cost."""
        self.ensure_one()
        domain = Domain("community_id", "=", self.community_id.id)
        rule = Domain.TRUE
        if self.building_ids:
            rule &= Domain("building_id", "in", self.building_ids.ids)
        if self.entrance_ids:
            rule &= Domain("entrance_id", "in", self.entrance_ids.ids)
        if self.usage:
            rule &= Domain("usage", "=", self.usage)
        if self.floor_rule != "all":
            rule &= Domain("floor", ">=", self.floor_from)
        if self.floor_rule == "range":
            rule &= Domain("floor", "<=", self.floor_to)
        if self.extra_unit_ids:
            rule |= Domain("id", "in", self.extra_unit_ids.ids)
        if self.excluded_unit_ids:
            rule &= Domain("id", "not in", self.excluded_unit_ids.ids)
        return domain & rule

    def _get_weights(self, units):
        """Return unit id -> exact weight before the rule of vacant units; None where unknown."""
        if self.weight_basis == "equal":
            return dict.fromkeys(units.ids, Fraction(1))
        if self.weight_basis in ("area", "inner_area"):
            inner = self.weight_basis == "inner_area"
            return {unit.id: Fraction(unit._area_decimal(inner=inner)) or None for unit in units}
        quantity = self.quantity_id
        if self.weight_basis == "heads":
            quantity = self.env.ref("property_fees.property_fee_quantity_heads")
        day = Span(self.period_end, self.period_end)
        tracks = quantity._get_tracks(units, day)
        default = Fraction(0) if self.weight_basis == "heads" else None
        return {
            unit.id: next(
                (one.value for one in tracks.get(unit.id, ()) if one.covers(self.period_end)),
                default,
            )
            for unit in units
        }

    def _split(self):
        self.ensure_one()
        self.env.cr.precommit.data.pop("property_fees.weight_sums", None)
        if not self.amount_total:
            raise UserError(self.env._("Enter the costs of %(pool)s first.", pool=self.name))
        # sudo: all units of the community share, also those that the user may not open
        units = self.env["property.unit"].sudo().search(self._get_unit_domain(), order="id")
        weights = self._get_weights(units)
        unknown = units.filtered(lambda unit: weights[unit.id] is None)
        if unknown:
            raise UserError(
                self.env._(
                    "%(count)s units have no weight: %(units)s. Enter it, or leave them out.",
                    count=len(unknown),
                    units=", ".join(unknown[:10].mapped("name")),
                )
            )
        rows = self._weigh(units, weights)
        total = Decimal(f"{self.amount_total:.2f}")
        try:
            parts = apportion(total, [(row["unit_id"], row["weight"]) for row in rows])
        except RuleError as error:
            raise UserError(self._explain_error(error)) from error
        weight_sum = sum((row["weight"] for row in rows), Fraction(0))
        self.env["property.share.pool.line"].search([("pool_id", "=", self.id)]).unlink()
        for row in rows:
            exact = Fraction(total) * row["weight"] / weight_sum
            row["amount"] = str(parts[row["unit_id"]])
            row["is_rounded_up"] = Fraction(parts[row["unit_id"]]) > exact
            row["weight"] = f"{to_decimal(row['weight']):f}"
        self.env.flush_all()
        self.env["property.fee.run"]._insert_rows(self.env["property.share.pool.line"], rows)
        self.env.invalidate_all()

    def _get_owned(self, units):
        """Return the ids of the units that have an owner on the last day of the period."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT unit_id FROM property_ownership WHERE unit_id = ANY(%s) "
                "AND daterange(start_date, end_date, '[]') @> %s::date",
                units.ids,
                self.period_end,
            )
        )
        return {row[0] for row in rows}

    def _weigh(self, units, weights):
        vacant_part = {
            "full": Fraction(1),
            "out": Fraction(0),
            "reduced": Fraction(round(self.vacant_percent * 100), 10000),
        }[self.vacant_rule]
        owned = self._get_owned(units)
        rows = []
        for unit in units:
            is_vacant = (
                unit.state == "vacant"
                or unit.id not in owned
                or bool(unit.delivery_date and unit.delivery_date > self.period_end)
            )
            rows.append(
                {
                    "pool_id": self.id,
                    "community_id": self.community_id.id,
                    "company_id": self.company_id.id,
                    "unit_id": unit.id,
                    "building_id": unit.building_id.id,
                    "item_id": self.item_id.id,
                    "is_vacant": is_vacant,
                    "weight": weights[unit.id] * (vacant_part if is_vacant else 1),
                }
            )
        return rows

    def _get_weight_sum(self):
        """Return the sum of the weights, exact; read once for all parts of a run."""
        self.ensure_one()
        cache = self.env.cr.precommit.data.setdefault("property_fees.weight_sums", {})
        if self.id not in cache:
            rows = self.env.execute_query(
                SQL("SELECT SUM(weight) FROM property_share_pool_line WHERE pool_id = %s", self.id)
            )
            cache[self.id] = Fraction(Decimal(str(rows[0][0] or 0)))
        return cache[self.id]

    def _explain_error(self, error):
        if error.code == "no_weights":
            return self.env._(
                "Nobody shares %(pool)s: no unit matches, or every weight is zero.", pool=self.name
            )
        return self.env._("%(pool)s cannot be split: %(code)s.", pool=self.name, code=error.code)

    @api.model
    def _get_published(self, communities):
        """Return the lists that residents of the communities may see, newest first."""
        return self.search(
            [
                ("community_id", "in", communities.ids),
                ("state", "=", "approved"),
                ("is_published", "=", True),
            ]
        )


class PropertySharePoolCost(models.Model):
    """A cost that goes into a shared cost: a supplier's bill, a common meter, an amount."""

    _name = "property.share.pool.cost"
    _description = "Cost of a shared cost"
    _order = "pool_id, id"

    pool_id = fields.Many2one("property.share.pool", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="pool_id.community_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="pool_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Supplier's bill line",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('parent_state', '=', 'posted'), ('move_id.move_type', 'in', ('in_invoice', "
        "'in_refund')), ('display_type', '=', 'product'), ('company_id', '=', company_id)]",
        help="Its amount with tax becomes the cost. A line is shared once.",
    )
    meter_id = fields.Many2one(
        "property.meter",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_common', '=', True), ('community_id', '=', community_id)]",
        help="Consumption read in the period, at the price beside it.",
    )
    quantity = fields.Float(
        string="Consumption",
        digits=(16, 3),
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
    )
    unit_price = fields.Float(digits=(16, 6))
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, required=True, precompute=True
    )

    _line_uniq = models.UniqueIndex(
        "(move_line_id) WHERE move_line_id IS NOT NULL",
        "This line of a bill is in a shared cost already.",
    )

    @api.depends("move_line_id", "meter_id")
    def _compute_name(self):
        for cost in self:
            if cost.move_line_id:
                line = cost.move_line_id
                cost.name = f"{line.move_id.name} {line.name or ''}".strip()
            elif cost.meter_id:
                cost.name = cost.meter_id.display_name
            else:
                cost.name = cost.name or ""

    @api.depends("meter_id", "pool_id.period_start", "pool_id.period_end")
    def _compute_quantity(self):
        for cost in self:
            if not cost.meter_id:
                cost.quantity = cost.quantity or 0.0
                continue
            pool = cost.pool_id
            cost.quantity = sum(
                cost.meter_id.reading_ids.filtered(
                    lambda one, pool=pool: (
                        one.state == "confirmed"
                        and pool.period_start
                        and pool.period_start <= one.read_date <= pool.period_end
                    )
                ).mapped("consumption")
            )

    @api.depends("move_line_id", "meter_id", "quantity", "unit_price")
    def _compute_amount(self):
        for cost in self:
            if cost.move_line_id:
                sign = -1 if cost.move_line_id.move_id.move_type == "in_refund" else 1
                cost.amount = sign * cost.move_line_id.price_total
            elif cost.meter_id:
                exact = Decimal(repr(round(cost.quantity, 3))) * Decimal(
                    repr(round(cost.unit_price, 6))
                )
                cost.amount = float(round_money(exact))
            else:
                cost.amount = cost.amount or 0.0

    @api.constrains("move_line_id")
    def _check_move_line(self):
        for cost in self:
            line = cost.move_line_id
            if line and line.currency_id != cost.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(line)s is in %(currency)s. Enter the cost in %(own)s by hand.",
                        line=line.display_name,
                        currency=line.currency_id.name,
                        own=cost.currency_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._check_pool_open()
        return costs

    def write(self, vals):
        self._check_pool_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        self._check_pool_open()

    def _check_pool_open(self):
        if any(pool.state != "draft" for pool in self.pool_id):
            raise UserError(
                self.env._(
                    "A shared cost that was split keeps its terms. Set it back to draft to change "
                    "them."
                )
            )


class PropertySharePoolLine(models.Model):
    """What one unit bears of a shared cost; it owes it as a fee."""

    _name = "property.share.pool.line"
    _description = "Part of a shared cost"
    _inherit = ["property.scope.mixin", "property.fee.payable"]
    _order = "pool_id, unit_id"
    _property_live = False

    pool_id = fields.Many2one("property.share.pool", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="pool_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    item_id = fields.Many2one(related="pool_id.item_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_vacant = fields.Boolean(string="Vacant")
    weight = fields.Float(digits=(16, 6))
    amount = fields.Monetary()
    is_rounded_up = fields.Boolean(
        string="One cent more", help="Got one of the cents left by rounding (largest remainder)."
    )

    _unit_uniq = models.UniqueIndex("(pool_id, unit_id)", "A unit shares a cost once.")

    @api.depends("pool_id.name", "unit_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.pool_id.name or ''} {line.unit_id.name or ''}".strip()

    # What the fee run asks

    def _get_fee_unit(self):
        """Extend `property.fee.payable`: the unit that bears the part."""
        return self.unit_id

    def _get_fee_bases(self):
        """Extend `property.fee.payable`: parts of costs."""
        return ("share",)

    def _get_fee_assignees(self):
        """Extend `property.fee.payable`: what is said of the unit holds for its parts."""
        return [("property.unit", self.unit_id.id)]

    def _takes_fee_rules(self):
        """Extend `property.fee.payable`: rules of building or community hold for the parts."""
        return True

    def _bears_fee_item(self, item):
        """Extend `property.fee.payable`: the item of the shared cost."""
        return self.item_id == item

    def _get_fee_measures(self, items, windows):
        """Extend `property.fee.payable`: the amount, over the days of the cost."""
        found = {}
        for line in self:
            if line.item_id in items:
                span = Span(line.pool_id.period_start, line.pool_id.period_end)
                amount = Fraction(Decimal(f"{line.amount:.2f}"))
                found[line.id, line.item_id.id] = [(span, (Segment(span, amount),))]
        return found

    def _get_fee_trace(self):
        """Extend `property.fee.payable`: total, weight and sum of weights."""
        pool = self.pool_id
        return {
            "pool": {
                "name": pool.name,
                "total": f"{pool.amount_total:.2f}",
                "amount": f"{self.amount:.2f}",
                "weight": f"{to_decimal(Fraction(Decimal(repr(round(self.weight, 6))))):f}",
                "weights": f"{to_decimal(pool._get_weight_sum()):f}",
                "basis": pool.weight_basis,
                "unit": pool.quantity_id.uom_label or "",
            }
        }
