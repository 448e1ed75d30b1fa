# SPDX-License-Identifier: LGPL-3.0-or-later
import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import holiday as rule
from ..rules.errors import RuleError

try:
    import chinese_calendar
except ImportError:  # the days then come from a file
    chinese_calendar = None


class PropertyHoliday(models.Model):
    """A day on which the week does not hold: a public holiday, or a make-up working day (调休).

    Loaded from the maintained package ``chinesecalendar`` or from a file, never typed into code.
    """

    _name = "property.holiday"
    _description = "Public Holiday"
    _order = "holiday_date desc, id"

    name = fields.Char(required=True, translate=True)
    holiday_date = fields.Date(string="Day", required=True, index=True)
    kind = fields.Selection(
        [("holiday", "Day off"), ("makeup", "Make-up working day")],
        required=True,
        default="holiday",
    )
    company_id = fields.Many2one("res.company", help="Empty: every company.", index=True)
    source = fields.Char(readonly=True, default="manual")

    _day_uniq = models.UniqueIndex(
        "(holiday_date, COALESCE(company_id, 0))", "This day is in the calendar already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._on_changed()
        return records

    def write(self, vals):
        result = super().write(vals)
        self._on_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._on_changed()
        return result

    def _on_changed(self):
        """Let open clocks go on by the new calendar; what has run stays counted."""
        cron = self.env.ref("property_workorder.property_workorder_cron_calendars", False)
        if cron:
            # sudo: whoever keeps the calendar may wake the job that reads it
            cron.sudo()._trigger()

    @api.model
    def _load_days(self, days, source, company=None):
        """Bring days into the calendar.

        :param days: list of ``rules.holiday.Day``
        :param source: where they are from, kept on each
        :return: how many were new or different
        """
        company_id = company.id if company else False
        known = {
            record.holiday_date: record
            for record in self.search(
                [
                    ("holiday_date", "in", [day.day for day in days]),
                    ("company_id", "=", company_id),
                ]
            )
        }
        missing, changed = [], 0
        for day in days:
            record = known.get(day.day)
            if not record:
                missing.append(
                    {
                        "name": day.name or str(day.day),
                        "holiday_date": day.day,
                        "kind": day.kind,
                        "source": source,
                        "company_id": company_id,
                    }
                )
            elif record.kind != day.kind:
                record.write({"kind": day.kind, "source": source})
                changed += 1
        self.create(missing)
        return len(missing) + changed

    @api.model
    def _load_package(self, year):
        """Load a year of mainland China's official calendar.

        :raise UserError: when the package is missing or does not know the year yet
        """
        if chinese_calendar is None:
            raise UserError(
                self.env._(
                    "The Python package chinesecalendar is not installed on the server. Load the "
                    "days from a file instead."
                )
            )
        names = chinese_calendar.Holiday
        chinese = {holiday.value: holiday.chinese for holiday in names}

        def named(days):
            return {day: chinese.get(name, name) for day, name in days.items()}

        try:
            days = rule.from_package(
                named(chinese_calendar.constants.holidays),
                named(chinese_calendar.constants.workdays),
                year,
            )
        except RuleError:
            raise UserError(
                self.env._(
                    "The official calendar of %(year)s is not known yet. It is published in "
                    "November of the year before; update the package chinesecalendar then, or "
                    "load a file.",
                    year=year,
                )
            ) from None
        return self._load_days(days, f"chinesecalendar {year}")

    @api.model
    def _cron_load_next_year(self):
        """Load this year and the next as soon as they are published."""
        today = fields.Date.context_today(self)
        for year in (today.year, today.year + 1):
            try:
                self._load_package(year)
            except UserError:
                continue


class PropertyHolidayImport(models.TransientModel):
    """Load the official calendar of a year, or a file."""

    _name = "property.holiday.import"
    _description = "Load public holidays"

    source = fields.Selection(
        [("package", "Official calendar of mainland China"), ("file", "File")],
        required=True,
        default="package",
    )
    year = fields.Integer(required=True, default=lambda self: fields.Date.context_today(self).year)
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    company_id = fields.Many2one("res.company", help="Empty: every company.")

    def action_import(self):
        """Load the days and show them."""
        self.ensure_one()
        Holiday = self.env["property.holiday"]
        if self.source == "package":
            count = Holiday._load_package(self.year)
        else:
            count = Holiday._load_days(self._read_file(), self.filename or "file", self.company_id)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_holiday_action"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s days loaded", count=count),
                "next": {**action, "views": [(False, "list"), (False, "form")]},
            },
        }

    def _read_file(self):
        if not self.file:
            raise UserError(self.env._("Choose the file first."))
        try:
            return rule.read_csv(base64.b64decode(self.file))
        except RuleError as error:
            raise UserError(self._error_text(error)) from None

    def _error_text(self, error):
        line, text = error.details.get("line"), error.details.get("text")
        return {
            "bad_encoding": self.env._("The file is not a text file in UTF-8 or GB 18030."),
            "bad_date": self.env._(
                "Line %(line)s: %(text)s is not a date such as 2026-10-01.", line=line, text=text
            ),
            "bad_kind": self.env._(
                "Line %(line)s: write holiday or makeup (休 or 班) in the second column, not "
                "%(text)s.",
                line=line,
                text=text,
            ),
            "empty": self.env._("The file holds no day. Columns: date, kind, name."),
        }[error.code]
