# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestMoveFlow(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit()
        cls.upstairs = cls.make_unit("1304")
        cls.make_ownership(cls.unit, cls.owner)

    def make_move(self, unit=None, hour=9, **vals):
        return self.env["property.move"].create(
            {
                "unit_id": (unit or self.unit).id,
                "partner_id": self.owner.id,
                "start_at": datetime(2025, 7, 1, hour),
                "guide_id": self.user_staff.id,
                **vals,
            }
        )

    @mute_logger("odoo.sql_db")
    def test_a_lift_is_promised_once(self):
        move = self.make_move()
        self.assertEqual(move.end_at, datetime(2025, 7, 1, 11))
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_move(self.upstairs, hour=10)
        self.make_move(self.upstairs, hour=11)  # the next begins when the first ends
        self.make_move(self.upstairs, hour=9, lift_number="2")
        self.make_move(self.upstairs, hour=9, is_lift_reserved=False)
        self.make_move(self.make_unit("101", entrance="2"), hour=9)

    @mute_logger("odoo.sql_db")
    def test_buildings_without_entrance_are_kept_apart(self):
        first = self.make_unit("S1", entrance=False)
        self.make_move(first)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_move(self.make_unit("S2", entrance=False), hour=10)

    def test_calling_off_frees_the_lift(self):
        move = self.make_move()
        move.action_cancel()
        move.flush_recordset()
        self.make_move(self.upstairs, hour=10)

    def test_move_in(self):
        move = self.make_move(guide_id=False)
        with self.assertRaisesRegex(UserError, "who guides"):
            move.action_confirm()
        move.guide_id = self.user_staff
        move.action_confirm()
        with self.assertRaises(UserError):
            move.action_release()
        move.action_start()
        move.action_done()
        self.assertEqual(move.state, "done")
        with self.assertRaises(UserError):
            move.action_cancel()
        with self.assertRaises(UserError):
            move.unlink()

    def test_goods_leave_with_a_slip(self):
        move = self.make_move(direction="out")
        move.action_confirm()
        with self.assertRaisesRegex(UserError, "no goods"):
            move.action_release()
        move.goods_ids = [Command.create({"name": "Sofa"})]
        move.action_start()
        with self.assertRaisesRegex(UserError, "release slip"):
            move.action_done()
        move.action_release()
        self.assertTrue(move.release_number)
        with self.assertRaises(UserError):
            move.goods_ids = [Command.create({"name": "Safe"})]
        with self.assertRaises(UserError):
            move.action_release()
        move.action_done()

    def test_staff_run_moves_of_their_community(self):
        move = self.make_move(self.unit)
        other = self.make_move(self.make_unit(building=self.other_building))
        Move = self.env["property.move"]
        self.assertEqual(Move.with_user(self.user_staff).search([]) & (move | other), move)
        self.assertEqual(
            Move.with_user(self.user_manager).search([]) & (move | other), move | other
        )
        self.assertFalse(Move.with_user(self.user_owner).has_access("read"))
        move.with_user(self.user_staff).action_confirm()
        self.assertEqual(move.state, "confirmed")
        self.assertFalse(Move.with_user(self.user_staff).has_access("unlink"))
