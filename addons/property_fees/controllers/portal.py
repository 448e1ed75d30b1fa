# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.addons.property_base.controllers.portal import PropertyPortal

BILLS_PER_PAGE = 20
OPEN_STATES = ("not_paid", "partial")


class PropertyFeesPortal(PropertyPortal):
    """Bills of the payer and of the co-owners of a unit, each line explained (FEE-19)."""

    # === HOOKS === #

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: bills, with the number of those that are open."""
        cards = super()._prepare_property_home_cards(units)
        bills_sudo = self._get_fee_bills("open")
        if units or bills_sudo:
            cards.append(
                {
                    "title": request.env._("Bills"),
                    "text": request.env._("What you owe and what you paid"),
                    "url": "/my/bills",
                    "icon": "fa-file-text-o",
                    "count": len(bills_sudo),
                    "sequence": 10,
                }
            )
        return cards

    def _prepare_property_unit_lines(self, units):
        """Extend `property_base`: what is owed for each unit."""
        lines = super()._prepare_property_unit_lines(units)
        owed = {}
        for bill_sudo in self._get_fee_bills("open"):
            unit = bill_sudo.property_unit_id
            owed[unit.id] = owed.get(unit.id, 0.0) + bill_sudo.amount_residual
        for unit in units:
            amount = owed.get(unit.id, 0.0)
            lines[unit.id].append(
                {
                    "label": request.env._("Fees owed"),
                    "value": unit.company_id.currency_id.format(amount),
                    "url": f"/my/bills?unit={unit.id}",
                    "class": "danger" if amount else "success",
                }
            )
        return lines

    def _prepare_property_unit_values(self, unit):
        """Extend `property_base`: the latest bills of the unit."""
        values = super()._prepare_property_unit_values(unit)
        values["fee_bills"] = self._get_fee_bills(unit_id=unit.id)[:3]
        return values

    # === HELPERS === #

    def _get_fee_bill_domain(self):
        """Return which bills the current user may read (hook): those of fees, and their late fees.

        Addons with other bills join theirs; the domain is the right itself.
        """
        mine = [("portal_user_ids", "in", request.env.user.ids), ("state", "=", "posted")]
        return Domain("property_fee_charge_ids", "any", mine) | Domain(
            "property_late_fee_bill_id.property_fee_charge_ids", "any", mine
        )

    def _get_fee_bills(self, show="all", unit_id=None):
        """Return the bills that the current user may read, newest first, as sudo.

        :param show: ``open`` for bills with something left to pay, ``paid``, or ``all``
        :param unit_id: only bills of this unit
        """
        domain = list(self._get_fee_bill_domain())
        if show == "open":
            domain += [("payment_state", "in", OPEN_STATES)]
        elif show == "paid":
            domain += [("payment_state", "not in", OPEN_STATES)]
        if unit_id:
            domain += [("property_unit_id", "=", unit_id)]
        return (
            request.env["account.move"]
            .sudo()  # sudo: portal_user_ids is the right itself, as in the rule
            .search(
                [("move_type", "=", "out_invoice"), ("state", "=", "posted"), *domain],
                order="invoice_date desc, id desc",
            )
        )

    def _get_fee_bill(self, bill_id):
        """Return one bill of the current user as sudo, or an empty record."""
        return self._get_fee_bills().filtered(lambda bill: bill.id == bill_id)

    # === ROUTES === #

    @http.route("/my/bills", type="http", auth="user", website=True, readonly=True)
    def portal_my_bills(self, show="all", page=1, unit=None, **_kwargs):
        """Show the bills of the user; unknown arguments count as none."""
        show = show if show in ("open", "paid") else "all"
        unit_id = int(unit) if unit and unit.isdecimal() else None
        page = int(page) if str(page).isdecimal() else 1
        bills_sudo = self._get_fee_bills(show, unit_id)
        open_sudo = self._get_fee_bills("open")
        pager = portal_pager(
            url="/my/bills",
            url_args={"show": show} | ({"unit": unit_id} if unit_id else {}),
            total=len(bills_sudo),
            page=page,
            step=BILLS_PER_PAGE,
        )
        owed = [
            (currency, sum(bills.mapped("amount_residual")))
            for currency, bills in open_sudo.grouped("currency_id").items()
        ]
        values = {
            "page_name": "property_bills",
            "bills": bills_sudo[pager["offset"] : pager["offset"] + BILLS_PER_PAGE],
            "owed": owed,
            "show": show,
            "unit_id": unit_id,
            "pager": pager,
            "being_paid": self._get_fee_bills_being_paid(bills_sudo),
            "reminders": self._get_fee_reminders(),
            "today": fields.Date.context_today(bills_sudo),
        }
        return request.render("property_fees.portal_my_bills", values)

    @http.route("/my/bills/<int:bill_id>", type="http", auth="user", website=True)
    def portal_my_bill(self, bill_id, **_kwargs):
        """Show one bill with the explanation of each line."""
        bill_sudo = self._get_fee_bill(bill_id)
        if not bill_sudo:
            return request.redirect("/my")
        values = {
            "page_name": "property_bill",
            "bill": bill_sudo,
            "charges": bill_sudo.property_fee_charge_ids.filtered(
                lambda charge: charge.state == "posted"
            ),
            "receipts": self._get_fee_receipts(bill_sudo),
            "payments": self._get_fee_payments(bill_sudo),
            "being_paid": self._get_fee_bills_being_paid(bill_sudo),
            "reference": request.env["property.payment.reference"]
            ._get_reference_of_bills(bill_sudo)
            .name,
            "today": fields.Date.context_today(bill_sudo),
        }
        return request.render("property_fees.portal_my_bill", values)

    @http.route("/my/bills/<int:bill_id>/pdf", type="http", auth="user", website=True)
    def portal_my_bill_pdf(self, bill_id, **_kwargs):
        """Download the bill."""
        bill_sudo = self._get_fee_bill(bill_id)
        if not bill_sudo:
            return request.redirect("/my")
        report_sudo = request.env["ir.actions.report"].sudo()  # sudo: the bill was checked above
        pdf, _kind = report_sudo._render_qweb_pdf("property_fees.report_bill", bill_sudo.ids)
        return request.make_response(
            pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(pdf)),
                (
                    "Content-Disposition",
                    http.content_disposition(f"{bill_sudo.name.replace('/', '-')}.pdf"),
                ),
            ],
        )

    def _get_fee_receipts(self, bill_sudo):
        """Return what was paid on the bill at the desk."""
        return (
            request.env["property.receipt.line"]
            .sudo()  # sudo: lines of a bill that the user may read
            .search([("invoice_id", "=", bill_sudo.id), ("receipt_id.state", "=", "issued")])
        )

    def _get_fee_reminders(self):
        """Return the latest reminder of each running arrears case of the user himself."""
        cases_sudo = (
            request.env["property.arrears.case"]
            .sudo()  # sudo: the domain is the right itself
            .search(
                [
                    ("partner_id", "=", request.env.user.partner_id.commercial_partner_id.id),
                    ("state", "=", "open"),
                    ("level_id.by_portal", "=", True),
                ]
            )
        )
        return [
            case_sudo.reminder_ids[:1]
            for case_sudo in cases_sudo
            if case_sudo.reminder_ids and case_sudo._get_bills()
        ]

    def _get_fee_payments(self, bill_sudo):
        """Return name, date and amount of what was paid on the bill elsewhere than at the desk."""
        partials_sudo = bill_sudo._get_property_receivable_lines(reconciled=True).matched_credit_ids
        return [
            {
                "name": move_sudo.origin_payment_id.name or move_sudo.name,
                "date": move_sudo.date,
                "amount": partial_sudo.debit_amount_currency,
            }
            for partial_sudo in partials_sudo.sorted("id")
            if not (
                move_sudo := partial_sudo.credit_move_id.move_id
            ).origin_payment_id.property_receipt_id
            and move_sudo.move_type == "entry"
            and move_sudo.property_settlement_kind != "write_off"
        ]

    def _get_fee_bills_being_paid(self, bills_sudo):
        """Return the bills for which the answer of a payment provider is awaited."""
        return bills_sudo.filtered(
            lambda bill: any(
                tx_sudo.state in ("pending", "authorized")
                and tx_sudo.operation != "refund"
                and tx_sudo.provider_code != "custom"
                for tx_sudo in bill.transaction_ids
            )
        )
