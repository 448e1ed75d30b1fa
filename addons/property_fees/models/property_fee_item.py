# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

COMPUTABLE = ("area", "inner_area", "fixed")


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

    @api.depends("period", "basis")
    def _compute_price_period(self):
        for item in self:
            if item.period == "once":
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
                        "Fee item %(item)s: charging by %(basis)s is not available yet. "
                        "Choose area, inner area or a fixed amount.",
                        item=item.name,
                        basis=labels[item.basis].lower(),
                    )
                )

    @api.constrains("period", "price_period")
    def _check_price_period(self):
        for item in self:
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
        if vals.keys() & {"basis", "period", "price_period", "company_id"}:
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
                for name in ("basis", "period", "price_period", "company_id")
                if name in vals
                and item._fields[name].convert_to_write(item[name], item) != vals[name]
            ]
            # sudo: charges of communities that the user may not see count as well
            if changed and self.env["property.fee.charge"].sudo().search_count(
                [("item_id", "=", item.id), ("state", "=", "posted")], limit=1
            ):
                raise UserError(
                    self.env._(
                        "Fee item %(item)s has been billed; its basis and period stay as they "
                        "are. End its prices and make a new item.",
                        item=item.name,
                    )
                )

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
