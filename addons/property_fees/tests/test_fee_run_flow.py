# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyFeesCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestFeeRunFlow(PropertyFeesCommon):
    def compute(self, **vals):
        run = self.make_run(**vals)
        run.action_compute()
        return run

    def post(self, **vals):
        run = self.compute(**vals)
        run.action_post()
        return run

    def test_month_from_draft_to_bill(self):
        run = self.compute()
        self.assertEqual(run.state, "computed")
        self.assert_charges(run, [(self.unit, self.owner, *MARCH, 219.42)])
        self.assertEqual(run.charge_ids.trace, "89.56 m² × 2.45 CNY/m²·month × 1 month = 219.42")
        run.action_post()
        self.assertEqual(run.state, "posted")
        bill = run.charge_ids.invoice_id
        self.assertEqual((bill.state, bill.move_type), ("posted", "out_invoice"))
        self.assertEqual(bill.partner_id, self.owner)
        self.assertEqual(bill.amount_total, 219.42)
        self.assertEqual(bill.invoice_date, date(2026, 3, 1))
        self.assertEqual(bill.invoice_date_due, date(2026, 3, 16))
        self.assertEqual(bill.property_unit_id, self.unit)
        line = bill.invoice_line_ids
        self.assertEqual(line, run.charge_ids.invoice_line_id)
        self.assertEqual(line.account_id, self.income_account)
        self.assertIn("89.56 m²", line.name)
        analytic = self.community.analytic_account_id
        self.assertEqual(line.analytic_distribution, {str(analytic.id): 100.0})
        self.assertEqual(line.analytic_line_ids.amount, 219.42)

    def test_run_again_bills_nothing_twice(self):
        self.post()
        again = self.compute()
        self.assertFalse(again.charge_ids)
        self.assertEqual(again.skip_ids.mapped("reason"), ["billed"])
        again.action_post()
        self.assertFalse(again.invoice_ids)
        overlap = self.compute(start=date(2026, 3, 15), end=date(2026, 4, 14))
        self.assert_charges(
            overlap, [(self.unit, self.owner, date(2026, 4, 1), date(2026, 4, 14), 102.40)]
        )
        overlap.action_post()
        rest = self.compute(start=date(2026, 4, 1), end=date(2026, 4, 30))
        self.assert_charges(
            rest, [(self.unit, self.owner, date(2026, 4, 15), date(2026, 4, 30), 117.02)]
        )

    def test_gaps_are_filled_in_the_same_run(self):
        other = self.make_unit("1301")
        run = self.post()
        self.assertEqual(run.skip_ids.filtered("is_problem").mapped("reason"), ["no_payer"])
        self.assertIn("owner", run.skip_ids.filtered("is_problem").remedy)
        self.make_ownership(other, self.neighbour)
        run.action_compute()
        run.action_post()
        self.assertEqual(run.bill_count, 2)
        self.assertFalse(run.problem_count)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_overlap(self):
        run = self.post()
        vals = {
            "unit_id": self.unit.id,
            "item_id": self.item.id,
            "partner_id": self.neighbour.id,
            "period_start": date(2026, 3, 31),
            "period_end": date(2026, 4, 30),
            "amount": 1.0,
        }
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["property.fee.charge"].create(vals)
        run.action_cancel()
        self.env["property.fee.charge"].create(vals)

    def test_seller_and_buyer_share_the_month(self):
        self.unit._set_owners(date(2026, 3, 11), [(self.neighbour, 1, 1, True)])
        run = self.post()
        self.assert_charges(
            run,
            [
                (self.unit, self.owner, date(2026, 3, 1), date(2026, 3, 10), 70.78),
                (self.unit, self.neighbour, date(2026, 3, 11), date(2026, 3, 31), 148.64),
            ],
        )
        self.assertEqual(run.bill_count, 2)
        self.assertIn("10/31", run.charge_ids.sorted("period_start")[0].trace)

    def test_each_owner_by_share(self):
        self.assignment.payer = "share"
        self.unit._set_owners(
            date(2025, 1, 1), [(self.owner, 1, 3, False), (self.neighbour, 2, 3, True)]
        )
        run = self.post()
        self.assert_charges(
            run,
            [
                (self.unit, self.owner, *MARCH, 73.14),
                (self.unit, self.neighbour, *MARCH, 146.28),
            ],
        )
        self.assertEqual(run.bill_count, 2)
        self.assertFalse(self.compute().charge_ids)

    def test_tenant_pays_and_owner_after_him(self):
        self.assignment.payer = "occupant"
        self.make_occupancy(self.unit, self.neighbour, role="tenant", end_date=date(2026, 3, 15))
        self.assert_charges(
            self.compute(),
            [
                (self.unit, self.neighbour, date(2026, 3, 1), date(2026, 3, 15), 106.17),
                (self.unit, self.owner, date(2026, 3, 16), date(2026, 3, 31), 113.25),
            ],
        )

    def test_price_change_splits_the_month(self):
        self.price.end_date = date(2026, 3, 15)
        self.make_price(unit_price=3.0, start_date=date(2026, 3, 16))
        run = self.post()
        self.assertEqual(run.charge_ids.sorted("period_start").mapped("unit_price"), [2.45, 3.0])
        self.assertEqual(run.bill_count, 1)

    def test_specific_price_and_assignment_win(self):
        shop = self.make_unit("S1", usage="commercial")
        self.make_ownership(shop, self.neighbour)
        self.make_price(usage="commercial", unit_price=3.8)
        self.make_assignment(unit_id=self.unit.id, reduction=30, reason="Vacant")
        run = self.compute()
        self.assert_charges(
            run,
            [(self.unit, self.owner, *MARCH, 153.60), (shop, self.neighbour, *MARCH, 340.33)],
        )
        self.assertIn("30%", run.charge_ids.filtered(lambda c: c.unit_id == self.unit).trace)

    def test_agreed_price_exemption_and_other_payer(self):
        self.make_assignment(
            unit_id=self.unit.id,
            override_price=2.0,
            payer="partner",
            partner_id=self.neighbour.id,
        )
        exempt = self.make_unit("1305")
        self.make_ownership(exempt, self.owner)
        self.make_assignment(unit_id=exempt.id, is_exempt=True)
        run = self.compute()
        self.assert_charges(run, [(self.unit, self.neighbour, *MARCH, 179.12)])
        self.assertEqual(run.skip_ids.mapped("reason"), ["exempt"])

    def test_fees_start_with_the_handover(self):
        self.unit.delivery_date = date(2026, 3, 17)
        self.assert_charges(
            self.compute(), [(self.unit, self.owner, date(2026, 3, 17), MARCH[1], 106.17)]
        )
        self.unit.delivery_date = date(2026, 5, 1)
        run = self.compute(start=date(2026, 4, 1), end=date(2026, 4, 30))
        self.assertEqual(run.skip_ids.mapped("reason"), ["not_delivered"])

    def test_what_is_missing_is_said(self):
        self.unit.area_m2 = 0
        priceless = self.make_unit("1306", building=self.make_building(code="9"))
        self.make_ownership(priceless, self.owner)
        self.price.unlink()
        self.make_price(building_id=self.building.id)
        run = self.compute()
        self.assertEqual(
            {(skip.unit_id, skip.reason) for skip in run.skip_ids},
            {(self.unit, "no_quantity"), (priceless, "no_price")},
        )
        self.assertTrue(all(run.skip_ids.mapped("remedy")))

    def test_due_date_is_a_setting(self):
        self.community._set_parameter("fees_due_days", 30)
        bill = self.post().charge_ids.invoice_id
        self.assertEqual(bill.invoice_date_due, date(2026, 3, 31))

    def test_price_without_resolution_is_refused_where_one_is_needed(self):
        self.community._set_parameter("fees_price_needs_resolution", True)
        with self.assertRaisesRegex(UserError, "needs the resolution"), self.cr.savepoint():
            self.make_price(usage="office")
        self.make_price(usage="office", resolution_reference="2026-01")

    def test_quarter_in_advance_and_in_arrears(self):
        advance = self.make_item(code="Q", basis="fixed", period="quarter")
        arrears = self.make_item(code="A", basis="fixed", period="quarter", timing="arrears")
        for item in (advance, arrears):
            self.make_price(item, unit_price=90)
            self.make_assignment(item)
        january = self.compute(
            start=date(2026, 1, 1), end=date(2026, 1, 31), item_ids=(advance | arrears).ids
        )
        self.assertEqual(january.charge_ids.item_id, advance)
        self.assertEqual(january.charge_ids.amount, 90)
        self.assertEqual(january.charge_ids.period_end, date(2026, 3, 31))
        march = self.compute(item_ids=arrears.ids)
        self.assertEqual(march.charge_ids.period_start, date(2026, 1, 1))

    def test_once_is_charged_once(self):
        item = self.make_item(code="O", basis="fixed", period="once")
        self.make_price(item, unit_price=50)
        self.make_assignment(item)
        run = self.post(item_ids=item.ids)
        self.assertEqual(run.charge_ids.amount, 50)
        later = self.compute(start=date(2026, 5, 1), end=date(2026, 5, 31), item_ids=item.ids)
        self.assertFalse(later.charge_ids)
        self.assertEqual(later.skip_ids.reason, "billed")

    def test_cancel_reverses_and_frees_the_period(self):
        run = self.post()
        bill = run.charge_ids.invoice_id
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(run.charge_ids.state, "cancelled")
        self.assertEqual(bill.payment_state, "reversed")
        self.assertEqual(bill.reversal_move_ids.amount_total, 219.42)
        self.assertEqual(self.post().bill_count, 1)

    def test_cancel_one_of_two_charges(self):
        second = self.make_item(code="F", basis="fixed", name="Refuse")
        self.make_price(second, unit_price=10)
        self.make_assignment(second)
        run = self.post()
        bill = run.charge_ids.invoice_id
        self.assertEqual(len(bill), 1)
        run.charge_ids.filtered(lambda c: c.item_id == second).action_cancel()
        self.assertEqual(bill.amount_residual, 219.42)
        self.assertEqual(bill.reversal_move_ids.amount_total, 10)
        self.assertEqual(run.charge_ids.mapped("state").count("posted"), 1)

    def test_bill_of_fees_is_not_reset(self):
        bill = self.post().charge_ids.invoice_id
        with self.assertRaisesRegex(UserError, "Cancel the charges"):
            bill.button_draft()

    def test_bad_input(self):
        with self.assertRaises(ValidationError):
            self.make_run(community_ids=[])
        run = self.compute()
        with self.assertRaisesRegex(UserError, "keeps its communities"):
            run.period_end = date(2026, 4, 30)
        run.action_draft()
        self.assertFalse(run.charge_ids)
        with self.assertRaisesRegex(UserError, "Compute it first"):
            run.action_post()

    def test_accounts_that_cannot_be_used(self):
        run = self.compute()
        self.income_account.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            run.action_post()
        self.income_account.active = True
        self.item.product_id.active = False
        with self.assertRaisesRegex(UserError, "lost its product"):
            run.action_post()
        self.item.product_id.active = True
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.community.fee_journal_id = self.community._get_fee_journal().copy(
            {"code": "USDJ", "currency_id": dollar.id}
        )
        with self.assertRaisesRegex(UserError, "Journal .* is in USD, fees are in CNY"):
            run.action_post()
        self.community.fee_journal_id = False
        self.owner.write({"street": False, "city": False, "country_id": False, "email": False})
        run.action_post()
        self.assertEqual(run.state, "posted")

    def test_closed_period_is_refused_with_reason(self):
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        run = self.post()
        self.assertEqual(run.charge_ids.invoice_id.invoice_date, date(2026, 3, 1))
        self.assertGreater(run.charge_ids.invoice_id.date, date(2026, 3, 31))

    def test_drafts_of_another_run_are_named(self):
        self.compute()
        second = self.compute()
        self.assertEqual(second.skip_ids.mapped("reason"), ["drafted"])

    def test_background_goes_on_where_it_stopped(self):
        run = self.make_run()
        with self.enter_registry_test_mode():
            run.action_compute_background()
            self.assertEqual(run.job, "compute")
            self.env.ref("property_fees.property_fee_run_cron_process").method_direct_trigger()
            self.assertEqual((run.job, run.state), (False, "computed"))
            run.action_post_background()
            self.env.ref("property_fees.property_fee_run_cron_process").method_direct_trigger()
        self.assertEqual((run.job, run.state), (False, "posted"))
        self.assertEqual(run.bill_count, 1)


class TestUnsoldUnits(PropertyFeesCommon):
    def test_developer_pays_until_the_first_owner(self):
        developer = self.make_partner("Developer Ltd.", is_company=True)
        self.community.developer_id = developer
        unsold = self.make_unit("1301", area_m2=100)
        sold = self.make_unit("1302", area_m2=100, state="sold")
        buyer = self.make_partner("Buyer")
        self.make_ownership(sold, buyer, start_date=date(2026, 3, 11))
        run = self.make_run()
        run.action_compute()
        self.assert_charges(
            run,
            [
                (self.unit, self.owner, date(2026, 3, 1), date(2026, 3, 31), 219.42),
                (unsold, developer, date(2026, 3, 1), date(2026, 3, 31), 245.0),
                (sold, developer, date(2026, 3, 1), date(2026, 3, 10), 79.03),
                (sold, buyer, date(2026, 3, 11), date(2026, 3, 31), 165.97),
            ],
        )

    def test_a_unit_that_lacks_its_owner_is_reported_not_billed(self):
        self.community.developer_id = self.make_partner("Developer Ltd.", is_company=True)
        unknown = self.make_unit("1303", state="occupied")
        run = self.make_run()
        run.action_compute()
        self.assertFalse(run.charge_ids.filtered(lambda c: c.unit_id == unknown))
        skip = run.skip_ids.filtered(lambda s: s.unit_id == unknown)
        self.assertEqual(skip.reason, "no_payer")
