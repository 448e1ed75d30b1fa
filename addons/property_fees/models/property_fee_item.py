# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.property_base.models.property_handover_template import METER_KINDS

from ..rules.errors import RuleError
from ..rules.formula import parse
from ..rules.rounding import to_decimal

COMPUTABLE = ("area", "inner_area", "fixed", "meter", "share", "formula")
MEASURED = ("meter", "share")  # charged for what was measured, not by the calendar
BUILT_IN = ("area", "inner_area", "storey", "price")
FROZEN = ("basis", "period", "price_period", "company_id", "formula", "meter_kind", "ladder")
ALIASES = {"面积": "area", "套内面积": "inner_area", "楼层": "storey", "单价": "price"}


class PropertyFeeItem(models.Model):
    """A fee item (收费项目): what is charged, on which basis, how often, into which account."""

    _name = "property.fee.item"
    _description = "Fee item"
    _inherit = ["mail.thread"]
    _order = "sequence, code, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # What and how often
    basis = fields.Selection(
        [
            ("area", "Area"),
            ("inner_area", "Inner area"),
            ("fixed", "Fixed amount"),
            ("meter", "Meter"),
            ("share", "Shared cost"),
            ("formula", "Formula"),
        ],
        required=True,
        default="area",
        tracking=True,
        help="What the price is multiplied by.",
    )
    period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half_year", "Half-year"),
            ("year", "Year"),
            ("once", "Once"),
        ],
        required=True,
        default="month",
        tracking=True,
        help="How often the item is billed.",
    )
    price_period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half_year", "Half-year"),
            ("year", "Year"),
            ("once", "Occurrence"),
        ],
        string="Price per",
        compute="_compute_price_period",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What the unit price is for: 2.45 per m² and month may well be billed by the quarter.",
    )
    timing = fields.Selection(
        [("advance", "In advance"), ("arrears", "In arrears")],
        required=True,
        default="advance",
        help="Periods longer than a month are billed by the run in which they begin (advance) or "
        "end (arrears).",
    )
    meter_kind = fields.Selection(
        METER_KINDS,
        compute="_compute_meter_kind",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Which meters of the unit count.",
    )
    ladder = fields.Selection(
        [
            ("bill", "With each bill"),
            ("month", "With each bill, steps are per month"),
            ("year", "On 1 January"),
        ],
        string="Steps start anew",
        required=True,
        default="bill",
        help="When the steps (阶梯) of the price begin again at the first one.",
    )
    formula = fields.Char(
        tracking=True,
        help="The amount of one price period, for example: area * price + 5. Names: area, "
        "inner_area, storey, price, and the codes of the fee quantities. Functions: min, max, "
        "round, ceil, floor. Conditions: a if storey > 6 else b.",
    )
    formula_example = fields.Char(compute="_compute_formula_example")
    payment_priority = fields.Integer(
        default=10,
        tracking=True,
        help="Which item of a common bill a part payment settles first: the lowest number.",
    )
    # How
    rounding = fields.Selection(
        [("fen", "0.01"), ("jiao", "0.1"), ("yuan", "1")],
        required=True,
        default="fen",
        help="Amounts are rounded half up, once, at the end.",
    )
    proration = fields.Selection(
        [
            ("actual", "By day: actual days of the month"),
            ("thirty", "By day: 1/30 of a month"),
            ("whole", "A month begun is charged whole"),
        ],
        required=True,
        default="actual",
        help="How a month counts that is not charged from its first to its last day.",
    )
    is_compulsory = fields.Boolean(
        string="Compulsory",
        default=True,
        tracking=True,
        help="Public service that every unit owes; otherwise an optional one that is agreed.",
    )
    due_days = fields.Integer(
        string="Due after (days)",
        help="Days from the bill to its due date; 0: as the community says. The shortest of the "
        "items on a bill counts.",
    )
    # Accounts
    product_id = fields.Many2one(
        "product.product",
        string="Product",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        help="Made with the item; carries income account and taxes into the bills.",
    )
    income_account_id = fields.Many2one(
        related="product_id.property_account_income_id",
        readonly=False,
        string="Income account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other', 'liability_current'))]",
        help="Empty: the income account of the product category.",
    )
    tax_ids = fields.Many2many(
        related="product_id.taxes_id",
        readonly=False,
        string="Taxes",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Choose taxes included in the price where owners are quoted prices with tax.",
    )
    price_ids = fields.One2many("property.fee.price", "item_id", string="Prices")
    assignment_ids = fields.One2many("property.fee.assignment", "item_id", string="Assignments")
    note = fields.Text()

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "Another fee item of this company has this code already."
    )
    _due_days_positive = models.Constraint(
        "CHECK (due_days >= 0)", "The days until the fee falls due cannot be negative."
    )

    @api.depends("basis")
    def _compute_meter_kind(self):
        for item in self:
            item.meter_kind = (item.meter_kind or "water") if item.basis == "meter" else False

    @api.depends("formula", "basis", "price_ids.unit_price")
    def _compute_formula_example(self):
        """Try the formula on the first unit that has what it asks for."""
        for item in self:
            item.formula_example = False
            if item.basis != "formula" or not item.formula:
                continue
            try:
                item.formula_example = item._try_formula()
            except RuleError as error:
                item.formula_example = self._explain_formula_error(error)

    @api.depends("period", "basis")
    def _compute_price_period(self):
        for item in self:
            if item.period == "once" or item.basis in MEASURED:
                item.price_period = "once"
            elif item.basis in ("area", "inner_area"):
                item.price_period = "month"
            else:
                item.price_period = item.period

    @api.depends("name", "code")
    def _compute_display_name(self):
        for item in self:
            item.display_name = item.name

    @api.constrains("basis", "active")
    def _check_basis(self):
        labels = dict(self._fields["basis"]._description_selection(self.env))
        for item in self:
            if item.active and item.basis not in self._get_computable_bases():
                raise UserError(
                    self.env._(
                        "Fee item %(item)s: charging by %(basis)s is not available.",
                        item=item.name,
                        basis=labels[item.basis].lower(),
                    )
                )

    @api.constrains("basis", "formula", "company_id")
    def _check_formula(self):
        for item in self.filtered(lambda item: item.basis == "formula"):
            try:
                item._parse_formula()
            except RuleError as error:
                raise ValidationError(
                    self.env._(
                        "Fee item %(item)s: %(problem)s",
                        item=item.name,
                        problem=self._explain_formula_error(error),
                    )
                ) from error

    @api.constrains("basis", "meter_kind", "period")
    def _check_measured(self):
        for item in self:
            if item.basis == "meter" and not item.meter_kind:
                raise ValidationError(
                    self.env._("Fee item %(item)s: choose the kind of meter.", item=item.name)
                )
            if item.basis in MEASURED and item.period == "once":
                raise ValidationError(
                    self.env._(
                        "Fee item %(item)s: what is measured is charged again and again. Choose "
                        "how often.",
                        item=item.name,
                    )
                )

    @api.constrains("period", "price_period", "basis")
    def _check_price_period(self):
        for item in self.filtered(lambda item: item.basis not in MEASURED):
            if (item.period == "once") != (item.price_period == "once"):
                raise ValidationError(
                    self.env._(
                        "Fee item %(item)s: only an item that is charged once has a price per "
                        "occurrence. Change the period or what the price is for.",
                        item=item.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        accounts = [
            (vals.pop("income_account_id", False), vals.pop("tax_ids", [])) for vals in vals_list
        ]
        items = super().create(vals_list)
        for item, (account, taxes) in zip(items, accounts, strict=True):
            if not item.product_id:
                # sudo: whoever sets up fees need not be a product manager
                item.product_id = (
                    item.env["product.product"].sudo().create(item._prepare_product_vals())
                )
            product_sudo = item.product_id.sudo().with_company(item.company_id)
            if account:
                product_sudo.property_account_income_id = account
            if taxes:
                product_sudo.taxes_id = taxes
        return items

    def write(self, vals):
        if vals.keys() & set(FROZEN):
            self._check_not_billed(vals)
        result = super().write(vals)
        if vals.keys() & {"name", "code"}:
            for item in self:
                # sudo: as in create
                item.product_id.sudo().write({"name": item.name, "default_code": item.code})
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for item, vals in zip(self, vals_list, strict=True):
            vals["code"] = self.env._("%(code)s-copy", code=item.code)
            vals["name"] = self.env._("%(name)s (copy)", name=item.name)
            vals["income_account_id"] = item.income_account_id.id
            vals["tax_ids"] = [fields.Command.set(item.tax_ids.ids)]
        return vals_list

    def _check_not_billed(self, vals):
        for item in self:
            changed = [
                name
                for name in FROZEN
                if name in vals
                and item._fields[name].convert_to_write(item[name], item) != vals[name]
            ]
            # sudo: charges of communities that the user may not see count as well
            if changed and self.env["property.fee.charge"].sudo().search_count(
                [("item_id", "=", item.id), ("state", "=", "posted")], limit=1
            ):
                raise UserError(
                    self.env._(
                        "Fee item %(item)s has been billed; its basis, formula and period stay "
                        "as they are. End its prices and make a new item.",
                        item=item.name,
                    )
                )

    # Formula

    def _get_formula_names(self):
        """Return the quantities that formulas of the item may name."""
        quantities = self.env["property.fee.quantity"].search(
            [("company_id", "in", (False, self.company_id.id))]
        )
        return [*BUILT_IN, *quantities.mapped("code")]

    def _parse_formula(self):
        """Return the checked formula.

        :raise RuleError: see `rules.formula.parse`
        """
        self.ensure_one()
        return parse(self.formula, self._get_formula_names(), ALIASES)

    def _try_formula(self):
        formula = self._parse_formula()
        price = self.price_ids[:1]
        values = {"price": Fraction(price._unit_price_decimal() if price else 1)}
        unit = self.env["property.unit"].search(
            [("company_id", "=", self.company_id.id), ("area_m2", ">", 0)], limit=1
        )
        if unit:
            values |= {
                name: Fraction(value) for name, value in unit._get_fee_values(formula.names).items()
            }
        for name in formula.names:
            values.setdefault(name, Fraction(100 if name in BUILT_IN else 1))
        result = to_decimal(formula.evaluate(values))
        return f"{unit.name or ''} {formula.explain(values)} = {result:f}".strip()

    @api.model
    def _explain_formula_error(self, error):
        """Return a rule's refusal of a formula in words."""
        _ = self.env._
        texts = {
            "formula_empty": _("Enter the formula."),
            "formula_too_long": _("The formula is too long."),
            "formula_syntax": _("The formula cannot be read. Check brackets and signs."),
            "formula_not_allowed": _("%(what)s is not allowed in formulas."),
            "formula_unknown_name": _("%(name)s is not known. Known are: %(known)s."),
            "formula_arguments": _("%(name)s has too few or too many values."),
            "formula_value_missing": _("There is no value of %(names)s."),
            "formula_division_by_zero": _("The formula divides by zero."),
            "formula_negative": _("The formula gives %(result)s, which is below zero."),
            "formula_not_a_number": _("The formula must give a number."),
            "formula_not_a_condition": _("What stands after if must be a comparison."),
            "formula_round": _("Round to 0 up to 6 decimals."),
            "formula_too_large": _("The formula gives a number that is too large."),
        }
        text = texts.get(error.code, error.code)
        for name, value in error.params.items():
            text = text.replace(f"%({name})s", str(value))
        return text

    @api.model
    def _get_computable_bases(self):
        """Return the bases that a fee run can compute; addons that add one extend it."""
        return COMPUTABLE

    def _prepare_product_vals(self):
        """Return the values of the product that stands for the item in bills."""
        self.ensure_one()
        return {
            "name": self.name,
            "default_code": self.code,
            "type": "service",
            "company_id": self.company_id.id,
            "sale_ok": True,
            "purchase_ok": False,
            "taxes_id": [fields.Command.clear()],
            "supplier_taxes_id": [fields.Command.clear()],
            "list_price": 0.0,
        }

    def _get_rounding_step(self):
        """Return the smallest amount of the item as a Decimal."""
        self.ensure_one()
        return {"fen": Decimal("0.01"), "jiao": Decimal("0.1"), "yuan": Decimal("1")}[self.rounding]
