# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestStatement(PropertyFeesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.make_user(
            "property_statement_officer", "property_base.group_property_officer"
        )
        run = cls.make_run()
        run.action_compute()
        run.action_post()
        cls.charge = run.charge_ids
        cls.bill = run.charge_ids.invoice_id
        cls.expense = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls._cost(80)

    @classmethod
    def _cost(cls, amount, day=date(2026, 3, 10)):
        bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        analytic = {str(cls.community.analytic_account_id.id): 50.0}
        lines = [
            {"account_id": cls.expense.id, "debit": amount, "analytic_distribution": analytic},
            {"account_id": bank.default_account_id.id, "credit": amount},
        ]
        cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": bank.id,
                "line_ids": [Command.create({"name": "Cleaning", **line}) for line in lines],
            }
        ).action_post()

    def _statement(self, **vals):
        return (
            self.env["property.statement"]
            .with_user(self.accountant)
            .create(
                {
                    "name": "First quarter",
                    "community_id": self.community.id,
                    "start_date": date(2026, 1, 1),
                    "end_date": date(2026, 3, 31),
                    **vals,
                }
            )
        )

    def _published(self):
        statement = self._statement()
        statement.action_request()
        statement.with_user(self.officer).action_approve()
        statement.action_publish()
        return statement

    def test_figures_are_those_of_the_entries_weighted_by_community(self):
        statement = self._statement()
        statement.action_fetch()
        self.assertEqual(statement.amount_income, self.bill.amount_untaxed)
        self.assertEqual(statement.amount_cost, 40)
        payment = statement.line_ids.filtered(lambda line: line.section == "payment")
        self.assertEqual(payment.amount, self.bill.amount_total)
        self.assertNotIn(self.owner.name, str(statement.line_ids.mapped("name")))

    def test_arrears_are_counted_by_building_and_nobody_is_named(self):
        statement = self._statement()
        statement.action_fetch()
        lines = statement.line_ids.filtered(lambda line: line.section == "arrears")
        self.assertEqual(lines.name, self.building.name)
        self.assertEqual((lines.owing_count, lines.amount), (1, self.bill.amount_total))
        self.assertEqual(
            lines.amount_30 + lines.amount_90 + lines.amount_365 + lines.amount_older, lines.amount
        )
        for report in ("report_statement", "report_statement_arrears"):
            html = self._render(report, statement)
            self.assertIn("Units in arrears", html)
            self.assertNotIn(self.owner.name, html)
            self.assertNotIn(self.unit.name, html)

    def test_a_small_building_is_not_shown_alone(self):
        for at in range(6):
            self.make_unit(number=f"2{at}0", building=self.building)
        villa = self.make_building(code="V")
        home = self.make_unit(number="9", building=villa)
        large = self.make_building(code="L")
        for at in range(5):
            self.make_unit(number=f"3{at}0", building=large)
        self.make_ownership(home, self.neighbour)
        run = self.make_run(date(2026, 2, 1), date(2026, 2, 28))
        run.action_compute()
        run.action_post()
        statement = self._statement()
        statement.action_fetch()
        for section in ("payment", "arrears"):
            names = statement.line_ids.filtered(lambda line, s=section: line.section == s)
            self.assertNotIn(villa.name, names.mapped("name"))
            self.assertIn("Small buildings together", names.mapped("name"))
        arrears = statement.line_ids.filtered(lambda line: line.section == "arrears")
        self.assertTrue(all(line.unit_count >= 5 for line in arrears))

    def _claim(self):
        case = self.env["property.arrears.case"].search([("unit_id", "=", self.unit.id)])
        case = case or self.env["property.arrears.case"]._update_cases(self.community)
        return self.env["property.legal.case"].create(
            {
                "case_id": case.id,
                "claim_amount": case.amount_overdue,
                "reference": "2026-12",
                "authority": "People's court",
            }
        )

    def test_a_debtor_is_named_with_two_legal_bases_and_until_he_pays(self):
        claim = self._claim()
        statement = self._statement(names_legal_basis="Bylaws art. 9")
        statement.action_fetch()
        self.assertNotIn("named", statement.line_ids.mapped("section"))
        claim.action_file()
        claim.decision = "won"
        claim.action_decide()
        statement.action_fetch()
        self.assertNotIn("named", statement.line_ids.mapped("section"))
        claim.write({"legal_basis": "Decision 12", "is_unpaid_noted": True})
        statement.action_fetch()
        line = statement.line_ids.filtered(lambda one: one.section == "named")
        self.assertNotIn(self.owner.name, line.name)
        html = self._render("report_statement_arrears", statement)
        self.assertIn(self.owner.name, html)
        self.assertIn("Decision 12", html)
        statement.action_request()
        statement.with_user(self.officer).action_approve()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            statement.names_legal_basis = "Other"
        claim.is_unpaid_noted = False
        self.assertNotIn(self.owner.name, self._render("report_statement_arrears", statement))
        claim.is_unpaid_noted = True
        self.assertIn(self.owner.name, self._render("report_statement_arrears", statement))
        silent = self._statement(start_date=date(2026, 2, 1))
        silent.action_fetch()
        self.assertNotIn("named", silent.line_ids.mapped("section"))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.bill.ids
        ).create({})._create_payments()
        self.assertNotIn(self.owner.name, self._render("report_statement_arrears", statement))

    def _render(self, report, record):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"property_fees.{report}", record.ids
        )
        return html.decode()

    def test_poster_and_slip_say_how_to_pay_and_nothing_of_anybody(self):
        poster = self._render("report_payment_poster", self.community)
        self.assertIn("/my/pay", poster)
        self.assertIn("data:image/", poster)
        slip = self._render("report_payment_slip", self.unit.with_user(self.user_staff))
        reference = self.env["property.payment.reference"]._get_reference(
            self.community, self.owner, self.unit
        )
        self.assertIn(reference.name, slip)
        for html in (poster, slip):
            self.assertNotIn(self.owner.name, html)
            self.assertNotIn(str(self.bill.amount_total), html)
        with self.assertRaisesRegex(UserError, "no owner"):
            self.make_unit(number="404")._get_payment_slip()

    def test_approved_once_by_somebody_else_then_fixed(self):
        statement = self._statement()
        statement.action_request()
        with self.assertRaises(UserError):
            statement.action_approve()
        statement.with_user(self.officer).action_approve()
        with self.assertRaisesRegex(UserError, "does not come now"):
            statement.with_user(self.officer).action_approve()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            statement.note = "later"
        before = statement.amount_cost
        self._cost(100)
        statement.action_publish()
        self.assertEqual(statement.amount_cost, before)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._statement()

    def test_residents_read_what_is_published_and_strangers_do_not(self):
        self.user_owner.password = self.user_neighbour.password = "portal-secret"
        statement = self._statement()
        self.authenticate("property_owner", "portal-secret")
        url = f"/my/statements/{statement.id}"
        self.assertNotIn("First quarter", self.url_open(url).text)
        statement.action_request()
        statement.with_user(self.officer).action_approve()
        statement.action_publish()
        self.assertIn("First quarter", self.url_open("/my/statements").text)
        self.assertIn("Result", self.url_open(url).text)
        year = f"/my/statements/unit/{self.unit.id}/2026"
        self.assertEqual(self.url_open(year).headers["Content-Type"], "application/pdf")
        self.authenticate("property_neighbour", "portal-secret")
        self.assertNotIn("First quarter", self.url_open(url).text)
        self.assertNotEqual(self.url_open(year).headers["Content-Type"], "application/pdf")

    def test_budget_against_actual_and_break_even(self):
        budget = (
            self.env["property.budget"]
            .with_user(self.accountant)
            .create(
                {
                    "community_id": self.community.id,
                    "year": 2026,
                    "amount_subsidy": 100,
                    "amount_common": 140,
                    "line_ids": [
                        Command.create(
                            {
                                "name": "Cleaning",
                                "kind": "cost",
                                "account_ids": [Command.set(self.expense.ids)],
                                "amount_planned": 1200,
                            }
                        )
                    ],
                }
            )
        )
        line = budget.line_ids
        self.assertEqual((line.amount_actual, line.amount_left), (40, 1160))
        self.assertEqual(budget.amount_gap, 960)
        self.assertEqual(budget.price_per_m2, 0.9)  # 960 / 89.56 / 12, rounded up
        with self.assertRaises(UserError):
            budget.action_approve()
        budget.with_user(self.officer).action_approve()
        with self.assertRaisesRegex(UserError, "approved already"):
            budget.with_user(self.officer).action_approve()
        later = budget.with_user(self.officer).copy({"year": 2027})
        later.line_ids.unlink()
        later.action_fetch()
        self.assertEqual(
            {(one.kind, one.amount_planned) for one in later.line_ids},
            {("cost", 40.0), ("income", self.bill.amount_untaxed)},
        )

    def test_yearly_fee_is_income_month_by_month_and_taken_back(self):
        item = self.make_item(name="Yearly", code="TEST-YEAR", basis="fixed", period="year")
        item.is_deferred = True
        self.make_price(item, unit_price=1200)
        self.make_assignment(item)
        run = self.make_run(date(2027, 1, 1), date(2027, 12, 31), item_ids=[Command.set(item.ids)])
        run.action_compute()
        run.action_post()
        charge = run.charge_ids
        deferral = self.env["property.fee.deferral"]
        for _again in range(2):
            deferral._plan()
            deferral._post(date(2027, 3, 31))
        steps = deferral.search([("charge_id", "=", charge.id)])
        self.assertEqual(steps[0].amount, 1100)
        self.assertEqual(len(steps), 12)
        self.assertAlmostEqual(sum(steps.mapped("amount")), 0)
        posted = steps.filtered("move_id")
        self.assertEqual(posted.mapped("kind"), ["defer", "earn", "earn"])
        account = self.company._get_property_account("deferred")
        self.assertEqual(self._balance(account), -900)
        charge.action_cancel()
        deferral._take_back()
        deferral._take_back()
        deferral._post(date(2099, 1, 1))
        self.assertEqual(self._balance(account), 0)

    def _balance(self, account):
        rows = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        return round(rows[0][0] or 0.0, 2)
