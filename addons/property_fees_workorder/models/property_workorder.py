# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyWorkorder(models.Model):
    """Charge what the resident accepted, once, after sign-off (WKO-19)."""

    _inherit = "property.workorder"

    service_invoice_ids = fields.One2many(
        "account.move", "property_workorder_id", string="Invoices", copy=False
    )
    service_invoice_count = fields.Integer(compute="_compute_service_invoice", compute_sudo=True)
    service_payment_state = fields.Char(
        compute="_compute_service_invoice", compute_sudo=True, string="Payment"
    )

    @api.depends("service_invoice_ids.state", "service_invoice_ids.payment_state")
    def _compute_service_invoice(self):
        for order in self:
            invoices = order.service_invoice_ids.filtered(lambda one: one.state == "posted")
            order.service_invoice_count = len(invoices)
            labels = dict(invoices._fields["payment_state"]._description_selection(self.env))
            order.service_payment_state = labels.get(invoices[:1].payment_state, False)

    def _on_done(self):
        """Extend `property_workorder`: invoice the accepted price."""
        super()._on_done()
        for order in self:
            order._invoice_service()

    def _invoice_service(self):
        """Post the invoice of the accepted price; nothing without acceptance, nothing twice.

        :return: ``account.move`` in sudo, empty when nothing is charged
        """
        self.ensure_one()
        # sudo: the technician who finishes the work is no accountant
        order_sudo = self.sudo()
        quote = order_sudo._get_accepted_quote()
        invoices = order_sudo.service_invoice_ids.filtered(lambda one: one.state != "cancel")
        if not quote or invoices:
            return invoices
        if order_sudo.bearer != "resident":
            bearers = dict(self._fields["bearer"]._description_selection(self.env))
            order_sudo.message_post(
                body=self.env._(
                    "Not charged to the resident: %(bearer)s.", bearer=bearers[order_sudo.bearer]
                )
            )
            return invoices
        invoice = order_sudo.env["account.move"].create(
            order_sudo._prepare_service_invoice_vals(quote)
        )
        invoice.action_post()
        order_sudo._tell_resident(
            self.env._(
                "The invoice %(invoice)s of %(amount)s is in the portal.",
                invoice=invoice.name,
                amount=invoice.currency_id.format(invoice.amount_total),
            )
        )
        self._on_service_invoiced(invoice)
        return invoice

    def _prepare_service_invoice_vals(self, quote):
        """Return the values of the invoice of what was accepted; extension point.

        :param quote: the accepted quote, and those accepted in addition to it
        """
        self.ensure_one()
        community = self.community_id
        journal = community._get_fee_journal()
        if not journal:
            raise UserError(
                self.env._(
                    "%(community)s has no sales journal for the invoice. Set one on the community.",
                    community=community.name,
                )
            )
        account = community.analytic_account_id
        return {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": quote[0].partner_id.id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_origin": self.name,
            "ref": ", ".join(quote.mapped("name")),
            "property_workorder_id": self.id,
            "property_community_id": community.id,
            "property_unit_id": self.unit_id.id,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "product_id": line.product_id.id,
                        "name": line.name,
                        "quantity": line.quantity,
                        "price_unit": line.unit_price,
                        "analytic_distribution": {str(account.id): 100} if account else False,
                    }
                )
                for line in quote.line_ids
            ],
        }

    def _on_service_invoiced(self, invoice):
        """Extension point: called once when the invoice of a service is posted."""

    def action_view_service_invoices(self):
        """Open the invoices of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("property_workorder_id", "=", self.id)],
            "context": {"create": False},
        }
