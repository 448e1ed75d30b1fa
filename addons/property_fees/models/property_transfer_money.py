# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyTransfer(models.Model):
    _inherit = "property.transfer"

    def _get_open_items(self):
        """Extend `property_base`: bills that the old owners owe, and money held for them."""
        items = super()._get_open_items()
        partners = self.seller_ids.commercial_partner_id
        items += self.env["property.unit"]._get_money_items(self.unit_id, partners)
        return items

    def _get_new_payer(self):
        """Return who stands for the new owners: the representative, else the first."""
        return (self.line_ids.filtered("is_representative") or self.line_ids)[:1].partner_id

    def _on_done(self):
        """Extend `property_base`: carry debts and money over, or ask for money to go back."""
        result = super()._on_done()
        for transfer in self:
            for item in transfer.item_ids:
                # sudo: completing the transfer is the right to do what it shows
                record_sudo = (
                    self.env[item.res_model].sudo().browse(item.res_id).exists()
                    if item.res_model in ("account.move", "property.prepaid", "property.deposit")
                    else None
                )
                if record_sudo and item.choice == "carry_over":
                    transfer._carry_over(record_sudo)
                elif record_sudo and item.choice == "refund" and item.amount < 0:
                    record_sudo._request_refund(
                        transfer.env._("Transfer %(transfer)s", transfer=transfer.name)
                    )
        return result

    def _carry_over(self, record_sudo):
        payer = self._get_new_payer()
        ref = self.env._("Taken over in transfer %(transfer)s", transfer=self.name)
        if record_sudo._name == "account.move":
            record_sudo._carry_over_debt(payer, ref)
        elif record_sudo._name == "property.prepaid":
            target = record_sudo._get(self.unit_id, payer, record_sudo.item_id or None)
            record_sudo._pass_on(target.sudo(), ref)  # sudo: as in _on_done
        else:
            target_sudo = record_sudo.create(
                {
                    "unit_id": self.unit_id.id,
                    "partner_id": payer.id,
                    "kind": record_sudo.kind,
                    "description": record_sudo.description,
                    "amount": record_sudo.balance,
                    "refund_due_date": record_sudo.refund_due_date,
                }
            )
            record_sudo._pass_on(target_sudo, ref)
            target_sudo._set_state("held", received_date=fields.Date.context_today(self))
            record_sudo._settle_if_empty()

    def _get_revert_blockers(self):
        """Extend `property_base`: money that moved is not moved back by itself."""
        reasons = super()._get_revert_blockers()
        models_ = ("account.move", "property.prepaid", "property.deposit")
        moved = self.item_ids.filtered(
            lambda item: item.res_model in models_ and item.choice in ("carry_over", "refund")
        )
        if moved:
            reasons.append(self.env._("debts or money were taken over or paid back with it"))
        return reasons


class PropertyUnit(models.Model):
    _inherit = "property.unit"

    def _get_money_items(self, unit, partners):
        """Return what people owe for a unit and what is held for them, as open items.

        :param partners: commercial partners; empty: whoever
        :return: list of dict as `property.transfer._get_open_items` describes
        """
        # sudo: who settles a unit sees its money without a right on accounting
        bills_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("property_unit_id", "=", unit.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("commercial_partner_id", "in", partners.ids),
                ],
                order="invoice_date_due, id",
            )
        )
        late = bills_sudo._get_late_fee()
        desk = self.env["property.cashier.payment"]
        items = []
        for bill_sudo in bills_sudo:
            fee = late.get(bill_sudo)
            items.append(
                {
                    "key": f"account.move,{bill_sudo.id}",
                    "label": self.env._(
                        "%(bill)s %(text)s",
                        bill=bill_sudo.name,
                        text=desk._describe_bill(bill_sudo),
                    ),
                    "amount": bill_sudo.amount_residual,
                    "currency": bill_sudo.currency_id,
                    "res_model": "account.move",
                    "res_id": bill_sudo.id,
                    "note": self.env._(
                        "and %(amount)s of late fee",
                        amount=bill_sudo.currency_id.format(float(fee.due)),
                    )
                    if fee
                    else False,
                }
            )
        held_domain = [("unit_id", "=", unit.id), ("partner_id", "in", partners.ids)]
        for model, states in (("property.prepaid", None), ("property.deposit", ("held",))):
            domain = [*held_domain, *([("state", "in", states)] if states else [])]
            # sudo: as above
            for held_sudo in self.env[model].sudo().search(domain):
                if held_sudo.balance > 0:
                    items.append(
                        {
                            "key": f"{model},{held_sudo.id}",
                            "label": held_sudo._get_open_label(),
                            "amount": -held_sudo.balance,
                            "currency": held_sudo.currency_id,
                            "choice": "refund",
                            "res_model": model,
                            "res_id": held_sudo.id,
                        }
                    )
        return items


class AccountMove(models.Model):
    _inherit = "account.move"

    def _carry_over_debt(self, partner, ref):
        """Bill what is left of a bill to somebody else; the old payer owes nothing more.

        Both go through one account of the company, which is empty again afterwards. The new bill
        has a line for each old one with something left, so that reports keep item and period.

        :return: the new bill; called with sudo
        """
        self.ensure_one()
        amount, company = self.amount_residual, self.company_id
        account = company._get_property_account("takeover")
        bill = self.create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "journal_id": self.journal_id.id,
                "invoice_date": fields.Date.context_today(self),
                "invoice_date_due": fields.Date.context_today(self),
                "invoice_payment_term_id": False,
                "invoice_origin": self.name,
                "ref": ref,
                "property_unit_id": self.property_unit_id.id,
                "property_community_id": self.property_community_id.id,
                "property_settlement_kind": "takeover",
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": f"{ref}: {self.name}\n{line.name}" if line else ref,
                            "quantity": 1.0,
                            "price_unit": part,
                            "account_id": account.id,
                            "tax_ids": [fields.Command.clear()],
                            "property_origin_line_id": (line.property_origin_line_id or line).id,
                        }
                    )
                    for line, part in self._get_owed_lines()
                ],
            }
        )
        bill.action_post()
        owed = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        entry = self.create(
            {
                "move_type": "entry",
                "journal_id": company._get_property_misc_journal().id,
                "date": fields.Date.context_today(self),
                "ref": ref,
                "property_settlement_kind": "takeover",
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "name": ref,
                            "debit": amount,
                        }
                    ),
                    fields.Command.create(
                        {
                            "account_id": owed[:1].account_id.id,
                            "partner_id": self.commercial_partner_id.id,
                            "name": ref,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (
            owed | entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        ).reconcile()
        return bill

    def _get_owed_lines(self):
        """Return [(line, amount left)] of a bill, as the aged debt spreads what was paid."""
        self.ensure_one()
        self.env.flush_all()
        debts = self.env["property.fee.debt"].search([("move_id", "=", self.id)], order="id")
        found = [(debt.line_id, debt.amount_owed) for debt in debts]
        if any(amount <= 0 for _line, amount in found) or not found:
            # a bill with a discount line: its largest line stands for all
            lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            found = [(lines.sorted("price_total")[-1:], self.amount_residual)]
        return found
