# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.property_workorder.tests.common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestServiceInvoice(WorkorderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["property.paid.service"].create(
            {"name": "Change a tap", "price": 80, "group": "water"}
        )
        cls.service.product_id.taxes_id = False

    def make_service_order(self, accept=True):
        order = self.make_order(
            category_id=self.env.ref("property_workorder.category_service_paid_home").id,
            unit_id=self.unit.id,
            partner_id=self.owner.id,
        )
        order.action_accept()
        quote = self.env["property.workorder.quote"].create(
            {
                "workorder_id": order.id,
                "line_ids": [Command.create({"service_id": self.service.id, "quantity": 2})],
            }
        )
        quote.action_send()
        if accept:
            quote._accept("Owner", "portal")
        return order

    def test_after_sign_off_the_accepted_price_is_invoiced_once(self):
        order = self.make_service_order()
        self.assertFalse(order.service_invoice_ids)
        self.finish(order)
        invoice = order.sudo().service_invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 160)
        self.assertEqual(invoice.partner_id, self.owner)
        self.assertEqual(invoice.property_unit_id, self.unit)
        account = self.community.analytic_account_id
        self.assertEqual(invoice.invoice_line_ids.analytic_distribution, {str(account.id): 100})
        order.with_user(self.user_staff).action_reopen("Drips")
        self.finish(order)
        self.assertEqual(len(order.sudo().service_invoice_ids), 1)
        self.user_owner.password = self.user_owner.login
        self.authenticate(self.user_owner.login, self.user_owner.login)
        page = self.url_open(f"/my/requests/{order.id}")
        self.assertIn(invoice.name, page.text)

    def test_nothing_is_charged_without_acceptance(self):
        order = self.make_service_order(accept=False)
        order.with_user(self.user_officer).action_force_close("Went to another company")
        self.assertFalse(order.sudo().service_invoice_ids)
        repair = self.make_order(partner_id=self.owner.id)
        self.finish(repair)
        self.assertFalse(repair.sudo().service_invoice_ids)

    def test_warranty_and_goodwill_are_not_charged(self):
        for bearer in ("warranty", "goodwill", "developer"):
            order = self.make_service_order()
            order.bearer = bearer
            self.finish(order)
            self.assertFalse(order.sudo().service_invoice_ids)
            self.assertTrue(any("Not charged" in one.body for one in order.message_ids))

    def test_what_was_accepted_in_addition_is_on_the_same_invoice(self):
        order = self.make_service_order()
        extra = self.env["property.workorder.quote"].create(
            {
                "workorder_id": order.id,
                "is_extra": True,
                "line_ids": [Command.create({"name": "New hose", "unit_price": 25})],
            }
        )
        refused = extra.copy({"is_extra": True})
        (extra | refused).action_send()
        extra._accept("Owner", "portal")
        self.finish(order)
        invoice = order.sudo().service_invoice_ids
        self.assertEqual(invoice.amount_untaxed, 185)
        self.assertIn(extra.name, invoice.ref)
