# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta
from decimal import Decimal

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .charging_common import ChargingCommon


@tagged("post_install", "-at_install")
class TestPortalCharging(ChargingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls.make_meter(serial="W1")
        cls.make_reading(cls.meter, date(2026, 2, 25), 100, kind="opening")
        cls.other_unit = cls.make_unit("1301")
        cls.make_ownership(cls.other_unit, cls.neighbour)
        cls.other_meter = cls.make_meter(cls.other_unit, serial="W-SECRET")
        cls.today = fields.Date.context_today(cls.meter)

    def setUp(self):
        super().setUp()
        self.authenticate("property_owner", "property_owner")

    def open_round(self, **vals):
        record = self.env["property.meter.round"].create(
            {
                "community_id": self.community.id,
                "kind": "water",
                "read_date": self.today,
                # a resident's day may be another than that of the server
                "open_from": self.today - timedelta(days=1),
                "open_until": self.today + timedelta(days=1),
                **vals,
            }
        )
        record.action_start()
        return record

    def send(self, meter, value, **vals):
        data = {"value": value, "csrf_token": http.Request.csrf_token(self), **vals}
        return self.url_open(f"/my/meters/{meter.id}/reading", data=data)

    def test_resident_sends_a_reading_while_it_is_asked_for(self):
        self.assertIn("not asked for", self.send(self.meter, "105").text)
        self.open_round()
        page = self.url_open("/my/meters").text
        self.assertIn("What does the meter show", page)
        self.assertNotIn("W-SECRET", page)
        self.assertIn("Thank you", self.send(self.meter, "105,5").text)
        reading = self.meter.reading_ids.filtered(lambda one: one.state == "submitted")
        self.assertEqual((reading.value, reading.source), (105.5, "resident"))
        self.assertEqual(self.meter.last_value, 100)
        self.send(self.meter, "106")
        self.assertEqual(reading.value, 106)
        reading.action_confirm()
        self.assertIn("read already", self.send(self.meter, "107").text)

    def test_nobody_reads_for_somebody_else(self):
        self.open_round()
        answer = self.send(self.other_meter, "5")
        self.assertTrue(answer.url.endswith("/my"))
        self.assertFalse(self.other_meter.reading_ids.filtered("has_value"))
        self.assertEqual(
            self.url_open(f"/my/meters/{self.meter.id}/reading", data={"value": "105"}).status_code,
            400,
        )

    def test_what_is_no_reading(self):
        self.open_round()
        for value in ("abc", "-1", "NaN", "1e12", ""):
            with self.subTest(value):
                self.assertIn("Enter the number", self.send(self.meter, value).text)

    def test_prices_in_force_and_their_grounds(self):
        self.price.write({"resolution_reference": "2026-03", "service_level": "Level 2"})
        self.make_price(usage="office", unit_price=9.99, start_date=date(2099, 1, 1))
        self.assignment.service_start_date = date(2019, 1, 1)
        self.assignment.end_date = False
        reference = self.env["property.reference.price"].create(
            {
                "name": "Service 2",
                "unit_price": 2.3,
                "uom_label": "m²·month",
                "is_published": True,
                "start_date": date(2026, 1, 1),
            }
        )
        page = self.url_open("/my/prices").text
        for text in ("2.45", "2026-03", "Level 2", reference.name, "Service since"):
            self.assertIn(text, page)
        self.assertNotIn("9.99", page)
        pdf = self.url_open(f"/my/prices/{self.community.id}/pdf")
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")
        answer = self.url_open(f"/my/prices/{self.other_community.id}/pdf")
        self.assertTrue(answer.url.endswith("/my"))
        self.community.is_price_sheet_published = False
        self.assertNotIn("2.45", self.url_open("/my/prices").text)

    def test_published_shared_costs_only(self):
        pool = self.make_pool(100.0, weight_basis="equal")
        pool.action_compute()
        pool.action_approve()
        url = f"/my/shared-costs/{pool.id}"
        self.assertTrue(self.url_open(url).url.endswith("/my"))
        pool.action_publish()
        page = self.url_open(url).text
        self.assertIn("3-1-1301", page)
        self.assertIn("50.00", page)
        self.assertNotIn(self.neighbour.name, page)
        self.assertIn(pool.name, self.url_open("/my/shared-costs").text)
        foreign = self.make_pool(
            community_id=self.other_community.id,
            item_id=pool.item_id.id,
            extra_unit_ids=[Command.clear()],
        )
        self.assertTrue(self.url_open(f"/my/shared-costs/{foreign.id}").url.endswith("/my"))

    def test_reading_of_a_building_that_is_not_asked(self):
        other = self.make_building(code="8")
        self.make_meter(self.make_unit("101", building=other))
        self.open_round(building_ids=[Command.set(other.ids)])
        with self.assertRaisesRegex(UserError, "not asked for"):
            self.meter._report_reading(Decimal(105), self.today)

    def test_reference_price_of_the_next_year(self):
        price = self.env["property.reference.price"].create(
            {
                "name": "Service 2",
                "unit_price": 2.45,
                "uom_label": "m²·month",
                "start_date": date(2026, 1, 1),
                "price_change": 2,
                "wage_change": 5,
            }
        )
        action = price.action_index()
        following = self.env["property.reference.price"].browse(action["res_id"])
        self.assertEqual((following.unit_price, following.start_date), (2.54, date(2027, 1, 1)))
        self.assertEqual(price.end_date, date(2026, 12, 31))
        with self.assertRaisesRegex(UserError, "already"):
            price.action_index()
        with self.assertRaises(ValidationError):
            price.price_weight = 50
