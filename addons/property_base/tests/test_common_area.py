# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestCommonArea(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.community.resource_calendar_id.tz = "Asia/Shanghai"
        cls.hall = cls.env["property.common.area"].create(
            {
                "name": "Hall",
                "kind": "function_room",
                "community_id": cls.community.id,
                "building_id": cls.building.id,
                "is_bookable": True,
                "capacity": 20,
                "hour_price": 30,
            }
        )

    def book(self, start=2, end=4, **vals):
        """Book the hall on 3 March 2026, hours in UTC (10:00 in Shanghai is 2:00)."""
        return self.env["property.facility.booking"].create(
            {
                "area_id": self.hall.id,
                "partner_id": self.owner.id,
                "start_at": datetime(2026, 3, 3, start),
                "end_at": datetime(2026, 3, 3, end),
                **vals,
            }
        )

    def test_price_is_kept_once_confirmed(self):
        booking = self.book(2, 4)
        self.assertEqual(booking.amount, 60)
        booking.action_confirm()
        self.hall.hour_price = 50
        self.assertEqual(booking.amount, 60)
        booking.action_done()
        self.assertEqual(booking.state, "done")
        with self.assertRaisesRegex(UserError, "moved on already"):
            booking.action_cancel()

    @mute_logger("odoo.sql_db")
    def test_two_bookings_never_overlap(self):
        booking = self.book(2, 4)
        self.book(4, 5)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.book(3, 6)
        booking.action_cancel()
        self.book(2, 4)

    def test_rules_of_the_facility(self):
        for vals, message in [
            ({"start": 13, "end": 15}, "open from 08:00 to 22:00"),
            ({"attendee_count": 21}, "20 persons at most"),
            ({"unit_id": self.make_unit(building=self.other_building).id}, "is not in"),
        ]:
            refused = self.assertRaisesRegex(ValidationError, message)
            with self.subTest(vals=vals), refused, self.env.cr.savepoint():
                self.book(**vals)
        self.hall.is_bookable = False
        with self.assertRaisesRegex(ValidationError, "cannot be booked"):
            self.book()

    def test_building_belongs_to_the_community(self):
        with self.assertRaisesRegex(ValidationError, "choose a building"):
            self.hall.building_id = self.other_building

    def test_scope(self):
        booking = self.book()
        other = self.hall.copy(
            {"community_id": self.other_community.id, "building_id": False, "name": "Theirs"}
        )
        for record in (self.hall, booking):
            self.assertTrue(record.with_user(self.user_staff).has_access("read"))
        self.assertFalse(other.with_user(self.user_staff).has_access("read"))
        self.assertTrue(other.with_user(self.user_manager).has_access("read"))
        booking.with_user(self.user_staff).action_confirm()
        with self.assertRaises(AccessError):
            self.hall.with_user(self.user_staff).name = "x"
        with self.assertRaises(AccessError):
            booking.with_user(self.user_owner).read(["state"])
