# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestAccess(WorkorderCommon):
    def test_roles(self):
        """Role x model x operation: read, write, create, unlink."""
        table = {
            ("staff", "property.workorder"): "RWC-",
            ("officer", "property.workorder"): "RWCU",
            ("owner", "property.workorder"): "----",
            ("staff", "property.sla.policy"): "R---",
            ("manager", "property.sla.policy"): "RWCU",
            ("staff", "property.incident"): "R---",
            ("dispatcher", "property.incident"): "RWC-",
            ("staff", "property.workorder.misconduct"): "----",
            ("officer", "property.workorder.misconduct"): "RWC-",
            ("tech", "property.workorder.material"): "RWCU",
            ("owner", "property.workorder.quote"): "----",
            ("owner", "property.callback"): "----",
            ("staff", "property.callback.draw"): "R---",
        }
        users = {
            "staff": self.user_staff,
            "officer": self.user_officer,
            "manager": self.user_manager,
            "dispatcher": self.dispatcher,
            "tech": self.tech_user,
            "owner": self.user_owner,
        }
        for (role, model), rights in table.items():
            for letter, operation in zip(
                rights, ("read", "write", "create", "unlink"), strict=True
            ):
                with self.subTest(role=role, model=model, operation=operation):
                    has = self.env[model].with_user(users[role]).has_access(operation)
                    self.assertEqual(has, letter != "-")

    def test_communities_stay_apart(self):
        order = self.make_order()
        stranger = self.make_user(
            "wo_stranger", "property_base.group_property_user", self.other_community
        )
        self.assertFalse(
            self.env["property.workorder"].with_user(stranger).search([("id", "=", order.id)])
        )
        with self.assertRaises(AccessError):
            order.with_user(stranger).read(["subject"])
        self.assertTrue(
            self.env["property.workorder"]
            .with_user(self.user_manager)
            .search([("id", "=", order.id)])
        )

    def test_a_complaint_is_hidden_from_whom_it_is_about(self):
        complaint = self.make_order(
            category_id=self.env.ref("property_workorder.category_service_complaint_staff").id,
            complained_user_ids=[Command.link(self.user_manager.id)],
        )
        # about staff: for its handlers, the first receiver and the site manager
        for user, sees in (
            (self.user_manager, False),
            (self.dispatcher, False),
            (self.user_staff, True),
            (self.user_officer, True),
        ):
            found = (
                self.env["property.workorder"].with_user(user).search([("id", "=", complaint.id)])
            )
            self.assertEqual(bool(found), sees)
        complaint.write({"is_restricted": True, "handler_ids": [Command.link(self.tech_user2.id)]})
        for user, sees in (
            (self.dispatcher, False),
            (self.tech_user2, True),
            (self.user_staff, True),  # the first receiver
            (self.user_officer, True),  # the site manager
            (self.user_manager, False),
        ):
            found = (
                self.env["property.workorder"].with_user(user).search([("id", "=", complaint.id)])
            )
            self.assertEqual(bool(found), sees, user.login)

    def test_what_a_resident_sees_ends_with_the_relation(self):
        Order = self.env["property.workorder"]
        tenant = self.make_user("wo_tenant", "base.group_portal", None)
        stay = self.make_occupancy(self.unit, tenant.partner_id, role="tenant")
        repair = self.make_order(unit_id=self.unit.id, partner_id=tenant.partner_id.id)
        complaint = self.make_order(
            category_id=self.env.ref("property_workorder.category_service_complaint_other").id,
            unit_id=self.unit.id,
            partner_id=tenant.partner_id.id,
        )

        def seen(user):
            found = Order.sudo().search(Order._get_resident_domain(user))
            return found & (repair | complaint)

        self.assertEqual(seen(tenant), repair | complaint)
        self.assertEqual(seen(self.user_owner), repair, "an owner sees no complaint of a tenant")
        self.assertFalse(seen(self.user_neighbour))
        stay.end_date = "2025-12-31"
        self.env.invalidate_all()
        self.assertFalse(seen(tenant))

    def test_what_hangs_on_a_complaint_follows_its_rule(self):
        """Pauses, dispatch steps, escalations, photos: as hidden as the complaint itself."""
        complaint = self.make_order(
            category_id=self.env.ref("property_workorder.category_service_complaint_other").id,
            handler_ids=[Command.link(self.tech_user2.id)],
        )
        repair = self.make_order()
        part = self.env["product.product"].create({"name": "Seal"})
        lines = []
        for order in (complaint, repair):
            self.add_photo(order, "before")
            values = {
                "property.workorder.pause": {"reason": "other", "note": "The neighbour drinks"},
                "property.workorder.assignment": {"kind": "nobody", "reason": "Nobody wants to"},
                "property.sla.step.log": {"name": "Told", "sent_at": "2026-09-21 08:00:00"},
                "property.workorder.material": {"product_id": part.id},
                "property.workorder.labour": {
                    "user_id": self.tech_user2.id,
                    "start_at": "2026-09-21 08:00:00",
                },
                "property.workorder.contract": {
                    "name": "Report of an expert",
                    "partner_id": self.make_partner("Expert").id,
                },
            }
            for model, vals in values.items():
                self.env[model].create({"workorder_id": order.id, **vals})
            lines = [*values, "property.evidence", "property.workorder.report"]
        self.env.flush_all()

        def seen(model, user):
            return self.env[model].with_user(user).search([]).workorder_id & (complaint | repair)

        for restricted in (False, True):
            complaint.is_restricted = restricted
            self.env.flush_all()
            for user, sees in (
                (self.user_staff, True),  # the first receiver
                (self.user_officer, True),  # the site manager
                (self.tech_user2, True),  # a handler
                (self.dispatcher, not restricted),
                (self.tech_user, not restricted),
                (self.user_manager, not restricted),
            ):
                for model in lines:
                    with self.subTest(model=model, user=user.login, restricted=restricted):
                        wanted = (complaint | repair) if sees else repair
                        self.assertEqual(seen(model, user), wanted)
        stars = self.env["rating.rating"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("property.workorder"),
                    "res_id": order.id,
                    "feedback": "He was rude",
                }
                for order in (complaint, repair)
            ]
        )
        Rating = self.env["rating.rating"]
        for user, sees in ((self.dispatcher, stars[1]), (self.tech_user2, stars)):
            found = Rating.with_user(user).search([("id", "in", stars.ids)])
            self.assertEqual(found, sees)
        with self.assertRaises(AccessError):
            complaint.pause_ids.with_user(self.dispatcher).read(["note"])
        complaint.write(
            {"is_restricted": False, "complained_user_ids": [Command.link(self.user_manager.id)]}
        )
        self.env.flush_all()
        for model in lines:
            with self.subTest(model=model, user="complained about"):
                self.assertEqual(seen(model, self.user_manager), repair)

    def test_a_limited_technician_finds_his_own_and_those_to_take(self):
        Order = self.env["property.workorder"].with_user(self.tech_user)
        lamp = self.make_order(category_id=self.lamp.id)
        door, given, helped = (self.make_order(subject=name) for name in ("a", "b", "c"))
        for order in (given, helped):
            order.action_accept()
            order.with_user(self.dispatcher).action_dispatch(self.tech_user2)
        helped.with_user(self.dispatcher).action_help(self.tech_user)
        every = lamp | door | given | helped

        def seen():
            self.env.invalidate_all()
            return Order.search([("id", "in", every.ids)]).sudo()

        self.assertEqual(seen(), every)
        self.tech.write({"visibility": "skill", "is_limited": True})
        self.assertEqual(seen(), door | helped, "doors are his skill, lamps are not")
        with self.assertRaises(AccessError):
            given.with_user(self.tech_user).read(["subject"])
        self.tech.write({"visibility": "own"})
        self.assertEqual(seen(), helped)
        far = self.make_building(code="9")
        self.tech.write({"visibility": "zone", "zone_building_ids": [Command.set(far.ids)]})
        self.assertEqual(seen(), helped)
        door.building_id = far
        self.assertEqual(seen(), door | helped)
        self.tech_user.group_ids |= self.env.ref("property_workorder.group_dispatcher")
        self.assertEqual(seen(), every, "who sends others sees them")
        self.tech_user.group_ids -= self.env.ref("property_workorder.group_dispatcher")
        self.tech.unlink()
        self.assertEqual(seen(), every)
