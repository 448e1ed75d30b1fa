# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import PropertyFeesCommon


class FundCommon(PropertyFeesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.officer = cls.make_user(
            "property_fund_officer",
            "property_base.group_property_officer,property_fees.group_fee_accountant",
        )

    @classmethod
    def make_fund(cls, kind, **vals):
        return cls.env["property.fund"].create(
            {
                "name": kind,
                "kind": kind,
                "community_id": cls.community.id,
                "journal_id": cls.bank.id,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestSubsidy(FundCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fund = cls.make_fund("subsidy")
        cls.city, cls.town = cls.env["res.partner"].create([{"name": "City"}, {"name": "Town"}])

    def make_subsidy(self, grant=True, **vals):
        subsidy = (
            self.env["property.subsidy"]
            .with_user(self.accountant)
            .create(
                {
                    "name": "Old estates",
                    "community_id": self.community.id,
                    "fund_id": self.fund.id,
                    "amount": 100000.01,
                    "grant_reference": "2026-17",
                    "granted_date": date(2026, 3, 1),
                    "required_score": 80,
                    "deduct_percent": 30,
                    "payer_ids": [
                        Command.create({"partner_id": one.id}) for one in (self.city, self.town)
                    ],
                    "part_ids": [
                        Command.create({"name": "Start", "percent": 30}),
                        Command.create({"name": "Rest", "percent": 70, "needs_condition": True}),
                    ],
                    **vals,
                }
            )
        )
        if grant:
            subsidy.action_grant()
        return subsidy

    def test_start_rest_and_what_is_kept_back(self):
        subsidy = self.make_subsidy()
        lines = subsidy.instalment_ids.sorted("id")
        self.assertEqual(lines.mapped("amount"), [15000, 15000, 35000.01, 35000])
        lines[0].action_receive()
        self.assertEqual(self.fund.balance, 15000)
        self.assertEqual(lines[0].movement_id.kind, "subsidy")
        self.assertEqual(lines[0].movement_id.move_id.state, "posted")
        with self.assertRaisesRegex(UserError, "after its condition"):
            lines[2].action_receive()
        with self.assertRaisesRegex(UserError, "on what"):
            lines[2].action_meet()
        lines[2].write({"score": 92, "evidence": "Report 9"})
        lines[2].action_meet()
        self.assertEqual((lines[2].state, lines[2].amount_net), ("met", 35000.01))
        lines[3].write({"score": 60, "evidence": "Report 9"})
        lines[3].action_meet()
        self.assertEqual((lines[3].state, lines[3].amount_deducted), ("met", 10500))
        lines[1:].action_receive()
        self.assertEqual(self.fund.balance, 89500.01)
        self.assertEqual(subsidy.state, "closed")
        self.assertEqual(
            (subsidy.amount_received, subsidy.amount_deducted, subsidy.amount_open),
            (89500.01, 10500, 0),
        )
        with self.assertRaises(UserError):
            lines[0].action_receive()
        with self.assertRaises(UserError):
            lines[0].due_date = date(2027, 1, 1)

    def test_all_kept_back_settles_it(self):
        subsidy = self.make_subsidy(deduct_percent=100, required_score=0)
        lines = subsidy.instalment_ids
        lines.evidence = "Report 9"
        lines.filtered("needs_condition").action_fail()
        self.assertEqual(set(lines.filtered("needs_condition").mapped("state")), {"lost"})
        lines.filtered(lambda one: not one.needs_condition).action_receive()
        self.assertEqual((subsidy.state, subsidy.amount_received), ("closed", 30000))

    def test_what_is_granted_is_named_and_stays(self):
        with self.assertRaisesRegex(UserError, "number and day"):
            self.make_subsidy(grant_reference=False)
        with self.assertRaisesRegex(UserError, "100 percent"):
            self.make_subsidy(part_ids=[Command.create({"name": "Half", "percent": 50})])
        with self.assertRaisesRegex(UserError, "who pays"):
            self.make_subsidy(payer_ids=[])
        subsidy = self.make_subsidy()
        for vals in ({"amount": 1}, {"state": "closed"}):
            with self.assertRaises(UserError):
                subsidy.write(vals)
        with self.assertRaises(UserError):
            subsidy.unlink()
        with self.assertRaises(AccessError):
            subsidy.with_user(self.user_staff).read(["amount"])


@tagged("post_install", "-at_install")
class TestFundCover(FundCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fund = cls.make_fund("common_income")
        for kind, amount in (("advertising", 500), ("bays", 300), ("premises", 200)):
            contract = cls.env["property.common.income"].create(
                {
                    "name": kind,
                    "kind": kind,
                    "community_id": cls.community.id,
                    "fund_id": cls.fund.id,
                    "partner_id": cls.neighbour.id,
                    "start_date": date(2026, 1, 1),
                    "end_date": date(2026, 12, 31),
                    "period": "year",
                    "amount": amount,
                    "resolution_reference": "1",
                    "resolution_date": date(2026, 1, 1),
                }
            )
            contract.action_start()
            contract._bill(date(2026, 3, 1))
            cls.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=contract.move_ids.ids
            ).create({})._create_payments()

    def open(self, **vals):
        return (
            self.env["property.fund.cover"]
            .with_user(self.accountant)
            .create(
                {
                    "community_id": self.community.id,
                    "start_date": date(2026, 1, 1),
                    "end_date": date(2026, 12, 31),
                    **vals,
                }
            )
        )

    def spend(self, amount):
        analytic = {str(self.community.analytic_account_id.id): 100}
        expense = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", self.company.ids)], limit=1
        )
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date(2026, 2, 1),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": expense.id,
                            "debit": amount,
                            "analytic_distribution": analytic,
                        }
                    ),
                    Command.create(
                        {"account_id": self.bank.default_account_id.id, "credit": amount}
                    ),
                ],
            }
        ).action_post()

    def gives(self, cover):
        return [(line.kind, line.amount) for line in cover.line_ids if line.amount]

    def test_premises_and_bays_first(self):
        self.spend(450)
        cover = self.open()
        self.assertEqual((cover.amount_cost, cover.amount_gap), (450, 450))
        self.assertEqual(self.gives(cover), [("premises", 200), ("bays", 250)])
        action = cover.action_create()
        movements = self.env["property.fund.movement"].search(action["domain"])
        self.assertEqual(movements.mapped("state"), ["draft", "draft"])
        again = self.open(amount=450)
        self.assertEqual(self.gives(again), [("bays", 50), ("advertising", 400)])
        movements.write({"resolution_reference": "2", "resolution_date": date(2026, 4, 1)})
        movements.with_user(self.accountant).action_request()
        movements.with_user(self.officer).action_approve()
        movements.with_user(self.accountant).action_pay()
        self.fund.invalidate_recordset(["balance"])
        self.assertEqual(self.fund.balance, 550)
        year = self.open(end_date=date(2027, 12, 31))
        self.assertEqual((year.amount_income, year.amount_gap), (450, 0))
        self.assertEqual(self.gives(self.open(amount=9999)),
                         [("bays", 50), ("advertising", 500)])  # fmt: skip
        self.assertEqual(self.open(amount=9999).amount_uncovered, 9449)

    def test_what_was_used_otherwise_is_gone(self):
        movement = self.env["property.fund.movement"].create(
            {"name": "Party", "fund_id": self.fund.id, "kind": "cost", "amount": 900,
             "resolution_reference": "3", "resolution_date": date(2026, 4, 1)}
        )  # fmt: skip
        movement.with_user(self.accountant).action_request()
        movement.with_user(self.officer).action_approve()
        movement.action_pay()
        self.assertEqual(self.gives(self.open(amount=500)), [("premises", 100)])
        with self.assertRaisesRegex(UserError, "Nothing to cover"):
            self.open(amount=0).action_create()

    def test_form(self):
        self.spend(100)
        with Form(self.env["property.fund.cover"].with_user(self.accountant)) as form:
            form.community_id = self.community
            form.start_date = date(2026, 1, 1)
            form.end_date = date(2026, 12, 31)
            self.assertEqual(form.amount, 100)
        self.assertEqual(self.gives(form.save()), [("premises", 100)])
