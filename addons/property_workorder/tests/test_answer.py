# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import WorkorderCommon

START = datetime(2026, 9, 21, 1, 0)
FEEDBACK = "property_workorder.property_workorder_activity_feedback"


@tagged("post_install", "-at_install")
class TestAnswer(WorkorderCommon):
    """The resident hears from us, and whoever answers for the case ends it."""

    def texts(self, order):
        return " ".join(event["text"] for event in order._get_timeline())

    def test_the_promised_answer_is_given_from_the_order(self):
        order = self.make_order(partner_id=self.owner.id)
        order.action_accept()
        self.assertTrue(order.activity_search([FEEDBACK]))
        with Form.from_action(self.env, order.action_answer()) as form:
            form.answer = "The part comes on Friday"
        form.save().with_user(self.user_staff).action_apply()
        self.assertIn("The part comes on Friday", self.texts(order))
        self.assertTrue(order.feedback_given_at)
        self.assertFalse(order.activity_search([FEEDBACK]))
        self.assertIn(self.owner, order.message_ids[0].partner_ids)

    def test_a_letter_from_the_chatter_is_an_answer_and_a_note_is_not(self):
        order = self.make_order(partner_id=self.owner.id)
        order.action_accept()
        order.message_post(body="Only for us", subtype_xmlid="mail.mt_note")
        order.message_post(body="Among colleagues", subtype_xmlid="mail.mt_comment")
        self.assertFalse(order.feedback_given_at)
        self.assertNotIn("for us", self.texts(order))
        self.assertNotIn("colleagues", self.texts(order))
        order.message_post(
            body="We come tomorrow", subtype_xmlid="mail.mt_comment", partner_ids=self.owner.ids
        )
        self.assertTrue(order.feedback_given_at)
        self.assertIn("We come tomorrow", self.texts(order))
        order.message_post(
            body="Good, I am at home", subtype_xmlid="mail.mt_comment", author_id=self.owner.id
        )
        self.assertIn("I am at home", self.texts(order), "what he answers by mail is his too")

    def test_our_word_is_ours_also_when_a_resident_causes_it(self):
        order = (
            self.env["property.workorder"]
            .with_user(self.user_owner)
            .sudo()
            .create(
                {
                    "community_id": self.community.id,
                    "unit_id": self.unit.id,
                    "partner_id": self.owner.id,
                    "channel": "portal",
                    "subject": "Noise in the pipe",
                    "receiver_id": False,
                }
            )
        )
        intake = order.message_ids.filtered(lambda one: order.name in (one.body or ""))
        self.assertEqual(intake.author_id, self.company.partner_id)
        self.assertIn(self.owner, intake.notified_partner_ids, "he gets it by mail too")
        self.assertFalse(order.feedback_given_at)
        order._urge()
        titles = [event["title"] for event in order._get_timeline()]
        self.assertEqual(
            titles, ["You wrote", "Message from the service centre", "We have your request"]
        )

    def test_whoever_answers_for_the_case_closes_it(self):
        order = self.finish(self.make_order(partner_id=self.owner.id))
        with self.assertRaisesRegex(UserError, "answers for"):
            order.with_user(self.tech_user).action_close()
        order.with_user(self.user_staff).action_close()
        self.assertEqual(order.state, "closed")

    def test_a_promise_is_counted_in_days_of_the_community(self):
        # 22 September, 23:30 in Shanghai; its day in UTC is the 22nd as well, the next is not
        with freeze_time(datetime(2026, 9, 21, 15, 30)):
            order = self.make_order(partner_id=self.owner.id)
            order.action_accept()
            order = order.with_context(tz="America/New_York")
            with self.assertRaises(UserError):
                order.action_promise(datetime(2026, 9, 28, 16, 30))
            order.action_promise(datetime(2026, 9, 28, 15, 30))


@tagged("post_install", "-at_install")
class TestLateForTheReporter(WorkorderCommon):
    """What is late is told to whoever reported it, and the place is marked (WKO-14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.community.category = "old_compound"
        cls.sign = "property_workorder.property_workorder_activity_sign"

    def make_late(self, **vals):
        with freeze_time(START):
            order = self.make_order(**vals)
            order.action_accept()
            order.with_user(self.dispatcher).action_dispatch(self.tech_user)
        with freeze_time(START + timedelta(hours=25)):
            self.run_cron("property_workorder_cron_check")
            self.run_cron("property_workorder_cron_check")
        return order

    def test_the_reporter_is_told_and_a_sign_is_placed(self):
        order = self.make_late(partner_id=self.owner.id)
        self.assertEqual(order.resolve_state, "failed")
        texts = [event["text"] for event in order._get_timeline()]
        self.assertEqual(len([text for text in texts if "longer than it should" in text]), 1)
        self.assertTrue(order.needs_warning_sign)
        task = order.activity_search([self.sign])
        self.assertEqual(task.user_id, self.tech_user)
        order.with_user(self.tech_user).action_warning_sign()
        self.assertFalse(order.needs_warning_sign)
        self.assertTrue(order.warning_sign_at)
        self.assertFalse(order.activity_search([self.sign]))

    def test_who_has_no_address_is_called(self):
        order = self.make_late(caller_name="Mr. Gu", caller_phone="13900001111")
        calls = order.activity_ids.filtered(lambda one: "13900001111" in (one.summary or ""))
        self.assertEqual(calls.user_id, self.user_staff)

    def test_a_new_promise_is_named(self):
        with freeze_time(START):
            order = self.make_order(partner_id=self.owner.id)
            order.action_accept()
            order.action_promise(START + timedelta(days=3))
        self.assertIn("We have promised you 2026-09-24", self.at_noon(order))

    def at_noon(self, order):
        with freeze_time(START + timedelta(hours=30)):
            return order._get_late_text()


@tagged("post_install", "-at_install")
class TestEntrance(WorkorderCommon):
    """A request about a stairwell (feature 62)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entrance = cls.unit.entrance_id
        cls.other_unit = cls.make_unit(entrance="2", number="101")

    def test_the_place_of_a_request(self):
        self.assertTrue(self.entrance)
        order = self.make_order(building_id=False, entrance_id=self.entrance.id)
        self.assertEqual(order.building_id, self.building)
        self.assertIn(self.entrance.display_name, order._get_place_text())
        inside = self.make_order(unit_id=self.unit.id, building_id=False)
        self.assertEqual(inside.entrance_id, self.entrance)
        self.assertEqual(inside.building_id, self.building)
        self.assertIn(self.unit.name, inside._get_place_text())

    def test_another_building_has_other_entrances(self):
        order = self.make_order(entrance_id=self.entrance.id)
        far = self.make_building(code="9")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            order.write({"building_id": far.id, "entrance_id": self.entrance.id})
        order.building_id = far
        self.assertFalse(order.entrance_id)

    def test_the_next_stairwell_is_no_duplicate(self):
        first = self.make_order(entrance_id=self.entrance.id)
        second = self.make_order(entrance_id=self.other_unit.entrance_id.id)
        whole = self.make_order()
        self.assertNotIn(first, second._find_similar())
        self.assertIn(first, whole._find_similar())

    def test_a_label_of_the_entrance_knows_it(self):
        vals = self.entrance._prepare_place_workorder_vals()
        self.assertEqual(vals["entrance_id"], self.entrance.id)
        order = self.env["property.workorder"].create({**vals, "subject": "Dark"})
        self.assertEqual((order.entrance_id, order.building_id), (self.entrance, self.building))

    def test_the_desk_asks_for_it(self):
        with Form(self.env["property.workorder.desk"].with_user(self.user_staff)) as form:
            form.community_id = self.community
            form.building_id = self.building
            form.entrance_id = self.entrance
            form.category_id = self.door
            form.subject = "Door sticks"
        action = form.save().action_register()
        order = self.env["property.workorder"].browse(action["res_id"])
        self.assertEqual(order.entrance_id, self.entrance)
