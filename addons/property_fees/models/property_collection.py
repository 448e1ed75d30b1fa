# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyCollection(models.Model):
    """Money that a building leader or guard collects: list, hand-over, difference, posting."""

    _name = "property.collection"
    _description = "Collection round"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    community_id = fields.Many2one(default=lambda self: self.env.user.property_community_ids[:1])
    collector_id = fields.Many2one(
        "res.partner",
        string="Collector",
        required=True,
        tracking=True,
        ondelete="restrict",
        help="The building or entrance leader, or the guard, who takes the money.",
    )
    building_id = fields.Many2one(
        "property.building", domain="[('community_id', '=', community_id)]", tracking=True
    )
    entrance_id = fields.Many2one("property.entrance", domain="[('building_id', '=', building_id)]")
    date = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "List"),
            ("collecting", "With the collector"),
            ("posted", "Handed over"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    line_ids = fields.One2many("property.collection.line", "collection_id", string="Units")
    amount_due = fields.Monetary(string="Owed", compute="_compute_amounts", store=True)
    amount_listed = fields.Monetary(string="Listed", compute="_compute_amounts", store=True)
    amount_handed = fields.Monetary(string="Handed over", copy=False, tracking=True)
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="Handed over less listed."
    )
    difference_reason = fields.Char(string="Why they differ", copy=False, tracking=True)
    shift_id = fields.Many2one("property.cashier.shift", readonly=True, copy=False, index=True)
    difference_move_id = fields.Many2one("account.move", readonly=True, copy=False)
    settled_shift_id = fields.Many2one(
        "property.cashier.shift", string="Difference settled in", readonly=True, copy=False
    )
    receipt_count = fields.Integer(compute="_compute_receipt_count")

    @api.depends("line_ids.amount", "line_ids.amount_due")
    def _compute_amounts(self):
        for collection in self:
            collection.amount_due = sum(collection.line_ids.mapped("amount_due"))
            collection.amount_listed = sum(collection.line_ids.mapped("amount"))

    @api.depends("amount_handed", "amount_listed")
    def _compute_difference(self):
        for collection in self:
            collection.difference = collection.amount_handed - collection.amount_listed

    @api.depends("line_ids.receipt_id")
    def _compute_receipt_count(self):
        for collection in self:
            collection.receipt_count = len(collection.line_ids.receipt_id)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.collection")
        return super().create(vals_list)

    def write(self, vals):
        fixed = vals.keys() & {
            "collector_id",
            "community_id",
            "amount_handed",
            "difference_reason",
            "line_ids",
            "shift_id",
        }
        if fixed and self.filtered(lambda one: one.state in ("posted", "cancelled")):
            raise UserError(
                self.env._("A round that was handed over stays as it is. Void single receipts.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda one: one.state not in ("draft", "cancelled")):
            raise UserError(self.env._("A round that has begun stays on record. Cancel it."))

    def action_fetch(self):
        """List the units of the place that owe something."""
        for collection in self:
            collection._require("draft")
            domain = [("community_id", "=", collection.community_id.id)]
            if collection.building_id:
                domain.append(("building_id", "=", collection.building_id.id))
            if collection.entrance_id:
                domain.append(("entrance_id", "=", collection.entrance_id.id))
            units = self.env["property.unit"].search(domain)
            known = collection.line_ids.unit_id
            # sudo: a cashier sees what units owe without a right on accounting
            owed = (
                self.env["account.move"]
                .sudo()
                ._read_group(
                    [
                        ("property_unit_id", "in", (units - known).ids),
                        ("move_type", "=", "out_invoice"),
                        ("state", "=", "posted"),
                        ("payment_state", "in", ("not_paid", "partial")),
                    ],
                    ["property_unit_id"],
                    ["amount_residual_signed:sum"],
                )
            )
            collection.line_ids = [
                fields.Command.create({"unit_id": unit.id, "amount_due": due})
                for unit, due in owed
                if due > 0
            ]

    def action_start(self):
        """Give the list to the collector."""
        for collection in self:
            collection._require("draft")
            if not collection.line_ids:
                collection.action_fetch()
            collection._set_state("collecting")

    def action_cancel(self):
        """Give the round up; nothing was posted."""
        for collection in self:
            collection._require("draft", "collecting")
            collection._set_state("cancelled")

    def action_hand_over(self):
        """Take the money over: a receipt per unit, the difference on the collector's account."""
        for collection in self:
            collection._lock_flow()
            collection._require("collecting")
            collection._hand_over()

    def _hand_over(self):
        self.check_access("write")
        shift = self.env["property.cashier.shift"]._get_open_shift()
        if not shift:
            raise UserError(self.env._("Open a shift first: the money goes into its box."))
        lines = self.line_ids.filtered("amount")
        if not lines:
            raise UserError(self.env._("Enter what was taken from each unit."))
        if not self.currency_id.is_zero(self.difference) and not self.difference_reason:
            raise UserError(
                self.env._(
                    "%(collector)s handed over %(handed)s, the list says %(listed)s. Count again, "
                    "or say why.",
                    collector=self.collector_id.name,
                    handed=self.currency_id.format(self.amount_handed),
                    listed=self.currency_id.format(self.amount_listed),
                )
            )
        for line in lines:
            line._take(shift)
        vals = {"shift_id": shift.id}
        if not self.currency_id.is_zero(self.difference):
            ref = self.env._(
                "Difference of round %(round)s: %(reason)s",
                round=self.name,
                reason=self.difference_reason,
            )
            account = self.company_id._get_property_account("collector")
            move_sudo = shift._post_cash_entry(account, self.difference, ref, self.collector_id)
            vals["difference_move_id"] = move_sudo.id
        self._set_state("posted", **vals)
        self._on_handed_over()

    def action_settle_difference(self):
        """Take the missing money from the collector, or give back what was too much."""
        for collection in self:
            collection._lock_flow()
            collection._require("posted")
            collection.check_access("write")
            shift = self.env["property.cashier.shift"]._get_open_shift()
            if not shift:
                raise UserError(self.env._("Open a shift first: the money goes into its box."))
            settled = collection.settled_shift_id
            if settled or collection.currency_id.is_zero(collection.difference):
                raise UserError(self.env._("There is no difference left to settle."))
            shift._lock_open()
            shift._post_cash_entry(
                collection.company_id._get_property_account("collector"),
                -collection.difference,
                self.env._("Difference of round %(round)s settled", round=collection.name),
                collection.collector_id,
            )
            collection.settled_shift_id = shift

    def action_print(self):
        """Print the list for the collector, or the hand-over sheet."""
        return self.env.ref("property_fees.property_collection_report").report_action(
            self, config=False
        )

    def action_view_receipts(self):
        """Open the receipts of the round."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_receipt_action"
        )
        action["domain"] = [("id", "in", self.line_ids.receipt_id.ids)]
        return action

    def _require(self, *states):
        self.ensure_one()
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Round %(round)s is in step %(state)s; reload the page.",
                    round=self.name,
                    state=labels[self.state],
                )
            )

    def _on_handed_over(self):
        """Called once after a round was handed over and posted (hook)."""


class PropertyCollectionLine(models.Model):
    """What a collector took from one unit."""

    _name = "property.collection.line"
    _description = "Unit on a collection round"
    _inherit = ["property.scope.mixin"]
    _order = "collection_id, unit_id, id"
    _rec_name = "unit_id"

    collection_id = fields.Many2one(
        "property.collection", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="collection_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_id = fields.Many2one(
        "property.unit",
        required=True,
        ondelete="restrict",
        domain="[('community_id', '=', community_id)]",
    )
    amount_due = fields.Monetary(string="Owed", readonly=True)
    amount = fields.Monetary(string="Taken")
    payer_name = fields.Char(string="Received from")
    slip_number = fields.Char(string="Slip", help="Number of the slip that the collector gave.")
    receipt_id = fields.Many2one("property.receipt", readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "What was taken cannot be negative."
    )
    _unit_uniq = models.Constraint(
        "UNIQUE (collection_id, unit_id)", "A unit stands once on the list."
    )

    @api.constrains("unit_id", "collection_id")
    def _check_unit_id(self):
        for line in self:
            if line.unit_id.community_id != line.collection_id.community_id:
                raise ValidationError(self.env._("The unit is in another community."))

    def write(self, vals):
        if vals.keys() & {"unit_id", "amount"} and self.collection_id.filtered(
            lambda one: one.state == "posted"
        ):
            raise UserError(
                self.env._("A round that was handed over stays as it is. Void single receipts.")
            )
        return super().write(vals)

    def _take(self, shift):
        desk = self.env["property.cashier.payment"].create(
            {
                "unit_id": self.unit_id.id,
                "shift_id": shift.id,
                "method": "cash",
                "amount": self.amount,
                "surplus": "prepaid",
                "payer_name": self.payer_name or False,
                "reference": " ".join(
                    part for part in (self.collection_id.name, self.slip_number) if part
                ),
            }
        )
        self.receipt_id = desk._take_payment()


class PropertyCashierShift(models.Model):
    _inherit = "property.cashier.shift"

    collection_ids = fields.One2many("property.collection", "shift_id", string="Rounds handed over")
    settled_collection_ids = fields.One2many(
        "property.collection", "settled_shift_id", string="Differences settled"
    )

    def _get_other_cash(self):
        """Extend `property_fees`: what collectors held back, or brought later."""
        return (
            super()._get_other_cash()
            + sum(self.collection_ids.mapped("difference"))
            - sum(self.settled_collection_ids.mapped("difference"))
        )

    @api.depends("collection_ids.difference", "settled_collection_ids.difference")
    def _compute_totals(self):
        """Extend `property_fees`: differences of collectors change what is expected."""
        super()._compute_totals()
