# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestApproval(PropertyFeesCommon):
    """Who asks does not approve: batches, prices, agreements; and what is set up in one step."""

    def compute(self, **vals):
        run = self.make_run(**vals)
        run.action_compute()
        return run

    def test_batch_is_cancelled_by_two(self):
        run = self.compute()
        run.action_post()
        mine = run.with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "somebody else"):
            mine.action_cancel()
        with self.assertRaisesRegex(UserError, "say why"):
            mine.action_request_cancel()
        mine.cancel_reason = "Wrong price"
        mine.action_request_cancel()
        with self.assertRaisesRegex(UserError, "yourself"):
            mine.action_approve_cancel()
        with self.assertRaisesRegex(UserError, "management"):
            run.with_user(self.accountant).action_approve_cancel()
        with self.assertRaisesRegex(UserError, "buttons"):
            mine.cancel_approved_by_id = self.user_officer
        run.with_user(self.user_officer).action_approve_cancel()
        self.assertEqual((run.state, run.charge_ids.state), ("cancelled", "cancelled"))
        self.assertEqual(run.cancel_approved_by_id, self.user_officer)

    def test_cancellation_is_declined(self):
        run = self.compute()
        run.action_post()
        run.cancel_reason = "Wrong price"
        run.with_user(self.accountant).action_request_cancel()
        run.with_user(self.user_officer).action_decline_cancel()
        self.assertEqual(run.state, "posted")
        with self.assertRaisesRegex(UserError, "Nobody asked"):
            run.with_user(self.user_officer).action_approve_cancel()
        with self.assertRaises(AccessError):
            run.with_user(self.user_staff).action_request_cancel()

    def test_raise_counts_once_approved(self):
        self.community._set_parameter("fees_price_needs_resolution", True)
        self.price.write({"resolution_reference": "2025-01", "end_date": date(2026, 2, 28)})
        prices = self.env["property.fee.price"].with_user(self.accountant)
        price = prices.create(
            {
                "item_id": self.item.id,
                "community_id": self.community.id,
                "unit_price": 2.94,
                "start_date": date(2026, 3, 1),
                "resolution_reference": "2026-03",
                "state": "approved",
            }
        )
        self.assertEqual((price.state, price.rise_percent), ("draft", 20.0))
        self.assertEqual(self.compute().skip_ids.reason, "no_price")
        with self.assertRaises(UserError):
            price.state = "approved"
        with self.assertRaisesRegex(UserError, "management"):
            price.action_approve()
        price.with_user(self.user_officer).action_approve()
        self.assertEqual(self.compute().charge_ids.amount, 263.31)
        price.unit_price = 3.5
        self.assertEqual(price.state, "draft")

    def test_agreement_counts_once_approved(self):
        lines = self.env["property.fee.assignment"].with_user(self.accountant)
        vals = {
            "item_id": self.item.id,
            "community_id": self.community.id,
            "unit_id": self.unit.id,
            "override_price": 2.0,
        }
        with self.assertRaisesRegex(UserError, "say why"), self.cr.savepoint():
            lines.create(vals)
        vals["reason"] = "Anchor tenant"
        with self.assertRaisesRegex(UserError, "last day"), self.cr.savepoint():
            lines.create(vals)
        line = lines.create({**vals, "end_date": date(2026, 12, 31)})
        self.assertEqual(line.agreement_state, "requested")
        run = self.compute()
        self.assertEqual(run.charge_ids.amount, 219.42)
        with self.assertRaises(UserError):
            line.agreement_state = "approved"
        line.with_user(self.user_officer).action_approve()
        run.action_compute()
        self.assertEqual(run.charge_ids.amount, 179.12)
        line.override_price = 1.0
        self.assertEqual(line.agreement_state, "requested")

    def test_package_is_assigned_once(self):
        refuse = self.make_item(name="Refuse", code="REF", basis="fixed")
        package = self.env["property.fee.package"].create(
            {
                "name": "Dwelling",
                "line_ids": [Command.create({"item_id": item.id}) for item in self.item | refuse],
            }
        )
        wizard = self.env["property.fee.package.assign"].create(
            {"package_id": package.id, "community_id": self.community.id}
        )
        action = wizard.action_assign()
        made = self.env["property.fee.assignment"].search(action["domain"])
        self.assertEqual(made.item_id, refuse)
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_assign()
        wizard.scope = "unit"
        with self.assertRaisesRegex(UserError, "Say to which"):
            wizard.action_assign()
        wizard.unit_ids = self.unit
        self.assertEqual(
            len(self.env["property.fee.assignment"].search(wizard.action_assign()["domain"])), 2
        )

    def test_prices_are_copied_in_one_step(self):
        self.price.step_ids = [Command.create({"above": 100, "unit_price": 3})]
        self.make_assignment(unit_id=self.unit.id, reduction=10)
        parts = {"fee_prices", "fee_assignments"}
        result = self.other_community._copy_setup(self.community, parts)
        self.assertEqual([count for _label, count in result], [1, 1])
        copied = self.env["property.fee.price"].search(
            [("community_id", "=", self.other_community.id)]
        )
        self.assertEqual((copied.unit_price, copied.step_ids.above), (2.45, 100))
        result = self.other_community._copy_setup(self.community, parts)
        self.assertEqual([count for _label, count in result], [0, 0])

    def test_run_of_the_month_is_prepared_once(self):
        runs = self.env["property.fee.run"]
        self.community.write({"fee_run_day": 5, "manager_id": self.user_officer.id})
        mine = [("community_ids", "in", self.community.ids), ("is_scheduled", "=", True)]
        with self.enter_registry_test_mode():
            for day, count in (("2026-03-04", 0), ("2026-03-07", 1), ("2026-03-08", 1)):
                with freeze_time(f"{day} 06:00:00"):
                    runs._cron_open_runs()
                    self.assertEqual(runs.search_count(mine), count, day)
            self.env.ref("property_fees.property_fee_run_cron_process").method_direct_trigger()
        run = runs.search(mine)
        self.assertEqual((run.state, run.charge_ids.amount), ("computed", 219.42))
        self.assertEqual(run.invoice_date, date(2026, 3, 7))
        self.assertEqual(run.activity_ids.user_id, self.user_officer)
        self.assertEqual(run.action_view_charges()["context"], {"search_default_group_item": 1})
