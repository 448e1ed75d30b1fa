# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.property_parcel.tests.common import ParcelCommon


@tagged("post_install", "-at_install")
class TestMoney(ParcelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.env["account.account"]
        income = accounts.search(
            [("account_type", "=", "income"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls.transit = accounts.create(
            {"name": "Money of couriers", "code": "224199", "account_type": "liability_current"}
        )
        cls.cash = cls.env["account.journal"].search(
            [("type", "=", "cash"), ("company_id", "=", cls.company.id)], limit=1
        ) or cls.env["account.journal"].create({"name": "Cash", "code": "PCSH", "type": "cash"})
        product = cls.env["product.product"].create(
            {
                "name": "Storage",
                "type": "service",
                "property_account_income_id": income.id,
                "taxes_id": [],
            }
        )
        cls.station.write(
            {
                "storage_day_fee": 0.5,
                "storage_cap_fee": 5,
                "storage_product_id": product.id,
                "cod_journal_id": cls.cash.id,
                "cod_account_id": cls.transit.id,
            }
        )
        cls.sf.partner_id = cls.make_partner("SF Express Ltd.", is_company=True)

    def collect_after(self, days, **vals):
        with freeze_time("2026-03-02 02:00:00"):
            parcel = self.make_parcel(**vals)
        with freeze_time(f"2026-03-{2 + days:02} 02:00:00"):
            parcel.invalidate_recordset()
            parcel.with_user(self.user_desk).action_collect(code=parcel.pickup_code)
        return parcel

    def test_storage_is_invoiced_once(self):
        parcel = self.collect_after(7)
        invoice = parcel.storage_invoice_id
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 2.0))
        self.assertEqual(invoice.partner_id, self.owner)
        self.assertEqual(invoice.property_unit_id, self.unit)
        self.assertEqual(parcel._invoice_storage(), invoice)
        self.assertEqual(parcel.storage_fee, 2.0)

    def test_free_days_cap_and_waiver(self):
        self.assertFalse(self.collect_after(3).storage_invoice_id)
        self.assertEqual(self.collect_after(28, number=2).storage_fee, 5.0)
        waived = self.make_parcel(3)
        waived.storage_waived = True
        waived.action_collect(code=waived.pickup_code)
        self.assertFalse(waived.storage_invoice_id)

    def test_a_holiday_costs_nothing(self):
        self.env["property.parcel.hold"].create(
            {
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "start_date": "2026-03-03",
                "end_date": "2026-03-20",
            }
        )
        self.assertFalse(self.collect_after(20).storage_invoice_id)

    def balance(self):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.transit.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))

    def test_money_passes_through(self):
        parcel = self.make_parcel(cod_amount=88)
        parcel.with_user(self.user_desk).action_collect(code=parcel.pickup_code, cod_received=88)
        self.assertEqual(parcel.cod_move_id.state, "posted")
        self.assertEqual(self.balance(), -88)
        line = parcel.cod_move_id.line_ids.filtered(lambda one: one.account_id == self.transit)
        self.assertEqual(line.partner_id, self.sf.partner_id)
        settlement = (
            self.env["property.parcel.settlement"]
            .with_user(self.user_desk)
            .create({"community_id": self.community.id, "carrier_id": self.sf.id})
        )
        settlement.action_fill()
        settlement.received_by = "Liu"
        settlement.action_hand_on()
        self.assertEqual(self.balance(), 0)
        with self.assertRaises(UserError):
            settlement.action_hand_on()
        self.assertEqual(len(settlement.sudo().move_ids), 1)

    def test_without_accounts_money_is_not_handed_on(self):
        self.station.cod_account_id = False
        parcel = self.make_parcel(cod_amount=10)
        parcel.action_collect(code=parcel.pickup_code, cod_received=10)
        self.assertFalse(parcel.cod_move_id)
        settlement = self.env["property.parcel.settlement"].create(
            {"community_id": self.community.id, "carrier_id": self.sf.id, "received_by": "Liu"}
        )
        settlement.action_fill()
        with self.assertRaisesRegex(UserError, "pass-through"), self.cr.savepoint():
            settlement.action_hand_on()
        self.station.cod_account_id = self.transit
        settlement.action_hand_on()
        self.assertEqual(self.balance(), 0)
