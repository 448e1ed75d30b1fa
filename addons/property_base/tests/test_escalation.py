# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestEscalation(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit()
        cls.authority = cls.env["property.authority"].create(
            {"name": "Housing office", "kind": "housing", "company_id": cls.company.id}
        )

    def make_escalation(self, **vals):
        return self.env["property.escalation"].create(
            {
                "subject": "Load-bearing wall removed",
                "community_id": self.community.id,
                "authority_id": self.authority.id,
                "escalation_date": date(2025, 7, 1),
                **vals,
            }
        )

    def test_any_record_is_handed_over_and_keeps_the_trail(self):
        context = self.unit.action_escalate()["context"]
        escalation = (
            self.env["property.escalation"]
            .with_context(**context)
            .create({"authority_id": self.authority.id, "escalation_date": date(2025, 7, 1)})
        )
        self.assertEqual(escalation.community_id, self.community)
        self.assertEqual(escalation.record_name, self.unit.display_name)
        self.assertEqual(self.unit.escalation_count, 1)
        escalation.action_send()
        self.assertEqual(escalation.reply_due_date, date(2025, 7, 16))
        self.assertIn("Housing office", self.unit.message_ids[0].body)
        action = self.unit.action_view_escalations()
        self.assertEqual(self.env["property.escalation"].search(action["domain"]), escalation)
        self.assertEqual(escalation.action_open_record()["res_id"], self.unit.id)

    def test_reply_and_outcome(self):
        escalation = self.make_escalation()
        with self.assertRaises(UserError):
            escalation.action_answer()
        escalation.action_send()
        with self.assertRaises(UserError):
            escalation.action_answer()
        escalation.reply = "<p>Ordered to restore</p>"
        escalation.action_answer()
        self.assertTrue(escalation.reply_date)
        with self.assertRaises(UserError):
            escalation.action_close()
        escalation.outcome = "remedied"
        escalation.action_close()
        with self.assertRaises(UserError):
            escalation.unlink()

    def test_overdue_is_reminded_once(self):
        escalation = self.make_escalation(reply_due_date=date(2025, 7, 10))
        self.make_escalation(reply_due_date=date(2025, 7, 30)).action_send()
        escalation.action_send()
        Escalation = self.env["property.escalation"]
        mine = [("community_id", "=", self.community.id), ("is_overdue", "=", True)]
        with freeze_time("2025-07-10 04:00:00"):
            self.assertFalse(Escalation.search(mine))
        with freeze_time("2025-07-11 04:00:00"):
            self.assertEqual(Escalation.search(mine), escalation)
            Escalation._cron_remind_overdue()
            Escalation._cron_remind_overdue()
            self.assertEqual(len(escalation.activity_ids), 1)
            escalation.reply = "<p>Done</p>"
            escalation.action_answer()
        self.assertFalse(escalation.activity_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_access(self):
        mine = self.make_escalation()
        other = self.make_escalation(community_id=self.other_community.id)
        Escalation = self.env["property.escalation"]
        self.assertEqual(Escalation.with_user(self.user_staff).search([]) & (mine | other), mine)
        self.assertFalse(Escalation.with_user(self.user_owner).has_access("read"))
        mine.with_user(self.user_staff).action_send()
        self.assertEqual(mine.state, "sent")
