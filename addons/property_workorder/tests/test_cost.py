# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestCost(WorkorderCommon):
    def test_other_costs_count(self):
        order = self.make_order()
        order.expense_ids = [Command.create({"name": "Skip for rubble", "amount": 120})]
        self.assertEqual((order.expense_cost, order.total_cost), (120, 120))
        self.finish(order)
        lines = self.env["account.analytic.line"].search([("property_workorder_id", "=", order.id)])
        self.assertEqual(-sum(lines.mapped("amount")), order.total_cost)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["property.workorder.expense"].create(
                {"workorder_id": order.id, "name": "x", "amount": 0}
            )

    def test_the_month_says_what_it_cost_and_who_bears_it(self):
        with freeze_time(datetime(2026, 8, 10, 2, 0)):
            own, gift, free = self.make_order(), self.make_order(), self.make_order()
            gift.bearer = "goodwill"
            for order, amount in ((own, 100), (gift, 40)):
                order.expense_ids = [Command.create({"name": "Hired lift", "amount": amount})]
            for order in (own, gift, free):
                self.finish(order)
        report = self.env["property.service.report"].create(
            {"community_id": self.community.id, "month_start": "2026-08-01"}
        )
        rows = report._get_data()["costs"]
        self.assertEqual([(row["name"], row["count"], row["total"]) for row in rows],
                         [("Property company", 1, 100), ("Goodwill", 1, 40)])  # fmt: skip
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("property_workorder.report_service", report.ids)[0]
            .decode()
        )
        self.assertIn("Goodwill", html)

    def test_a_student_residence_promises_all_of_them(self):
        report = self.env["property.service.report"].create({"community_id": self.community.id})
        self.assertEqual(report._get_on_time_target(), 90)
        self.community.category = "student"
        self.assertEqual(report._get_on_time_target(), 100)

    def test_visits_of_a_contractor_come_with_the_plan(self):
        lifts = self.make_partner("Lifts Ltd.")
        plan = self.env["property.maintenance.plan"].create(
            {
                "name": "Lifts",
                "community_id": self.community.id,
                "building_id": self.building.id,
                "every": 15,
                "unit": "day",
                "start_date": "2026-09-01",
                "contractor_id": lifts.id,
                "visit_price": 300,
            }
        )
        with freeze_time("2026-09-20"):
            plan._cron_create_due()
            plan._cron_create_due()
        visits = plan.workorder_ids.contract_ids
        self.assertEqual(len(plan.workorder_ids), 2)
        self.assertEqual(visits.mapped("state"), ["sent", "sent"])
        self.assertEqual(visits.partner_id, lifts)
        self.assertEqual(sorted(map(str, visits.mapped("due_date"))), ["2026-09-01", "2026-09-16"])
        self.assertEqual(sum(visits.mapped("amount")), 600)
