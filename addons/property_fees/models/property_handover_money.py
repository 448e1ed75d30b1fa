# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class PropertyHandover(models.Model):
    _inherit = "property.handover"

    final_run_id = fields.Many2one(
        "property.fee.run", string="Final bill", readonly=True, copy=False
    )
    has_damage_to_bill = fields.Boolean(compute="_compute_has_damage_to_bill")

    def _compute_has_damage_to_bill(self):
        for handover in self:
            handover.has_damage_to_bill = bool(handover._get_damage_to_bill())

    def _get_damage_to_bill(self):
        return self.defect_ids.filtered(
            lambda defect: (
                defect.liable == "resident"
                and defect.amount > 0
                and not defect.is_settled
                and not defect.fee_bill_id
            )
        )

    def _get_payers(self):
        return (self.partner_id | self.household_ids).commercial_partner_id

    def _get_open_items(self):
        """Extend `property_base`: what the leaving resident owes, and what is held for him."""
        items = super()._get_open_items()
        if self.kind != "move_out":
            return items
        billed = {
            f"property.handover.defect,{defect.id}"
            for defect in self.defect_ids
            if defect.sudo().fee_bill_id  # sudo: whether it is billed is no secret
        }
        items = [item for item in items if item.get("key") not in billed]
        return items + self.env["property.unit"]._get_money_items(self.unit_id, self._get_payers())

    def _get_blockers(self):
        """Extend `property_base`: no keys before what is due is posted and paid."""
        blockers = super()._get_blockers()
        if self.kind != "move_in" or not self.unit_id:
            return blockers
        # sudo: the keeper who hands over need not read charges of accounting
        drafts = (
            self.env["property.fee.charge"]
            .sudo()
            .search_count([("unit_id", "=", self.unit_id.id), ("state", "=", "draft")])
        )
        if drafts:
            blockers.append(
                self.env._(
                    "%(count)s charges are computed and not billed yet; accounting posts the run",
                    count=drafts,
                )
            )
        for item in self.env["property.unit"]._get_money_items(self.unit_id, self._get_payers()):
            if item["amount"] > 0:
                blockers.append(
                    self.env._(
                        "%(label)s: %(amount)s is not paid",
                        label=item["label"],
                        amount=item["currency"].format(item["amount"]),
                    )
                )
        # sudo: as above
        deposits_sudo = (
            self.env["property.deposit"]
            .sudo()
            .search([("unit_id", "=", self.unit_id.id), ("state", "=", "draft")])
        )
        for deposit_sudo in deposits_sudo:
            blockers.append(
                self.env._(
                    "%(label)s: %(amount)s is not paid",
                    label=deposit_sudo._get_open_label(),
                    amount=deposit_sudo.currency_id.format(deposit_sudo.amount),
                )
            )
        return blockers

    def action_final_bill(self):
        """Bill the unit up to the day of the move-out."""
        self.ensure_one()
        if self.final_run_id:
            raise UserError(self.env._("The final bill has been made already."))
        run = self.env["property.fee.run"].create(
            {
                "company_id": self.company_id.id,
                "community_ids": [fields.Command.set(self.community_id.ids)],
                "unit_id": self.unit_id.id,
                "period_start": self.handover_date.replace(day=1),
                "period_end": self.handover_date,
                "invoice_date": fields.Date.context_today(self),
            }
        )
        run.action_compute()
        if run.draft_count:
            run.action_post()
        self.final_run_id = run
        return run.get_formview_action()

    def action_bill_damage(self):
        """Bill the damage that the resident pays for."""
        self.ensure_one()
        self.check_access("write")
        defects = self._get_damage_to_bill()
        if not defects:
            raise UserError(self.env._("There is no damage left to bill."))
        lines = [
            (self.env._("Damage: %(defect)s", defect=defect.name), defect.amount)
            for defect in defects
        ]
        bill_sudo = self.env["account.move"]._post_property_damage(
            self.unit_id, self.partner_id, lines, origin=self.name
        )
        defects.sudo().fee_bill_id = bill_sudo  # sudo: the field is for accounting
        self.message_post(
            body=self.env._("Damage billed: %(bill)s", bill=bill_sudo.name),
        )

    def action_settle_held(self):
        """Set what is held against what is owed, and ask for the rest to go back."""
        self.ensure_one()
        self.check_access("write")
        items = self.env["property.unit"]._get_money_items(self.unit_id, self._get_payers())
        owed = [item for item in items if item["amount"] > 0]
        # sudo: settling the move-out is the right to use what is held for it
        bills_sudo = self.env["account.move"].sudo().browse(item["res_id"] for item in owed)
        bills_sudo._post_late_fees()
        bills_sudo |= bills_sudo.property_late_fee_ids.filtered(lambda bill: bill.amount_residual)
        held = [item for item in items if item["amount"] < 0]
        if not held:
            raise UserError(self.env._("Nothing is held for the resident."))
        ref = self.env._("Settled in %(handover)s", handover=self.name)
        for item in sorted(held, key=lambda one: one["res_model"], reverse=True):
            held_sudo = self.env[item["res_model"]].sudo().browse(item["res_id"])
            left, parts = held_sudo.balance, []
            for bill_sudo in bills_sudo:
                part = min(left, bill_sudo.amount_residual)
                if held_sudo.currency_id.compare_amounts(part, 0.0) > 0:
                    parts.append((bill_sudo, part))
                    left -= part
            if parts:
                held_sudo._pay_bills(parts, ref)
            if item["res_model"] == "property.deposit":
                held_sudo.amount_deducted += sum(part for _bill, part in parts)
                held_sudo._settle_if_empty()
            if held_sudo.balance > 0:
                held_sudo._request_refund(ref)

    def action_print_clearance(self):
        """Print the clearance sheet."""
        return self.env.ref("property_fees.property_handover_report_clearance").report_action(
            self, config=False
        )

    def _get_clearance_money(self):
        """Return what the clearance sheet shows: bills, money held, refunds under way."""
        self.ensure_one()
        # sudo: the sheet is for the resident whom it concerns
        bills_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("property_unit_id", "=", self.unit_id.id),
                    ("commercial_partner_id", "in", self._get_payers().ids),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                order="invoice_date desc, id desc",
                limit=12,
            )
        )
        refunds_sudo = (
            self.env["property.refund"]
            .sudo()
            .search(
                [
                    ("unit_id", "=", self.unit_id.id),
                    ("partner_id", "in", self._get_payers().ids),
                    ("state", "not in", ("refused", "reversed")),
                ]
            )
        )
        items = self._get_open_items()
        desk = self.env["property.cashier.payment"]
        return {
            "bills": [(bill, desk._describe_bill(bill)) for bill in bills_sudo.sorted("id")],
            "refunds": refunds_sudo,
            "items": items,
            "balance": sum(item.get("amount", 0) for item in items),
        }

    def _on_done(self):
        """Extend `property_base`: damage whose bill is paid is settled."""
        result = super()._on_done()
        # sudo: as in action_bill_damage
        paid = self.defect_ids.filtered(
            lambda defect: defect.sudo().fee_bill_id.payment_state in ("paid", "in_payment")
        )
        paid.is_settled = True
        return result


class PropertyHandoverDefect(models.Model):
    _inherit = "property.handover.defect"

    fee_bill_id = fields.Many2one(
        "account.move", string="Bill", readonly=True, copy=False, ondelete="set null"
    )


class PropertyFeeRun(models.Model):
    _inherit = "property.fee.run"

    unit_id = fields.Many2one(
        "property.unit",
        string="Only this unit",
        readonly=True,
        help="A final bill looks at one unit and what belongs to it.",
    )

    def _get_payable_domain(self, model):
        """Extend `property_fees`: a final bill looks at one unit."""
        domain = super()._get_payable_domain(model)
        if not self.unit_id:
            return domain
        name = "id" if model == "property.unit" else "unit_id"
        if name in self.env[model]._fields:
            return [*domain, (name, "=", self.unit_id.id)]
        return [("id", "=", False)]
