# SPDX-License-Identifier: LGPL-3.0-or-later
import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestDispatch(WorkorderCommon):
    def test_automatic_by_load_with_the_reason(self):
        self.team.dispatch = "auto"
        first, second = self.make_order(), self.make_order(building_id=False)
        first.action_accept()
        second.action_accept()
        self.assertEqual(
            {first.technician_id, second.technician_id}, {self.tech_user, self.tech_user2}
        )
        self.assertIn("open orders", second.assignment_ids.reason)
        self.assertEqual(first.assignment_ids.kind, "auto")

    def test_certificate_and_skill(self):
        kind = self.env.ref("property_workorder.property_certificate_kind_electrician")
        electric = self.env.ref("property_workorder.property_technician_skill_electric")
        self.tech.skill_ids = [Command.link(electric.id)]
        self.tech2.skill_ids = [Command.link(electric.id)]
        self.env["property.technician.certificate"].create(
            [
                {"technician_id": self.tech.id, "kind_id": kind.id, "valid_until": "2020-01-01"},
                {"technician_id": self.tech2.id, "kind_id": kind.id},
            ]
        )
        order = self.make_order(category_id=self.lamp.id)
        order.action_accept()
        with self.assertRaises(UserError):
            order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        with self.assertRaises(UserError):
            order.with_user(self.tech_user).action_grab()
        order.with_user(self.dispatcher).action_dispatch()
        self.assertEqual(order.technician_id, self.tech_user2)

    def test_nobody_can_and_the_reason_is_kept(self):
        self.team.dispatch = "auto"
        (self.tech | self.tech2).write({"roster": "shift"})
        order = self.make_order()
        order.action_accept()
        self.assertFalse(order.technician_id)
        self.assertEqual(order.assignment_ids.kind, "nobody")
        self.assertIn("not on duty", order.assignment_ids.reason)
        self.assertIn(self.dispatcher, order.activity_ids.user_id)

    def test_zone(self):
        self.team.dispatch = "auto"
        far = self.make_building(code="9")
        self.tech.zone_building_ids = far
        order = self.make_order()
        order.action_accept()
        self.assertEqual(order.technician_id, self.tech_user2)

    def test_pass_on_give_back_help(self):
        order = self.make_order()
        order.action_accept()
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        with self.assertRaises(UserError):
            order.with_user(self.tech_user2).action_return("Not mine")
        order.with_user(self.tech_user).action_help(self.tech_user2)
        self.assertIn(self.tech_user2, order.helper_ids)
        order.with_user(self.tech_user).action_transfer(self.tech_user2, "Shift ends")
        self.assertEqual(order.technician_id, self.tech_user2)
        order.with_user(self.tech_user2).action_return("No ladder")
        self.assertEqual(order.state, "accepted")
        self.assertFalse(order.technician_id)
        self.assertEqual(
            order.assignment_ids.mapped("kind"), ["assign", "help", "transfer", "return"]
        )

    def test_the_phone_list(self):
        order = self.make_order(partner_id=self.owner.id, unit_id=self.unit.id)
        order.action_accept()
        Order = self.env["property.workorder"].with_user(self.tech_user)
        data = Order.get_technician_list()
        card = next(one for one in data["free"] if one["id"] == order.id)
        self.assertFalse(card["phone"], "only whoever has the job may call")
        order = order.with_user(self.tech_user)
        data = order.technician_step("grab")
        self.assertEqual(data["mine"][0]["phone"], "13877770001")
        order.technician_step("grab")
        order.technician_step("start")
        order.technician_photo("a", "after", self.make_photo())
        part = self.env["product.product"].create({"name": "Closer", "standard_price": 30})
        order.technician_step(
            "finish",
            {
                "result": "New closer",
                "cleaned": True,
                "signature": self.make_photo().decode(),
                "signed_by": "Owner",
                "materials": [{"product_id": part.id, "quantity": 2}],
            },
        )
        self.assertEqual(order.state, "done")
        self.assertEqual(order.material_cost, 60)
        order.technician_step("finish", {"result": "twice"})
        self.assertEqual(order.material_cost, 60)

    def test_the_board(self):
        order = self.make_order()
        order.action_accept()
        board = self.env["property.workorder"].with_user(self.dispatcher).get_board()
        self.assertTrue(any(card["id"] == order.id for card in board["columns"][1]["cards"]))
        order.with_user(self.dispatcher).board_assign(self.tech_user.id)
        self.assertEqual(order.technician_id, self.tech_user)
        order.with_user(self.dispatcher).board_assign(self.tech_user2.id)
        self.assertEqual(order.technician_id, self.tech_user2)

    def test_the_board_counts_and_orders(self):
        soon, late, urgent = (self.make_order(subject=name) for name in ("soon", "late", "urgent"))
        (soon | late | urgent).action_accept()
        urgent.is_urgent = True
        now = fields.Datetime.now()
        # the clock is not what is tested here
        soon.write({"resolve_deadline_at": now + timedelta(days=1), "sla_state": "in_time"})
        late.write({"resolve_deadline_at": now - timedelta(days=1), "sla_state": "late"})
        late.sudo()._urge("Where are you?")
        urgent.write({"resolve_deadline_at": now + timedelta(days=2), "sla_state": "at_risk"})
        elsewhere = self.make_order(
            user=self.user_manager, community_id=self.other_community.id, building_id=False
        )
        Board = self.env["property.workorder"].with_user(self.dispatcher)
        data = Board.get_board(self.community.id)
        accepted = next(column for column in data["columns"] if column["key"] == "accepted")
        self.assertEqual([card["id"] for card in accepted["cards"]], [urgent.id, late.id, soon.id])
        self.assertEqual(accepted["count"], 3)
        for figure in data["figures"]:
            with self.subTest(figure=figure["key"]):
                self.assertEqual(figure["count"], Board.search_count(figure["domain"]))
        figures = {figure["key"]: figure["count"] for figure in data["figures"]}
        self.assertEqual(
            [figures[key] for key in ("late", "risk", "urgent", "urged", "free", "today")],
            [1, 1, 1, 1, 3, 0],
        )
        seen = [card["id"] for column in Board.get_board()["columns"] for card in column["cards"]]
        self.assertNotIn(elsewhere.id, seen, "the dispatcher is not assigned there")


@tagged("post_install", "-at_install", "property_parallel")
class TestGrabTogether(BaseCase):
    """Two technicians, two connections: the database lets one of them through."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.ids = self._prepare(env)
            cr.commit()  # pylint: disable=invalid-commit # others must see it
        self.addCleanup(self._clean)

    def _prepare(self, env):
        community = env["property.community"].create({"name": "Race", "code": "RACE-GRAB"})
        group = env.ref("property_workorder.group_technician")
        users = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "name": login,
                        "login": login,
                        "group_ids": [Command.link(group.id)],
                        "property_community_ids": [Command.link(community.id)],
                    }
                    for login in ("race_one", "race_two")
                ]
            )
        )
        technicians = env["property.technician"].create(
            [{"user_id": user.id, "roster": "always"} for user in users]
        )
        order = env["property.workorder"].create(
            {"community_id": community.id, "subject": "Race", "receiver_id": False}
        )
        order._set_state("accepted")
        return {
            "community": community.id,
            "users": users.ids,
            "technicians": technicians.ids,
            "order": order.id,
        }

    def _clean(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            order = env["property.workorder"].browse(self.ids["order"])
            cr.execute("DELETE FROM mail_message WHERE model = %s AND res_id = %s",
                       [order._name, order.id])  # fmt: skip
            cr.execute("DELETE FROM property_workorder WHERE id = %s", [order.id])
            env.invalidate_all()
            env["property.technician"].browse(self.ids["technicians"]).unlink()
            env["property.community"].browse(self.ids["community"]).unlink()
            users = env["res.users"].browse(self.ids["users"])
            users.unlink()
            cr.commit()  # pylint: disable=invalid-commit # others must see it

    def test_only_one_gets_it(self):
        from odoo.service.model import retrying

        barrier = threading.Barrier(2)
        outcomes = {}

        def grab(user_id):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, user_id, {})
                order = env["property.workorder"].browse(self.ids["order"])
                first = [True]

                def work():
                    order.read(["state"])
                    if first:
                        first.clear()
                        barrier.wait(20)
                    return order.action_grab()

                try:
                    retrying(work, env)
                    cr.commit()  # pylint: disable=invalid-commit # others must see it
                    outcomes[user_id] = "taken"
                except UserError as error:
                    cr.rollback()  # as the server does after a refusal
                    outcomes[user_id] = str(error)

        threads = [threading.Thread(target=grab, args=(user,)) for user in self.ids["users"]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(sorted(value == "taken" for value in outcomes.values()), [False, True])
        refused = next(value for value in outcomes.values() if value != "taken")
        self.assertIn("has just taken", refused)
