# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta, timezone

from odoo import fields, models

from ..rules.clock import Run, Schedule, spent_minutes


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    workorder_count = fields.Integer(string="Open requests", compute="_compute_workorder_count")
    workorder_gathered_date = fields.Date(
        string="Findings gathered on", readonly=True, copy=False, help="The last time by itself."
    )
    hint_ids = fields.One2many("property.building.hint", "community_id", string="Desk hints")

    def _compute_workorder_count(self):
        counts = dict(
            self.env["property.workorder"]._read_group(
                [("community_id", "in", self.ids), ("is_open", "=", True)],
                ["community_id"],
                ["__count"],
            )
        )
        for community in self:
            community.workorder_count = counts.get(community, 0)

    def action_view_workorders(self):
        """Open the requests of the community."""
        return self._action_view(
            "property_workorder.property_workorder_action", {"search_default_filter_open": 1}
        )

    def _property_is_service_time(self, now):
        """Tell whether the community is served now, public holidays and make-up days included.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        # sudo: opening hours are public
        community_sudo = self.sudo()
        frozen = self.env["property.sla.calendar"]._freeze(
            community_sudo.resource_calendar_id,
            community_sudo.company_id,
            True,
            community_sudo.resource_calendar_id.tz or "Asia/Shanghai",
        )
        start = now.replace(tzinfo=timezone.utc, microsecond=0, second=0)
        schedule = Schedule.of(frozen._rule())
        return spent_minutes(Run(start), schedule, start + timedelta(minutes=1)) > 0

    def _send_guest_code(self, phone, code):
        """Send a code to the phone of a guest; by Odoo's SMS where it is installed.

        Extension point for other gateways.
        """
        self.ensure_one()
        if "sms.sms" in self.env:
            text = self.env._("%(code)s is your code for %(name)s.", code=code, name=self.name)
            # sudo: a guest has no rights of his own
            self.env["sms.sms"].sudo().create({"number": phone, "body": text}).send()
