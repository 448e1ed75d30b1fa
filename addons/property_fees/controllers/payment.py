# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.http import request

from odoo.addons.account_payment.controllers.portal import PortalAccount

from .portal import PropertyFeesPortal


class PropertyFeesPayment(PropertyFeesPortal, PortalAccount):
    """Pay one bill, several, or everything through Odoo's payment framework (FEE-19)."""

    # === HELPERS === #

    def _get_fee_bills_to_pay(self, bill_ids=None):
        """Return open bills of the current user as sudo, oldest first.

        :param bill_ids: ids as text or numbers; None means everything that is owed
        :return: empty when one of the bills is not the user's or not open any more
        """
        bills_sudo = self._get_fee_bills("open").filtered(
            lambda bill: bill._is_property_bill_open()
        )
        if bill_ids is not None:
            wanted = {int(one) for one in bill_ids if str(one).isdecimal()}
            chosen_sudo = bills_sudo.filtered(lambda bill: bill.id in wanted)
            bills_sudo = chosen_sudo if len(chosen_sudo) == len(wanted) else chosen_sudo.browse()
        return bills_sudo.sorted(lambda bill: (bill.invoice_date_due or bill.invoice_date, bill.id))

    def _get_fee_payment_groups(self, bills_sudo):
        """Return the bills that can be paid in one go: one company and currency each."""
        return list(bills_sudo.grouped(lambda bill: (bill.company_id, bill.currency_id)).values())

    def _prepare_fee_payment(self, bills_sudo):
        """Return lines, extras and total of a payment, as the page shows and the server checks."""
        today = fields.Date.context_today(bills_sudo)
        extras = bills_sudo._get_payment_extra(today)
        currency = bills_sudo.currency_id
        total = sum(bills_sudo.mapped("amount_residual")) + sum(one["amount"] for one in extras)
        return {
            "bills": bills_sudo,
            "extras": extras,
            "currency": currency,
            "amount": currency.round(total),
        }

    def _get_fee_transaction(self, tx_id):
        """Return a transaction that the current user started as sudo, or an empty record."""
        return (
            request.env["payment.transaction"]
            .sudo()  # sudo: the domain is the right itself
            .search(
                [("id", "=", tx_id), ("partner_id", "=", request.env.user.partner_id.id)], limit=1
            )
            .filtered(lambda tx: tx.invoice_ids.property_unit_id)
        )

    # === ROUTES === #

    @http.route("/my/pay", type="http", auth="user", website=True, sitemap=False, readonly=True)
    def portal_pay(self, **_kwargs):
        """Lead on from the QR code of the poster: to what is owed, or to the binding first."""
        units_sudo = (
            request.env["property.unit"]
            .sudo()  # sudo: the relation is the right itself
            .search([("resident_user_ids", "in", request.env.user.ids)], limit=1)
        )
        owes = units_sudo or self._get_fee_bills_to_pay()
        return request.redirect("/my/bills/pay" if owes else "/my/binding")

    @http.route("/my/bills/pay", type="http", auth="user", website=True, sitemap=False)
    def portal_pay_bills(self, **_kwargs):
        """Show what is paid and the ways to pay it; without a choice, everything that is owed."""
        chosen = request.httprequest.args.getlist("bill")
        bills_sudo = self._get_fee_bills_to_pay(chosen or None)
        if not bills_sudo:
            return request.redirect("/my/bills?show=open")
        groups = self._get_fee_payment_groups(bills_sudo)
        if len(groups) > 1:
            values = {
                "page_name": "property_payment",
                "payments": [self._prepare_fee_payment(group) for group in groups],
            }
            return request.render("property_fees.portal_payment_groups", values)
        payment = self._prepare_fee_payment(bills_sudo)
        ids = ",".join(str(bill_id) for bill_id in bills_sudo.ids)
        blocking_sudo = (
            request.env["payment.transaction"]
            .sudo()  # sudo: transactions of bills that the user may read
            ._get_property_blocking(bills_sudo, request.env.user.partner_id)
        )
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": request.env.user.partner_id,
                "company": bills_sudo.company_id,
                "total_amount": payment["amount"],
                "currency": payment["currency"],
                "amount_residual": payment["amount"],
                "landing_route": "/my/bills",
                "transaction_route": f"/my/bills/transaction/{ids}",
            }
        )
        values |= payment | {
            "page_name": "property_payment",
            "blocking": blocking_sudo,
            "own_blocking": self._get_fee_transaction(blocking_sudo.id),
            "payers": bills_sudo.commercial_partner_id - request.env.user.partner_id,
        }
        return request.render("property_fees.portal_payment", values)

    @http.route("/my/bills/transaction/<string:bill_ids>", type="jsonrpc", auth="user")
    def portal_bill_transaction(self, bill_ids, amount=None, access_token=None, **kwargs):
        """Create the transaction of a payment and return its processing values.

        The amount is what the server finds owed now; what the page showed must be the same.
        """
        bills_sudo = self._get_fee_bills_to_pay(bill_ids.split(","))
        if not bills_sudo or len(self._get_fee_payment_groups(bills_sudo)) != 1:
            raise ValidationError(
                request.env._("One of the bills has just been paid. Look at your bills again.")
            )
        partner = request.env.user.partner_id
        # sudo: bills that the user may read
        transactions_sudo = request.env["payment.transaction"].sudo()
        try:
            transactions_sudo._check_property_bills(bills_sudo, partner)
        except UserError as error:
            raise ValidationError(str(error)) from None
        payment = self._prepare_fee_payment(bills_sudo)
        if payment["currency"].compare_amounts(float(amount or 0.0), payment["amount"]):
            raise ValidationError(
                request.env._("The amount has changed meanwhile. Load the page again.")
            )
        self._validate_transaction_kwargs(kwargs)
        reference = request.env["property.payment.reference"]._get_reference_of_bills(bills_sudo)
        kwargs |= {
            "amount": payment["amount"],
            "currency_id": payment["currency"].id,
            "partner_id": partner.id,
            "reference_prefix": reference.name or bills_sudo[0].name,
        }
        tx_sudo = self._create_transaction(
            custom_create_values={
                "invoice_ids": [Command.set(bills_sudo.ids)],
                "property_payment_reference": reference.name,
                "property_extra": sum(one["amount"] for one in payment["extras"]),
            },
            **kwargs,
        )
        tx_sudo.landing_route = f"/my/bills/payment/{tx_sudo.id}"
        return tx_sudo._get_processing_values()

    @http.route("/my/bills/payment/<int:tx_id>", type="http", auth="user", website=True)
    def portal_bill_payment(self, tx_id, **_kwargs):
        """Show how a payment stands; the page asks again by itself until the provider answers."""
        tx_sudo = self._get_fee_transaction(tx_id)
        if not tx_sudo:
            return request.redirect("/my/bills")
        qr = tx_sudo._get_property_qr() if tx_sudo.state in ("draft", "pending") else False
        values = {
            "page_name": "property_payment",
            "tx": tx_sudo,
            "bills": tx_sudo.invoice_ids,
            "is_transfer": tx_sudo.provider_code == "custom",
            "waiting": tx_sudo.state in ("draft", "pending", "authorized")
            and tx_sudo.provider_code != "custom",
            "qr": qr and request.env["ir.actions.report"]._get_qr_data_uri(qr),
        }
        return request.render("property_fees.portal_payment_state", values)

    @http.route("/my/bills/payment/<int:tx_id>/state", type="jsonrpc", auth="user")
    def portal_bill_payment_state(self, tx_id):
        """Return the state of a payment, posted when it is done; for the page that waits."""
        tx_sudo = self._get_fee_transaction(tx_id)
        if tx_sudo.state == "done" and not tx_sudo.is_post_processed:
            tx_sudo._post_process()
        return {"state": tx_sudo.state or "unknown"}
