# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class PropertyWriteOff(models.Model):
    """Debts that cannot be collected (坏账核销): asked for, approved by somebody else, posted.

    The claim stays on file: what is paid later after all is taken back line by line, and then paid
    like any bill.
    """

    _name = "property.write.off"
    _description = "Write-off"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["name", "unit_id.name", "partner_id.name"]

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index="trigram")
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    basis = fields.Selection(
        [
            ("limitation", "Claim barred by limitation"),
            ("enforcement", "Enforcement ended without result"),
            ("insolvency", "Debtor insolvent or deregistered"),
            ("death", "Debtor died, no estate"),
            ("settlement", "Settlement or mediation"),
            ("small", "Recovery costs more than the debt"),
            ("other", "Other"),
        ],
        required=True,
        default="limitation",
        tracking=True,
    )
    reference = fields.Char(
        string="Evidence",
        tracking=True,
        help="Decision, certificate or settlement that proves the basis, with its number. Attach "
        "the document below.",
    )
    reason = fields.Text(required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "To approve"),
            ("posted", "Written off"),
            ("recovered", "Recovered"),
            ("refused", "Refused"),
        ],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    line_ids = fields.One2many("property.write.off.line", "write_off_id", string="Bills")
    amount = fields.Monetary(string="To write off", compute="_compute_amount", store=True)
    amount_recovered = fields.Monetary(
        string="Recovered",
        compute="_compute_amount",
        store=True,
        help="Taken back because the debtor pays after all.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Requested by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, tracking=True
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, copy=False)

    @api.depends("line_ids.amount", "line_ids.recovery_move_id")
    def _compute_amount(self):
        for write_off in self:
            lines = write_off.line_ids
            write_off.amount = sum(lines.mapped("amount"))
            write_off.amount_recovered = sum(lines.filtered("recovery_move_id").mapped("amount"))

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for write_off in self:
            write_off.display_name = " ".join(
                part for part in (write_off.name, write_off.unit_id.name) if part and part != "/"
            )

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        if not self.partner_id:
            self.partner_id = self.unit_id.representative_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.write.off")
            vals["user_id"] = self.env.uid
            for name in ("approver_id", "decided_at", "move_id"):
                vals.pop(name, None)
        write_offs = super().create(vals_list)
        write_offs.filtered(lambda one: not one.line_ids).action_fetch()
        return write_offs

    def write(self, vals):
        fixed = vals.keys() & {
            "unit_id",
            "partner_id",
            "basis",
            "reference",
            "reason",
            "line_ids",
            "user_id",
        }
        decided = vals.keys() & {"approver_id", "decided_at", "move_id"}
        for write_off in self:
            if not self.env.su and ((fixed and write_off.state != "draft") or decided):
                raise UserError(
                    self.env._(
                        "Write-off %(write_off)s has been submitted and stays as it is. Refuse it "
                        "and make another one.",
                        write_off=write_off.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for write_off in self:
            if write_off.state != "draft":
                raise UserError(
                    self.env._("Write-off %(write_off)s stays on record.", write_off=write_off.name)
                )

    # === STEPS === #

    def action_fetch(self):
        """List the overdue bills of the debtor for the unit."""
        for write_off in self:
            write_off._require("draft")
            # sudo: asking for a write-off needs no right on accounting
            bills_sudo = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("property_unit_id", "=", write_off.unit_id.id),
                        (
                            "commercial_partner_id",
                            "=",
                            write_off.partner_id.commercial_partner_id.id,
                        ),
                        ("move_type", "=", "out_invoice"),
                        ("state", "=", "posted"),
                        ("payment_state", "in", ("not_paid", "partial")),
                        ("currency_id", "=", write_off.currency_id.id),
                        ("invoice_date_due", "<", fields.Date.context_today(self)),
                    ],
                    order="invoice_date_due, id",
                )
            )
            write_off.line_ids = [
                Command.clear(),
                *(
                    Command.create({"bill_id": bill_sudo.id, "amount": bill_sudo.amount_residual})
                    for bill_sudo in bills_sudo
                ),
            ]

    def action_submit(self):
        """Ask for the approval."""
        for write_off in self:
            write_off._require("draft")
            if write_off.currency_id.is_zero(write_off.amount):
                raise UserError(
                    self.env._(
                        "Write-off %(write_off)s: nothing overdue is owed on unit %(unit)s.",
                        write_off=write_off.name,
                        unit=write_off.unit_id.display_name,
                    )
                )
            if not (write_off.reference or "").strip():
                raise UserError(
                    self.env._(
                        "Write-off %(write_off)s: name the evidence for the basis.",
                        write_off=write_off.name,
                    )
                )
            write_off.line_ids._check_still_owed()
            write_off._set_state("submitted")

    def action_approve(self):
        """Write the debts off: an entry against the receivables, which they settle."""
        for write_off in self:
            write_off._lock_flow()
            write_off._require("submitted")
            write_off._check_approver()
            write_off.line_ids._lock_bills()
            write_off.line_ids._check_still_owed()
            move_sudo = write_off._post()
            # sudo: who decided is written by the decision only
            write_off.sudo()._set_state(
                "posted",
                approver_id=self.env.uid,
                decided_at=fields.Datetime.now(),
                move_id=move_sudo.id,
            )
            write_off._on_written_off()

    def action_refuse(self):
        """Refuse the write-off."""
        for write_off in self:
            write_off._lock_flow()
            write_off._require("submitted")
            write_off._check_approver()
            # sudo: as above
            write_off.sudo()._set_state(
                "refused", approver_id=self.env.uid, decided_at=fields.Datetime.now()
            )

    def action_recover(self):
        """Take everything back that is left: the debtor pays after all."""
        for write_off in self:
            write_off.line_ids.filtered(lambda line: not line.recovery_move_id).action_recover()

    def action_view_entries(self):
        """Open the entries of the write-off and of what was recovered."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", (self.move_id | self.line_ids.recovery_move_id).ids)],
            "context": {"create": False},
        }

    def _require(self, *states):
        self.ensure_one()
        if self.state not in states:
            raise UserError(
                self.env._(
                    "Write-off %(write_off)s has just been handled by a colleague; reload the "
                    "page.",
                    write_off=self.name,
                )
            )

    def _check_approver(self):
        self.check_access("write")
        if self.env.su:
            return
        user = self.env.user
        if not user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Write-offs are approved by a site manager. Ask yours."))
        if self.user_id == user:
            raise UserError(
                self.env._(
                    "You asked for write-off %(write_off)s: somebody else has to decide.",
                    write_off=self.name,
                )
            )
        limit = float(self.community_id._get_parameter("fees_write_off_manager"))
        if (
            limit
            and self.currency_id.compare_amounts(self.amount, limit) > 0
            and not user.has_group("property_base.group_property_manager")
        ):
            raise UserError(
                self.env._(
                    "Write-offs above %(limit)s are approved by the company manager.",
                    limit=self.currency_id.format(limit),
                )
            )

    # === POSTING === #

    def _post(self):
        """Post the loss against the receivables and match them.

        :return: the entry, with sudo
        """
        self.ensure_one()
        account = self.company_id._get_property_account("bad_debt")
        analytic = self.community_id.analytic_account_id
        # sudo: an approved write-off is posted without the right to post by hand
        move_sudo = self._create_entry(
            [
                {
                    "account_id": account.id,
                    "partner_id": self.partner_id.commercial_partner_id.id,
                    "name": self.name,
                    "debit": self.amount,
                    "credit": 0.0,
                    "analytic_distribution": {str(analytic.id): 100.0} if analytic else False,
                },
                *(
                    self._prepare_receivable_vals(line.sudo().bill_id, credit=line.amount)
                    for line in self.line_ids
                ),
            ],
            self.env._("Write-off %(write_off)s", write_off=self.name),
            property_settlement_kind="write_off",
        )
        credits_sudo = move_sudo.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted("id")
        for line, credit_sudo in zip(self.line_ids, credits_sudo, strict=True):
            bill_sudo = line.sudo().bill_id  # sudo: as above
            owed_sudo = bill_sudo._get_property_receivable_lines()
            (credit_sudo | owed_sudo).reconcile()
            line.sudo().credit_line_id = credit_sudo
            # no late fee is billed on a bill because it counts as settled now
            bill_sudo.is_property_late_fee_closed = not bill_sudo._is_property_bill_open()
        return move_sudo

    def _prepare_receivable_vals(self, bill_sudo, debit=0.0, credit=0.0):
        owed_sudo = bill_sudo._get_property_receivable_lines(reconciled=True)[:1]
        return {
            "account_id": owed_sudo.account_id.id,
            "partner_id": bill_sudo.commercial_partner_id.id,
            "name": bill_sudo.name,
            "debit": debit,
            "credit": credit,
        }

    def _create_entry(self, lines, ref, **vals):
        # sudo: see the callers
        move_sudo = (
            self.env["account.move"]
            .sudo()
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.company_id._get_property_misc_journal().id,
                    "company_id": self.company_id.id,
                    "date": fields.Date.context_today(self),
                    "ref": ref,
                    "line_ids": [Command.create(line) for line in lines],
                    **vals,
                }
            )
        )
        move_sudo.action_post()
        return move_sudo

    def _on_written_off(self):
        """Called once after debts were written off (hook)."""


class PropertyWriteOffLine(models.Model):
    """What is written off on one bill, and whether it came in after all."""

    _name = "property.write.off.line"
    _description = "Bill written off"
    _inherit = ["property.scope.mixin"]
    _order = "write_off_id, id"
    _rec_name = "bill_name"

    write_off_id = fields.Many2one(
        "property.write.off", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="write_off_id.community_id", store=True, index=True, precompute=True, required=False
    )
    bill_id = fields.Many2one(
        "account.move", string="Bill entry", required=True, index=True, ondelete="restrict"
    )
    bill_name = fields.Char(string="Bill", compute="_compute_bill", compute_sudo=True)
    bill_due_date = fields.Date(string="Due", compute="_compute_bill", compute_sudo=True)
    amount_owed = fields.Monetary(string="Owed", compute="_compute_bill", compute_sudo=True)
    amount = fields.Monetary(string="To write off", required=True)
    currency_id = fields.Many2one(related="write_off_id.currency_id")
    state = fields.Selection(related="write_off_id.state", string="Status of the write-off")
    credit_line_id = fields.Many2one("account.move.line", readonly=True, copy=False)
    recovery_move_id = fields.Many2one(
        "account.move", string="Taken back by", readonly=True, copy=False
    )
    recovered_at = fields.Datetime(string="Taken back on", readonly=True, copy=False)
    recovered_by_id = fields.Many2one("res.users", string="Taken back by whom", readonly=True)

    _bill_uniq = models.Constraint(
        "UNIQUE (write_off_id, bill_id)", "A bill stands once on a write-off."
    )

    @api.depends("bill_id")
    def _compute_bill(self):
        for line in self:
            line.bill_name = line.bill_id.name
            line.bill_due_date = line.bill_id.invoice_date_due
            line.amount_owed = line.bill_id.amount_residual

    @api.constrains("amount")
    def _check_amount(self):
        for line in self:
            if line.currency_id.compare_amounts(line.amount, 0.0) <= 0:
                raise ValidationError(
                    self.env._("Write off an amount above zero, or drop the bill.")
                )

    @api.constrains("bill_id", "write_off_id")
    def _check_bill(self):
        for line in self:
            bill_sudo = line.sudo().bill_id  # sudo: unit and payer of a bill are no secret here
            write_off = line.write_off_id
            if (
                bill_sudo.property_unit_id != write_off.unit_id
                or bill_sudo.commercial_partner_id != write_off.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._("The bill belongs to another unit or another payer.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            for name in ("credit_line_id", "recovery_move_id", "recovered_at", "recovered_by_id"):
                vals.pop(name, None)
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        if not self.env.su:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_draft()

    def _check_draft(self):
        if self.write_off_id.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("A submitted write-off stays as it is."))

    def _lock_bills(self):
        """Serialise with payments of the bills: of two acts at once the second is tried again."""
        # sudo: the approval need not own the bills
        self.sudo().bill_id.write({"property_payment_started_at": fields.Datetime.now()})
        self.env.flush_all()

    def _check_still_owed(self):
        for line in self:
            bill_sudo = line.sudo().bill_id  # sudo: what is owed is what the write-off is about
            owed = bill_sudo.amount_residual if bill_sudo._is_property_bill_open() else 0.0
            if line.currency_id.compare_amounts(line.amount, owed) > 0:
                raise UserError(
                    self.env._(
                        "Only %(owed)s is still owed on bill %(bill)s. Refuse the write-off and "
                        "make another one.",
                        owed=line.currency_id.format(owed),
                        bill=line.bill_name,
                    )
                )

    def action_recover(self):
        """Take the write-off of the bills back: they are owed again and can be paid."""
        for line in self:
            write_off = line.write_off_id
            write_off.check_access("write")
            if not (
                self.env.su
                or self.env.user.has_group("property_fees.group_fee_accountant")
                or self.env.user.has_group("property_base.group_property_officer")
            ):
                raise UserError(self.env._("Accounting or the site manager takes it back."))
            write_off._lock_flow()
            line.invalidate_recordset(["recovery_move_id"])
            if write_off.state != "posted" or line.recovery_move_id:
                raise UserError(
                    self.env._("Bill %(bill)s is not written off.", bill=line.bill_name)
                )
            line._recover()
            if all(one.recovery_move_id for one in write_off.line_ids):
                write_off._set_state("recovered")

    def _recover(self):
        """Post the claim anew against the loss and set the bill free."""
        write_off = self.write_off_id
        sudo = self.sudo()  # sudo: taking back needs no right to post by hand
        credit_sudo = sudo.credit_line_id
        bill_sudo = sudo.bill_id
        analytic = self.community_id.analytic_account_id
        credit_sudo.remove_move_reconcile()
        move_sudo = write_off._create_entry(
            [
                write_off._prepare_receivable_vals(bill_sudo, debit=self.amount),
                {
                    "account_id": self.company_id._get_property_account("bad_debt").id,
                    "partner_id": bill_sudo.commercial_partner_id.id,
                    "name": write_off.name,
                    "debit": 0.0,
                    "credit": self.amount,
                    "analytic_distribution": {str(analytic.id): 100.0} if analytic else False,
                },
            ],
            self.env._(
                "Write-off %(write_off)s taken back: %(bill)s",
                write_off=write_off.name,
                bill=bill_sudo.name,
            ),
        )
        debit_sudo = move_sudo.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (credit_sudo | debit_sudo).reconcile()
        bill_sudo.is_property_late_fee_closed = False
        sudo.write(
            {
                "recovery_move_id": move_sudo.id,
                "recovered_at": fields.Datetime.now(),
                "recovered_by_id": self.env.uid,
            }
        )
        write_off.message_post(body=self.env._("Bill %(bill)s is owed again.", bill=bill_sudo.name))


class PropertyArrearsCase(models.Model):
    _inherit = "property.arrears.case"

    def action_write_off(self):
        """Ask for the write-off of what is overdue."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write-off"),
            "res_model": "property.write.off",
            "view_mode": "form",
            "context": {
                "default_unit_id": self.unit_id.id,
                "default_partner_id": self.partner_id.id,
            },
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    property_write_off_line_ids = fields.One2many(
        "property.write.off.line", "bill_id", string="Write-offs", readonly=True
    )

    def _is_property_written_off(self):
        """Tell whether a settled bill was not paid but, at least in part, written off."""
        self.ensure_one()
        return not self._is_property_bill_open() and any(
            line.credit_line_id and not line.recovery_move_id
            for line in self.property_write_off_line_ids
        )
