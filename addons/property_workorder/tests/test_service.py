# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestService(WorkorderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["property.paid.service"].create(
            {"name": "Change a tap", "price": 80, "group": "water"}
        )
        cls.paid = cls.env.ref("property_workorder.category_service_paid_home")

    def make_service_order(self, **vals):
        return self.make_order(
            category_id=self.paid.id, unit_id=self.unit.id, partner_id=self.owner.id, **vals
        )

    def test_nothing_is_done_before_the_price_is_accepted(self):
        order = self.make_service_order()
        order.action_accept()
        with self.assertRaises(UserError):
            order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        quote = (
            self.env["property.workorder.quote"]
            .with_user(self.user_staff)
            .create(
                {
                    "workorder_id": order.id,
                    "line_ids": [Command.create({"service_id": self.service.id, "quantity": 2})],
                }
            )
        )
        self.assertEqual(quote.amount_total, 160)
        quote.action_send()
        with self.assertRaises(UserError):
            quote.line_ids = [Command.clear()]
        with self.assertRaises(UserError):
            quote.action_accept_signed()
        quote._accept("Owner", "portal")
        self.assertEqual(order.bearer, "resident")
        self.assertEqual(order.amount_accepted, 160)
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        second = quote.copy()
        second.action_send()
        with self.assertRaises(UserError):
            second._accept("Owner", "portal")

    def test_nobody_takes_a_service_before_its_price_is_accepted(self):
        order = self.make_order(unit_id=self.unit.id, partner_id=self.owner.id, kind="service")
        order.action_accept()
        tech = order.with_user(self.tech_user)
        quote = self.env["property.workorder.quote"].create(
            {
                "workorder_id": order.id,
                "line_ids": [Command.create({"name": "Change a tap", "unit_price": 60})],
            }
        )
        quote.action_send()

        def free():
            return [card["id"] for card in tech.get_technician_list()["free"]]

        self.assertNotIn(order.id, free())
        self.assertFalse(tech.can_grab)
        with self.assertRaisesRegex(UserError, "price"):
            tech.action_grab()
        quote._accept("Owner", "portal")
        self.env.invalidate_all()
        self.assertIn(order.id, free())
        self.assertTrue(tech.can_grab)
        tech.action_grab()
        self.assertEqual(order.technician_id, self.tech_user)

    def test_more_than_was_thought_is_asked_for_again(self):
        order = self.make_service_order()
        order.action_accept()
        quote = self.env["property.workorder.quote"].create(
            {
                "workorder_id": order.id,
                "line_ids": [Command.create({"service_id": self.service.id})],
            }
        )
        quote.action_send()
        self.assertNotIn("default_is_extra", order.action_quote()["context"])
        quote._accept("Owner", "portal")
        extra = (
            self.env["property.workorder.quote"]
            .with_context(**order.action_quote()["context"])
            .create({"line_ids": [Command.create({"name": "New hose", "unit_price": 25})]})
        )
        self.assertTrue(extra.is_extra)
        extra.action_send()
        self.assertEqual(order.amount_accepted, 80, "only what was accepted counts")
        extra._accept("Owner", "portal")
        self.assertEqual(order.amount_accepted, 105)
        late = extra.copy({"is_extra": True})
        late.action_send()
        self.finish(order)
        with self.assertRaisesRegex(UserError, "done already"):
            late._accept("Owner", "portal")

    def test_what_was_done_lately_is_done_again_for_nothing(self):
        self.service.warranty_days = 90
        with freeze_time(datetime(2026, 8, 10, 2, 0)):
            first = self.make_service_order(service_id=self.service.id)
            first.action_accept()
            quote = self.env["property.workorder.quote"].create(
                {
                    "workorder_id": first.id,
                    "line_ids": [Command.create({"service_id": self.service.id})],
                }
            )
            quote.action_send()
            quote._accept("Owner", "portal")
            self.finish(first)
        with freeze_time(datetime(2026, 9, 10, 2, 0)):
            again = self.make_service_order(service_id=self.service.id)
            self.assertEqual(again.bearer, "warranty")
            self.assertIn(first, again.related_ids)
            again.action_accept()
            again.with_user(self.dispatcher).action_dispatch(self.tech_user)
        with freeze_time(datetime(2026, 12, 10, 2, 0)):
            late = self.make_service_order(service_id=self.service.id)
            self.assertNotEqual(late.bearer, "warranty")

    def test_an_expired_price_is_not_accepted(self):
        order = self.make_service_order()
        order.action_accept()
        with freeze_time("2026-09-01"):
            quote = self.env["property.workorder.quote"].create(
                {
                    "workorder_id": order.id,
                    "line_ids": [Command.create({"service_id": self.service.id})],
                }
            )
            quote.action_send()
        with freeze_time("2026-10-01"), self.assertRaises(UserError):
            quote._accept("Owner", "portal")

    def test_the_draw_can_be_drawn_again(self):
        with freeze_time(datetime(2026, 8, 10, 2, 0)):
            orders = self.env["property.workorder"]
            for _number in range(6):
                orders |= self.finish(self.make_order(partner_id=self.owner.id))
            orders[0].sudo().severity = "serious"
        draw = self.env["property.callback.draw"].create(
            {"community_id": self.community.id, "month_start": "2026-08-01"}
        )
        draw.action_draw()
        self.assertEqual(draw.pool_count, 6)
        self.assertEqual(draw.drawn_count, 4, "the serious one and half of five, rounded up")
        self.assertIn(orders[0], draw.callback_ids.workorder_id)
        drawn = draw.callback_ids.workorder_id
        draw.action_draw()
        self.assertEqual(draw.callback_ids.workorder_id, drawn)

        callback = draw.callback_ids[0]
        with self.assertRaises(UserError):
            callback.with_user(self.tech_user).action_satisfied()
        callback = callback.with_user(self.user_staff)
        with self.assertRaises(UserError):
            callback.action_dissatisfied()
        callback.answer = "Still squeaks"
        callback.action_dissatisfied()
        self.assertEqual(callback.workorder_id.state, "accepted")
        self.assertEqual(callback.workorder_id.reopened_count, 1)
        draw.callback_ids.filtered(lambda one: one.state == "open")[0].with_user(
            self.user_staff
        ).action_satisfied()
        self.assertEqual(draw.satisfied_percent, 50)

    def test_the_service_report(self):
        with freeze_time(datetime(2026, 8, 10, 2, 0)):
            order = self.finish(self.make_order(partner_id=self.owner.id))
            order.sudo()._rate(5)
            self.make_order(
                category_id=self.env.ref("property_workorder.category_service_complaint_noise").id
            )
        report = self.env["property.service.report"].create(
            {"community_id": self.community.id, "month_start": "2026-08-01"}
        )
        data = report._get_data()
        self.assertEqual((data["taken"], data["solved"]), (2, 1))
        self.assertEqual(data["figures"][0]["value"], 100)
        self.assertEqual(data["figures"][1]["value"], 100)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "property_workorder.report_service", report.ids
        )[0]
        self.assertIn(b"2026-08", html)
        rows = self.env["property.workorder.report"].search([("workorder_id", "=", order.id)])
        self.assertEqual(rows.on_time_percent, 100)
        for name in ("report_workorder", "report_register"):
            self.env["ir.actions.report"]._render_qweb_html(f"property_workorder.{name}", order.ids)

    def test_contractor_orders(self):
        order = self.make_order()
        order.action_accept()
        contract = (
            self.env["property.workorder.contract"]
            .with_user(self.user_staff)
            .create(
                {
                    "workorder_id": order.id,
                    "name": "New closer",
                    "partner_id": self.make_partner("Doors Ltd.").id,
                    "amount": 300,
                    "due_date": "2026-01-01",
                }
            )
        )
        contract.action_send()
        contract.ordered_date = "2026-01-01"
        contract.action_attend()
        self.assertTrue(order.attended_at)
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        order.with_user(self.tech_user).action_start()
        self.add_photo(order)
        order.write({"result": "x", "place_cleaned": True})
        with self.assertRaises(UserError) as caught:
            order.action_done()
        self.assertIn("contractor", str(caught.exception))
        with self.assertRaises(UserError):
            contract.action_accept()
        with self.assertRaisesRegex(UserError, "sent back"):
            contract.action_reject()
        contract.rejection_reason = "The closer is too weak"
        contract.action_reject()
        contract.action_attend()
        contract.score = 90
        contract.action_accept()
        order.action_done()
        self.assertEqual(order.contract_cost, 300)
        assessment = self.env["property.contractor.assessment"].create(
            {
                "community_id": self.community.id,
                "partner_id": contract.partner_id.id,
                "start_date": "2026-01-01",
                "end_date": "2026-12-31",
            }
        )
        assessment.action_collect()
        self.assertEqual(assessment.order_count, 1)
        self.assertEqual(assessment.work_score, 90)
        # late: 0 of 30, work 90 of 40, attitude and site 80 of 15 each
        self.assertEqual(assessment.total_score, 60)
        contract.score = False
        assessment.action_collect()
        self.assertEqual(assessment.total_score, 40, "nobody has scored the work: it is left out")
        self.assertEqual(assessment.late_count, 1)
