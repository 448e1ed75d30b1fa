# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestKeyLedger(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit()
        cls.key = cls.make_key(cls.unit, received=3)

    def move(self, kind, quantity=1, partner=None, **vals):
        return self.env["property.key.move"].create(
            {
                "key_id": self.key.id,
                "kind": kind,
                "quantity": quantity,
                "partner_id": partner and partner.id,
                **vals,
            }
        )

    def figures(self):
        key = self.key
        return key.quantity, key.quantity_out, key.quantity_available, key.quantity_lost

    def test_balance_follows_the_moves(self):
        self.assertEqual(self.figures(), (3, 0, 3, 0))
        self.move("issue", 2, self.owner)
        self.assertEqual(self.figures(), (3, 2, 1, 0))
        self.move("return", 1, self.owner)
        self.move("loss", 1, self.owner)
        self.assertEqual(self.figures(), (2, 0, 2, 1))
        self.move("loss", 1)
        self.assertEqual(self.figures(), (1, 0, 1, 2))

    def test_no_more_goes_out_than_is_there(self):
        with self.assertRaises(UserError):
            self.move("issue", 4, self.owner)
        self.move("issue", 1, self.owner)
        with self.assertRaises(UserError):
            self.move("return", 2, self.owner)
        with self.assertRaises(UserError):
            self.move("return", 1, self.neighbour)

    def test_who_has_what(self):
        self.move("issue", 2, self.owner)
        self.move("issue", 1, self.neighbour)
        self.move("return", 1, self.neighbour)
        holdings = self.env["property.key.holding"].search([("unit_id", "=", self.unit.id)])
        self.assertEqual(holdings.partner_id, self.owner)
        self.assertEqual(holdings.quantity, 2)
        self.assertEqual(self.unit.key_out_count, 2)
        context = holdings.action_return()["context"]
        self.assertEqual(context["default_quantity"], 2)

    def test_the_ledger_is_not_rewritten(self):
        move = self.move("issue", 1, self.owner)
        with self.assertRaises(UserError):
            move.quantity = 2
        move.note = "spare"

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_access(self):
        other = self.make_key(self.make_unit(building=self.other_building), "K2")
        foreign = self.make_key(self.make_unit(building=self.foreign_building), "K3")
        all_keys = self.key | other | foreign
        Key = self.env["property.key"]
        for user, expected in (
            (self.user_staff, self.key),
            (self.user_officer, self.key),
            (self.user_manager, self.key | other),
        ):
            with self.subTest(user.login):
                self.assertEqual(Key.with_user(user).search([]) & all_keys, expected)
        staff_move = (
            self.env["property.key.move"]
            .with_user(self.user_staff)
            .create({"key_id": self.key.id, "kind": "issue", "partner_id": self.owner.id})
        )
        self.assertEqual(staff_move.user_id, self.user_staff)
        with self.assertRaises(AccessError):
            staff_move.unlink()
        for model in ("property.key", "property.key.move", "property.key.holding"):
            for user in (self.user_owner, self.env.ref("base.public_user")):
                with self.subTest(model, user=user.login):
                    self.assertFalse(self.env[model].with_user(user).has_access("read"))
