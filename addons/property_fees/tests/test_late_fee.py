# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PropertyFeesCommon


class LateFeeCommon(PropertyFeesCommon):
    """A bill of 219.42 due on 16 March 2026, and a policy of 0.5 per mille a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = cls.make_run()
        run.action_compute()
        run.action_post()
        cls.bill = run.invoice_ids
        cls.policy = cls.make_policy()
        cls.cashier = cls.make_user("property_cashier", "property_fees.group_cashier")

    @classmethod
    def make_policy(cls, switched_on=True, **vals):
        """Create a policy of 0.5 per mille a day without grace and cap."""
        policy = cls.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "cap_percent": 0,
                "rate_ids": [Command.create({"rate_permille": 0.5})],
                **vals,
            }
        )
        if switched_on:
            policy.action_switch_on()
        return policy

    @classmethod
    def pay(cls, bill, amount, day):
        """Register a payment of a bill on a day."""
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"amount": amount, "payment_date": day})
            ._create_payments()
        )

    def run_cron(self):
        """Post as the scheduled action does, without its commits."""
        cron = self.env.registry["ir.cron"]
        with patch.object(cron, "_commit_progress", lambda *_args, **_vals: 60.0):
            self.env["account.move"]._cron_post_late_fees()

    def due(self, day, bill=None):
        fees = (bill or self.bill)._get_late_fee(day)
        return sum((fee.due for fee in fees.values()), Decimal(0))


@tagged("post_install", "-at_install")
class TestLateFee(LateFeeCommon):
    def test_off_by_default(self):
        self.policy.action_switch_off()
        self.assertEqual(self.due(date(2026, 12, 31)), 0)
        self.assertFalse(self.bill._post_late_fees(date(2026, 12, 31)))
        self.assertEqual(self.make_policy(switched_on=False).state, "off")
        with self.assertRaisesRegex(UserError, "no rate"):
            self.make_policy(rate_ids=[])
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            self.policy.with_user(self.accountant).state = "on"

    def test_days_after_the_due_date(self):
        self.assertEqual(self.bill.invoice_date_due, date(2026, 3, 16))
        self.assertEqual(self.due(date(2026, 3, 16)), 0)
        self.assertEqual(self.due(date(2026, 3, 17)), Decimal("0.11"))
        self.assertEqual(self.due(date(2026, 4, 15)), Decimal("3.29"))

    def test_part_paid_bears_less_and_nothing_compounds(self):
        self.pay(self.bill, 119.42, date(2026, 3, 26))
        # 10 days of 219.42 and 20 days of 100.00
        self.assertEqual(self.due(date(2026, 4, 15)), Decimal("2.10"))
        posted = self.bill._post_late_fees(date(2026, 4, 15))
        self.assertEqual(posted.amount_total, 2.10)
        self.assertEqual(posted.property_unit_id, self.unit)
        self.assertEqual(
            posted.invoice_line_ids.account_id, self.company.property_late_fee_account_id
        )
        self.assertEqual(self.due(date(2026, 4, 15)), 0)
        self.assertFalse(posted._get_late_fee(date(2026, 12, 31)), "a late fee bears none")
        # the next step only brings what has arisen since
        self.assertEqual(self.due(date(2026, 4, 25)), Decimal("0.50"))

    def test_grace_and_cap(self):
        self.policy.write({"grace_days": 10, "cap_percent": 1})
        self.assertEqual(self.due(date(2026, 3, 26)), 0)
        self.assertEqual(self.due(date(2026, 3, 27)), Decimal("1.21"))
        self.assertEqual(self.due(date(2026, 12, 31)), Decimal("2.19"))

    def test_only_some_items_and_communities(self):
        other = self.make_item(code="OTHER")
        self.policy.item_ids = other
        self.assertEqual(self.due(date(2026, 4, 15)), 0)
        self.policy.item_ids = self.item
        self.assertEqual(self.due(date(2026, 4, 15)), Decimal("3.29"))
        self.policy.community_ids = self.other_community
        self.assertEqual(self.due(date(2026, 4, 15)), 0)

    def test_a_cancelled_bill_bears_nothing(self):
        self.bill.property_fee_charge_ids.action_cancel()
        self.assertEqual(self.due(date(2026, 12, 31)), 0)

    def test_taxes_must_be_included(self):
        tax = self.env["account.tax"].create(
            {
                "name": "On top",
                "amount": 6,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
            }
        )
        with self.assertRaisesRegex(ValidationError, "included in the price"):
            self.policy.tax_ids = tax
        tax.price_include_override = "tax_included"
        self.policy.tax_ids = tax
        self.assertEqual(self.bill._post_late_fees(date(2026, 4, 15)).amount_total, 3.29)

    @freeze_time("2026-04-16 04:00:00")
    def test_cron_charges_what_was_paid_late_once(self):
        self.run_cron()
        self.assertFalse(self.bill.property_late_fee_ids, "nothing before it is paid")
        self.pay(self.bill, 219.42, date(2026, 4, 15))
        self.run_cron()
        self.assertEqual(self.bill.property_late_fee_ids.amount_total, 3.29)
        self.run_cron()
        self.assertEqual(len(self.bill.property_late_fee_ids), 1)

    def test_accrual_adds_up(self):
        self.policy.posting = "accrual"
        for today in ("2026-04-01 04:00:00", "2026-04-02 04:00:00", "2026-05-01 04:00:00"):
            with freeze_time(today):
                self.run_cron()
        posted = self.bill.property_late_fee_ids.sorted("invoice_date")
        self.assertEqual(
            posted.mapped("property_late_fee_until"), [date(2026, 3, 31), date(2026, 4, 30)]
        )
        # 45 days at once come to 4.94 as well
        self.assertAlmostEqual(sum(posted.mapped("amount_total")), 4.94)

    def make_waiver(self, user=None, **vals):
        return (
            self.env["property.late.fee.waiver"]
            .with_user(user or self.cashier)
            .create(
                {
                    "unit_id": self.unit.id,
                    "value_date": date(2026, 4, 15),
                    "reason": "In hospital",
                    **vals,
                }
            )
        )

    def test_waiver_before_posting(self):
        waiver = self.make_waiver()
        self.assertEqual(waiver.amount, 3.29)
        waiver.action_submit()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            waiver.line_ids.amount = 1
        with self.assertRaisesRegex(UserError, "site manager"):
            waiver.action_approve()
        waiver.with_user(self.user_officer).action_approve()
        self.assertEqual(self.due(date(2026, 4, 15)), 0)
        self.assertEqual(self.due(date(2026, 4, 25)), Decimal("1.10"))

    def test_waiver_of_what_was_posted_is_credited(self):
        posted = self.bill._post_late_fees(date(2026, 4, 15))
        waiver = self.make_waiver()
        waiver.line_ids.amount = 3
        waiver.action_submit()
        waiver.with_user(self.user_officer).action_approve()
        self.assertAlmostEqual(posted.amount_residual, 0.29)
        self.assertEqual(self.due(date(2026, 4, 15)), 0)
        self.assertEqual(waiver.line_ids.amount_credited, 3)
        self.assertEqual(self.due(date(2026, 4, 25)), Decimal("1.10"))

    def test_late_fees_that_a_court_did_not_grant_are_let_off_with_approval(self):
        case = self.env["property.arrears.case"]._update_cases(self.community, date(2026, 4, 15))
        claim = self.env["property.legal.case"].create(
            {"case_id": case.id, "claim_amount": 219.42, "authority": "People's court"}
        )
        claim = claim.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "after a decision"):
            claim.action_waive_late_fees()
        claim.action_file()
        claim.write(
            {"decision": "partly", "decided_amount": 219.42, "decision_date": date(2026, 4, 15)}
        )
        claim.action_decide()
        claim.action_waive_late_fees()
        waiver = claim.late_waiver_id
        self.assertEqual(waiver.line_ids.sudo().bill_id, self.bill)
        self.assertEqual(Decimal(f"{waiver.amount:.2f}"), self.due(date(2026, 4, 15)))
        claim.action_waive_late_fees()
        self.assertEqual(claim.late_waiver_id, waiver)
        waiver.action_submit()
        with self.assertRaises(UserError):
            waiver.action_approve()
        waiver.with_user(self.user_officer).action_approve()
        self.assertEqual(self.due(date(2026, 4, 15)), 0)

    def test_nobody_approves_his_own_waiver(self):
        waiver = self.make_waiver(self.user_officer)
        waiver.action_submit()
        with self.assertRaisesRegex(UserError, "somebody else"):
            waiver.action_approve()
        with self.assertRaises(UserError):
            waiver.write({"state": "approved"})
        with self.assertRaises(UserError):
            waiver.user_id = self.user_staff
        waiver.with_user(self.user_manager).action_refuse()
        self.assertEqual(self.due(date(2026, 4, 15)), Decimal("3.29"))
        with self.assertRaisesRegex(UserError, "handled by a colleague"):
            waiver.with_user(self.user_manager).action_approve()

    def test_not_more_than_is_due(self):
        waiver = self.make_waiver()
        waiver.line_ids.amount = 5
        waiver.action_submit()
        with self.assertRaisesRegex(UserError, "can still be waived"):
            waiver.with_user(self.user_officer).action_approve()

    def test_cashier_does_not_set_policies(self):
        with self.assertRaises(AccessError):
            self.policy.with_user(self.cashier).grace_days = 30
        with self.assertRaises(AccessError):
            self.policy.with_user(self.cashier).action_switch_off()
        with self.assertRaises(AccessError):
            self.make_waiver(self.user_staff)

    def test_accounts_are_made_beside_their_like(self):
        self.company.action_create_property_accounts()
        types = {
            "prepaid": "liability_current",
            "deposit": "liability_current",
            "agent": "liability_current",
            "late_fee": "income_other",
            "cash_difference": "expense",
            "collector": "asset_current",
        }
        for kind, account_type in types.items():
            account = self.company._get_property_account(kind)
            self.assertEqual(account.account_type, account_type)
            self.assertEqual(account, self.company[f"property_{kind}_account_id"])
        codes = [self.company._get_property_account(kind).code for kind in types]
        self.assertEqual(len(set(codes)), len(codes))
        with self.assertRaisesRegex(UserError, "chart of accounts"):
            self.other_company._get_property_account("prepaid")
