# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_workorder import OPEN_STATES


class PropertyPaidService(models.Model):
    """One line of the price list of paid services (特约服务), WKO-19."""

    _name = "property.paid.service"
    _description = "Paid Service"
    _inherit = ["image.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    group = fields.Selection(
        [
            ("electric", "Lamps and switches"),
            ("water", "Taps, basins, toilets"),
            ("drain", "Drains"),
            ("door", "Locks, doors, screens"),
            ("household", "Household help"),
            ("errand", "Errands"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    community_ids = fields.Many2many(
        "property.community", string="Communities", check_company=True, help="Empty: all."
    )
    category_id = fields.Many2one("property.workorder.category")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        domain="[('type', '=', 'service')]",
        check_company=True,
        default=lambda self: self.env.ref(
            "property_workorder.property_paid_service_product", False
        ),
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Monetary(required=True, help="Fixed price, material not included.")
    price_to = fields.Monetary(help="Upper end of a price range; 0 for a fixed price.")
    price_unit_name = fields.Char(
        translate=True, default=lambda self: self.env._("each"), string="Per"
    )
    warranty_days = fields.Integer(help="The same fault is repaired free of charge so long.")
    description = fields.Text(translate=True)
    in_portal = fields.Boolean(string="In the portal", default=True)

    _price_positive = models.Constraint("CHECK (price >= 0)", "A price cannot be negative.")
    _price_range = models.Constraint(
        "CHECK (price_to = 0 OR price_to IS NULL OR price_to >= price)",
        "The upper end of a price range is not below the lower one.",
    )

    @api.model
    def _get_of_community(self, community):
        """Return the services that residents of a community can order."""
        found = self.search(
            [("company_id", "=", community.company_id.id), ("in_portal", "=", True)]
        )
        return found.filtered(lambda one: not one.community_ids or community in one.community_ids)


class PropertyWorkorderQuote(models.Model):
    """A price that the resident accepts before anything is done or charged (WKO-19)."""

    _name = "property.workorder.quote"
    _description = "Quote"
    _inherit = ["property.flow.mixin", "property.workorder.line", "mail.thread"]
    _order = "id desc"

    name = fields.Char(readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(
        "res.partner",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        string="Resident",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Price accepted"),
            ("refused", "Price declined"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    is_extra = fields.Boolean(
        string="In addition",
        readonly=True,
        copy=False,
        help="Asked for when more turns out to be needed; comes to the price accepted before.",
    )
    valid_until = fields.Date(default=lambda self: fields.Date.add(fields.Date.today(), days=14))
    line_ids = fields.One2many("property.workorder.quote.line", "quote_id", copy=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_total = fields.Monetary(compute="_compute_amount", store=True, tracking=True)
    accepted_at = fields.Datetime(readonly=True, copy=False)
    accepted_by = fields.Char(readonly=True, copy=False)
    acceptance = fields.Selection(
        [("portal", "By portal"), ("signature", "On paper, signed")], readonly=True, copy=False
    )
    refusal_reason = fields.Char(readonly=True, copy=False)
    note = fields.Text()

    @api.depends("workorder_id")
    def _compute_partner_id(self):
        for quote in self:
            quote.partner_id = (
                quote.partner_id
                or quote.workorder_id.partner_id
                or quote.workorder_id.unit_id.representative_id
            )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for quote in self:
            quote.amount_total = sum(quote.line_ids.mapped("amount"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = (
                    self.env["ir.sequence"].next_by_code("property.workorder.quote") or "/"
                )
        return super().create(vals_list)

    def write(self, vals):
        if {"line_ids", "partner_id"} & set(vals) and any(
            quote.state in ("sent", "accepted") for quote in self
        ):
            raise UserError(
                self.env._("A price that was sent stands. Cancel it and write another one.")
            )
        return super().write(vals)

    def _step(self, *states):
        for quote in self:
            if quote.state not in states:
                raise UserError(
                    self.env._(
                        "%(quote)s is at another step now; reload the page.", quote=quote.name
                    )
                )

    def action_send(self):
        """Send the price to the resident; the portal shows it."""
        self._step("draft")
        for quote in self:
            if not quote.line_ids:
                raise UserError(self.env._("Enter what is charged first."))
            quote._set_state("sent")
            quote.workorder_id._tell_resident(
                quote.workorder_id._for_resident().env._(
                    "The price for %(number)s is %(amount)s. Please accept or refuse it in the "
                    "portal; nothing is done or charged before.",
                    number=quote.workorder_id.name,
                    amount=quote.currency_id.format(quote.amount_total),
                )
            )

    def action_accept_signed(self):
        """The resident has accepted on paper: the order carries the signature."""
        for quote in self:
            if not quote.workorder_id.signature:
                raise UserError(
                    self.env._("Let the resident sign the order first, or send the price.")
                )
            quote._accept(quote.workorder_id.signed_by or quote.partner_id.name, "signature")

    def _accept(self, name, how):
        """Accept; of two prices for one order only one can be accepted."""
        self.ensure_one()
        self.workorder_id._lock_flow()
        self._lock_flow()
        self._step("sent")
        if self.valid_until and self.valid_until < fields.Date.context_today(self):
            raise UserError(self.env._("This price has expired. Ask for a new one."))
        accepted = self.workorder_id._get_accepted_quote()
        if accepted and not self.is_extra:
            raise UserError(self.env._("Another price for this order has been accepted already."))
        if self.is_extra and self.workorder_id.state not in OPEN_STATES:
            raise UserError(self.env._("The work is done already; nothing more is charged for it."))
        self._set_state(
            "accepted", accepted_at=fields.Datetime.now(), accepted_by=name, acceptance=how
        )
        order = self.workorder_id
        if not accepted:
            order.bearer = "resident"
        order.message_post(
            body=self.env._(
                "%(name)s has accepted the price of %(amount)s.",
                name=name,
                amount=self.currency_id.format(self.amount_total),
            ),
            subtype_id=self.env.ref("property_workorder.property_workorder_mt_resident").id,
        )
        if order.state == "accepted" and order.team_id.dispatch == "auto":
            order._dispatch_automatically()
        self._on_accepted()

    def _on_accepted(self):
        """Extension point: called once when the resident has accepted the price."""

    def action_refuse(self, reason=None):
        """The resident does not want it."""
        self._step("sent")
        for quote in self:
            quote._set_state("refused", refusal_reason=reason)
            user = quote.workorder_id.receiver_id
            if user:
                quote.workorder_id.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=self.env._("The price was refused: %(reason)s", reason=reason or "-"),
                )

    def action_cancel(self):
        """Withdraw a price that was not accepted."""
        self._step("draft", "sent")
        self._set_state("cancelled")


class PropertyWorkorderQuoteLine(models.Model):
    """One line of a price."""

    _name = "property.workorder.quote.line"
    _description = "Line of a quote"
    _order = "quote_id, sequence, id"

    quote_id = fields.Many2one(
        "property.workorder.quote", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="quote_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    service_id = fields.Many2one("property.paid.service", ondelete="restrict")
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_from_service",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    name = fields.Char(
        compute="_compute_from_service", store=True, readonly=False, precompute=True, required=True
    )
    quantity = fields.Float(digits="Product Unit", default=1.0)
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_price = fields.Monetary(
        compute="_compute_from_service", store=True, readonly=False, precompute=True
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)

    _positive = models.Constraint(
        "CHECK (quantity > 0 AND unit_price >= 0)", "Quantity and price are not below zero."
    )

    @api.depends("service_id")
    def _compute_from_service(self):
        default = self.env.ref("property_workorder.property_paid_service_product", False)
        for line in self:
            line.product_id = line.service_id.product_id or line.product_id or default
            line.name = line.service_id.name or line.name or line.product_id.name
            line.unit_price = line.service_id.price or line.unit_price

    @api.depends("quantity", "unit_price")
    def _compute_amount(self):
        for line in self:
            amount = line.quantity * line.unit_price
            line.amount = line.currency_id.round(amount) if line.currency_id else amount


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    quote_ids = fields.One2many("property.workorder.quote", "workorder_id", string="Quotes")
    service_id = fields.Many2one("property.paid.service", string="Paid service")
    quote_count = fields.Integer(compute="_compute_quote_count")
    amount_accepted = fields.Monetary(compute="_compute_quote_count", string="Accepted price")

    @api.depends("quote_ids.state", "quote_ids.amount_total")
    def _compute_quote_count(self):
        for order in self:
            order.quote_count = len(order.quote_ids)
            order.amount_accepted = sum(order._get_accepted_quote().mapped("amount_total"))

    def _get_accepted_quote(self):
        """Return the accepted price, and those accepted in addition to it."""
        return self.quote_ids.filtered(lambda quote: quote.state == "accepted").sorted("id")

    def _on_registered(self):
        """Extend: what was done lately is done again under its warranty, free of charge."""
        for order in self.filtered(lambda one: one.kind == "service" and one.service_id):
            first = order._get_warranty_order()
            if first:
                order.bearer = "warranty"
                order.related_ids |= first
                order.message_post(
                    body=self.env._(
                        "Under the warranty of %(order)s until %(date)s.",
                        order=first.name,
                        date=order._local(first._get_warranty_end())[:10],
                    )
                )
        return super()._on_registered()

    def _get_warranty_end(self):
        """Return until when a service that was done is repaired free of charge."""
        self.ensure_one()
        return fields.Datetime.add(self.resolved_at, days=self.service_id.warranty_days)

    def _get_warranty_order(self):
        """Return the order of the same service in the same unit whose warranty still runs."""
        self.ensure_one()
        if not self.unit_id or not self.service_id.warranty_days:
            return self.browse()
        since = fields.Datetime.subtract(self.registered_at, days=self.service_id.warranty_days)
        # sudo: the warranty is the unit's, whoever ordered it then
        return self.sudo().search(
            [
                ("id", "!=", self.id),
                ("unit_id", "=", self.unit_id.id),
                ("service_id", "=", self.service_id.id),
                ("state", "in", ("done", "closed")),
                ("bearer", "=", "resident"),
                ("resolved_at", ">=", since),
            ],
            order="resolved_at desc, id desc",
            limit=1,
        )

    def action_quote(self):
        """Write a price for the resident."""
        self.ensure_one()
        context = {"default_workorder_id": self.id}
        if self._get_accepted_quote():
            context["default_is_extra"] = True
        elif self.service_id:
            context["default_line_ids"] = [
                fields.Command.create({"service_id": self.service_id.id})
            ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quote"),
            "res_model": "property.workorder.quote",
            "view_mode": "form",
            "context": context,
        }

    def action_view_quotes(self):
        """Open the prices of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotes"),
            "res_model": "property.workorder.quote",
            "view_mode": "list,form",
            "domain": [("workorder_id", "=", self.id)],
            "context": {"default_workorder_id": self.id},
        }
