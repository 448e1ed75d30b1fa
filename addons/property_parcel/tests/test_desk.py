# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date
from unittest.mock import patch

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ParcelCommon

DESK = "odoo.addons.property_parcel.models.property_parcel_desk"


@tagged("post_install", "-at_install")
class TestDesk(ParcelCommon):
    def setUp(self):
        super().setUp()
        self.parcels = self.env["property.parcel"].with_user(self.user_desk)

    def test_three_scans(self):
        scan = self.parcels.desk_scan(self.station.id, "]C1sf0000000000001\r")
        self.assertEqual(scan["waybill"], "SF0000000000001")
        self.assertEqual(scan["carrier_ids"], self.sf.ids)
        self.assertIs(scan["expected"], False)
        people = self.parcels.desk_propose(self.station.id, "1234")
        self.assertEqual(people[0]["unit"], self.unit.name)
        self.assertEqual(people[0]["partner_id"], self.owner.id)
        self.assertEqual(self.parcels.desk_slot(self.station.id, "small"), "A-01")
        answer = self.desk(
            waybill=scan["waybill"],
            unit_id=people[0]["unit_id"],
            partner_id=people[0]["partner_id"],
        )
        self.assertEqual((answer["slot"], answer["state"]), ("A-01", "waiting"))
        self.assertNotIn(self.owner.name, str(answer))
        self.assertEqual(answer["warnings"], [])

    def test_the_same_call_again_changes_nothing(self):
        first = self.desk(key="k1", waybill="SF0000000000001", text="1203")
        again = self.desk(key="k1", waybill="SF0000000000001", text="1203")
        self.assertEqual(first["id"], again["id"])
        self.assertTrue(again["repeated"])
        self.assertEqual(len(self.parcels.search([("waybill", "=", "SF0000000000001")])), 1)
        with self.assertRaisesRegex(UserError, "register already"):
            self.desk(key="k2", waybill="SF0000000000001", text="1203")

    def test_bad_scans(self):
        for text, words in (
            ("", "Nothing was scanned"),
            ("#%&!", "no waybill number"),
            ("SF12", "only a part"),
            ("SF123456789", "only a part"),
            ("ZZ123456789012", "no courier company"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, words):
                self.desk(waybill=text, text="1203")
        with self.assertRaisesRegex(UserError, "no unit and nobody"):
            self.desk(waybill="SF0000000000001", text="9-9-9999")
        self.assertFalse(self.parcels.search([("waybill", "=like", "SF%")]))

    def test_known_waybill_is_told_at_the_scan(self):
        self.make_parcel(5)
        scan = self.parcels.desk_scan(self.station.id, "SF0000000000005")
        self.assertIn("register already", scan["problem"])

    def test_announced_parcel_is_taken_in(self):
        parcel = self.make_parcel(6, check_in=False)
        answer = self.desk(waybill="SF0000000000006")
        self.assertEqual(answer["id"], parcel.id)
        self.assertEqual(parcel.state, "waiting")

    def test_addressee_who_moved_away(self):
        tenant = self.make_partner("Chen Old", phone="13700009999")
        self.make_occupancy(self.unit2, tenant, role="tenant", end_date=date(2024, 6, 30))
        answer = self.desk(waybill="SF0000000000001", unit_id=self.unit2.id, partner_id=tenant.id)
        self.assertIn("no longer lives", " ".join(answer["warnings"]))
        self.assertTrue(self.parcels.browse(answer["id"]).moved_away)
        self.assertFalse(self.parcels.desk_propose(self.station.id, "9999"))

    def test_licence(self):
        self.sf.licence_end_date = date(2020, 1, 1)
        answer = self.desk(waybill="SF0000000000001", text="1203")
        self.assertIn("no valid licence", " ".join(answer["warnings"]))
        self.set_parameter("parcel_licence_policy", "block")
        with self.assertRaisesRegex(UserError, "no valid licence"):
            self.desk(waybill="SF0000000000002", text="1203")

    def test_no_sorting_in_the_open(self):
        self.station.is_indoor = False
        with self.assertRaisesRegex(UserError, "outdoors"):
            self.desk(waybill="SF0000000000001", text="1203")

    def test_slot_by_scan(self):
        answer = self.desk(waybill="SF0000000000001", text="1203", slot="b-01")
        self.assertEqual(answer["slot"], "B-01")
        with self.assertRaisesRegex(UserError, "has no place"):
            self.desk(waybill="SF0000000000002", text="1203", slot="X-99")

    def test_large_parcels_and_full_shelves(self):
        self.assertEqual(
            self.desk(waybill="SF0000000000001", text="1203", size="large")["slot"], "B-01"
        )
        answer = self.desk(waybill="SF0000000000002", text="1203", size="huge")
        self.assertEqual(answer["slot"], "")
        self.assertIn("No place", " ".join(answer["warnings"]))

    def test_find(self):
        parcel = self.make_parcel()
        other = self.make_parcel(2)
        found = self.parcels.desk_find(self.station.id, parcel.pickup_code_text)
        self.assertTrue(found["by_code"])
        self.assertEqual([one["id"] for one in found["parcels"]], parcel.ids)
        self.assertEqual([one["id"] for one in found["neighbours"]], other.ids)
        by_tail = self.parcels.desk_find(self.station.id, "1234")
        self.assertFalse(by_tail["by_code"])
        self.assertEqual(len(by_tail["parcels"]), 2)

    def test_codes_are_not_guessed_in_bulk(self):
        for _number in range(20):
            self.env["property.parcel.attempt"].create(
                {"scope": f"station:{self.station.id}:{self.user_desk.id}"}
            )
        with self.assertRaisesRegex(UserError, "Too many wrong codes"):
            self.parcels.desk_find(self.station.id, "736251")

    def bulk(self, rows, batch=""):
        return self.parcels.desk_bulk(self.station.id, False, rows, batch)

    def test_bulk_reports_each_bad_line(self):
        self.make_parcel(5)
        rows = [
            {"waybill": "SF0000000000001", "addressee": "3-1-1203"},
            {"waybill": "SF0000000000001", "addressee": "3-1-1203"},
            {"waybill": "SF0000000000005", "addressee": "3-1-1203"},
            {"waybill": "SF00000", "addressee": "3-1-1203"},
            {"waybill": "SF0000000000002", "addressee": "9-9-9999"},
            {"waybill": "YT0000000000003", "addressee": "Sun Unknown"},
            {"waybill": "SF0000000000004", "addressee": "5678", "size": "large"},
        ]
        results = self.bulk(rows, "b1")
        self.assertEqual([one["ok"] for one in results], [True] + [False] * 4 + [True] * 2)
        words = ("twice", "register already", "only a part", "no unit")
        for result, word in zip(results[1:5], words, strict=True):
            self.assertIn(word, result["message"])
        self.assertEqual([one["line"] for one in results], list(range(1, 8)))
        self.assertEqual(self.parcels.browse(results[6]["id"]).partner_id, self.wife)
        self.assertEqual(self.parcels.browse(results[5]["id"]).addressee_name, "Sun Unknown")
        again = self.bulk(rows, "b1")
        self.assertFalse([one for one in again if one["ok"]])

    def test_bulk_from_a_file(self):
        book = openpyxl.Workbook()
        for row in (["运单", "收件人", "大小"], ["SF0000000000001", "1203", "大件"], ["", "", ""]):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        wizard = (
            self.env["property.parcel.bulk"]
            .with_user(self.user_desk)
            .create(
                {
                    "station_id": self.station.id,
                    "file": base64.b64encode(stream.getvalue()),
                    "text": "YT0000000000002, Wang Xiaoming\nnoise!!",
                }
            )
        )
        wizard.action_take_in()
        self.assertEqual((wizard.done_count, wizard.error_count), (2, 1))
        self.assertEqual(
            wizard.parcel_ids.filtered(lambda one: one.size == "large").unit_id, self.unit
        )

    def test_bulk_uses_few_queries(self):
        def rows(first, count):
            return [
                {"waybill": f"SF{number:013d}", "addressee": "1203"}
                for number in range(first, first + count)
            ]

        self.bulk(rows(1, 1))
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.bulk(rows(100, 20))
        self.env.flush_all()
        twenty = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        self.bulk(rows(200, 40))
        self.env.flush_all()
        forty = self.env.cr.sql_log_count - before
        self.assertLess(forty - twenty, 60, f"{twenty} queries for 20, {forty} for 40")

    def test_directory_comes_in_pages(self):
        self.assertNotIn("directory", self.parcels.desk_load(self.station.id))
        with patch(f"{DESK}.DIRECTORY_PAGE", 1):
            rows, after = [], 0
            while True:
                page = self.parcels.desk_directory(self.station.id, after)
                rows += page["rows"]
                after = page["next"]
                if not after:
                    break
        self.assertIn([self.unit.id, self.unit.name, self.owner.id, self.owner.name, "1234"], rows)
        whole = self.parcels.desk_directory(self.station.id)
        self.assertEqual(sorted(map(str, rows)), sorted(map(str, whole["rows"])))
        self.assertNotIn(self.owner.phone, str(rows))

    def propose(self, text):
        found = self.parcels.desk_propose(self.station.id, text)
        return {one["partner_id"] for one in found}

    def test_a_typed_addressee_is_looked_up_however_it_is_written(self):
        name = self.unit.name
        plain = name.replace("-", "")
        for text in (name, plain, f"{name}室", "1203", "Xiaoming", "wang 1203", "13800001234"):
            with self.subTest(text=text):
                self.assertIn(self.owner.id, self.propose(text))
        self.owner.name = "王小明"
        for text in ("王小明", "王*明", "王**", "小明"):
            with self.subTest(text=text):
                self.assertIn(self.owner.id, self.propose(text))
        for text in ("%", "_", "'", "9-9-9999", "1204 王"):
            with self.subTest(text=text):
                self.assertNotIn(self.owner.id, self.propose(text))

    def test_an_announced_parcel_for_somebody_else(self):
        parcel = self.make_parcel(6, check_in=False)
        answer = self.desk(waybill="SF0000000000006", name="Sun Unknown", key="k6")
        self.assertEqual(answer["id"], parcel.id)
        self.assertFalse(parcel.partner_id)
        self.assertFalse(parcel.unit_id)
        self.assertEqual(parcel.addressee_name, "Sun Unknown")
        self.assertTrue(self.desk(waybill="SF0000000000006", key="k6")["repeated"])

    def test_enquiry_shows_what_became_of_a_parcel(self):
        parcel = self.make_parcel(7)
        parcel.action_collect(code=parcel.pickup_code)
        (found,) = self.parcels.desk_trace(self.station.id, "00000007")
        self.assertEqual(found["state"], "collected")
        self.assertEqual(len(found["trail"]), 3)
        self.assertNotIn(self.owner.name, str(found))
        self.assertTrue(self.parcels.desk_trace(self.station.id, self.unit.name))
        with self.assertRaisesRegex(UserError, "three characters"):
            self.parcels.desk_trace(self.station.id, "1")

    def test_check_in_takes_few_queries(self):
        self.desk(waybill="SF0000000000001", unit_id=self.unit.id, partner_id=self.owner.id)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.desk(waybill="SF0000000000002", unit_id=self.unit.id, partner_id=self.owner.id)
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 110)
