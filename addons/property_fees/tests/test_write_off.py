# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import PropertyFeesCommon


class WriteOffCommon(PropertyFeesCommon):
    """Two overdue bills of 219.42; the accountant asks, the site manager decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bills = cls.make_bill(3, 31) | cls.make_bill(4, 30)
        cls.bill = cls.bills[0]

    @classmethod
    def make_bill(cls, month, last):
        run = cls.make_run(date(2026, month, 1), date(2026, month, last))
        run.action_compute()
        run.action_post()
        return run.invoice_ids

    def ask(self, user=None, submit=True, **vals):
        write_off = (
            self.env["property.write.off"]
            .with_user(user or self.accountant)
            .create(
                {
                    "unit_id": self.unit.id,
                    "partner_id": self.owner.id,
                    "basis": "enforcement",
                    "reference": "(2026) 1234",
                    "reason": "Nothing found",
                    **vals,
                }
            )
        )
        if submit:
            write_off.action_submit()
        return write_off

    def approve(self, write_off, user=None):
        write_off.with_user(user or self.user_officer).action_approve()
        return write_off.move_id

    def pay(self, bills, amount):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create({"amount": amount, "payment_date": date(2026, 6, 1)})
            ._create_payments()
        )

    def rate(self):
        (found,) = self.env["property.fee.ledger"]._read_group(
            [("unit_id", "=", self.unit.id)],
            [],
            ["amount_billed:sum", "amount_collected:sum", "amount_written_off:sum",
             "amount_owed:sum", "collection_rate:sum"],
        )  # fmt: skip
        return tuple(round(value, 2) for value in found)


@tagged("post_install", "-at_install")
class TestWriteOff(WriteOffCommon):
    def test_approved_debts_are_a_loss_and_never_collected(self):
        self.assertEqual(self.rate(), (438.84, 0, 0, 438.84, 0))
        move = self.approve(self.ask())
        loss = self.company._get_property_account("bad_debt")
        self.assertEqual(
            {line.account_id: line.balance for line in move.line_ids if line.debit},
            {loss: 438.84},
        )
        self.assertEqual(loss.account_type, "expense")
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])
        self.assertEqual(self.rate(), (438.84, 0, 438.84, 0, 0))
        self.assertFalse(self.env["property.fee.received"].search([("unit_id", "=", self.unit.id)]))

    def test_the_rate_of_what_was_paid_does_not_rise(self):
        self.pay(self.bill, 219.42)
        self.assertEqual(self.rate()[4], 50)
        self.approve(self.ask())
        self.assertEqual(self.rate(), (438.84, 219.42, 219.42, 0, 50))

    def test_a_part_is_written_off_and_the_rest_stays_owed(self):
        write_off = self.ask(submit=False)
        write_off.line_ids[1].unlink()
        write_off.line_ids.amount = 19.42
        write_off.action_submit()
        self.approve(write_off)
        self.assertEqual(self.bills.mapped("amount_residual"), [200.0, 219.42])
        self.assertFalse(self.bill._is_property_written_off())

    def test_who_asks_does_not_decide_and_keepers_do_nothing(self):
        write_off = self.ask(self.user_officer)
        for user, words in (
            (self.user_officer, "somebody else"),
            (self.accountant, "site manager"),
        ):
            with self.assertRaisesRegex(UserError, words):
                write_off.with_user(user).action_approve()
        with self.assertRaises(UserError):
            write_off.with_user(self.user_manager).write({"state": "posted"})
        with self.assertRaises(UserError):
            write_off.write({"approver_id": self.user_manager.id})
        with self.assertRaises(AccessError):
            write_off.with_user(self.user_staff).read(["amount"])
        with self.assertRaises(AccessError):
            self.ask(self.user_staff)
        self.approve(write_off, self.user_manager)
        self.assertEqual(write_off.approver_id, self.user_manager)
        with self.assertRaisesRegex(UserError, "handled by a colleague"):
            self.approve(write_off, self.user_manager)

    def test_large_ones_are_for_the_company_manager(self):
        self.env["property.parameter"].search([("key", "=", "fees_write_off_manager")]).write(
            {"default_value": "400"}
        )
        write_off = self.ask()
        with self.assertRaisesRegex(UserError, "company manager"):
            self.approve(write_off)
        self.approve(write_off, self.user_manager)

    def test_a_request_needs_evidence_and_stays_as_it_is(self):
        with self.assertRaisesRegex(UserError, "evidence"):
            self.ask(reference=" ")
        write_off = self.ask()
        for vals in ({"reason": "x"}, {"basis": "small"}, {"line_ids": [(5,)]}):
            with self.assertRaises(UserError):
                write_off.write(vals)
        with self.assertRaises(UserError):
            write_off.line_ids[0].amount = 1
        with self.assertRaises(UserError):
            write_off.line_ids[0].unlink()
        with self.assertRaises(UserError):
            write_off.unlink()
        write_off.with_user(self.user_officer).action_refuse()
        self.assertEqual(write_off.state, "refused")
        self.assertEqual(self.bills.mapped("amount_residual"), [219.42, 219.42])

    def test_what_was_paid_meanwhile_is_not_written_off(self):
        write_off = self.ask()
        self.pay(self.bill, 100)
        with self.assertRaisesRegex(UserError, "Only.*119.42.*still owed"):
            self.approve(write_off)
        other = self.make_unit(number="1299")
        with self.assertRaises(ValidationError):
            self.env["property.write.off.line"].create(
                {
                    "write_off_id": self.ask(submit=False, unit_id=other.id).id,
                    "bill_id": self.bill.id,
                    "amount": 1,
                }
            )

    def test_paid_after_all(self):
        write_off = self.ask()
        self.approve(write_off)
        self.assertTrue(self.bill._is_property_written_off())
        self.assertTrue(self.bill.is_property_late_fee_closed)
        line = write_off.line_ids[0]
        with self.assertRaises(AccessError):
            line.with_user(self.user_staff).action_recover()
        line.with_user(self.accountant).action_recover()
        self.assertEqual(self.bills.mapped("amount_residual"), [219.42, 0.0])
        self.assertFalse(self.bill.is_property_late_fee_closed)
        self.assertEqual((write_off.state, write_off.amount_recovered), ("posted", 219.42))
        self.assertEqual(self.rate(), (438.84, 0, 219.42, 219.42, 0))
        with self.assertRaisesRegex(UserError, "not written off"):
            line.action_recover()
        self.pay(self.bill, 219.42)
        self.assertEqual(self.rate(), (438.84, 219.42, 219.42, 0, 50))
        write_off.with_user(self.user_officer).action_recover()
        self.assertEqual(write_off.state, "recovered")
        loss = self.company._get_property_account("bad_debt")
        lines = self.env["account.move.line"].search(
            [("account_id", "=", loss.id), ("partner_id", "=", self.owner.id)]
        )
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)

    def test_the_desk_knows_of_the_claim(self):
        cashier = self.make_user("property_cashier", "property_fees.group_cashier")
        desk = self.env["property.cashier.payment"].with_user(cashier)
        self.assertEqual(desk.desk_unit(self.unit.id)["written_off"], [])
        write_off = self.ask()
        self.approve(write_off)
        write_off.line_ids[0].with_user(self.accountant).action_recover()
        found = desk.desk_unit(self.unit.id)
        self.assertEqual([one["amount"] for one in found["written_off"]], [219.42])
        self.assertEqual(len(found["lines"]), 1)

    def test_no_late_fee_is_billed_because_of_a_write_off(self):
        policy = self.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "cap_percent": 0,
                "rate_ids": [(0, 0, {"rate_permille": 0.5})],
            }
        )
        policy.action_switch_on()
        self.approve(self.ask())
        moves = self.env["account.move"]
        domain = [*moves._get_late_fee_domain(policy), ("is_property_late_fee_closed", "=", False)]
        self.assertFalse(moves.search(domain) & self.bills)

    def test_the_case_closes_and_asks(self):
        cases = self.env["property.arrears.case"]
        case = cases._update_cases(self.community).filtered(lambda one: one.unit_id == self.unit)
        action = case.with_user(self.user_officer).action_write_off()
        write_off = (
            self.env["property.write.off"]
            .with_user(self.user_officer)
            .with_context(**action["context"])
            .create({"reason": "Gone", "reference": "1"})
        )
        self.assertEqual(write_off.amount, 438.84)
        write_off.action_submit()
        self.approve(write_off, self.user_manager)
        cases._update_cases(self.community)
        self.assertEqual(case.state, "closed")


@tagged("post_install", "-at_install")
class TestWriteOffPortal(WriteOffCommon, HttpCase):
    def test_a_debtor_does_not_read_that_he_has_paid(self):
        self.approve(self.ask())
        self.authenticate("property_owner", "property_owner")
        page = self.url_open(f"/my/bills/{self.bill.id}").text
        self.assertIn("Closed", page)
        self.assertNotIn("Paid", page)
