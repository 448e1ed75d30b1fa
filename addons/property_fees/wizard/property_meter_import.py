# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.property_base.models.property_handover_template import METER_KINDS
from odoo.addons.property_base.register.messages import describe
from odoo.addons.property_base.register.report import formats, open_book
from odoo.addons.property_base.register.workbook import read_workbook
from odoo.addons.property_base.rules.errors import RuleError as FileError

HEADERS = {
    "unit": ("unit", "room", "房号", "房屋", "单元房号", "户号", "室号"),
    "serial": ("meter", "meter number", "meter no", "表号", "表编号", "水表号", "电表号"),
    "day": ("date", "read on", "reading date", "日期", "抄表日期", "抄表日"),
    "value": (
        "reading",
        "value",
        "this reading",
        "读数",
        "本期读数",
        "本次读数",
        "止码",
        "本月读数",
    ),
    "note": ("note", "remark", "备注", "说明"),
}
SEARCHED_ROWS = 20
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class PropertyMeterImport(models.TransientModel):
    """Take readings from a workbook; the same file a second time changes nothing."""

    _name = "property.meter.import"
    _description = "Import of meter readings"

    community_id = fields.Many2one("property.community", required=True)
    round_id = fields.Many2one(
        "property.meter.round",
        domain="[('community_id', '=', community_id), ('state', '=', 'open')]",
    )
    kind = fields.Selection(METER_KINDS, required=True, default="water")
    read_date = fields.Date(
        string="Reading day",
        required=True,
        default=fields.Date.context_today,
        help="For rows without a date.",
    )
    creates_meters = fields.Boolean(
        string="Enter unknown meters",
        help="A unit without a meter of this kind gets one, and the row becomes its first reading.",
    )
    data_file = fields.Binary(string="File", attachment=False)
    filename = fields.Char()
    state = fields.Selection([("choose", "Choose"), ("done", "Done")], default="choose")
    taken_count = fields.Integer(string="Taken", readonly=True)
    same_count = fields.Integer(string="There already", readonly=True)
    doubt_count = fields.Integer(string="Unusual, to check", readonly=True)
    error_count = fields.Integer(string="Rows refused", readonly=True)
    error_file = fields.Binary(readonly=True, attachment=False)
    error_filename = fields.Char(readonly=True)

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if not values.get("community_id"):
            communities = self.env["property.community"].search([], limit=2)
            values["community_id"] = communities.id if len(communities) == 1 else False
        return values

    def action_template(self):
        """Download the list of the meters, with the last reading and an empty column."""
        self.ensure_one()
        meters = self.env["property.meter"].search(
            [("community_id", "=", self.community_id.id), ("kind", "=", self.kind)]
        )
        _ = self.env._
        head = [_("Unit"), _("Meter number"), _("Last reading"), _("Reading"), _("Date"), _("Note")]
        rows = [
            [
                meter.unit_id.name or meter.place or "",
                meter.serial or "",
                f"{meter.last_value:g}" if meter.last_reading_date else "",
                "",
                "",
                "",
            ]
            for meter in meters
        ]
        self.error_filename = _("readings.xlsx")
        self.error_file = base64.b64encode(self._write_book(head, rows))
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/error_file/{self.error_filename}"
            "?download=true",
        }

    def action_import(self):
        """Read the file, take what is right, return the rest in a workbook."""
        self.ensure_one()
        if not self.data_file:
            raise UserError(self.env._("Choose a file."))
        try:
            sheets = read_workbook(base64.b64decode(self.data_file), self.filename or "")
        except FileError as error:
            raise UserError("\n".join(describe(self.env, error.code, error.details))) from None
        head, rows = self._find_table(sheets)
        refused = self._take_rows(head, rows)
        self.write(self._prepare_result_vals(refused))
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_result_vals(self, refused):
        vals = {"state": "done", "data_file": False, "error_count": len(refused)}
        if refused:
            _ = self.env._
            head = [_("Line"), _("Unit"), _("Meter number"), _("Date"), _("Reading"), _("Problem")]
            vals["error_file"] = base64.b64encode(self._write_book(head, refused))
            vals["error_filename"] = _("refused readings.xlsx")
        return vals

    def _find_table(self, sheets):
        """Return column positions and (line, cells) of the first sheet with the right headers."""
        words = {word: field for field, names in HEADERS.items() for word in names}
        for label, field in self._get_own_headers().items():
            words[label] = field
        for sheet in sheets:
            for index, row in enumerate(sheet.rows[:SEARCHED_ROWS]):
                head = {}
                for column, cell in enumerate(row):
                    field = words.get(str(cell or "").strip().lower())
                    if field:
                        head.setdefault(field, column)
                if "value" in head and {"unit", "serial"} & head.keys():
                    rows = enumerate(sheet.rows[index + 1 :], index + 2)
                    return head, [(line, cells) for line, cells in rows if any(cells)]
        raise UserError(
            self.env._(
                "No table of readings was found. The file needs a column with the unit or the "
                "meter number, and one with the reading."
            )
        )

    def _get_own_headers(self):
        """Return the headers of our own list, in the language of the user."""
        _ = self.env._
        return {
            _("Unit").lower(): "unit",
            _("Meter number").lower(): "serial",
            _("Reading").lower(): "value",
            _("Date").lower(): "day",
            _("Note").lower(): "note",
        }

    def _take_rows(self, head, rows):
        meters = self.env["property.meter"].search(
            [("community_id", "=", self.community_id.id), ("kind", "=", self.kind)]
        )
        units = self.env["property.unit"].search([("community_id", "=", self.community_id.id)])
        known = {
            "serial": meters.filtered("serial").grouped("serial"),
            "unit": meters.filtered("unit_id").grouped(lambda meter: _key(meter.unit_id.name)),
            "units": units.grouped(lambda unit: _key(unit.name)),
        }
        refused = []
        for line, cells in rows:
            row = {
                field: cells[column] if column < len(cells) else None
                for field, column in head.items()
            }
            if row.get("value") in (None, ""):
                continue
            try:
                with self.env.cr.savepoint():
                    self._take_row(row, known)
            except UserError as error:
                refused.append(
                    [
                        line,
                        *(row.get(name) for name in ("unit", "serial", "day", "value")),
                        str(error),
                    ]
                )
        return refused

    def _take_row(self, row, known):
        meter = self._match_meter(row, known)
        day, value = self._parse_day(row.get("day")), self._parse_value(row["value"])
        readings = self.env["property.meter.reading"]
        same = readings.search(
            [("meter_id", "=", meter.id), ("read_date", "=", day), ("state", "!=", "rejected")]
        )
        waiting = same.filtered(lambda one: one.state == "draft" and not one.has_value)
        if not same and self.round_id:
            waiting = self.round_id.reading_ids.filtered(
                lambda one: one.meter_id == meter and one.state == "draft" and not one.has_value
            )
        if same - waiting:
            before = (same - waiting)[0]
            if round(before.value - float(value), 3):
                raise UserError(
                    self.env._(
                        "On %(day)s the meter has the reading %(value)s already.",
                        day=format_date(self.env, day),
                        value=before.value,
                    )
                )
            self.same_count += 1
            return
        vals = {
            "read_date": day,
            "value": float(value),
            "has_value": True,
            "source": "import",
            "state": "submitted",
            "note": str(row.get("note") or "") or False,
        }
        if waiting:
            reading = waiting[0]
            reading.write(vals)
        else:
            kind = "regular" if meter.reading_count else "opening"
            reading = readings.create({**vals, "meter_id": meter.id, "kind": kind})
        if reading.doubt == "backwards":
            raise UserError(
                self.env._(
                    "%(value)s is below the reading before, %(before)s.",
                    value=reading.value,
                    before=reading.previous_value,
                )
            )
        if reading.doubt and not reading.note:
            self.doubt_count += 1
        else:
            reading.action_confirm()
        self.taken_count += 1

    def _match_meter(self, row, known):
        serial, name = _text(row.get("serial")), _key(_text(row.get("unit")))
        if serial:
            if serial in known["serial"]:
                return known["serial"][serial][:1]
            if not (self.creates_meters and name):
                raise UserError(
                    self.env._("No meter of this kind has the number %(serial)s.", serial=serial)
                )
        units = known["units"].get(name, ())
        if len(units) != 1:
            raise UserError(
                self.env._("There is no unit %(unit)s in the community.", unit=row.get("unit"))
            )
        meters = known["unit"].get(name, self.env["property.meter"])
        if len(meters) > 1:
            raise UserError(
                self.env._("The unit has several meters of this kind: give the meter number.")
            )
        if not meters or (serial and meters.serial and meters.serial != serial):
            if not self.creates_meters:
                raise UserError(self.env._("The unit has no meter of this kind. Enter it first."))
            meters = self.env["property.meter"].create(
                {"unit_id": units.id, "kind": self.kind, "serial": serial or False}
            )
        return meters

    def _parse_day(self, cell):
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = _text(cell)
        if not text:
            return self.read_date
        for pattern in FORMATS:
            try:
                return datetime.strptime(text, pattern).date()
            except ValueError:
                continue
        raise UserError(self.env._("%(text)s is no date. Write it as 2026-03-25.", text=text))

    def _parse_value(self, cell):
        if isinstance(cell, bool):
            cell = str(cell)
        try:
            value = Decimal(_text(cell).replace(",", "").replace("，", ""))
        except InvalidOperation:
            value = None
        if value is None or not value.is_finite():
            raise UserError(self.env._("%(text)s is no reading.", text=_text(cell)))
        if value < 0 or value >= Decimal(10) ** 12:
            raise UserError(self.env._("%(text)s cannot be a reading.", text=_text(cell)))
        return round(value, 3)

    def _write_book(self, head, rows):
        buffer = io.BytesIO()
        book = open_book(buffer)
        style = formats(book)
        sheet = book.add_worksheet(self.env._("Readings")[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head), 18)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, style["head"])
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, _text(cell), style["text"])
        book.close()
        return buffer.getvalue()


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return str(cell).strip()


def _key(name):
    return (name or "").replace(" ", "").replace("－", "-").replace("—", "-").lower()
