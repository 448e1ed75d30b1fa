# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.fields import Command

from .common import PropertyFeesCommon


class PropertyPaymentCommon(PropertyFeesCommon):
    """Two bills of the owner and a provider that takes money online."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bills = cls.make_bill() | cls.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        cls.bill = cls.bills[0]
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.make_provider()

    @classmethod
    def make_bill(cls, start=date(2026, 3, 1), end=date(2026, 3, 31)):
        """Bill the units of the test community for a month."""
        run = cls.make_run(start, end)
        run.action_compute()
        run.action_post()
        return run.invoice_ids.sorted("id")

    @classmethod
    def make_provider(cls, **vals):
        """Make the only open provider: a plain one, which answers when the test says so."""
        cls.env["payment.provider"].search([]).write({"state": "disabled"})
        form = cls.env["ir.ui.view"].create(
            {
                "name": "redirect",
                "type": "qweb",
                "arch": '<form action="/my/bills" method="get"><input name="x"/></form>',
            }
        )
        provider = cls.env["payment.provider"].create(
            {
                "name": "Scan to pay",
                "code": "none",
                "state": "test",
                "is_published": True,
                "redirect_form_view_id": form.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
                **vals,
            }
        )
        cls.method.write({"active": True, "support_refund": "partial"})
        journal = cls.env["account.journal"].create(
            {"name": "Wallet", "code": "WLT", "type": "bank", "company_id": cls.company.id}
        )
        cls.env["account.payment.method.line"].create(
            {
                "name": provider.name,
                "payment_method_id": cls.env.ref("account.account_payment_method_manual_in").id,
                "journal_id": journal.id,
                "payment_provider_id": provider.id,
            }
        )
        cls.env.invalidate_all()
        return provider

    @classmethod
    def make_transaction(cls, bills=None, partner=None, **vals):
        """Open a payment of the bills in full."""
        bills = cls.bill if bills is None else bills
        return cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "reference": f"TX-{len(cls.env['payment.transaction'].search([]))}-{bills[0].id}",
                "amount": sum(bills.mapped("amount_residual")),
                "currency_id": bills.currency_id.id,
                "partner_id": (partner or cls.owner).id,
                "operation": "online_redirect",
                "invoice_ids": [Command.set(bills.ids)],
                **vals,
            }
        )

    @classmethod
    def confirm(cls, tx):
        """Do what happens when the provider says that the money came."""
        tx._set_done()
        if not tx.is_post_processed:
            tx._post_process()
        return tx
