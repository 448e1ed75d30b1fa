# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestAccess(ParcelCommon):
    def can(self, user, operation, record):
        return record.with_user(user).has_access(operation)

    def test_roles(self):
        parcel = self.make_parcel()
        table = {
            self.user_staff: (True, False, False),
            self.user_desk: (True, True, False),
            self.user_officer: (True, True, True),
            self.user_manager: (True, True, True),
            self.user_owner: (True, False, False),
            self.user_neighbour: (False, False, False),
        }
        for user, wanted in table.items():
            with self.subTest(user=user.login):
                got = tuple(self.can(user, one, parcel) for one in ("read", "write", "unlink"))
                self.assertEqual(got, wanted)

    def test_staff_see_masked_addressees(self):
        parcel = self.make_parcel(phone="13912345678")
        row = parcel.with_user(self.user_staff).read(["addressee", "phone_tail"])[0]
        self.assertEqual((row["addressee"], row["phone_tail"]), ("W**", "5678"))
        for name in ("partner_id", "pickup_code", "phone"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                parcel.with_user(self.user_staff).read([name])
        self.assertEqual(
            parcel.with_user(self.user_desk).read(["phone"])[0]["phone"], "139****5678"
        )

    def test_communities_stay_apart(self):
        far = self.make_station(community_id=self.other_community.id)
        parcel = self.make_parcel(station_id=far.id, unit_id=False)
        self.assertFalse(self.can(self.user_desk, "read", parcel))
        self.assertTrue(self.can(self.user_manager, "read", parcel))
        with self.assertRaises(AccessError):
            self.env["property.parcel"].with_user(self.user_desk).desk_find(far.id, "1203")

    def test_residents_lose_sight_the_day_they_leave(self):
        parcel = self.make_parcel()
        self.assertTrue(self.can(self.user_owner, "read", parcel))
        self.unit._set_owners(
            self.env["property.parcel"]._fields["checked_in_at"].now().date(),
            [(self.neighbour, 1, 1, True)],
        )
        self.env.invalidate_all()
        self.assertFalse(self.can(self.user_owner, "read", parcel))

    def test_exports_are_logged(self):
        self.user_desk.group_ids += self.env.ref("base.group_allow_export")
        self.make_parcel().with_user(self.user_desk).export_data(["name", "waybill"])
        log = self.env["property.parcel.export.log"].search([], limit=1)
        self.assertEqual((log.user_id, log.record_count), (self.user_desk, 1))
