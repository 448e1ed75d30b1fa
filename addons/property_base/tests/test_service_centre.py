# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import ValidationError
from odoo.tests import mute_logger

from .common import PropertyCommon


class TestServiceCentre(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Every day",
                "tz": "Asia/Shanghai",
                "attendance_ids": [(5,)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                        },
                    )
                    for day in range(7)
                    for start, stop in ((8, 12), (13.5, 18))
                ],
            }
        )
        cls.centre = cls.env["property.service.centre"].create(
            {
                "name": "Front Desk",
                "community_ids": cls.community.ids,
                "phone_office": "0571-1",
                "phone_other": "0571-2",
                "resource_calendar_id": calendar.id,
            }
        )

    def duty(self, start, stop, user=None):
        return self.env["property.duty"].create(
            {
                "centre_id": self.centre.id,
                "user_id": (user or self.user_staff).id,
                "start_at": start,
                "end_at": stop,
            }
        )

    def test_hours_are_those_of_the_calendar_zone(self):
        # 08:00 in Shanghai is 00:00 UTC
        cases = {
            datetime(2026, 3, 1, 23, 59, 59): False,
            datetime(2026, 3, 2, 0, 0): True,
            datetime(2026, 3, 2, 3, 59): True,
            datetime(2026, 3, 2, 4, 30): False,
            datetime(2026, 3, 2, 5, 30): True,
            datetime(2026, 3, 2, 10, 0): False,
        }
        for now, is_open in cases.items():
            with self.subTest(now=now):
                self.assertEqual(self.centre._is_open(now), is_open)
                phone = "0571-1" if is_open else "0571-2"
                self.assertEqual(self.centre._get_phone(now), phone)

    def test_opening_hours_read_as_people_write_them(self):
        lines = self.centre.with_context(lang="en_US")._get_opening_lines()
        self.assertEqual(lines, [("Monday - Sunday", "08:00 - 12:00, 13:30 - 18:00")])

    def test_one_is_on_duty_at_a_time(self):
        self.duty("2026-03-02 10:00:00", "2026-03-02 16:00:00")
        night = self.duty("2026-03-02 16:00:00", "2026-03-03 00:00:00", self.user_officer)
        self.assertEqual(self.centre._get_on_duty(datetime(2026, 3, 2, 15, 59)), self.user_staff)
        self.assertEqual(self.centre._get_on_duty(datetime(2026, 3, 2, 16, 0)), self.user_officer)
        self.assertFalse(self.centre._get_on_duty(datetime(2026, 3, 3, 0, 0)))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.duty("2026-03-02 12:00:00", "2026-03-02 17:00:00", night.user_id)

    def test_leader_is_a_willing_resident_and_the_only_one(self):
        unit = self.make_unit()
        self.make_ownership(unit, self.owner)
        self.make_ownership(self.make_unit("1204"), self.neighbour)
        Leader = self.env["property.resident.leader"]
        vals = {"building_id": self.building.id, "partner_id": self.owner.id, "is_willing": True}
        with self.assertRaises(ValidationError):
            Leader.create({**vals, "is_willing": False})
        with self.assertRaises(ValidationError):
            Leader.create({**vals, "partner_id": self.make_partner().id})
        leader = Leader.create({**vals, "start_date": "2024-01-01"})
        Leader.create({**vals, "entrance_id": unit.entrance_id.id, "start_date": "2024-01-01"})
        second = {**vals, "partner_id": self.neighbour.id, "start_date": "2025-01-01"}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            Leader.create(second)
        leader.end_date = "2024-12-31"
        self.assertTrue(Leader.create(second).is_current)
