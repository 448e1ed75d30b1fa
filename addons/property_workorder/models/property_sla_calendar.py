# SPDX-License-Identifier: LGPL-3.0-or-later
import hashlib
import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools

from ..rules.clock import Calendar


class PropertySlaCalendar(models.Model):
    """A calendar as it was when a clock was set: clocks can be counted again years later.

    Equal calendars share one record. When service hours or holidays change, open orders get the
    new calendar from that moment on; what ran before stays counted on the old one.
    """

    _name = "property.sla.calendar"
    _description = "Calendar of a deadline"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)
    data = fields.Json(required=True, readonly=True)

    _digest_uniq = models.UniqueIndex("(digest)", "This calendar is known already.")

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _freeze(self, calendar, company, use_holidays, zone):
        """Return the record for a calendar as it is now.

        :param calendar: ``resource.calendar``; an empty one has no hours; None: around the clock
        :param company: ``res.company`` whose holidays hold
        :param zone: name of the time zone where there is no calendar
        """
        return self.browse(
            self._freeze_id(
                calendar.id if calendar is not None else None, company.id, use_holidays, zone
            )
        )

    @tools.ormcache("calendar_id", "company_id", "use_holidays", "zone", "self._today_key()")
    def _freeze_id(self, calendar_id, company_id, use_holidays, zone):
        data = self._read_calendar(calendar_id, company_id, use_holidays, zone)
        text = json.dumps(data, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        # sudo: a snapshot holds opening hours and holidays only
        found = self.sudo().search([("digest", "=", digest)], limit=1)
        if not found:
            name = (
                # sudo: the name of a calendar is no secret
                self.env["resource.calendar"].sudo().browse(calendar_id).name
                if calendar_id
                else self.env._("Around the clock")
                if calendar_id is None
                else self.env._("No calendar")
            )
            # sudo: as above
            found = self.sudo().create({"name": name or "-", "digest": digest, "data": data})
        return found.id

    @api.model
    def _today_key(self):
        # snapshots hold a window of days, so that a cached one is renewed once a month
        return fields.Date.today().strftime("%Y-%m")

    @api.model
    def _read_calendar(self, calendar_id, company_id, use_holidays, zone):
        if calendar_id is None:
            return {"zone": zone, "round_clock": True}
        # sudo: opening hours are public
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id or False)
        weekly = [[] for _day in range(7)]
        for line in calendar.attendance_ids.sorted("hour_from"):
            if line.display_type or line.day_period == "lunch" or line.week_type == "1":
                continue
            span = [round(line.hour_from * 60), round(line.hour_to * 60)]
            hours = weekly[int(line.dayofweek)]
            if hours and hours[-1][1] >= span[0]:
                hours[-1][1] = max(hours[-1][1], span[1])
            elif span[0] < span[1]:
                hours.append(span)
        data = {"zone": calendar.tz or zone, "weekly": weekly}
        first = fields.Date.today().replace(day=1) - timedelta(days=366)
        if use_holidays:
            # sudo: public holidays are public
            days = (
                self.env["property.holiday"]
                .sudo()
                .search(
                    [("holiday_date", ">=", first), ("company_id", "in", [False, company_id])],
                    order="holiday_date, id",
                )
            )
            for kind in ("holiday", "makeup"):
                data[kind] = sorted(
                    day.holiday_date.isoformat() for day in days if day.kind == kind
                )
        leaves = calendar.leave_ids.filtered(
            lambda leave: not leave.resource_id and leave.date_to.date() >= first
        )
        data["closed"] = sorted(
            [leave.date_from.isoformat(), leave.date_to.isoformat()] for leave in leaves
        )
        return data

    def _rule(self):
        """Return the calendar as the rules know it."""
        self.ensure_one()
        data = self.data
        return Calendar(
            zone=ZoneInfo(data["zone"] or "UTC"),
            weekly=tuple(
                tuple((span[0], span[1]) for span in day) for day in data.get("weekly", [[]] * 7)
            ),
            holidays=frozenset(map(date.fromisoformat, data.get("holiday", ()))),
            makeup=frozenset(map(date.fromisoformat, data.get("makeup", ()))),
            closed=tuple(
                tuple(datetime.fromisoformat(text).replace(tzinfo=timezone.utc) for text in span)
                for span in data.get("closed", ())
            ),
            round_clock=data.get("round_clock", False),
        )


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if {"attendance_ids", "leave_ids", "global_leave_ids", "tz"} & set(vals):
            self.env.registry.clear_cache()
            self.env["property.holiday"]._on_changed()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    def write(self, vals):
        result = super().write(vals)
        if {"hour_from", "hour_to", "dayofweek"} & set(vals):
            self.env.registry.clear_cache()
            self.env["property.holiday"]._on_changed()
        return result
