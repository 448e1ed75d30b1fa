# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestIncident(WorkorderCommon):
    def make_incident(self, **vals):
        return (
            self.env["property.incident"]
            .with_user(self.dispatcher)
            .create(
                {
                    "name": "No power in building 3",
                    "supply": "power",
                    "community_id": self.community.id,
                    "building_ids": [Command.set(self.building.ids)],
                    "category_ids": [
                        Command.set(self.env.ref("property_workorder.category_common_light").ids)
                    ],
                    **vals,
                }
            )
        )

    def test_one_outage_many_calls(self):
        power = self.env.ref("property_workorder.category_common_light_power")
        before = self.make_order(category_id=power.id, partner_id=self.owner.id)
        other = self.make_order(partner_id=self.owner.id)
        incident = self.make_incident()
        self.assertIn("Building 3", incident.resident_text)
        incident.action_announce()
        self.assertEqual(incident.state, "active")
        self.assertEqual(before.incident_id, incident)
        self.assertFalse(other.incident_id)
        self.assertGreaterEqual(incident.notified_count, 1)
        later = self.make_order(category_id=power.id, partner_id=self.neighbour.id)
        self.assertEqual(later.incident_id, incident)
        incident.closing_text = "Power is back"
        incident.action_close()
        self.assertEqual((before | later).mapped("state"), ["closed", "closed"])
        self.assertEqual(other.state, "new")
        told = later.message_ids.filtered(lambda one: self.neighbour in one.partner_ids)
        self.assertTrue(any("Power is back" in message.body for message in told))

    def test_planned_outage_begins_by_itself(self):
        start = datetime(2026, 9, 25, 1, 0)
        with freeze_time(datetime(2026, 9, 23, 1, 0)):
            incident = self.make_incident(
                kind="planned", start_at=start, end_at=start + timedelta(hours=4)
            )
            incident.action_announce()
            self.assertEqual(incident.state, "announced")
            self.assertEqual(incident.notice_hours, 48)
        with freeze_time(start + timedelta(minutes=5)):
            self.env["property.incident"]._cron_begin()
        self.assertEqual(incident.state, "active")

    def test_snow(self):
        incident = self.make_incident(
            name="Snow", kind="weather", supply="snow", building_ids=False, category_ids=False
        )
        with self.assertRaises(UserError):
            incident.action_announce()
        incident.area_ids = [
            Command.create({"name": "Main road", "is_urgent": True}),
            Command.create({"name": "Paths"}),
        ]
        incident.action_announce()
        jobs = incident.area_ids.workorder_id
        self.assertEqual(len(jobs), 2)
        stopped = datetime(2026, 12, 20, 3, 0)
        incident.stopped_at = stopped
        self.assertEqual(set(jobs.mapped("resolve_deadline_at")), {stopped + timedelta(hours=24)})
        with freeze_time(stopped + timedelta(hours=25)):
            self.run_cron("property_workorder_cron_check")
        self.assertEqual(set(jobs.mapped("resolve_state")), {"failed"})
