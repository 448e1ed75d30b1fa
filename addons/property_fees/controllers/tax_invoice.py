# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from .portal import PropertyFeesPortal

BUYER_FIELDS = ("buyer_kind", "buyer_name", "buyer_tax_number", "email")


class PropertyTaxInvoicePortal(PropertyFeesPortal):
    """An owner asks for the e-invoice of his bill and downloads it."""

    @http.route(
        "/my/bills/<int:bill_id>/invoice", type="http", auth="user", website=True, readonly=False
    )
    def portal_my_tax_invoice(self, bill_id, **post):
        """Show the e-invoice of a bill, or ask for it."""
        bill_sudo = self._get_fee_bill(bill_id)
        if not bill_sudo:
            return request.redirect("/my")
        invoices_sudo = request.env["property.tax.invoice"].sudo()  # sudo: the bill is his own
        invoice_sudo = bill_sudo._get_property_tax_invoice()
        values = invoices_sudo._prepare_buyer_vals(bill_sudo.partner_id)
        error = ""
        if request.httprequest.method == "POST" and not invoice_sudo:
            values = {name: (post.get(name) or "").strip()[:200] for name in BUYER_FIELDS}
            if values["buyer_kind"] not in ("person", "company"):
                values["buyer_kind"] = "person"
            try:
                if not values["buyer_name"]:
                    raise UserError(request.env._("Enter the name of the buyer."))
                with request.env.cr.savepoint():
                    invoices_sudo.create({"move_id": bill_sudo.id, **values})
                return request.redirect(f"/my/bills/{bill_id}/invoice")
            except (UserError, ValidationError) as refused:
                error = str(refused)
        refused_sudo = bill_sudo.property_tax_invoice_ids.filtered(
            lambda invoice: invoice.state == "refused"
        )
        return request.render(
            "property_fees.portal_my_tax_invoice",
            {
                "page_name": "property_bill",
                "bill": bill_sudo,
                "invoice": invoice_sudo,
                "refused": refused_sudo[:1],
                "values": values,
                "error": error,
            },
        )

    @http.route("/my/bills/<int:bill_id>/invoice/file", type="http", auth="user", website=True)
    def portal_my_tax_invoice_file(self, bill_id, **_kwargs):
        """Download the e-invoice."""
        bill_sudo = self._get_fee_bill(bill_id)
        invoice_sudo = bill_sudo and bill_sudo._get_property_tax_invoice()
        if not invoice_sudo or not invoice_sudo.file:
            return request.redirect("/my")
        stream = request.env["ir.binary"]._get_stream_from(
            invoice_sudo, "file", filename=invoice_sudo.filename or f"{invoice_sudo.number}.pdf"
        )
        return stream.get_response(as_attachment=True)
