# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import zipfile
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .payment_common import PropertyPaymentCommon

# the first bill is due on 2026-03-16, the second on 2026-04-16


@tagged("post_install", "-at_install")
class TestArrears(PropertyPaymentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["property.arrears.case"]
        cls.building.keeper_id = cls.user_staff
        cls.env["property.dunning.level"].search([]).active = False
        cls.env.flush_all()
        cls.levels = cls.env["property.dunning.level"].create(
            [
                {"name": "First", "days": 7, "text": "Please pay", "by_call": True},
                {"name": "Second", "days": 30, "text": "Pay now", "by_letter": True},
                {"name": "Third", "days": 60, "text": "Or else", "allows_legal": True},
            ]
        )

    def update(self, day):
        with freeze_time(f"{day} 12:00:00"):
            return self.cases._update_cases(self.community)

    def remind(self, case, day):
        with freeze_time(f"{day} 12:00:00"):
            self.cases._update_cases(self.community)
            return case._remind_all(date.fromisoformat(day))

    def test_a_case_opens_and_closes_by_itself(self):
        self.assertFalse(self.update("2026-03-16"))
        case = self.update("2026-03-20")
        self.assertEqual(len(case), 1)
        self.assertEqual((case.amount_overdue, case.overdue_days), (219.42, 4))
        self.assertEqual(case.keeper_id, self.user_staff)
        self.assertEqual(self.update("2026-04-20"), case)
        self.assertEqual((case.amount_overdue, case.bill_count), (438.84, 2))
        self.confirm(self.make_transaction(self.bills))
        self.assertFalse(self.update("2026-04-21"))
        self.assertEqual(case.state, "closed")

    def test_reminders_go_one_step_at_a_time(self):
        case = self.update("2026-05-20")
        first = self.remind(case, "2026-05-20")
        self.assertEqual(first.level_id, self.levels[0])
        self.assertEqual((first.result_mail, first.result_portal), ("sent", "sent"))
        self.assertEqual(case.activity_ids.user_id, self.user_staff)
        self.assertFalse(self.remind(case, "2026-05-21"))
        second = self.remind(case, "2026-05-27")
        self.assertEqual(second.level_id, self.levels[1])
        self.assertTrue(second.to_print)
        self.assertEqual(self.remind(case, "2026-06-05").level_id, self.levels[2])
        self.assertFalse(self.remind(case, "2026-07-05"))

    def test_a_stop_needs_a_reason_and_ends(self):
        case = self.update("2026-05-20")
        with self.assertRaises(ValidationError):
            case.is_stopped = True
        case.write(
            {"stop_reason": "Leak", "is_stopped": True, "stop_until_date": date(2026, 5, 31)}
        )
        self.assertFalse(self.remind(case, "2026-05-31"))
        self.assertTrue(self.remind(case, "2026-06-01"))

    def test_promises_are_seen_to_be_kept_or_broken(self):
        case = self.update("2026-05-20")
        with freeze_time("2026-05-20 12:00:00"):
            promise = (
                self.env["property.payment.promise"]
                .with_user(self.user_staff)
                .create({"case_id": case.id, "promised_date": "2026-05-25", "amount": 200.0})
            )
        self.assertEqual((promise.state, case.state), ("open", "promised"))
        self.assertFalse(self.remind(case, "2026-05-25"))
        self.update("2026-05-26")
        self.assertEqual((promise.state, case.state), ("broken", "open"))
        self.assertEqual(case.promise_broken_count, 1)
        with freeze_time("2026-05-26 12:00:00"):
            second = promise.copy({"promised_date": "2026-06-01"})
        self.confirm(self.make_transaction(self.bill))
        self.update("2026-06-10")
        self.assertEqual(second.state, "kept")

    def test_a_plan_silences_reminders_until_a_part_is_missed(self):
        case = self.update("2026-05-20")
        plan = self.env["property.instalment.plan"].create(
            {"case_id": case.id, "count": 2, "first_date": "2026-06-20", "amount": 438.84}
        )
        with freeze_time("2026-05-20 12:00:00"):
            plan.action_start()
        self.assertEqual(plan.line_ids.mapped("amount"), [219.42, 219.42])
        self.assertEqual(case.state, "instalments")
        self.assertFalse(self.remind(case, "2026-06-20"))
        with self.assertRaises(ValidationError):
            plan.line_ids[0].amount = 1
        self.confirm(self.make_transaction(self.bill))
        self.update("2026-07-01")
        self.assertEqual((plan.state, plan.amount_paid), ("active", 219.42))
        self.update("2026-07-23")
        self.assertEqual((plan.state, plan.amount_behind), ("active", 219.42))
        self.update("2026-07-24")
        self.assertEqual((plan.state, case.state), ("broken", "open"))

    def test_a_plan_over_too_much(self):
        case = self.update("2026-05-20")
        plan = self.env["property.instalment.plan"].create(
            {"case_id": case.id, "count": 2, "amount": 500.0}
        )
        with freeze_time("2026-05-20 12:00:00"), self.assertRaisesRegex(UserError, "Only"):
            plan.action_start()

    def test_claim_after_the_demand_with_its_documents(self):
        case = self.update("2026-06-20")
        with self.assertRaisesRegex(UserError, "Remind"):
            case.action_prepare_claim()
        for day in ("2026-06-20", "2026-06-27", "2026-07-04"):
            self.remind(case, day)
        case.action_prepare_claim()
        claim = case.legal_ids
        self.assertEqual((case.state, claim.claim_amount), ("legal", 438.84))
        with freeze_time("2026-07-05 12:00:00"):
            claim.with_user(self.accountant).action_build_file()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", claim._name), ("res_id", "=", claim.id)], limit=1
        )
        names = zipfile.ZipFile(io.BytesIO(base64.b64decode(attachment.datas))).namelist()
        self.assertIn("01-claim.pdf", names)
        self.assertEqual(len([name for name in names if name.startswith("03-bills/")]), 2)
        self.assertIn("05-reminders.csv", names)
        with self.assertRaises(UserError):
            claim.action_file()
        claim.authority = "People's court"
        claim.action_file()
        claim.decision = "won"
        with self.assertRaises(ValidationError):
            claim.is_unpaid_noted = True
        claim.action_decide()
        with self.assertRaises(ValidationError):
            claim.is_unpaid_noted = True
        claim.write({"legal_basis": "Decision 12/2026", "is_unpaid_noted": True})
        claim.action_close()
        self.assertEqual(case.state, "open")

    def test_wizard_shows_what_is_due_and_sends_it(self):
        with freeze_time("2026-05-20 12:00:00"):
            run = (
                self.env["property.dunning.run"]
                .with_user(self.accountant)
                .create({"community_id": self.community.id})
            )
            run.action_preview()
            self.assertEqual(run.line_ids.level_id, self.levels[0])
            action = run.action_send()
            self.assertEqual(len(self.env["property.arrears.reminder"].search(action["domain"])), 1)
            with self.assertRaisesRegex(UserError, "No reminder"):
                run.action_send()

    def test_cron_sends_only_where_wanted(self):
        crons = type(self.env["ir.cron"])
        with (
            freeze_time("2026-05-20 12:00:00"),
            patch.object(crons, "_commit_progress", lambda *_args, **_kwargs: 1.0),
        ):
            self.cases._cron_run_dunning()
            case = self.cases.search([("unit_id", "=", self.unit.id)])
            self.assertFalse(case.reminder_ids)
            self.community.is_dunning_automatic = True
            self.cases._cron_run_dunning()
            self.cases._cron_run_dunning()
        self.assertEqual(len(case.reminder_ids), 1)

    def test_rights(self):
        case = self.update("2026-05-20")
        self.assertIn(case, self.cases.with_user(self.user_staff).search([]))
        stranger = self.make_user(
            "property_far", "property_base.group_property_user", communities=self.other_community
        )
        self.assertFalse(self.cases.with_user(stranger).search([]))
        self.assertFalse(self.cases.with_user(self.user_owner).has_access("read"))
        legal = self.env["property.legal.case"]
        self.assertFalse(legal.with_user(self.user_staff).has_access("read"))
        self.assertTrue(legal.with_user(self.user_officer).has_access("write"))
        with self.assertRaises(AccessError):
            self.env["property.instalment.plan"].with_user(self.user_staff).create(
                {"case_id": case.id, "amount": 100}
            )
        case.with_user(self.user_staff).write({"is_stopped": True, "stop_reason": "Dispute"})
        self.assertFalse(case._get_next_level(date.today() + timedelta(days=900)))
