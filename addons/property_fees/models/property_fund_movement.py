# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..rules.apportion import apportion
from ..rules.fund import allot_use

MONEY_IN = ("contribution", "income", "interest", "subsidy")
STEPS = ("draft", "voted", "ordered", "accepted", "requested", "approved", "paid", "published")


class PropertyFundMovement(models.Model):
    """Money into or out of a fund, step by step, each step by whom it may.

    A use goes from proposal over the vote of the owners concerned, the order and the acceptance to
    the payment request of the committee, its approval by somebody else, the payment and the
    publication (FEE-27, FEE-31).
    """

    _name = "property.fund.movement"
    _description = "Movement of a fund"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    fund_id = fields.Many2one("property.fund", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="fund_id.community_id", store=True, index=True, precompute=True, required=False
    )
    kind = fields.Selection(
        [
            ("contribution", "Contribution"),
            ("income", "Income"),
            ("interest", "Interest"),
            ("subsidy", "Subsidy received"),
            ("use", "Use"),
            ("cost", "Cost of earning it"),
            ("distribution", "Distribution"),
            ("cover", "Covers fees"),
        ],
        required=True,
        default="use",
        tracking=True,
    )
    is_in = fields.Boolean(compute="_compute_is_in")
    use_category = fields.Selection(
        [
            ("contractors", "Contractors"),
            ("wages", "Wages and volunteers"),
            ("facilities", "Repair, purchase and alteration of facilities"),
            ("emergency", "Emergencies"),
        ],
        string="Use for",
        tracking=True,
    )
    date = fields.Date(default=fields.Date.context_today, required=True, tracking=True)
    amount = fields.Monetary(required=True, tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Paid to or by")
    account_id = fields.Many2one(
        "account.account",
        string="Other account",
        check_company=True,
        help="Empty: the bank account of the fund.",
    )
    state = fields.Selection(
        [
            ("draft", "Proposal"),
            ("voted", "Resolved"),
            ("ordered", "Ordered"),
            ("accepted", "Accepted"),
            ("requested", "Payment requested"),
            ("approved", "Payment approved"),
            ("paid", "Paid"),
            ("published", "Published"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    resolution_reference = fields.Char(string="Resolution", tracking=True, copy=False)
    resolution_date = fields.Date(string="Resolved on", tracking=True, copy=False)
    order_reference = fields.Char(string="Order", tracking=True, copy=False)
    acceptance_date = fields.Date(string="Accepted on", tracking=True, copy=False)
    requester_id = fields.Many2one("res.users", string="Requested by", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    # Whom it concerns
    by_unit = fields.Boolean(
        string="Share among units",
        compute="_compute_by_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="Shared by area among the units concerned, each with its own balance.",
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings concerned",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    line_ids = fields.One2many("property.fund.movement.line", "movement_id", string="Units")
    short_total = fields.Monetary(string="Short", compute="_compute_short_total")
    levy_ids = fields.One2many("account.move", "property_levy_id", string="Levies")
    levy_count = fields.Integer(compute="_compute_levy_count", compute_sudo=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, copy=False, index=True)
    note = fields.Text()

    _amount_positive = models.Constraint("CHECK (amount > 0)", "The amount is above zero.")

    @api.depends("kind")
    def _compute_is_in(self):
        for movement in self:
            movement.is_in = movement.kind in MONEY_IN

    @api.depends("fund_id")
    def _compute_by_unit(self):
        for movement in self:
            movement.by_unit = movement.fund_id.kind == "maintenance"

    @api.depends("line_ids.amount_short")
    def _compute_short_total(self):
        for movement in self:
            movement.short_total = sum(movement.line_ids.mapped("amount_short"))

    def _compute_levy_count(self):
        for movement in self:
            movement.levy_count = len(movement.levy_ids)

    @api.constrains("kind", "use_category")
    def _check_use_category(self):
        for movement in self:
            if movement.kind == "use" and not movement.use_category:
                raise ValidationError(
                    self.env._(
                        "%(movement)s: say what the money is used for.", movement=movement.name
                    )
                )

    def write(self, vals):
        fixed = vals.keys() & {"fund_id", "kind", "amount", "building_ids", "line_ids", "date"}
        if fixed and self.filtered(lambda one: one.state in STEPS[4:]) and not self.env.su:
            raise UserError(
                self.env._("What payment was asked for stays as it is. Send it back to change it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda one: one.state not in ("draft", "cancelled")):
            raise UserError(self.env._("A movement of a fund stays on record. Cancel it instead."))

    # === FLOW === #

    def action_allot(self):
        """Share the amount among the units concerned, by area, exact to the cent."""
        for movement in self:
            movement._allot()

    def action_vote(self):
        """Note the resolution of the owners concerned."""
        for movement in self:
            movement._step("draft", "voted", movement._check_resolution)

    def action_order(self):
        """Note that the work was ordered."""
        for movement in self:
            movement._step("voted", "ordered", movement._check_order)

    def action_accept(self):
        """Note that the work was accepted."""
        for movement in self:
            movement._step("ordered", "accepted", movement._check_acceptance)

    def action_request(self):
        """Ask for the payment."""
        for movement in self:
            movement._lock_flow()
            allowed = ("accepted",) if movement._needs_steps() else ("draft", "voted", "accepted")
            if movement.state not in allowed:
                movement._refuse_step()
            movement._check_resolution()
            if movement.by_unit and not movement.is_in:
                movement._allot()
            movement.sudo()._set_state("requested", requester_id=self.env.uid)  # sudo: see write

    def action_approve(self):
        """Approve the payment; not by who asked for it."""
        for movement in self:
            if movement.requester_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You asked for the payment of %(movement)s: somebody else approves it.",
                        movement=movement.name,
                    )
                )
            if not self.env.user.has_group("property_base.group_property_officer"):
                raise UserError(self.env._("Payments of a fund are approved by a site manager."))
            movement._step("requested", "approved", approver_id=self.env.uid)

    def action_send_back(self):
        """Send a request back to be changed."""
        for movement in self:
            movement._lock_flow()
            if movement.state not in ("requested", "approved"):
                movement._refuse_step()
            back = "accepted" if movement._needs_steps() else "draft"
            movement._set_state(back, requester_id=False, approver_id=False)

    def action_pay(self):
        """Post the movement; a withdrawal never exceeds what the fund and the units have."""
        for movement in self:
            movement._lock_flow()
            if movement.state != ("draft" if movement.is_in else "approved"):
                movement._refuse_step()
            movement.fund_id._lock_fund()
            movement._check_resolution()
            if not movement.is_in:
                movement.fund_id._check_enough(movement.amount)
            if movement.by_unit:
                movement._allot()
                if movement.short_total and not movement.is_in:
                    raise UserError(
                        self.env._(
                            "The units concerned are short of %(short)s. Levy it first, or wait "
                            "until the levy is paid.",
                            short=movement.currency_id.format(movement.short_total),
                        )
                    )
            # sudo: paying an approved movement is the right of the flow, not that of posting
            move_sudo = self.env["account.move"].sudo().create(movement._prepare_move_vals())
            move_sudo.action_post()
            movement._set_state("paid", move_id=move_sudo.id)
            movement._on_paid()

    def action_publish(self):
        """Show the use to the owners."""
        for movement in self:
            movement._step("paid", "published")

    def action_cancel(self):
        """Give the movement up before it is paid."""
        for movement in self:
            movement._lock_flow()
            if movement.state in ("paid", "published"):
                movement._refuse_step()
            movement._set_state("cancelled")

    def action_levy(self):
        """Bill the owners concerned what their units are short of."""
        for movement in self:
            movement._lock_flow()
            movement._check_resolution()
            movement.fund_id._lock_fund()
            if movement.levy_ids.filtered(lambda move: move.state == "posted"):
                raise UserError(self.env._("What is short has been levied already."))
            movement._allot()
            short = movement.line_ids.filtered("amount_short")
            if not short:
                raise UserError(self.env._("No unit is short of its part."))
            # sudo: as in action_pay
            moves_sudo = self.env["account.move"].sudo()
            moves_sudo = moves_sudo.create([line._prepare_levy_vals() for line in short])
            moves_sudo.action_post()

    def action_view_levies(self):
        """Open the bills of the levy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Levies"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("property_levy_id", "=", self.id)],
        }

    def action_view_entry(self):
        """Open the entry."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    def _step(self, before, after, check=None, **vals):
        self._lock_flow()
        if self.state != before:
            self._refuse_step()
        if check:
            check()
        self._set_state(after, **vals)

    def _refuse_step(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(movement)s is at «%(state)s»; this step does not come now. Reload the page.",
                movement=self.name,
                state=labels[self.state],
            )
        )

    def _needs_steps(self):
        """Tell whether order and acceptance come before the payment."""
        return self.kind == "use" and self.use_category in ("contractors", "facilities")

    def _check_resolution(self):
        fund = self.fund_id
        quick = fund.quick_limit and self.amount <= fund.quick_limit
        free = self.is_in or not fund.needs_resolution
        if free or (self.use_category == "emergency" and quick):
            return
        if not self.resolution_reference or not self.resolution_date:
            raise UserError(
                self.env._(
                    "%(movement)s: %(fund)s pays only by a resolution of the owners. Enter its "
                    "reference and day.",
                    movement=self.name,
                    fund=fund.name,
                )
            )
        self._on_check_resolution()

    def _check_order(self):
        if not self.order_reference:
            raise UserError(self.env._("Enter the order: contractor and contract."))

    def _check_acceptance(self):
        if not self.acceptance_date:
            raise UserError(self.env._("Enter the day on which the work was accepted."))

    def _on_check_resolution(self):
        """Called when a resolution is relied on (hook: compare with the vote itself)."""

    def _on_paid(self):
        """Called once after a movement was posted (hook)."""

    # === UNITS AND ENTRY === #

    def _get_units(self):
        """Return the units concerned, with an area (hook)."""
        domain = [("community_id", "=", self.community_id.id), ("area_m2", ">", 0)]
        if self.building_ids:
            domain.append(("building_id", "in", self.building_ids.ids))
        return self.env["property.unit"].search(domain)

    def _allot(self):
        units = self._get_units() if self.by_unit else self.env["property.unit"]
        if self.by_unit and not units:
            raise UserError(
                self.env._("No unit with an area is concerned. Choose other buildings.")
            )
        amount = Decimal(f"{self.amount:.2f}")
        balances = self.fund_id._get_balances(self.fund_id, by_unit=True)
        commands = [Command.clear()]
        if units and self.is_in:
            parts = apportion(amount, [(unit.id, unit._area_decimal()) for unit in units])
            commands += [
                Command.create({"unit_id": key, "amount": float(part)})
                for key, part in parts.items()
            ]
        elif units:
            known = [
                (
                    unit.id,
                    unit._area_decimal(),
                    balances.get((self.fund_id.id, unit.id), Decimal(0)),
                )
                for unit in units
            ]
            commands += [
                Command.create(
                    {"unit_id": key, "amount": float(one.part), "amount_short": float(one.short)}
                )
                for key, one in allot_use(amount, known).items()
            ]
        self.sudo().line_ids = commands  # sudo: the shares follow from the amount, see write

    def _get_other_account(self):
        if self.account_id:
            return self.account_id
        journal_sudo = self.fund_id.sudo().journal_id  # sudo: as in action_pay
        if not journal_sudo.default_account_id:
            raise UserError(
                self.env._(
                    "Journal %(journal)s has no account. Ask the accountant to set one.",
                    journal=journal_sudo.name,
                )
            )
        return journal_sudo.default_account_id

    def _prepare_move_vals(self):
        """Return the values of the entry (hook)."""
        fund, sign = self.fund_id, 1 if self.is_in else -1
        account = fund._get_account()
        parts = [(line.unit_id.id, line.amount) for line in self.line_ids if line.amount]
        if not self.by_unit:
            parts = [(False, self.amount)]
        own = [
            {
                "account_id": account.id,
                "name": self.name,
                "partner_id": self.partner_id.id,
                "credit": max(sign * part, 0.0),
                "debit": max(-sign * part, 0.0),
                "property_fund_id": fund.id,
                "property_fund_unit_id": unit_id,
            }
            for unit_id, part in parts
        ]
        other = {
            "account_id": self._get_other_account().id,
            "name": self.name,
            "partner_id": self.partner_id.id,
            "debit": max(sign * self.amount, 0.0),
            "credit": max(-sign * self.amount, 0.0),
            "analytic_distribution": self._get_analytic() or False,
        }
        return {
            "move_type": "entry",
            "journal_id": fund.sudo().journal_id.id,  # sudo: as in action_pay
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": self.name,
            "line_ids": [Command.create(vals) for vals in (*own, other)],
        }

    def _get_analytic(self):
        """Return the distribution over community, fund source and fund use."""
        sources = {"subsidy": "subsidy", "common_income": "common", "maintenance": "residents"}
        names = [f"analytic_source_{sources.get(self.fund_id.kind, 'residents')}"]
        if self.kind == "use":
            names.append(f"analytic_use_{self.use_category}")
        accounts = [self.community_id.analytic_account_id]
        accounts += [self.env.ref(f"property_fees.{name}", False) for name in names]
        ids = [str(account.id) for account in accounts if account]
        return {",".join(ids): 100.0} if ids else {}


class PropertyFundMovementLine(models.Model):
    """What one unit bears of a movement, or gets of it."""

    _name = "property.fund.movement.line"
    _description = "Part of a unit in a movement"
    _inherit = ["property.scope.mixin"]
    _order = "movement_id, unit_id"
    _rec_name = "unit_id"
    _property_live = False

    movement_id = fields.Many2one(
        "property.fund.movement", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="movement_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    area_m2 = fields.Float(related="unit_id.area_m2")
    currency_id = fields.Many2one(related="movement_id.currency_id")
    amount = fields.Monetary(string="Part")
    amount_short = fields.Monetary(string="Short", help="What the balance of the unit lacks.")

    def _prepare_levy_vals(self):
        """Return the values of the bill that levies what the unit is short of (hook)."""
        self.ensure_one()
        movement = self.movement_id
        partner = self.unit_id.representative_id
        if not partner:
            raise UserError(
                self.env._(
                    "Unit %(unit)s has no owner to levy from. Register the owner first.",
                    unit=self.unit_id.name,
                )
            )
        return {
            "move_type": "out_invoice",
            "company_id": movement.company_id.id,
            "partner_id": partner.id,
            "journal_id": movement.community_id._get_fee_journal().id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_origin": movement.name,
            "property_unit_id": self.unit_id.id,
            "property_levy_id": movement.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self.env._("Levy: %(movement)s", movement=movement.name),
                        "account_id": movement.fund_id._get_account().id,
                        "quantity": 1.0,
                        "price_unit": self.amount_short,
                        "tax_ids": [Command.clear()],
                        "property_fund_id": movement.fund_id.id,
                        "property_fund_unit_id": self.unit_id.id,
                    }
                )
            ],
        }
