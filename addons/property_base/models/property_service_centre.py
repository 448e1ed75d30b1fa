# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta, timezone

from odoo import api, fields, models


class PropertyServiceCentre(models.Model):
    """Where residents turn to: desk, phones, opening hours, duty (BAS-12)."""

    _name = "property.service.centre"
    _description = "Service Centre"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    community_ids = fields.Many2many(
        "property.community",
        string="Communities",
        check_company=True,
        required=True,
        help="Communities whose residents are served here.",
    )
    address = fields.Char(help="As a resident finds it: building, floor, door.")
    phone_office = fields.Char(string="Phone in office hours", tracking=True)
    phone_other = fields.Char(
        string="Phone at other hours", tracking=True, help="Answered around the clock."
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening hours",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        help="Deadlines in working time run on the calendar of the community.",
    )
    duty_ids = fields.One2many("property.duty", "centre_id", string="Duty roster")
    is_open_now = fields.Boolean(string="Open now", compute="_compute_now")
    on_duty_user_id = fields.Many2one("res.users", string="On duty now", compute="_compute_now")
    published = fields.Boolean(string="Shown to residents", default=True, tracking=True)

    def _compute_now(self):
        now = fields.Datetime.now()
        for centre in self:
            centre.is_open_now = centre._is_open(now)
            centre.on_duty_user_id = centre._get_on_duty(now)

    def _is_open(self, now):
        """Tell whether the desk is open.

        :param now: naive UTC datetime
        :return: whether ``now`` lies in the opening hours, in the calendar's own time zone, public
            holidays taken into account
        """
        self.ensure_one()
        calendar = self.resource_calendar_id
        if not calendar:
            return False
        start = now.replace(tzinfo=timezone.utc)
        # sudo: opening hours are public, calendars are not readable in the portal
        intervals = calendar.sudo()._work_intervals_batch(start, start + timedelta(seconds=1))[
            False
        ]
        return any(begin <= start < stop for begin, stop, _attendance in intervals)

    def _get_on_duty(self, now):
        """Return the user who answers at ``now`` outside the opening hours.

        :param now: naive UTC datetime
        :return: ``res.users``, empty when nobody is on the roster
        """
        self.ensure_one()
        return (
            self.env["property.duty"]
            .sudo()  # sudo: residents may learn that somebody is on duty, not read the roster
            .search(
                [("centre_id", "=", self.id), ("start_at", "<=", now), ("end_at", ">", now)],
                limit=1,
            )
            .user_id.with_env(self.env)
        )

    def _get_phone(self, now):
        """Return the number to call at ``now``."""
        self.ensure_one()
        lines = (self.phone_office, self.phone_other)
        first, second = lines if self._is_open(now) else lines[::-1]
        return first or second

    def _get_opening_lines(self):
        """Return the opening hours for people to read, equal days put together.

        :return: list of ``(days, hours)``, for example ``("Mon - Fri", "08:00 - 12:00, ...")``
        """
        self.ensure_one()
        # sudo: opening hours are public, calendars are for staff
        calendar = self.resource_calendar_id.sudo()
        field = self.env["resource.calendar.attendance"]._fields["dayofweek"]
        names = dict(field._description_selection(self.env))
        hours = {}
        for line in calendar.attendance_ids.sorted("hour_from"):
            if line.display_type or getattr(line, "day_period", "") == "lunch":
                continue
            spans = hours.setdefault(line.dayofweek, [])
            if spans and abs(spans[-1][1] - line.hour_from) < 0.01:
                spans[-1] = (spans[-1][0], line.hour_to)
            elif (line.hour_from, line.hour_to) not in spans:
                spans.append((line.hour_from, line.hour_to))
        lines = []
        for day in sorted(hours):
            text = ", ".join(f"{_clock(start)} - {_clock(stop)}" for start, stop in hours[day])
            if lines and lines[-1][2] == text and int(day) == int(lines[-1][1]) + 1:
                lines[-1] = (lines[-1][0], day, text)
            else:
                lines.append((day, day, text))
        return [
            (names[first] if first == last else f"{names[first]} - {names[last]}", text)
            for first, last, text in lines
        ]

    @api.model
    def _get_of_community(self, community):
        """Return the service centre of a community, or an empty record."""
        return self.search(
            [("community_ids", "in", community.ids), ("published", "=", True)], limit=1
        )

    def action_view_duties(self):
        """Open the roster of the centre."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("property_base.property_duty_action")
        action["domain"] = [("centre_id", "=", self.id)]
        action["context"] = {"default_centre_id": self.id}
        return action


def _clock(hour):
    minutes = round(hour * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
