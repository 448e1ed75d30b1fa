# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import WorkorderCommon

# Monday 21 September 2026, 09:00 in Shanghai
START = datetime(2026, 9, 21, 1, 0)


@tagged("post_install", "-at_install")
class TestWorkorderFlow(WorkorderCommon):
    def test_the_whole_way(self):
        with freeze_time(START):
            order = self.make_order(partner_id=self.owner.id)
            self.assertEqual(order.state, "new")
            self.assertEqual(order.receiver_id, self.user_staff)
            self.assertEqual(order.feedback_due_at, START + timedelta(days=2))
            self.assertTrue(order.activity_ids.filtered(lambda one: one.user_id == self.user_staff))
            order.action_accept()
        with freeze_time(START + timedelta(minutes=20)):
            order.with_user(self.dispatcher).action_dispatch(self.tech_user, "Knows the door")
            self.assertEqual(order.technician_id, self.tech_user)
            self.assertEqual(order.assignment_ids.reason, "Knows the door")
        with freeze_time(START + timedelta(hours=1)):
            order.with_user(self.tech_user).action_start()
            self.assertEqual(order.attend_state, "met")
        with freeze_time(START + timedelta(hours=2)):
            with self.assertRaises(UserError) as caught:
                order.with_user(self.tech_user).action_done()
            for word in ("photo after", "cleaned", "found and done"):
                self.assertIn(word, str(caught.exception))
            self.finish(order)
        self.assertEqual(order.state, "done")
        self.assertEqual(order.resolve_state, "met")
        self.assertEqual(order.labour_minutes, 60)
        self.assertEqual(order.labour_cost, 60)
        line = self.env["account.analytic.line"].search([("property_workorder_id", "=", order.id)])
        self.assertEqual(line.amount, -60)
        order.with_user(self.user_staff).action_close()
        self.assertEqual(order.state, "closed")

    def test_the_state_changes_by_buttons_only(self):
        order = self.make_order()
        with self.assertRaises(UserError):
            order.state = "closed"
        with self.assertRaises(UserError):
            order.action_start()

    def test_a_request_without_words_is_refused(self):
        with self.assertRaises(UserError):
            self.make_order(subject=False, description="<p><br></p>", category_id=False)

    def test_what_the_category_asks_for_is_asked_for(self):
        with self.assertRaises(UserError) as caught:
            self.make_order(category_id=self.tap.id)
        self.assertIn("the unit", str(caught.exception))
        self.assertIn("a phone number", str(caught.exception))
        order = self.make_order(
            category_id=self.tap.id, unit_id=self.unit.id, partner_id=self.owner.id
        )
        self.assertEqual(order.competence, "owner")

    def test_a_unit_of_another_community_is_refused(self):
        stranger = self.make_unit(building=self.other_building)
        with self.assertRaises(ValidationError):
            self.env["property.workorder"].create(
                {
                    "community_id": self.community.id,
                    "building_id": self.building.id,
                    "unit_id": stranger.id,
                    "subject": "x",
                }
            )

    def test_the_first_receiver_stays(self):
        order = self.make_order()
        order.action_accept()
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        self.assertEqual(order.receiver_id, self.user_staff)
        with self.assertRaises(UserError):
            order.with_user(self.dispatcher).receiver_id = self.dispatcher
        order.with_user(self.user_officer).receiver_id = self.dispatcher
        self.assertEqual(order.receiver_id, self.dispatcher)

    def test_a_promise_moves_once(self):
        with freeze_time(START):
            order = self.make_order(partner_id=self.owner.id)
            order.action_accept()
            order.action_promise(START + timedelta(days=2))
            self.assertEqual(order.postponed_count, 0)
            with self.assertRaises(UserError):
                order.action_promise(START + timedelta(days=9))
            order.action_promise(START + timedelta(days=3), "Part on order")
            self.assertEqual(order.postponed_count, 1)
            with self.assertRaises(UserError) as caught:
                order.action_promise(START + timedelta(days=4), "Again")
            self.assertIn("site manager", str(caught.exception))
            with self.assertRaises(UserError):
                order.with_user(self.user_officer).action_promise(
                    START + timedelta(days=4), "Again"
                )
            order.with_user(self.user_officer).action_promise(
                START + timedelta(days=12), "Agreed on the phone", agreed=True
            )
        self.assertEqual(order.postponed_count, 2)
        told = order.message_ids.filtered(lambda one: self.owner in one.partner_ids)
        self.assertGreaterEqual(len(told), 3)

    def test_dissatisfaction_reopens_the_same_case(self):
        order = self.finish(self.make_order(partner_id=self.owner.id))
        order.with_user(self.user_owner).sudo()._rate(1, "Still open")
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.reopened_count, 1)
        self.assertEqual(order.satisfaction, "dissatisfied")
        self.assertFalse(order.place_cleaned)
        self.assertEqual(order.rating_last_value, 1)
        self.finish(order)
        order.with_user(self.user_owner).sudo()._rate(5, "Thank you")
        self.assertEqual(order.state, "closed")
        self.assertEqual(order.satisfaction, "satisfied")
        with self.assertRaises(UserError):
            order.with_user(self.user_owner).sudo()._rate(7)

    def test_urging_is_counted_and_routed(self):
        order = self.make_order(partner_id=self.owner.id)
        order.action_accept()
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        for number in range(3):
            with freeze_time(START + timedelta(hours=number)):
                order.sudo()._urge("Hurry")
        self.assertEqual(order.urged_count, 3)
        kind = self.env.ref("property_workorder.property_workorder_activity_urged")
        users = order.activity_ids.filtered(lambda one: one.activity_type_id == kind).user_id
        self.assertIn(self.tech_user, users)
        self.assertIn(self.user_officer, users)
        with freeze_time(START + timedelta(hours=2, minutes=5)), self.assertRaises(UserError):
            order.sudo()._urge("Again")

    def test_duplicates_are_found_linked_and_closed_together(self):
        first = self.make_order(partner_id=self.owner.id)
        second = self.make_order(partner_id=self.neighbour.id)
        self.assertEqual(second.similar_count, 1)
        second.action_mark_duplicate()
        self.assertEqual(second.duplicate_of_id, first)
        self.finish(first).with_user(self.user_staff).action_close()
        self.assertEqual(second.state, "closed")
        with self.assertRaises(ValidationError):
            first.duplicate_of_id = second

    def test_a_large_repair_waits_for_the_owners(self):
        roof = self.env.ref("property_workorder.category_common_structure_overhaul")
        order = self.make_order(category_id=roof.id)
        order.action_accept()
        self.assertEqual(order.proposal_state, "wanted")
        with self.assertRaises(UserError):
            order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        order.action_propose()
        order.with_user(self.user_officer).action_proposal_agreed()
        order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        self.assertEqual(order.state, "dispatched")

    def test_the_developer_answers_while_the_warranty_runs(self):
        leak = self.env.ref("property_workorder.category_unit_structure_leak")
        self.community.developer_id = self.make_partner("Developer Ltd.")
        self.unit.delivery_date = "2024-01-01"
        with freeze_time("2026-09-21"):
            order = self.make_order(
                category_id=leak.id, unit_id=self.unit.id, partner_id=self.owner.id
            )
            self.assertEqual(order.competence, "developer")
            self.assertEqual(order.responsible_partner_id, self.community.developer_id)
        with freeze_time("2029-09-21"):
            order = self.make_order(
                category_id=leak.id, unit_id=self.unit.id, partner_id=self.owner.id
            )
            self.assertEqual(order.competence, "title_holder")

    def test_cancelling_and_forcing_need_a_reason_and_a_right(self):
        order = self.make_order()
        self.assertEqual(order.action_cancel()["res_model"], "property.workorder.step")
        with self.assertRaises(UserError):
            order.action_force_close("Because")
        order.with_user(self.user_officer).action_force_close("Done by the owner himself")
        self.assertEqual(order.state, "closed")
        with self.assertRaises(UserError):
            order.unlink()

    def test_the_night_closes_and_resumes(self):
        with freeze_time(START):
            order = self.finish(self.make_order())
            waiting = self.make_order(subject="Other door", building_id=False)
            waiting.action_accept()
            waiting.action_pause("part", "Lock ordered", "2026-09-23")
        with freeze_time(START + timedelta(days=2)):
            self.env["property.workorder"]._cron_move_on()
            self.assertEqual(order.state, "done")
            self.assertEqual(waiting.state, "accepted")
        with freeze_time(START + timedelta(days=8)):
            self.env["property.workorder"]._cron_move_on()
        self.assertEqual(order.state, "closed")

    def test_a_call_is_taken_at_the_desk(self):
        from odoo.tests import Form

        hint = self.env["property.building.hint"].create(
            {"name": "Key at gate 2", "community_id": self.community.id}
        )
        self.make_order(partner_id=self.owner.id, unit_id=self.unit.id)
        with Form(self.env["property.workorder.desk"].with_user(self.user_staff)) as form:
            form.phone = "13877770001"
            self.assertEqual(form.partner_id, self.owner)
            self.assertEqual(form.unit_id, self.unit)
            self.assertEqual(form.open_count, 1)
            self.assertIn(hint.name, form.hint_text)
            form.category_id = self.tap
            form.subject = "Tap drips"
        desk = form.save()
        action = desk.action_register()
        order = self.env["property.workorder"].browse(action["res_id"])
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.channel, "phone")
        self.assertEqual(order.unit_id, self.unit)

    def test_a_mail_becomes_a_request(self):
        self.team.write(
            {"community_ids": [(6, 0, self.community.ids)], "alias_name": "repair-test"}
        )
        order = self.env["property.workorder"].message_new(
            {
                "subject": "Dark stairs",
                "body": "<p>No light</p>",
                "author_id": self.owner.id,
                "email_from": "x@example.com",
                "message_id": "<1@example.com>",
            },
            {"team_id": self.team.id, "channel": "mail", "community_id": self.community.id},
        )
        self.assertEqual(order.unit_id, self.unit)
        self.assertEqual(order.channel, "mail")
        self.assertEqual(order.team_id, self.team)

    def test_bad_photos_are_refused(self):
        order = self.make_order()
        with self.assertRaises(UserError) as caught:
            order._check_photo(b"A" * (40 * 1024 * 1024))
        self.assertIn("15 MB", str(caught.exception))
        for wrong in (b"bm90IGEgcGljdHVyZQ==", b"%%%", b""):
            with self.assertRaises(UserError):
                order._check_photo(wrong)
        card = order.technician_photo("k1", "before", self.make_photo())
        self.assertEqual(card["photos"], 1)
        self.assertEqual(order.technician_photo("k1", "before", self.make_photo())["photos"], 1)

    def test_a_case_of_the_hotline_is_on_record_once(self):
        first = self.make_order(channel="hotline", hotline_number="12345-7")
        with self.assertRaises(ValidationError) as caught:
            self.make_order(channel="hotline", hotline_number="12345-7", building_id=False)
        self.assertIn(first.name, str(caught.exception))
        first.action_cancel("Of another community")
        self.make_order(channel="hotline", hotline_number="12345-7")
