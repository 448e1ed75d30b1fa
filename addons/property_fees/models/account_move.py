# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    property_unit_id = fields.Many2one(
        "property.unit", string="Unit", index="btree_not_null", readonly=True, copy=False
    )
    property_community_id = fields.Many2one(
        "property.community", string="Community", index="btree_not_null", readonly=True, copy=False
    )
    property_fee_run_id = fields.Many2one(
        "property.fee.run", string="Fee run", index="btree_not_null", readonly=True, copy=False
    )
    property_fee_charge_ids = fields.One2many(
        "property.fee.charge", "invoice_id", string="Fee charges", readonly=True
    )
    property_payment_started_at = fields.Datetime(
        string="Last online payment started", readonly=True, copy=False
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fee_bill(self):
        for move in self:
            # sudo: an accountant of another community must not lose charges unseen
            if move.sudo().property_fee_charge_ids:
                raise UserError(
                    self.env._(
                        "Bill %(bill)s stands for fee charges. Cancel the charges on the fee run "
                        "instead of deleting it.",
                        bill=move.name or move.id,
                    )
                )

    def button_draft(self):
        """Extend `account`: a bill of fees is corrected by cancelling its charges."""
        for move in self:
            # sudo: as above
            if move.sudo().property_fee_charge_ids.filtered(lambda c: c.state == "posted"):
                raise UserError(
                    self.env._(
                        "Bill %(bill)s stands for posted fee charges. Cancel the charges: that "
                        "reverses the bill and lets the period be billed again.",
                        bill=move.name,
                    )
                )
        return super().button_draft()

    # === ONLINE PAYMENT === #

    def _is_property_bill_open(self):
        """Tell whether something is left to pay on a posted bill."""
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and self.payment_state in ("not_paid", "partial")
            and not self.currency_id.is_zero(self.amount_residual)
        )

    def _get_property_receivable_lines(self, reconciled=False):
        """Return what is still owed on the bills, as journal items.

        :param reconciled: with those that are settled
        """
        return self.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable" and (reconciled or not line.reconciled)
            )
        )

    def _get_payment_extra(self, value_date):
        """Return what is due beside the bills when they are paid on a day: late fees.

        :param value_date: the day on which the money counts as received
        :return: list of dicts ``label``, ``amount`` (currency of the bills), ``bill_id``; what is
            returned here is billed by `payment.transaction._prepare_property_extra_bills()`
        """
        return [
            {
                "label": self.env._("Late fee on %(bill)s", bill=bill.name),
                "amount": float(fee.due),
                "bill_id": bill.id,
            }
            for bill, fee in self._get_late_fee(value_date).items()
        ]

    def _get_property_accountant(self):
        """Return who looks after the bill: an accountant of its community, else who made it."""
        self.ensure_one()
        # sudo: the payer's request looks for the accountant
        group_sudo = self.env.ref("property_fees.group_fee_accountant").sudo()
        users_sudo = group_sudo.all_user_ids.filtered(
            lambda user: (
                user.active
                and user.id != self.env.ref("base.user_root").id
                and self.property_community_id in user.property_community_ids
            )
        )
        return (
            users_sudo.sorted("id")[:1] or self.invoice_user_id or self.env.ref("base.user_admin")
        )
