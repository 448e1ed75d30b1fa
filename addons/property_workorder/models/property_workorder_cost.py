# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyWorkorder(models.Model):
    """What an order costs: material, labour, contractors; who bears it."""

    _inherit = "property.workorder"

    currency_id = fields.Many2one(related="company_id.currency_id")
    bearer = fields.Selection(
        [
            ("company", "Property company"),
            ("resident", "Resident"),
            ("warranty", "Warranty"),
            ("developer", "Claim on the developer"),
            ("goodwill", "Goodwill"),
            ("fund", "Maintenance fund"),
        ],
        default="company",
        tracking=True,
        string="Cost borne by",
    )
    material_ids = fields.One2many("property.workorder.material", "workorder_id", string="Material")
    labour_ids = fields.One2many("property.workorder.labour", "workorder_id", string="Labour")
    contract_ids = fields.One2many(
        "property.workorder.contract", "workorder_id", string="Contractor orders"
    )
    expense_ids = fields.One2many(
        "property.workorder.expense", "workorder_id", string="Other costs"
    )
    material_cost = fields.Monetary(compute="_compute_cost", store=True)
    labour_cost = fields.Monetary(compute="_compute_cost", store=True)
    contract_cost = fields.Monetary(compute="_compute_cost", store=True)
    expense_cost = fields.Monetary(compute="_compute_cost", store=True, string="Other costs paid")
    total_cost = fields.Monetary(compute="_compute_cost", store=True, string="Cost")
    labour_minutes = fields.Integer(compute="_compute_cost", store=True)
    cost_posted = fields.Boolean(copy=False, readonly=True)

    @api.depends(
        "material_ids.amount",
        "labour_ids.amount",
        "labour_ids.minutes",
        "contract_ids.amount",
        "contract_ids.state",
        "expense_ids.amount",
    )
    def _compute_cost(self):
        for order in self:
            order.material_cost = sum(order.material_ids.mapped("amount"))
            order.labour_cost = sum(order.labour_ids.mapped("amount"))
            order.contract_cost = sum(
                order.contract_ids.filtered(lambda one: one.state != "cancelled").mapped("amount")
            )
            order.labour_minutes = sum(order.labour_ids.mapped("minutes"))
            order.expense_cost = sum(order.expense_ids.mapped("amount"))
            order.total_cost = (
                order.material_cost + order.labour_cost + order.contract_cost + order.expense_cost
            )

    def _labour_start(self, user, now):
        """Begin to count the time of a technician."""
        self.ensure_one()
        running = self.labour_ids.filtered(lambda one: not one.end_at and one.user_id == user)
        if not running:
            self.env["property.workorder.labour"].create(
                {"workorder_id": self.id, "user_id": user.id, "start_at": now}
            )

    def _labour_stop(self, now):
        """Stop counting the time of everybody on the order."""
        self.labour_ids.filtered(lambda one: not one.end_at).end_at = now

    def _post_costs(self):
        """Write the cost to the analytic account of the community; reopening adds the rest."""
        for order in self:
            # sudo: whoever does the work need not be an accountant
            order_sudo = order.sudo()
            account = order_sudo.community_id.analytic_account_id
            AccountLine = self.env["account.analytic.line"].sudo()  # sudo: as above
            plan_field = account.plan_id._column_name() if account else None
            posted = sum(
                AccountLine.search([("property_workorder_id", "=", order.id)]).mapped("amount")
            )
            rest = -order_sudo.total_cost - posted
            if not account or order.currency_id.is_zero(rest):
                continue
            AccountLine.create(
                {
                    "name": order.display_name,
                    plan_field: account.id,
                    "amount": rest,
                    "date": fields.Date.context_today(order),
                    "company_id": order.company_id.id,
                    "property_workorder_id": order.id,
                }
            )
            order_sudo.cost_posted = True


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    property_workorder_id = fields.Many2one(
        "property.workorder", string="Work order", index="btree_not_null", ondelete="set null"
    )


class PropertyWorkorderMaterial(models.Model):
    """A part that was used. With Odoo's stock installed a bridge moves it out of the store."""

    _name = "property.workorder.material"
    _description = "Material used"
    _inherit = ["property.workorder.line"]
    _order = "id"

    product_id = fields.Many2one(
        "product.product",
        required=True,
        domain="[('type', '=', 'consu')]",
        ondelete="restrict",
        string="Spare part",
    )
    name = fields.Char(
        compute="_compute_product", store=True, readonly=False, precompute=True, string="Note"
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_cost = fields.Monetary(
        compute="_compute_product", store=True, readonly=False, precompute=True
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)
    used_date = fields.Date(default=fields.Date.context_today)
    stock_reference = fields.Char(readonly=True, copy=False)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Enter how many were used; more than zero."
    )

    @api.depends("product_id")
    def _compute_product(self):
        for line in self:
            # sudo: the cost of a part goes into the order, whoever uses the part
            product_sudo = line.product_id.sudo().with_company(line.company_id)
            line.unit_cost = product_sudo.standard_price
            line.name = product_sudo.name

    @api.depends("quantity", "unit_cost")
    def _compute_amount(self):
        for line in self:
            amount = line.quantity * line.unit_cost
            line.amount = line.currency_id.round(amount) if line.currency_id else amount

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for line in lines:
            line._on_used()
        return lines

    def _on_used(self):
        """Take the part out of the store where Odoo's stock is installed; extension point.

        The move goes from the store of the community to the place where Odoo books losses of the
        part; a part that is not kept in stock is only listed. More than the books say is there may
        be used: the part is in the wall already, and the next count finds the difference.
        """
        self.ensure_one()
        # sudo: a technician takes parts without being a stock user
        product = self.product_id.sudo().with_company(self.company_id)
        if "stock.move" not in self.env or not product.is_storable:
            return
        warehouse = self._get_warehouse()
        target = product.property_stock_inventory
        if not warehouse or not target:
            return
        move = (
            self.env["stock.move"]
            .sudo()  # sudo: as above
            .create(
                {
                    "product_id": product.id,
                    "product_uom_qty": self.quantity,
                    "product_uom": product.uom_id.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": target.id,
                    "company_id": self.company_id.id,
                    "origin": self.workorder_id.name,
                }
            )
        )
        move._action_confirm()
        move.quantity = self.quantity
        move.picked = True
        move._action_done()
        self.stock_reference = move.reference or move.display_name

    def _get_warehouse(self):
        """Return the store: the warehouse at the address of the community, else the company's.

        Called only where Odoo's stock is installed; extension point.
        """
        self.ensure_one()
        # sudo: as above
        found = self.env["stock.warehouse"].sudo().search([("company_id", "=", self.company_id.id)])
        address = self.community_id.sudo().partner_id  # sudo: the address of the community
        return found.filtered(lambda one: address and one.partner_id == address)[:1] or found[:1]

    def write(self, vals):
        if {"product_id", "quantity", "workorder_id"} & set(vals) and any(
            line.stock_reference for line in self
        ):
            raise UserError(
                self.env._("The part has left the store. Enter its return in the stock instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_moved(self):
        if any(line.stock_reference for line in self):
            raise UserError(
                self.env._("The part has left the store. Enter its return in the stock instead.")
            )

    @api.model
    def _get_choices(self):
        """Return the parts that a technician can choose on the phone."""
        found = self.env["product.product"].search(
            [("type", "=", "consu"), ("sale_ok", "=", True)], limit=60, order="default_code, name"
        )
        return [{"id": product.id, "name": product.display_name} for product in found]


class PropertyWorkorderLabour(models.Model):
    """Time that somebody worked on an order."""

    _name = "property.workorder.labour"
    _description = "Labour time"
    _inherit = ["property.workorder.line"]
    _order = "start_at, id"

    user_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, string="Technician"
    )
    start_at = fields.Datetime(required=True, default=fields.Datetime.now)
    end_at = fields.Datetime()
    minutes = fields.Integer(compute="_compute_minutes", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_minutes", store=True)
    note = fields.Char()

    _times_ordered = models.Constraint(
        "CHECK (end_at IS NULL OR end_at >= start_at)", "Work ends after it begins."
    )

    @api.depends("start_at", "end_at", "user_id")
    def _compute_minutes(self):
        for line in self:
            seconds = (line.end_at - line.start_at).total_seconds() if line.end_at else 0
            line.minutes = round(seconds / 60)
            technician = self.env["property.technician"]._get_of_user(line.user_id)
            amount = technician.hourly_cost * line.minutes / 60
            line.amount = line.currency_id.round(amount) if line.currency_id else amount


class PropertyWorkorderExpense(models.Model):
    """What else an order cost: disposal, a hired lift, a taxi (feature 84)."""

    _name = "property.workorder.expense"
    _description = "Other cost"
    _inherit = ["property.workorder.line"]
    _order = "spent_date, id"

    name = fields.Char(required=True, string="What for")
    spent_date = fields.Date(required=True, default=fields.Date.context_today, string="Spent on")
    partner_id = fields.Many2one("res.partner", string="Paid to")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint("CHECK (amount > 0)", "Enter what was paid.")


class PropertyWorkorderContract(models.Model):
    """An order to an outside contractor: attendance, acceptance, warranty, score (WKO-22)."""

    _name = "property.workorder.contract"
    _description = "Contractor order"
    _inherit = ["property.flow.mixin", "property.workorder.line", "mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True, string="Work")
    partner_id = fields.Many2one("res.partner", string="Contractor", required=True, tracking=True)
    project_name = fields.Char(
        help="Works project under which the part was made; its faults go to who made it."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Ordered"),
            ("attended", "On the spot"),
            ("accepted", "Work accepted"),
            ("rejected", "Sent back"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    ordered_date = fields.Date(readonly=True, copy=False)
    due_date = fields.Date(tracking=True)
    attended_at = fields.Datetime(readonly=True, copy=False)
    accepted_at = fields.Datetime(readonly=True, copy=False, string="Work accepted on")
    accepted_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, string="Work accepted by"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Contract price", tracking=True)
    warranty_until = fields.Date(string="Warranty until")
    score = fields.Integer(help="0 to 100, given at acceptance.", copy=False, aggregator="avg")
    know_how = fields.Html(string="Know-how", help="What to remember for the next time.")
    rejection_reason = fields.Char(
        copy=False, tracking=True, help="What is not right; the contractor is told."
    )
    is_late = fields.Boolean(compute="_compute_is_late")

    _score_range = models.Constraint(
        "CHECK (score IS NULL OR score BETWEEN 0 AND 100)", "A score is between 0 and 100."
    )

    @api.depends("due_date", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for contract in self:
            contract.is_late = bool(
                contract.due_date
                and contract.due_date < today
                and contract.state in ("sent", "attended", "rejected")
            )

    def _step(self, *states):
        for contract in self:
            if contract.state not in states:
                raise UserError(
                    self.env._(
                        "%(contract)s is at another step now; reload the page.",
                        contract=contract.display_name,
                    )
                )

    def action_send(self):
        """Order the work."""
        self._step("draft")
        self._set_state("sent", ordered_date=fields.Date.context_today(self))

    def action_attend(self):
        """The contractor has come."""
        self._step("sent", "rejected")
        now = fields.Datetime.now()
        self._set_state("attended", attended_at=now)
        for order in self.workorder_id.filtered(lambda one: not one.attended_at):
            order.attended_at = now
            order._recompute_clocks()

    def action_accept(self):
        """Own staff accept the work, with a score."""
        self._step("attended")
        for contract in self:
            if not contract.score:
                raise UserError(
                    self.env._("Give %(contract)s a score first.", contract=contract.name)
                )
            contract._set_state(
                "accepted", accepted_at=fields.Datetime.now(), accepted_by_id=self.env.uid
            )

    def action_reject(self):
        """Send the contractor back to do it again, with the reason."""
        self._step("attended")
        for contract in self:
            if not (contract.rejection_reason or "").strip():
                raise UserError(
                    self.env._(
                        "Enter under %(contract)s why the work is sent back.",
                        contract=contract.name,
                    )
                )
        self._set_state("rejected")

    def action_cancel(self):
        """Give the order up."""
        self._step("draft", "sent", "rejected")
        self._set_state("cancelled")
