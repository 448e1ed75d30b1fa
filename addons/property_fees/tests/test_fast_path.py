# SPDX-License-Identifier: LGPL-3.0-or-later
import json
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.property_fee_run_fast import BillTemplate
from .common import PropertyFeesCommon

STAMPS = {"create_date", "write_date", "create_uid", "write_uid"}


@tagged("post_install", "-at_install")
class TestFastPath(PropertyFeesCommon):
    """The rows written by SQL are those of Odoo's ordinary path, column by column."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.refuse = cls.make_item(name="Refuse", code="REF", basis="fixed", due_days=10)
        cls.make_price(cls.refuse, unit_price=15)
        cls.make_assignment(cls.refuse)
        for number in range(20):
            unit = cls.make_unit(f"20{number:02}", area_m2=60 + number * 7.13)
            owner = cls.make_partner(f"Owner {number}", lang="zh_CN" if number % 2 else "en_US")
            cls.make_ownership(unit, owner)

    def rows(self, run):
        """Return all accounting rows of a run in the order of the bills, ids made relative."""
        moves = run.invoice_ids.sorted(lambda move: move.property_unit_id.id)
        found = []
        for move in moves:
            lines = move.line_ids.sorted("id")
            ids = {line.id: index for index, line in enumerate(lines)}
            found.append(
                {
                    "head": self.plain("account_move", move.ids, {move.id: 0}),
                    "lines": self.plain("account_move_line", lines.ids, {move.id: 0, **ids}),
                    "analytic": self.plain(
                        "account_analytic_line", lines.analytic_line_ids.sorted("id").ids, ids
                    ),
                    "taxes": lines.mapped(lambda line: line.tax_ids.ids),
                    "tags": lines.mapped(lambda line: line.tax_tag_ids.ids),
                    "distribution": lines.mapped(
                        lambda line: line.distribution_analytic_account_ids.ids
                    ),
                    "charges": [
                        (charge.id, charge.state, ids.get(charge.invoice_line_id.id))
                        for charge in move.property_fee_charge_ids.sorted("id")
                    ],
                    "rank": move.partner_id.customer_rank,
                }
            )
        return found

    def plain(self, table, ids, relative):
        rows = self.env.execute_query(
            SQL(
                "SELECT row_to_json(t)::text FROM %s t WHERE id = ANY(%s) ORDER BY id",
                SQL.identifier(table),
                ids,
            )
        )
        found = []
        for (text,) in rows:
            row = json.loads(text, parse_float=Decimal)
            number = row.pop("sequence_number", None)
            row = {name: value for name, value in row.items() if name not in STAMPS}
            row["id"] = relative.get(row["id"], "analytic")
            for name in ("move_id", "move_line_id"):
                if name in row:
                    row[name] = relative[row[name]]
            found.append(row | {"numbered": number is not None})
        return found

    def assert_same(self, fast_count):
        """Post one run both ways, from the same state, and compare."""
        run = self.make_run()
        run.action_compute()
        written = []

        spy_write = BillTemplate.write
        self.env.flush_all()
        results = []
        for fast in (True, False):
            with self.cr.savepoint() as savepoint:
                if fast:
                    with patch.object(
                        BillTemplate,
                        "write",
                        lambda template, groups: (
                            written.extend(groups),
                            spy_write(template, groups),
                        ),
                    ):
                        run.action_post()
                else:
                    with patch.object(type(run), "_get_shape", lambda run, charges: None):
                        run.action_post()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(run.state, "posted")
                results.append(self.rows(run))
                savepoint.rollback()
            self.env.invalidate_all()
            self.cr.precommit.data.clear()
        fast_rows, ordinary_rows = results
        self.assertEqual(len(written), fast_count)
        self.assertEqual(len(fast_rows), 21)
        names = sorted(row["head"][0]["name"] for row in fast_rows)
        self.assertEqual(names, sorted(row["head"][0]["name"] for row in ordinary_rows))
        for mine, theirs in zip(fast_rows, ordinary_rows, strict=True):
            mine, theirs = self.without_name(mine), self.without_name(theirs)
            self.assertEqual(self.differences(mine, theirs), {})

    def differences(self, mine, theirs):
        found = {}
        for part, value in mine.items():
            if part not in ("head", "lines", "analytic"):
                if value != theirs[part]:
                    found[part] = (value, theirs[part])
                continue
            self.assertEqual(len(value), len(theirs[part]), part)
            for one, other in zip(value, theirs[part], strict=True):
                for name in other:
                    if one[name] != other[name]:
                        found[part, name] = (one[name], other[name])
        return found

    def without_name(self, row):
        """Numbers are given in another order: check them against the bill, then leave them out."""
        name = row["head"][0]["name"]
        self.assertEqual(row["head"][0]["payment_reference"], name)

        def cleaned(value):
            if isinstance(value, dict):
                return {key: cleaned(item) for key, item in value.items()}
            if isinstance(value, list):
                return [cleaned(item) for item in value]
            return value.replace(name, "own") if isinstance(value, str) else value

        return cleaned(row)

    def test_no_tax(self):
        self.assert_same(17)

    def test_meters_steps_formulas_shared_costs_and_waivers(self):
        formula = self.make_item(
            name="Formula", code="FOR", basis="formula", formula="max(area * price, 20) + 5"
        )
        self.make_price(formula, unit_price=0.31)
        water = self.make_item(name="Water", code="WAT", basis="meter", meter_kind="water")
        self.make_price(
            water, unit_price=2.8, step_ids=[Command.create({"above": 10, "unit_price": 3.5})]
        )
        share = self.make_item(name="Lift", code="LIFT", basis="share")
        for item in (formula, water, share):
            self.make_assignment(item)
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        water.product_id.taxes_id = [Command.set(tax.ids)]
        units = self.env["property.unit"].search([("community_id", "=", self.community.id)])
        meters = self.env["property.meter"].create(
            [{"unit_id": unit.id, "kind": "water"} for unit in units]
        )
        self.env["property.meter.reading"].create(
            [
                {
                    "meter_id": meter.id,
                    "read_date": day,
                    "value": index * 1.37 * turn,
                    "state": "confirmed",
                }
                for index, meter in enumerate(meters, 1)
                for turn, day in enumerate((date(2026, 2, 25), date(2026, 3, 25)))
            ]
        )
        pool = self.env["property.share.pool"].create(
            {
                "name": "Lift",
                "community_id": self.community.id,
                "item_id": share.id,
                "period_start": date(2026, 3, 1),
                "period_end": date(2026, 3, 31),
                "cost_ids": [Command.create({"name": "Power", "amount": 1234.57})],
            }
        )
        pool.action_compute()
        pool.action_approve()
        waiver = self.env["property.waiver"].create(
            {
                "unit_id": units[5].id,
                "percent": 33.33,
                "start_date": date(2026, 3, 7),
                "end_date": date(2026, 12, 31),
                "reason": "Vacant",
            }
        )
        waiver._set_state("approved")
        self.assert_same(16)  # the reduced unit is billed in two parts: a shape of its own

    def test_tax_on_top_and_in_the_price(self):
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        self.refuse.product_id.taxes_id = [Command.set(tax.ids)]
        included = tax.copy({"name": "Included", "price_include_override": "tax_included"})
        self.item.product_id.taxes_id = [Command.set(included.ids)]
        self.assert_same(17)

    def test_payment_terms_and_accounts_of_the_payer(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "45 days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 45})
                ],
            }
        )
        partners = self.env["res.partner"].search([("name", "like", "Owner %")])
        partners.property_payment_term_id = term
        self.assert_same(16)

    def test_instalments_go_the_ordinary_path(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        partners = self.env["res.partner"].search([("name", "like", "Owner %")])
        partners.property_payment_term_id = term
        self.assert_same(0)

    def test_numbers_have_no_gap_and_go_on(self):
        run = self.make_run()
        run.action_compute()
        run.action_post()
        numbers = sorted(run.invoice_ids.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 21)))
        other = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.owner.id,
                "invoice_date": run.invoice_date,
                "line_ids": [Command.create({"name": "x", "price_unit": 1.0, "tax_ids": []})],
            }
        )
        other.action_post()
        self.assertEqual(other.sequence_number, numbers[-1] + 1)

    def test_bill_written_by_sql_is_paid_and_reversed_like_any_other(self):
        run = self.make_run()
        run.action_compute()
        run.action_post()
        bill = run.invoice_ids.sorted("sequence_number")[-1]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({})._create_payments()
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        run.invoice_ids._check_balanced({"records": run.invoice_ids})
        other = run.invoice_ids.sorted("sequence_number")[-2]
        other.property_fee_charge_ids.action_cancel()
        self.assertEqual(other.payment_state, "reversed")
