# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import random
from datetime import date

import openpyxl
from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import PropertyFeesCommon

# Straight from the journal items: what was billed, what cash settled, what is left. Knows nothing
# of the way in which the ledger spreads amounts over items.
INDEPENDENT = """
WITH term AS (
    SELECT line.id, line.balance, line.amount_residual, move.move_type,
           CASE WHEN move.move_type = 'out_refund' THEN move.property_settlement_kind END AS kind
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id
      JOIN account_account account ON account.id = line.account_id
     WHERE move.state = 'posted' AND move.property_community_id = %(community)s
       AND move.move_type IN ('out_invoice', 'out_refund')
       AND account.account_type = 'asset_receivable'
), cleared AS (
    SELECT COALESCE(entry.property_settlement_kind, 'payment') AS kind,
           SUM(CASE WHEN rec.debit_move_id = term.id THEN rec.amount ELSE -rec.amount END) AS amount
      FROM term
      JOIN account_partial_reconcile rec ON term.id IN (rec.debit_move_id, rec.credit_move_id)
      JOIN account_move_line other ON other.id = CASE
           WHEN rec.debit_move_id = term.id THEN rec.credit_move_id ELSE rec.debit_move_id END
      JOIN account_move entry ON entry.id = other.move_id AND entry.move_type = 'entry'
     GROUP BY 1
)
SELECT (SELECT SUM(balance) FROM term WHERE kind IS NULL)
           - COALESCE((SELECT SUM(amount) FROM cleared WHERE kind = 'takeover'), 0),
       (SELECT SUM(amount) FROM cleared WHERE kind IN ('payment', 'prepaid', 'deposit')),
       COALESCE((SELECT SUM(amount) FROM cleared WHERE kind = 'reduction'), 0)
           - COALESCE((SELECT SUM(balance) FROM term WHERE kind = 'reduction'), 0),
       COALESCE((SELECT SUM(amount) FROM cleared WHERE kind = 'waiver'), 0)
           - COALESCE((SELECT SUM(balance) FROM term WHERE kind = 'waiver'), 0),
       COALESCE((SELECT SUM(amount) FROM cleared WHERE kind = 'write_off'), 0)
           - COALESCE((SELECT SUM(balance) FROM term WHERE kind = 'write_off'), 0),
       (SELECT SUM(amount_residual) FROM term)
"""
STALE = "SELECT COUNT(*) FROM property_fee_ledger_stale"
SUMS = ("billed", "collected", "reduced", "waived", "written_off", "owed")
ACTS = ("bill", "bill", "pay", "pay", "ahead", "undo")
ALL_ACTS = (*ACTS, "credit", "waive", "reduce", "write_off", "entry", "takeover", "reverse", "run")


@tagged("post_install", "-at_install")
class TestFeeLedger(PropertyFeesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_item = cls.make_item(name="Lift fee", code="TEST-LIFT", basis="fixed")
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.unit_b = cls.make_unit("1204")
        cls.make_ownership(cls.unit_b, cls.neighbour)

    def _bill(self, amounts, unit=None, day=date(2026, 3, 1), kind=None, move_type="out_invoice"):
        items = [self.item, self.second_item, self.item]
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.owner.id,
                "invoice_date": day,
                "date": day,
                "property_unit_id": (unit or self.unit).id,
                "property_community_id": self.community.id,
                "property_settlement_kind": kind,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": item.product_id.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": False,
                        }
                    )
                    for item, amount in zip(items, amounts, strict=False)
                ],
            }
        )
        move.action_post()
        return move

    def _pay(self, bills, amount, day=date(2026, 3, 20)):
        payment = (
            self.env["account.payment"]
            .with_context(force_payment_move=True)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.owner.id,
                    "amount": amount,
                    "date": day,
                    "journal_id": self.bank.id,
                }
            )
        )
        payment.action_post()
        self._match(payment.move_id, bills)
        return payment

    def _match(self, *moves):
        lines = self.env["account.move.line"]
        for move in moves:
            lines |= move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and not line.reconciled
            )
        lines.reconcile()

    def _sums(self, domain=()):
        self.env.flush_all()
        (row,) = self.env["property.fee.ledger"]._read_group(
            [("community_id", "=", self.community.id), *domain],
            [],
            [f"amount_{name}:sum" for name in SUMS],
        )
        return dict(zip(SUMS, (round(value or 0, 2) for value in row), strict=True))

    def _independent(self):
        """Sums straight from the journal items, and what charges were lowered by before."""
        self.env.flush_all()
        (row,) = self.env.execute_query(SQL(INDEPENDENT, community=self.community.id))
        sums = {name: float(value or 0) for name, value in zip(SUMS, row, strict=True)}
        charges = self.env["property.fee.charge"].search(
            [("community_id", "=", self.community.id), ("state", "=", "posted")]
        )
        for charge in charges:
            sums["reduced" if charge.amount else "waived"] += charge.amount_off
        return {name: round(value, 2) for name, value in sums.items()}

    def test_random_histories_equal_the_journal_items(self):
        for seed in range(5):
            self.dice = random.Random(seed)  # noqa: S311 - histories to be repeated, no secret
            self.bills, self.payments = [], []
            for step in range(12):
                self._act(
                    self.dice.choice(ALL_ACTS if self.bills else ACTS[:1]),
                    date(2025, 11, 5) + relativedelta(months=step % 9, days=step),
                )
                if self.dice.random() < 0.3:
                    self.env["property.fee.ledger"]._keep(limit=self.dice.randint(1, 9))
            with self.subTest(seed=seed):
                self._check_all()

    def test_every_kind_of_settlement_at_once(self):
        self.dice = random.Random(99)  # noqa: S311 - as above
        self.bills, self.payments = [], []
        for step, act in enumerate(("bill", "run", *ALL_ACTS, *ALL_ACTS[::-1], "takeover")):
            self._act(act, date(2025, 11, 5) + relativedelta(months=step % 9, days=step))
        sums = self._check_all()
        self.assertTrue(all(sums[name] > 0 for name in SUMS), sums)

    def _act(self, act, day):
        dice = self.dice
        amounts = [round(dice.uniform(0.01, 400), 2) for _ in range(dice.randint(1, 3))]
        unit = dice.choice((self.unit, self.unit_b))
        bill = dice.choice(self.bills) if self.bills else None
        if act == "bill":
            self.bills.append(self._bill(amounts, unit, day))
        elif act == "pay":
            some = dice.sample(self.bills, min(len(self.bills), dice.randint(1, 3)))
            amount = round(dice.uniform(0.01, 500), 2)
            self.payments.append(self._pay(self.env["account.move"].union(*some), amount, day))
        elif act == "ahead":
            payment = self._pay(self.env["account.move"], 333.33, day)
            later = day + relativedelta(months=2)
            self.bills.append(self._bill([100, 0.07, 33.41], day=later))
            self._match(payment.move_id, self.bills[-1])
        elif act in ("credit", "waive", "reduce", "write_off"):
            kind = {"waive": "waiver", "reduce": "reduction", "credit": None}.get(act, act)
            parts = [round(dice.uniform(1, 60), 2), 0.33]
            self._match(self._bill(parts, day=day, kind=kind, move_type="out_refund"), bill)
        elif act == "entry":
            kind = dice.choice(("write_off", "prepaid", "deposit", "waiver"))
            self._settle_by_entry(bill, round(dice.uniform(1, 40), 2), kind, day)
        elif act == "takeover" and bill.amount_residual > 0:
            self.bills.append(bill._carry_over_debt(self.neighbour, "Transfer"))
        elif act == "reverse":
            refund = bill._reverse_moves([{"date": day, "invoice_date": day}])
            refund.action_post()
            self._match(refund, bill)
        elif act == "run":
            self._run(day)
        elif act == "undo" and self.payments:
            self.payments.pop().move_id.line_ids.remove_move_reconcile()

    def _run(self, day):
        """Bill a month in which one unit is reduced and another one let off."""
        for unit, vals in ((self.unit, {"percent": 12.5}), (self.unit_b, {"kind": "free"})):
            waiver = self.env["property.waiver"].create(
                {
                    "unit_id": unit.id,
                    "start_date": day.replace(day=1),
                    "end_date": day.replace(day=20),
                    "reason": "Water damage",
                    **vals,
                }
            )
            waiver._set_state("approved")
        run = self.make_run(day.replace(day=1), day.replace(day=28))
        run.action_compute()
        run.action_post()
        self.bills += list(run.invoice_ids)

    def _settle_by_entry(self, bill, amount, kind, day):
        owed = bill.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        amount = min(amount, bill.amount_residual) if bill.move_type == "out_invoice" else 0
        if not amount:
            return
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": self.company._get_property_misc_journal().id,
                "property_settlement_kind": kind,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": bill.commercial_partner_id.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (self.company._get_property_account("takeover"), amount),
                        (owed[:1].account_id, -amount),
                    )
                ],
            }
        )
        entry.action_post()
        self._match(entry, bill)

    def _check_all(self):
        """The sums are right however much of the ledger is kept, and what is kept is the same."""
        ledger = self.env["property.fee.ledger"]
        sums = self._sums()
        self.assertEqual(sums, self._independent())
        ledger._keep(limit=self.dice.randint(1, 9))
        self.assertEqual(self._sums(), sums)
        while ledger._keep():
            pass
        self.assertEqual(self._sums(), sums)
        self.assertEqual(self.env.execute_query(SQL(STALE)), [(0,)])
        self.assertFalse(ledger._find_differences(1, 2**31 - 1))
        gross = self.env["property.fee.ledger"]._read_group(
            [("community_id", "=", self.community.id)], [], ["amount_gross:sum"]
        )[0][0]
        self.assertAlmostEqual(gross, sum(sums.values()) - sums["billed"], 2)
        self._check_debt()
        return sums

    def _check_debt(self):
        """What is owed by unit and item is the same in the ledger and in the aged debt."""
        domain = [("community_id", "=", self.community.id)]
        group = ["unit_id", "item_id"], ["amount_owed:sum"]
        ledger = {
            (unit, item): round(amount, 2)
            for unit, item, amount in self.env["property.fee.ledger"]._read_group(domain, *group)
            if round(amount, 2)
        }
        debt = {
            (unit, item): round(amount, 2)
            for unit, item, amount in self.env["property.fee.debt"]._read_group(domain, *group)
            if round(amount, 2)
        }
        self.assertEqual(ledger, debt)
        sheet = self.env["property.fee.year.sheet"]._read_group(domain, [], ["amount_owed:sum"])
        self.assertEqual(round(sheet[0][0] or 0, 2), self._sums()["owed"])

    def test_a_debt_taken_over_is_billed_once(self):
        bill = self._bill([100, 50], day=date(2024, 6, 1))
        bill.invoice_date_due = date(2024, 6, 30)
        self._pay(bill, 30, day=date(2024, 7, 1))
        new = bill._carry_over_debt(self.neighbour, "Transfer")
        self._pay(new, 20)
        self.assertEqual(bill.amount_residual, 0)
        self.assertEqual(new.amount_total, 120)
        self.assertEqual(
            self._sums(),
            {"billed": 150, "collected": 50, "reduced": 0, "waived": 0, "written_off": 0,
             "owed": 100},
        )  # fmt: skip
        ledger = self.env["property.fee.ledger"]
        domain = [("community_id", "=", self.community.id)]
        groups = ledger._read_group(domain, ["period_year", "item_id"], ["amount_billed:sum"])
        self.assertEqual(groups, [(2024, self.item, 100), (2024, self.second_item, 50)])
        groups = ledger._read_group(
            domain, ["partner_id"], ["amount_billed:sum", "amount_collected:sum", "amount_owed:sum"]
        )
        self.assertEqual(
            dict((partner, tuple(sums)) for partner, *sums in groups),
            {self.owner: (30, 30, 0), self.neighbour: (120, 20, 100)},
        )
        groups = ledger._read_group([*domain, ("kind", "=", "payment")], ["age"], ["__count"])
        self.assertEqual({age for age, _count in groups}, {"old", "current"})
        debts = self.env["property.fee.debt"].search(domain)
        self.assertEqual(debts.partner_id, self.neighbour)
        self.assertEqual(set(debts.mapped("due_date")), {date(2024, 6, 30)})
        self.assertAlmostEqual(sum(debts.mapped("amount_older")), 100)
        self.assertEqual(debts.item_id, self.item | self.second_item)

    def test_whatever_changes_a_bill_is_noted(self):
        bill, other = self._bill([100, 50]), self._bill([70])
        payment = self._pay(bill, 60)
        ledger = self.env["property.fee.ledger"]
        changes = {
            "state": lambda: (other.button_draft(), other.write({"date": "2026-04-01"})),
            "posted": other.action_post,
            "unit": lambda: bill.write({"property_unit_id": self.unit_b.id}),
            "due": lambda: bill.write({"invoice_date_due": date(2026, 5, 1)}),
            "meaning": lambda: payment.move_id.write({"property_settlement_kind": "waiver"}),
            "item": lambda: bill.invoice_line_ids[0].write(
                {"product_id": self.second_item.product_id.id}
            ),
            "origin": lambda: bill.invoice_line_ids[1].write(
                {"property_origin_line_id": other.invoice_line_ids.id}
            ),
            "unmatched": payment.move_id.line_ids.remove_move_reconcile,
            "matched": lambda: self._match(payment.move_id, bill),
            "community": lambda: other.write({"property_community_id": False}),
        }
        for name, change in changes.items():
            while ledger._keep():
                pass
            change()
            self.env.flush_all()
            with self.subTest(name):
                self.assertNotEqual(self.env.execute_query(SQL(STALE)), [(0,)])
                self.assertFalse(ledger._find_differences(1, 2**31 - 1))

    def test_kept_rows_that_are_wrong_are_found(self):
        bill = self._bill([100])
        ledger = self.env["property.fee.ledger"]
        while ledger._keep():
            pass
        self.env.cr.execute(
            SQL("UPDATE property_fee_ledger_kept SET amount = 1 WHERE move_id = %s", bill.id)
        )
        self.assertEqual(self._sums()["billed"], 1)
        self.assertEqual(ledger._find_differences(1, 2**31 - 1), [bill.id])
        with self.assertLogs("odoo.addons.property_fees", "ERROR"), self.enter_registry_test_mode():
            self.env.ref("property_fees.property_fee_ledger_cron_check").method_direct_trigger()
        self.assertEqual(self._sums()["billed"], 100)

    def test_what_a_waiver_took_off_shows_as_reduced_or_waived(self):
        self.dice, self.bills = random.Random(1), []  # noqa: S311 - as above
        self._run(date(2026, 2, 1))
        sums = self._sums()
        charges = self.env["property.fee.charge"].search(
            [("unit_id", "in", (self.unit | self.unit_b).ids), ("state", "=", "posted")]
        )
        free = charges.filtered(lambda charge: not charge.amount)
        self.assertEqual(free.unit_id, self.unit_b)
        self.assertFalse(free.invoice_id)
        self.assertTrue(sums["reduced"] > 0 and sums["waived"] == sum(free.mapped("amount_off")))
        full = {unit: 219.42 for unit in (self.unit, self.unit_b)}
        for unit, amount in full.items():
            mine = charges.filtered(lambda charge, unit=unit: charge.unit_id == unit)
            self.assertAlmostEqual(sum(mine.mapped("amount")) + sum(mine.mapped("amount_off")),
                                   amount, 2)  # fmt: skip
        again = self.make_run(date(2026, 2, 1), date(2026, 2, 28))
        again.action_compute()
        self.assertFalse(again.charge_ids)
        free.action_cancel()
        self.assertEqual(self._sums()["waived"], 0)
        again.action_compute()
        self.assertEqual(again.charge_ids.unit_id, self.unit_b)

    def test_a_reversal_counts_for_the_period_that_was_billed(self):
        bill = self._bill([100], day=date(2025, 6, 1))
        refund = bill._reverse_moves([{"invoice_date": date(2026, 3, 1), "date": "2026-03-01"}])
        refund.action_post()
        self.env.flush_all()
        groups = self.env["property.fee.ledger"]._read_group(
            [("community_id", "=", self.community.id)], ["period_year"], ["amount_billed:sum"]
        )
        self.assertEqual(groups, [(2025, 0)])

    def test_a_bill_paid_in_parts_is_paid_item_by_item(self):
        bill = self._bill([33.33, 33.33, 33.34])
        for amount in (10.01, 20.02, 69.97):
            self._pay(bill, amount)
        rows = self.env["property.fee.ledger"].search([("move_id", "=", bill.id)])
        self.assertEqual(len(rows), 12)
        self.assertEqual(len(set(rows.ids)), 12)
        for line in bill.invoice_line_ids:
            mine = rows.filtered(lambda row, line=line: row.line_id == line)
            self.assertAlmostEqual(sum(mine.mapped("amount_owed")), 0.0)
            self.assertAlmostEqual(sum(mine.mapped("amount_collected")), line.price_total)

    def test_money_counts_for_this_year_old_debt_or_ahead(self):
        old = self._bill([100], day=date(2025, 6, 1))
        new = self._bill([200], day=date(2026, 2, 1))
        later = self._bill([50], day=date(2026, 9, 1))
        for bill in (old, new, later):
            self._pay(bill, bill.amount_total, day=date(2026, 3, 1))
        self.env.flush_all()
        groups = self.env["property.fee.ledger"]._read_group(
            [("community_id", "=", self.community.id), ("kind", "=", "payment")],
            ["age"],
            ["amount_collected:sum"],
        )
        self.assertEqual(dict(groups), {"old": 100, "current": 200, "ahead": 50})

    def test_rate_of_a_group_is_the_rate_of_its_sums(self):
        self._pay(self._bill([100]), 40)
        self._pay(self._bill([300], unit=self.unit_b), 300)
        self.env.flush_all()
        ledger = self.env["property.fee.ledger"].with_user(self.accountant)
        groups = ledger._read_group(
            [("community_id", "=", self.community.id)], ["unit_id"], ["collection_rate:sum"]
        )
        self.assertEqual([float(rate) for _unit, rate in groups], [40.0, 100.0])
        result = ledger.formatted_read_group(
            [("community_id", "=", self.community.id)], [], ["collection_rate:sum"]
        )
        self.assertEqual(float(result[0]["collection_rate:sum"]), 85.0)

    def test_received_shows_a_void_as_given_back(self):
        bill = self._bill([120])
        cashier = self.make_user("property_cashier", "property_fees.group_cashier")
        shift = self.env["property.cashier.shift"].with_user(cashier)
        shift.create({"community_id": self.community.id})
        wizard = self.env["property.cashier.payment"].with_user(cashier)
        wizard = wizard.create({"unit_id": self.unit.id})
        wizard.write({"method": "cash", "amount": 120})
        receipt = wizard._take_payment()
        receipt._void("Counted wrong")
        self.assertFalse(bill.amount_residual - 120)
        rows = self.env["property.fee.received"].search([("receipt_id", "=", receipt.id)])
        self.assertEqual(sorted(rows.mapped("amount")), [-120, 120])
        self.assertEqual(rows.user_id, cashier)
        self.assertEqual(set(rows.mapped("method")), {"cash"})
        self.assertEqual(self._sums()["collected"], 0)

    def test_staff_of_another_community_see_nothing(self):
        self._bill([100])
        self.env.flush_all()
        stranger = self.make_user(
            "property_stranger", "property_base.group_property_user", self.other_community
        )
        for model in ("ledger", "debt", "year.sheet", "leak"):
            records = self.env[f"property.fee.{model}"]
            own = records.with_user(self.user_staff).search_count([])
            self.assertTrue(own, model)
            found = records.with_user(stranger).search([("community_id", "=", self.community.id)])
            self.assertFalse(found, model)

    def test_leaks(self):
        run = self.make_run(date.today().replace(day=1), date.today().replace(day=28))
        bare = self.make_unit("1301", area_m2=0)
        self.unit.state = self.unit_b.state = bare.state = "delivered"
        run.action_compute()
        run.action_post()
        self.env.flush_all()
        leaks = self.env["property.fee.leak"].search([("community_id", "=", self.community.id)])
        found = {(leak.kind, leak.unit_id) for leak in leaks}
        for kind in ("no_charge", "no_area", "no_owner"):
            self.assertIn((kind, bare), found)
        self.assertNotIn(("no_charge", self.unit), found)
        self.assertEqual(len(set(leaks.ids)), len(leaks))

    def test_leaks_of_meters_and_spaces(self):
        water = self.make_item(name="Water", code="L-WAT", basis="meter", meter_kind="water")
        meters = self.env["property.meter"]
        bare, unpriced = meters.create(
            [{"unit_id": self.unit.id, "kind": kind, "serial": kind} for kind in ("gas", "water")]
        )
        self.make_assignment(water)
        old = meters.create({"community_id": self.community.id, "kind": "power", "place": "Lift"})
        reading = {"meter_id": old.id, "value": 5, "state": "confirmed", "read_date": "2020-01-01"}
        self.env["property.meter.reading"].create(reading)
        room = self.env["property.shared.premises"].create(
            {
                "name": "Shop by the gate",
                "community_id": self.community.id,
                "kind": "business",
                "state": "let",
                "lessee_id": self.neighbour.id,
            }
        )
        self.assertEqual(
            self._find_leaks(bare | unpriced | old),
            {
                ("meter_no_fee", bare.id),
                ("meter_unread", bare.id),
                ("meter_no_price", unpriced.id),
                ("meter_unread", unpriced.id),
                ("meter_stale", old.id),
            },
        )
        self.make_price(water, unit_price=3)
        self.assertNotIn(("meter_no_price", unpriced.id), self._find_leaks(unpriced))
        self.assertEqual(self._find_leaks(room), {("premises_no_contract", room.id)})
        fund = self.env["property.fund"].create(
            {
                "name": "Common",
                "kind": "common_income",
                "community_id": self.community.id,
                "journal_id": self.bank.id,
            }
        )
        contract = self.env["property.common.income"].create(
            {
                "name": "Shop",
                "community_id": self.community.id,
                "premises_id": room.id,
                "partner_id": self.neighbour.id,
                "fund_id": fund.id,
                "start_date": date(2020, 1, 1),
                "end_date": date(2099, 12, 31),
                "amount": 1000,
                "period": "year",
                "resolution_reference": "R1",
                "resolution_date": date(2019, 12, 1),
            }
        )
        contract.action_start()
        self.assertEqual(self._find_leaks(room), {("premises_not_billed", room.id)})
        contract.action_bill()
        self.assertFalse(self._find_leaks(room))
        action = self.env["property.fee.leak"].search([("res_model", "=", "property.meter")])[0]
        self.assertEqual(action.action_view_place()["res_model"], "property.meter")

    def _find_leaks(self, records):
        self.env.flush_all()
        leaks = self.env["property.fee.leak"].search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        return {(leak.kind, leak.res_id) for leak in leaks}

    def test_prints_hold_the_figures(self):
        self._pay(self._bill([100]), 40)
        for kind in ("collection", "debt", "received", "year_sheet", "leak"):
            wizard = self.env["property.fee.report"].with_user(self.accountant)
            wizard = wizard.create(
                {
                    "kind": kind,
                    "community_ids": [Command.set(self.community.ids)],
                    "start_date": date(2026, 1, 1),
                    "end_date": date(2026, 12, 31),
                }
            )
            action = wizard.action_print()
            self.assertEqual(action["report_name"], "property_fees.report_fee_tables")
            html = self.env["ir.actions.report"]._render_qweb_html(
                action["report_name"], wizard.ids
            )
            if kind != "leak":
                wanted = b"40.00" if kind in ("collection", "received") else b"60.00"
                self.assertIn(wanted, html[0], kind)

    def test_workbooks_open_and_hold_the_figures(self):
        self._pay(self._bill([100]), 40)
        for kind in ("collection", "debt", "received", "year_sheet", "leak"):
            wizard = (
                self.env["property.fee.report"]
                .with_user(self.accountant)
                .create(
                    {
                        "kind": kind,
                        "community_ids": [Command.set(self.community.ids)],
                        "start_date": date(2026, 1, 1),
                        "end_date": date(2026, 12, 31),
                    }
                )
            )
            wizard.action_export()
            book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.file)))
            cells = {cell.value for sheet in book for row in sheet.rows for cell in row}
            if kind != "leak":
                self.assertIn(40 if kind in ("collection", "received") else 60, cells, kind)
