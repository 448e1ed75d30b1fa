# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestAccess(PropertyFeesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_user("property_cashier", "property_fees.group_cashier")

    def test_roles(self):
        table = {
            "property.fee.item": ("r", "r", "rwcu", "r"),
            "property.fee.price": ("r", "r", "rwcu", ""),
            "property.fee.assignment": ("r", "r", "rwcu", ""),
            "property.fee.run": ("r", "r", "rwcu", ""),
            "property.fee.charge": ("r", "r", "rwcu", "r"),
            "property.fee.run.skip": ("r", "r", "rwcu", ""),
            "property.fee.price.step": ("r", "r", "rwcu", ""),
            "property.fee.quantity": ("r", "r", "rwcu", ""),
            "property.fee.quantity.value": ("r", "r", "rwcu", ""),
            "property.fee.package": ("r", "r", "rwcu", ""),
            "property.fee.package.line": ("r", "r", "rwcu", ""),
            "property.fee.package.assign": ("", "", "rwcu", ""),
            "property.reference.price": ("r", "r", "rwcu", ""),
            "property.meter": ("rwc", "rwc", "rwcu", ""),
            "property.meter.reading": ("rwcu", "rwcu", "rwcu", ""),
            "property.meter.round": ("rwc", "rwc", "rwcu", ""),
            "property.meter.import": ("rwcu", "rwcu", "rwcu", ""),
            "property.waiver": ("rwc", "rwc", "rwc", ""),
            "property.share.pool": ("r", "r", "rwcu", ""),
            "property.share.pool.cost": ("r", "r", "rwcu", ""),
            "property.share.pool.line": ("r", "r", "rwcu", ""),
            "property.cashier.shift": ("", "rwcu", "r", ""),
            "property.receipt": ("", "rwc", "r", ""),
            "property.receipt.line": ("", "rc", "r", ""),
            "property.cashier.payment": ("", "rwcu", "", ""),
            "property.receipt.void": ("", "rwcu", "", ""),
            "property.late.fee.policy": ("r", "r", "rwcu", ""),
            "property.late.fee.rate": ("r", "r", "rwcu", ""),
            "property.late.fee.waiver": ("r", "rwcu", "rwcu", ""),
            "property.late.fee.waiver.line": ("r", "rwcu", "rwcu", ""),
            "property.prepaid": ("r", "rw", "rwcu", ""),
            "property.deposit": ("r", "rwcu", "rwcu", ""),
            "property.refund": ("r", "rwcu", "rwcu", ""),
            "property.held.line": ("r", "r", "r", ""),
            "property.deposit.deduct": ("", "", "rwcu", ""),
            "property.collection": ("r", "rwcu", "rwcu", ""),
            "property.collection.line": ("r", "rwcu", "rwcu", ""),
            "property.cash.closing": ("", "rwcu", "rwcu", ""),
            "property.cash.closing.line": ("", "rwcu", "rwcu", ""),
            "property.agent.settlement": ("", "", "rwcu", ""),
            "property.agent.settlement.line": ("", "", "rwcu", ""),
            "property.payment.reference": ("r", "r", "rc", ""),
            "property.channel.statement": ("", "", "rwcu", ""),
            "property.channel.statement.line": ("", "", "rwcu", ""),
            "property.tax.invoice": ("r", "rwc", "rwcu", ""),
            "property.dunning.level": ("r", "r", "rwcu", ""),
            "property.dunning.run": ("", "", "rwcu", ""),
            "property.arrears.case": ("rw", "rw", "rwc", ""),
            "property.arrears.reminder": ("rw", "rw", "rwc", ""),
            "property.payment.promise": ("rwc", "rwc", "rwc", ""),
            "property.instalment.plan": ("r", "r", "rwcu", ""),
            "property.instalment.plan.line": ("r", "r", "rwcu", ""),
            "property.legal.case": ("", "", "rwc", ""),
            "property.fund": ("", "", "rwcu", ""),
            "property.fund.movement": ("", "", "rwcu", ""),
            "property.fund.movement.line": ("", "", "rwcu", ""),
            "property.fund.balance": ("", "", "r", ""),
            "property.common.income": ("", "", "rwcu", ""),
            "property.budget": ("", "", "rwcu", ""),
            "property.budget.line": ("", "", "rwcu", ""),
            "property.statement": ("", "", "rwcu", ""),
            "property.statement.line": ("", "", "rwcu", ""),
            "property.fee.deferral": ("", "", "r", ""),
        }
        users = (self.user_staff, self.cashier, self.accountant, self.user_owner)
        names = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
        for model, expected in table.items():
            for user, letters in zip(users, expected, strict=True):
                with self.subTest(model=model, user=user.login):
                    found = "".join(
                        letter
                        for letter, name in names.items()
                        if self.env[model].with_user(user).has_access(name)
                    )
                    self.assertEqual(found, letters)

    def test_arrears_funds_and_budgets_of_a_community_stay_there(self):
        case = self.env["property.arrears.case"].create(
            {
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "partner_id": self.owner.id,
                "amount_overdue": 100,
            }
        )
        run = self.make_run()
        run.action_compute()
        run.action_post()
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        mine = [
            case,
            self.env["property.fund"].create(
                {"name": "Fund", "community_id": self.community.id, "journal_id": bank.id}
            ),
            self.env["property.tax.invoice"].create(
                {"move_id": run.invoice_ids.id, "buyer_name": "Wang Fang"}
            ),
            self.env["property.payment.promise"].create(
                {"case_id": case.id, "promised_date": date.today(), "amount": 50}
            ),
            self.env["property.instalment.plan"].create({"case_id": case.id, "amount": 100}),
            self.env["property.legal.case"].create({"case_id": case.id, "claim_amount": 100}),
            self.env["property.budget"].create({"community_id": self.community.id, "year": 2026}),
        ]
        far = self.make_user(
            "property_far_accountant",
            "property_fees.group_fee_accountant",
            communities=self.other_community,
        )
        for record in mine:
            with self.subTest(model=record._name):
                model = self.env[record._name]
                self.assertIn(record, model.with_user(self.accountant).search([]))
                self.assertNotIn(record, model.with_user(far).search([]))
                with self.assertRaises(AccessError):
                    record.with_user(far).read(["display_name"])
                for portal in (self.user_owner, self.user_neighbour):
                    with self.assertRaises(AccessError):
                        model.with_user(portal).search([])

    def test_communities_stay_apart(self):
        item = self.item
        other = self.make_price(item, community_id=self.other_community.id)
        self.assertNotIn(
            other, self.env["property.fee.price"].with_user(self.accountant).search([])
        )
        self.assertIn(other, self.env["property.fee.price"].with_user(self.user_manager).search([]))
        run = self.make_run(community_ids=[(6, 0, self.other_community.ids)])
        with self.assertRaises(AccessError):
            run.with_user(self.accountant).action_compute()

    def test_companies_stay_apart(self):
        run = self.make_run()
        manager = self.make_user(
            "property_other_manager",
            "property_base.group_property_manager",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )
        self.assertFalse(self.env["property.fee.run"].with_user(manager).search([]))
        with self.assertRaises(AccessError):
            run.with_user(manager).read(["name"])

    def test_accountant_bills_from_draft_to_posted(self):
        run = self.make_run().with_user(self.accountant)
        run.action_compute()
        run.action_post()
        self.assertEqual(run.bill_count, 1)
        run.cancel_reason = "Wrong price"
        run.action_request_cancel()
        run.with_user(self.user_officer).action_approve_cancel()
        self.assertEqual(run.state, "cancelled")
