# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date

import openpyxl
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .charging_common import ChargingCommon


@tagged("post_install", "-at_install")
class TestMeter(ChargingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls.make_meter(serial="W1")
        cls.make_reading(cls.meter, date(2026, 2, 25), 100, kind="opening")

    def test_consumption_is_billed_once(self):
        self.make_water()
        self.make_reading(self.meter, date(2026, 3, 25), 112.5)
        run = self.compute()
        self.assert_charges(
            run, [(self.unit, self.owner, date(2026, 2, 26), date(2026, 3, 25), 35.0)]
        )
        charge = run.charge_ids
        self.assertEqual((charge.res_model, charge.quantity), ("property.meter", 12.5))
        self.assertEqual(
            charge.trace,
            "100 (2026-02-25) → 112.5 (2026-03-25) = 12.5 m³\n12.5 m³ × 2.8 CNY/m³ = 35.00",
        )
        run.action_post()
        self.assertEqual(charge.invoice_id.property_unit_id, self.unit)
        again = self.compute()
        self.assertFalse(again.charge_ids)
        self.assertEqual(again.skip_ids.reason, "billed")

    def test_steps_are_shown(self):
        self.make_water(steps=((10, 3.5), (20, 5)))
        self.make_reading(self.meter, date(2026, 3, 25), 125)
        charge = self.compute().charge_ids
        self.assertEqual(charge.amount, 88.0)
        self.assertIn("(10 m³ × 2.8 + 10 m³ × 3.5 + 5 m³ × 5) CNY = 88.00", charge.trace)
        self.assertIn("above 10", self.water_price.price_label)

    def test_yearly_steps_count_the_months_before(self):
        self.make_water(steps=((10, 3.5),), ladder="year")
        self.make_reading(self.meter, date(2026, 3, 25), 108)
        self.make_reading(self.meter, date(2026, 4, 25), 116)
        run = self.compute()
        run.action_post()
        april = self.compute(start=date(2026, 4, 1), end=date(2026, 4, 30))
        self.assertEqual(run.charge_ids.amount, 22.4)
        self.assertEqual(april.charge_ids.amount, 2 * 2.8 + 6 * 3.5)

    def test_exchange_in_the_period_and_multiplier(self):
        self.make_water()
        self.make_reading(
            self.meter,
            date(2026, 3, 10),
            105,
            kind="exchange",
            new_value=2,
            new_serial="W2",
            multiplier=10,
        )
        self.assertEqual((self.meter.serial, self.meter.multiplier), ("W2", 10))
        self.make_reading(self.meter, date(2026, 3, 25), 2.5)
        charge = self.compute().charge_ids
        self.assertEqual((charge.quantity, charge.amount), (10.0, 28.0))
        self.assertIn("2 (2026-03-10) → 2.5 (2026-03-25) × 10 = 5 m³", charge.trace)

    def test_seller_and_buyer_with_and_without_a_reading(self):
        self.make_water()
        self.unit._set_owners(date(2026, 3, 12), [(self.neighbour, 1, 1, True)])
        self.make_reading(self.meter, date(2026, 3, 25), 128)
        run = self.compute()
        self.assert_charges(
            run,
            [
                (self.unit, self.owner, date(2026, 2, 26), date(2026, 3, 11), 39.2),
                (self.unit, self.neighbour, date(2026, 3, 12), date(2026, 3, 25), 39.2),
            ],
        )
        self.assertIn("14/28 days", run.charge_ids[0].trace)
        self.make_reading(self.meter, date(2026, 3, 11), 103)
        run.action_compute()
        self.assertEqual(run.charge_ids.sorted("period_start").mapped("amount"), [8.4, 70.0])

    def test_what_cannot_be_is_refused(self):
        refused = self.assertRaisesRegex(ValidationError, "below the reading before")
        with refused, self.cr.savepoint():
            self.make_reading(self.meter, date(2026, 3, 25), 99)
        self.make_reading(self.meter, date(2026, 3, 26), 2, passed_zero=True)
        self.assertEqual(self.meter.reading_ids[0].consumption, 99902)
        with refused, self.cr.savepoint():
            self.make_reading(self.meter, date(2026, 2, 1), 101)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_reading(self.meter, date(2026, 2, 25), 100)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_meter(kind="gas", multiplier=0)

    def test_unusual_readings_want_a_word(self):
        self.make_reading(self.meter, date(2026, 3, 25), 110)
        for value, doubt in ((160, "high"), (110, "zero"), (110.5, "low")):
            with self.subTest(doubt):
                reading = self.make_reading(
                    self.meter, date(2026, 4, 25), value, state="draft", has_value=True
                )
                self.assertEqual(reading.doubt, doubt)
                with self.assertRaisesRegex(UserError, "note why"):
                    reading.action_confirm()
                reading.note = "Checked"
                reading.action_confirm()
                reading.action_reject()
        self.assertEqual(self.meter.last_value, 110)

    def test_billed_reading_is_frozen(self):
        self.make_water()
        reading = self.make_reading(self.meter, date(2026, 3, 25), 110)
        run = self.compute()
        run.action_post()
        for one in self.meter.reading_ids:
            with self.assertRaisesRegex(UserError, "billed"):
                one.value = 90
            with self.assertRaisesRegex(UserError, "billed"):
                one.unlink()
        run.action_cancel()
        reading.invalidate_recordset()
        reading.value = 111

    def test_a_reading_that_came_late_is_listed_and_billed(self):
        self.make_water()
        late = self.make_meter(self.make_unit("1305"))
        self.make_ownership(late.unit_id, self.owner)
        self.make_reading(late, date(2026, 2, 28), 10, kind="opening")
        self.make_reading(self.meter, date(2026, 3, 31), 130)
        run = self.compute()
        run.action_post()
        self.assertEqual(run.charge_ids.res_id, self.meter.id)
        reading = self.make_reading(late, date(2026, 3, 31), 15)
        self.make_reading(late, date(2026, 4, 30), 19)
        readings = self.env["property.meter.reading"]
        self.assertEqual(readings.search([("is_late", "=", True)]), reading)
        self.assertTrue(reading.is_late)
        self.assertNotIn(reading, readings.search([("is_late", "=", False)]))
        with self.assertRaisesRegex(UserError, "are billed"):
            (late.reading_ids - reading).action_bill_late()
        action = late.reading_ids.action_bill_late()
        again = self.env["property.fee.run"].browse(action["res_id"])
        self.assertEqual(again.charge_ids.mapped("res_id"), [late.id])
        self.assertEqual(again.charge_ids.amount, 14.0)
        again.action_post()
        readings.invalidate_model()
        self.assertFalse(readings.search([("is_late", "=", True)]))

    def test_unread_meter_is_a_problem(self):
        self.make_water()
        run = self.compute()
        self.assertEqual(run.skip_ids.mapped("reason"), ["no_reading"])
        self.assertEqual(run.problem_count, 1)

    def test_assignment_of_one_unit_holds_for_its_meters(self):
        item = self.make_water()
        self.make_assignment(item, unit_id=self.unit.id, override_price=1.0)
        other = self.make_unit("1301")
        self.make_ownership(other, self.neighbour)
        meter = self.make_meter(other)
        self.make_reading(meter, date(2026, 2, 25), 0)
        self.make_reading(meter, date(2026, 3, 25), 10)
        self.make_reading(self.meter, date(2026, 3, 25), 110)
        run = self.compute()
        self.assertEqual(
            {charge.unit_id: charge.amount for charge in run.charge_ids},
            {self.unit: 10.0, other: 28.0},
        )

    def test_round_lists_meters_and_confirms_what_is_usual(self):
        self.make_reading(self.meter, date(2026, 3, 25), 110)
        other = self.make_meter(self.make_unit("1301"))
        common = self.make_meter(unit_id=False, community_id=self.community.id, place="Roof")
        record = self.env["property.meter.round"].create(
            {"community_id": self.community.id, "kind": "water", "read_date": date(2026, 4, 25)}
        )
        record.action_start()
        self.assertEqual(record.reading_ids.meter_id, self.meter | other | common)
        mine = record.reading_ids.filtered(lambda one: one.meter_id == self.meter)
        mine.value = 300
        record.reading_ids.filtered(lambda one: one.meter_id == other).value = 5
        record.action_confirm_plain()
        self.assertEqual((record.done_count, record.doubt_count), (1, 1))
        with self.assertRaisesRegex(UserError, "not confirmed"):
            record.action_close()
        mine.note = "Leak"
        mine.action_confirm()
        record.action_close()
        self.assertEqual((record.state, record.reading_count), ("done", 2))
        with self.assertRaises(UserError):
            record.state = "open"

    def test_handover_brings_its_readings(self):
        handover = self.make_handover(self.unit, self.owner)
        handover.reading_ids.unlink()
        self.env["property.handover.reading"].create(
            [
                {
                    "handover_id": handover.id,
                    "kind": kind,
                    "meter_number": number,
                    "value": value,
                    "read_at": "2026-03-11 02:00:00",
                }
                for kind, number, value in (("water", "W1", 104), ("power", "P1", 7))
            ]
        )
        handover._on_done()
        handover._on_done()
        power = self.unit.meter_ids - self.meter
        self.assertEqual((power.kind, power.serial, power.reading_count), ("power", "P1", 1))
        self.assertEqual((self.meter.last_value, self.meter.reading_count), (104, 2))

    def book(self, rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return base64.b64encode(buffer.getvalue())

    def load(self, rows, **vals):
        wizard = self.env["property.meter.import"].create(
            {
                "community_id": self.community.id,
                "kind": "water",
                "read_date": date(2026, 3, 25),
                "data_file": self.book(rows),
                "filename": "readings.xlsx",
                **vals,
            }
        )
        wizard.action_import()
        return wizard

    def test_import_takes_refuses_and_repeats(self):
        self.make_unit("1301")
        rows = [
            ["房号", "表号", "本期读数", "日期"],
            ["3-1-1203", "W1", 110, None],
            ["3-1-1301", None, 5, "2026/3/25"],
            ["3-1-9999", None, 5, None],
            ["3-1-1203", None, "abc", None],
            ["3-1-1203", None, 3, "2026-04-25"],
            ["3-1-1203", None, 120, "soon"],
            [None, "=cmd", 3, None],
            ["3-1-1203", None, None, None],
        ]
        wizard = self.load(rows)
        self.assertEqual((wizard.taken_count, wizard.error_count), (1, 6))
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.error_file)))
        found = [row for row in book.active.iter_rows(min_row=2, values_only=True)]
        self.assertEqual([int(row[0]) for row in found], [3, 4, 5, 6, 7, 8])
        wizard = self.load(rows, creates_meters=True)
        self.assertEqual((wizard.taken_count, wizard.same_count, wizard.error_count), (1, 1, 5))
        wizard = self.load(rows, creates_meters=True)
        self.assertEqual((wizard.taken_count, wizard.same_count), (0, 2))
        self.assertEqual(self.meter.last_value, 110)

    def test_import_refuses_what_is_no_table(self):
        with self.assertRaisesRegex(UserError, "No table"):
            self.load([["a", "b"], [1, 2]])
        wizard = self.env["property.meter.import"].create({"community_id": self.community.id})
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizard.action_import()
        wizard.write({"data_file": base64.b64encode(b"<html>"), "filename": "x.xlsx"})
        with self.assertRaises(UserError):
            wizard.action_import()
