# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestWaiver(PropertyFeesCommon):
    def make_waiver(self, approve=True, **vals):
        waiver = (
            self.env["property.waiver"]
            .with_user(self.user_staff)
            .create(
                {
                    "unit_id": self.unit.id,
                    "percent": 10.0,
                    "start_date": date(2026, 1, 1),
                    "end_date": date(2026, 12, 31),
                    "reason": "Water damage",
                    **vals,
                }
            )
        )
        if approve:
            waiver.action_request()
            waiver.with_user(self.user_officer).action_approve()
        return waiver

    def amounts(self, **vals):
        run = self.make_run(**vals)
        run.action_compute()
        return run.charge_ids.sorted("period_start").mapped("amount")

    def test_reduction_is_applied_and_explained(self):
        waiver = self.make_waiver()
        run = self.make_run()
        run.action_compute()
        self.assertEqual(run.charge_ids.amount, 197.48)
        self.assertIn("(100% − 10%)", run.charge_ids.trace)
        self.assertIn(waiver.name, run.charge_ids.trace)

    def test_by_day_and_the_largest_counts(self):
        self.make_waiver(start_date=date(2026, 3, 1), end_date=date(2026, 3, 10))
        self.make_waiver(kind="free", start_date=date(2026, 3, 6), end_date=date(2026, 3, 31))
        self.assertEqual(self.amounts(), [31.85, 0.0])

    def test_a_month_let_off_in_full_is_charged_and_not_billed(self):
        waiver = self.make_waiver(kind="free")
        run = self.make_run()
        run.action_compute()
        self.assertEqual((run.charge_ids.amount, run.charge_ids.amount_off), (0, 219.42))
        self.assertIn(waiver.name, run.charge_ids.trace)
        run.action_post()
        self.assertEqual((run.state, run.bill_count, run.draft_count), ("posted", 0, 0))
        self.assertEqual(run.charge_ids.state, "posted")
        run.action_cancel()
        self.assertEqual((run.state, run.charge_ids.state), ("cancelled", "cancelled"))
        waiver.with_user(self.user_officer).action_withdraw()
        self.assertEqual(self.amounts(), [219.42])

    def test_fixed_amount_off(self):
        self.make_waiver(kind="amount", amount=19.42)
        self.assertEqual(self.amounts(), [200.0])

    def test_only_the_named_items(self):
        other = self.make_item(name="Refuse", code="R", basis="fixed")
        self.make_waiver(item_ids=other.ids)
        self.assertEqual(self.amounts(), [219.42])

    def test_only_without_debt(self):
        self.make_waiver(needs_no_debt=True)
        january = self.make_run(start=date(2026, 1, 1), end=date(2026, 1, 31))
        january.action_compute()
        self.assertEqual(january.charge_ids.amount, 197.48)
        january.action_post()
        march = self.make_run()
        march.action_compute()
        self.assertEqual(march.charge_ids.amount, 219.42)
        self.assertEqual(march.skip_ids.reason, "in_debt")

    def test_who_asks_does_not_approve(self):
        waiver = self.make_waiver(approve=False)
        waiver.action_request()
        with self.assertRaisesRegex(UserError, "management"):
            waiver.action_approve()
        mine = self.make_waiver(approve=False).with_user(self.user_officer)
        mine.action_request()
        self.assertFalse(mine.can_approve)
        with self.assertRaisesRegex(UserError, "yourself"):
            mine.action_approve()
        with self.assertRaises(UserError):
            mine.state = "approved"
        with self.assertRaisesRegex(UserError, "keeps its terms"):
            mine.percent = 100
        with self.assertRaises(UserError):
            self.env["property.waiver"].with_user(self.user_staff).create(
                {
                    "unit_id": self.unit.id,
                    "percent": 10,
                    "end_date": date(2026, 12, 31),
                    "reason": "x",
                    "state": "approved",
                }
            )

    def test_refusal_has_a_reason_and_changes_nothing(self):
        waiver = self.make_waiver(approve=False)
        waiver.action_request()
        officer = waiver.with_user(self.user_officer)
        with self.assertRaisesRegex(UserError, "why"):
            officer.action_refuse()
        officer.refusal_reason = "Not damaged"
        officer.action_refuse()
        self.assertEqual(self.amounts(), [219.42])
        with self.assertRaisesRegex(UserError, "stays on file"):
            officer.unlink()

    def test_vacancy_after_inspection(self):
        waiver = self.make_waiver(approve=False, kind="vacancy", percent=30)
        with self.assertRaisesRegex(UserError, "inspect the unit first"):
            waiver.action_request()
        waiver.write(
            {
                "inspection_date": date(2026, 1, 1),
                "inspector_id": self.user_staff.id,
                "inspection_result": "used",
            }
        )
        with self.assertRaisesRegex(UserError, "in use"):
            waiver.action_request()
        waiver.inspection_result = "vacant"
        waiver.action_request()
        waiver.with_user(self.user_officer).action_approve()
        self.assertEqual(self.amounts(), [153.60])

    def test_billed_before_is_shown(self):
        run = self.make_run()
        run.action_compute()
        run.action_post()
        waiver = self.make_waiver()
        self.assertEqual(waiver.billed_count, 1)
        run.charge_ids.action_cancel()
        again = self.make_run()
        again.action_compute()
        self.assertEqual(again.charge_ids.amount, 197.48)
        again.action_post()
        waiver.invalidate_recordset()
        self.assertEqual(waiver.billed_count, 0)

    def test_nothing_off_is_refused(self):
        with self.assertRaises(ValidationError):
            self.make_waiver(percent=0)
