# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..rules.period import Span, period_of

MOST_CANCELLED = 20  # posted charges that one person corrects without a second one


class PropertyFeeCharge(models.Model):
    """What one payer owes for one item over one span of days, and how the amount came about."""

    _name = "property.fee.charge"
    _description = "Fee charge"
    _inherit = ["property.scope.mixin"]
    _order = "period_start desc, unit_id, item_id, id"

    run_id = fields.Many2one("property.fee.run", index="btree_not_null", ondelete="restrict")
    community_id = fields.Many2one(
        compute="_compute_place", store=True, readonly=False, precompute=True
    )
    unit_id = fields.Many2one("property.unit", index="btree_not_null", ondelete="restrict")
    building_id = fields.Many2one(
        "property.building", compute="_compute_place", store=True, precompute=True
    )
    res_model = fields.Char(
        string="Kind of payable",
        compute="_compute_payable",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    res_id = fields.Many2oneReference(
        string="Payable",
        model_field="res_model",
        compute="_compute_payable",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    item_id = fields.Many2one("property.fee.item", required=True, index=True, ondelete="restrict")
    assignment_id = fields.Many2one(
        "property.fee.assignment", index="btree_not_null", ondelete="restrict"
    )
    price_id = fields.Many2one("property.fee.price", index="btree_not_null", ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, index=True, ondelete="restrict"
    )
    period_start = fields.Date(required=True)
    period_end = fields.Date(required=True)
    period_label = fields.Char(string="Period", compute="_compute_period_label")
    is_once = fields.Boolean(string="Charged once")
    quantity = fields.Float(digits=(16, 6), default=1.0)
    unit_price = fields.Float(digits=(16, 6), aggregator=None)
    periods = fields.Float(
        digits=(16, 6),
        default=1.0,
        aggregator=None,
        help="How many periods of the price the charge is worth; a broken month counts in part.",
    )
    amount = fields.Monetary(required=True, help="As the item's taxes say: with or without tax.")
    amount_off = fields.Monetary(
        string="Let off",
        readonly=True,
        help="What waivers and agreed reductions took off, with tax. A charge let off in full is "
        "on no bill; the collection report shows it as waived.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_place", store=True, precompute=True
    )
    trace_data = fields.Json(string="Trace", copy=False)
    trace = fields.Text(string="Explanation", compute="_compute_trace")
    split_group = fields.Integer(
        copy=False,
        index=True,
        help="Charges of co-owners for the same days share a number; no others may overlap.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        string="Status",
        required=True,
        default="draft",
        index=True,
        copy=False,
    )
    invoice_id = fields.Many2one(
        "account.move", string="Bill", index="btree_not_null", ondelete="restrict", copy=False
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", string="Bill line", index="btree_not_null", copy=False
    )
    payment_state = fields.Selection(related="invoice_id.payment_state", string="Payment")
    portal_user_ids = fields.Many2many(
        "res.users",
        compute="_compute_portal_user_ids",
        search="_search_portal_user_ids",
        compute_sudo=True,
        help="The payer, and the current co-owners of the unit while the payer is one of them.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (period_end >= period_start)", "A charge cannot end before it starts."
    )
    _live_excl = models.Constraint(
        "EXCLUDE USING gist (res_id WITH =, item_id WITH =, "
        "(CASE WHEN is_once THEN daterange(NULL, NULL) "
        "ELSE daterange(period_start, period_end, '[]') END) WITH &&, "
        "res_model WITH =, split_group WITH <>) WHERE (state <> 'cancelled')",
        "These days are already charged for this item. Compute the run again: it leaves out what "
        "is billed.",
    )
    _split_uniq = models.UniqueIndex(
        "(split_group, partner_id, item_id)", "A co-owner is charged once for the same days."
    )

    _let_off_idx = models.Index("(community_id) WHERE amount = 0 AND amount_off <> 0")

    def init(self):
        self.env.cr.execute(
            SQL("CREATE SEQUENCE IF NOT EXISTS %s", SQL.identifier(self._split_sequence()))
        )

    @api.depends("unit_id")
    def _compute_place(self):
        for charge in self:
            charge.community_id = charge.unit_id.community_id or charge.community_id
            charge.building_id = charge.unit_id.building_id
            charge.currency_id = charge.community_id.company_id.currency_id

    @api.depends("unit_id")
    def _compute_payable(self):
        for charge in self:
            if charge.unit_id and not charge.res_id:
                charge.res_model, charge.res_id = "property.unit", charge.unit_id.id

    @api.depends("period_start", "period_end", "is_once")
    @api.depends_context("lang")
    def _compute_period_label(self):
        for charge in self:
            charge.period_label = self._format_span(charge.period_start, charge.period_end)

    @api.depends("trace_data")
    @api.depends_context("lang")
    def _compute_trace(self):
        for charge in self:
            charge.trace = charge.trace_data and self._format_trace(charge.trace_data)

    @api.depends("item_id.name", "unit_id.name", "period_label")
    def _compute_display_name(self):
        for charge in self:
            parts = (charge.item_id.name, charge.unit_id.name, charge.period_label)
            charge.display_name = " ".join(part for part in parts if part)

    def _compute_portal_user_ids(self):
        for charge in self:
            users = charge.partner_id.user_ids
            if charge.partner_id in charge.unit_id.owner_ids:
                users |= charge.unit_id.owner_user_ids
            charge.portal_user_ids = users

    def _search_portal_user_ids(self, operator, value):
        """Search by user: own charges, and those of current co-owners of a current own unit.

        A buyer does not see what the seller was billed; a former owner keeps what was billed to
        him.
        """
        if operator != "in":
            return NotImplemented
        mine = SQL(
            """(
            SELECT charge.id FROM property_fee_charge charge
              JOIN res_users u ON u.partner_id = charge.partner_id AND u.id = ANY(%(users)s)
             UNION
            SELECT charge.id FROM property_fee_charge charge
              JOIN property_ownership own ON own.unit_id = charge.unit_id
               AND daterange(own.start_date, own.end_date, '[]') @> %(today)s::date
              JOIN res_users u ON u.partner_id = own.partner_id AND u.id = ANY(%(users)s)
              JOIN property_ownership payer ON payer.unit_id = charge.unit_id
               AND payer.partner_id = charge.partner_id
               AND daterange(payer.start_date, payer.end_date, '[]') @> %(today)s::date
            )""",
            users=[user for user in value if user],
            today=fields.Date.context_today(self),
        )
        return Domain("id", "in", mine)

    @api.model_create_multi
    def create(self, vals_list):
        missing = [vals for vals in vals_list if not vals.get("split_group")]
        for vals, number in zip(missing, self._next_split_groups(len(missing)), strict=True):
            vals["split_group"] = number
        # pending ends and cancellations first: the insert is judged by the constraint at once
        self.flush_model(["state", "period_start", "period_end"])
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        for charge in self:
            if charge.state != "draft":
                raise UserError(
                    self.env._(
                        "Charge %(charge)s is on a bill. Cancel it: that reverses the bill.",
                        charge=charge.display_name,
                    )
                )

    def action_cancel(self):
        """Cancel charges; what is posted is reversed by a credit note of the same lines."""
        self.check_access("write")
        live = self.filtered(lambda charge: charge.state != "cancelled")
        posted = live.filtered(lambda charge: charge.state == "posted")
        if len(posted) > MOST_CANCELLED and not self.env.su:
            raise UserError(
                self.env._(
                    "%(count)s posted charges are a batch. Ask on the fee run for its "
                    "cancellation; somebody else has to approve it.",
                    count=len(posted),
                )
            )
        posted._reverse_bills()
        posted.state = "cancelled"
        (live - posted).unlink()
        posted._on_charges_cancelled()

    def action_view_bill(self):
        """Open the bill."""
        self.ensure_one()
        return self.invoice_id.get_formview_action()

    def _on_charges_cancelled(self):
        """Called once after charges were cancelled and their bills reversed."""

    def _reverse_bills(self):
        for invoice, charges in self.filtered("invoice_id").grouped("invoice_id").items():
            live = invoice.property_fee_charge_ids.filtered(lambda c: c.state == "posted")
            values = {
                "ref": self.env._("Reversal of %(bill)s", bill=invoice.name),
                "invoice_date": fields.Date.context_today(self),
                "property_unit_id": invoice.property_unit_id.id,
                "property_community_id": invoice.property_community_id.id,
            }
            if live == charges and invoice.payment_state == "not_paid":
                invoice._reverse_moves([values], cancel=True)
                continue
            refund = invoice._reverse_moves([values])
            dropped = refund.invoice_line_ids.browse()
            kept = list(charges.invoice_line_id.mapped(lambda line: (line.name, line.price_unit)))
            for line in refund.invoice_line_ids:
                key = (line.name, line.price_unit)
                if key in kept:
                    kept.remove(key)
                else:
                    dropped |= line
            dropped.unlink()
            refund.action_post()
            lines = (invoice + refund).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and not line.reconciled
            )
            if invoice.amount_residual and len(lines.move_id) == 2:
                lines.reconcile()

    # Numbers and words

    @api.model
    def _split_sequence(self):
        return "property_fee_charge_split_seq"

    @api.model
    def _next_split_groups(self, count):
        """Return `count` numbers never used before."""
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", self._split_sequence(), count)
        )
        return [row[0] for row in rows]

    @api.model
    def _format_span(self, start, end):
        """Name a span of days: 2026-01, 2026 or first to last day."""
        if not start or not end:
            return ""
        if start == end:
            return format_date(self.env, start)
        span = Span(start, end)
        if period_of(start, "year") == span:
            return f"{start:%Y}"
        if period_of(start, "month") == span:
            return f"{start:%Y-%m}"
        if start.day == 1 and period_of(end, "month").end == end:
            return f"{start:%Y-%m} – {end:%Y-%m}"
        return f"{format_date(self.env, start)} – {format_date(self.env, end)}"

    @api.model
    def _get_quantity_units(self):
        """Return the unit of measure of each basis, in the reader's language."""
        return {
            "area": self.env._("m²"),
            "inner_area": self.env._("m²"),
            "fixed": "",
        }

    @api.model
    def _get_quantity_unit(self, basis, meter_kind=False):
        """Return the unit of measure of a basis; that of a meter depends on its kind."""
        if basis == "meter":
            return self.env["property.meter"]._get_uom_labels().get(meter_kind, "")
        return self._get_quantity_units().get(basis)

    @api.model
    def _format_price(self, price, currency, basis, price_period, meter_kind=False):
        """Return e.g. ``2.45 CNY/m²·month`` in the reader's language."""
        periods = {
            "month": self.env._("month"),
            "quarter": self.env._("quarter"),
            "half_year": self.env._("half-year"),
            "year": self.env._("year"),
        }
        unit = self._get_quantity_unit(basis, meter_kind)
        per = "·".join(part for part in (unit, periods.get(price_period)) if part)
        return f"{price} {currency}/{per}" if per else f"{price} {currency}"

    @api.model
    def _format_trace(self, data):
        """Put a trace into words, e.g. 89.56 m² × 2.45 CNY/m²·month × 1 month = 219.42.

        :param data: see `rules/trace.py`
        :return: one line, with a second one when the amount was rounded with the whole period
        """
        # owners in China read 元
        names = {"CNY": self.env._("CNY")}
        data = {**data, "currency": names.get(data["currency"], data["currency"])}
        factors, before = self._format_factors(data)
        periods = self._format_periods(data)
        if periods:
            factors.append(periods)
        if data.get("reduction"):
            factors.append(self.env._("(100%% − %(percent)s%%)", percent=data["reduction"]))
        if data.get("share"):
            factors.append(self.env._("share %(share)s", share=data["share"]))
        text = f"{' × '.join(factors)} = {data['amount']}"
        if data.get("rebate"):
            text += " " + self.env._("(%(amount)s off per period)", amount=data["rebate"])
        if data.get("step"):
            text += " " + self.env._("(rounded to %(step)s)", step=data["step"])
        elif abs(Decimal(data["exact"]) - Decimal(data["amount"])) > Decimal("0.005"):
            text += " " + self.env._("(rounded with the rest of the period)")
        for _waiver_id, name in data.get("waivers", ()):
            text += " " + self.env._("Waiver %(waiver)s.", waiver=name)
        return "\n".join([*before, text])

    @api.model
    def _format_factors(self, data):
        """Return what is multiplied, and the lines that stand before it."""
        if data["basis"] == "share":
            return self._format_pool(data)
        if data.get("formula"):
            rate = self._format_price(
                data["rate"], data["currency"], "formula", data["price_period"]
            )
            filled = data["filled"].replace("*", "×")
            return [rate], [f"{data['formula']}: {filled} = {data['rate']}"]
        unit = self._get_quantity_unit(data["basis"], data.get("meter_kind"))
        factors, before = [], self._format_readings(data, unit)
        if data.get("ladder"):
            terms = [
                f"{quantity} {unit} × {price}" if unit else f"{quantity} × {price}"
                for price, quantity in data["ladder"]
            ]
            text = " + ".join(terms)
            return [f"({text}) {data['currency']}" if len(terms) > 1 else text], before
        if data["basis"] != "fixed" or data["quantity"] != "1":
            factors.append(f"{data['quantity']} {unit}" if unit else data["quantity"])
        price = self._format_price(
            data["price"],
            data["currency"],
            data["basis"],
            data["price_period"],
            data.get("meter_kind"),
        )
        return [*factors, price], before

    @api.model
    def _format_readings(self, data, unit):
        lines = []
        for first, start, last, end, multiplier, used, days, length in data.get("readings", ()):
            text = self.env._(
                "%(start)s (%(first)s) → %(end)s (%(last)s)",
                start=start,
                first=first,
                end=end,
                last=last,
            )
            if multiplier != "1":
                text += " × " + multiplier
            text += f" = {used} {unit}"
            if days != length:
                text += " × " + self.env._("%(days)s/%(length)s days", days=days, length=length)
            lines.append(text)
        return lines

    @api.model
    def _format_pool(self, data):
        pool = dict(data.get("pool", {}))
        labels = {"area": self.env._("m²"), "inner_area": self.env._("m²")}
        labels |= {"equal": self.env._("units"), "heads": self.env._("people")}
        pool["unit"] = labels.get(pool.get("basis"), pool.get("unit", ""))
        text = (
            f"{pool.get('total')} × {pool.get('weight')}/{pool.get('weights')} {pool.get('unit')}"
        )
        before = [f"{pool.get('name')}: {text.strip()} = {pool.get('amount')}"]
        factors = [f"{pool.get('amount')} {data['currency']}"]
        if data.get("days"):
            days, length = data["days"]
            factors.append(self.env._("%(days)s/%(length)s days", days=days, length=length))
        return factors, before

    @api.model
    def _format_periods(self, data):
        labels = {
            "month": (self.env._("%(count)s month"), self.env._("%(count)s months")),
            "quarter": (self.env._("%(count)s quarter"), self.env._("%(count)s quarters")),
            "half_year": (self.env._("%(count)s half-year"), self.env._("%(count)s half-years")),
            "year": (self.env._("%(count)s year"), self.env._("%(count)s years")),
        }
        if data["price_period"] not in labels:
            return ""
        count = data["periods"]
        if data.get("parts") and data["day_count"] == "actual":
            whole = sum(1 for _day, days, length in data["parts"] if days == length)
            terms = [f"{d}/{length}" for _day, d, length in data["parts"] if d != length]
            if whole:
                terms.insert(0, str(whole))
            count = " + ".join(terms)
            divisor = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[data["price_period"]]
            if len(terms) > 1:
                count = f"({count})"
            if divisor > 1:
                count += f"/{divisor}"
        singular, plural = labels[data["price_period"]]
        text = singular if data["periods"] == "1" or len(data.get("parts", [])) == 1 else plural
        return text.replace("%(count)s", count)

    def _get_waiver_ids(self):
        """Return the ids of the waivers by which the charge is lower."""
        self.ensure_one()
        return [waiver_id for waiver_id, _name in (self.trace_data or {}).get("waivers", ())]

    def _prepare_invoice_line_vals(self):
        """Return the values of the bill line for this charge, in the language of the env."""
        self.ensure_one()
        account = self.community_id.analytic_account_id
        return {
            "product_id": self.item_id.product_id.id,
            "name": self._get_bill_line_name(),
            "quantity": 1.0,
            "price_unit": self.amount,
            "analytic_distribution": {str(account.id): 100.0} if account else False,
        }

    def _get_bill_line_name(self):
        """Return the text of the bill line: item, period and explanation."""
        self.ensure_one()
        lines = [f"{self.item_id.name} {self.period_label}".strip()]
        if self.trace_data:
            lines.append(self.trace)
        return "\n".join(lines)
