# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import csv
import hashlib
import io

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.messages import clean_waybill
from ..models.property_parcel import QUIET
from ..rules import addressee as addressee_rule
from ..rules import waybill as waybill_rule

MAX_ROWS, MAX_ANNOUNCED = 5000, 300
SIZES = {
    "small": "small", "s": "small", "小": "small", "小件": "small",
    "medium": "medium", "m": "medium", "中": "medium", "中件": "medium",
    "large": "large", "l": "large", "大": "large", "大件": "large",
    "huge": "huge", "xl": "huge", "超大": "huge",
}  # fmt: skip
HEADS = ("waybill", "运单", "单号", "快递单号", "tracking")


class PropertyParcelBulk(models.TransientModel):
    """Take a courier's batch in from a list or a file, with one line per failure."""

    _name = "property.parcel.bulk"
    _description = "Bulk intake"

    station_id = fields.Many2one(
        "property.parcel.station",
        required=True,
        default=lambda self: self.env["property.parcel.station"].search([], limit=1),
    )
    carrier_id = fields.Many2one(
        "property.parcel.carrier",
        string="Courier company",
        help="Empty: by the shape of the numbers.",
    )
    text = fields.Text(
        string="List",
        help="One parcel per line: waybill, addressee (unit, name or end of the phone), size.",
    )
    file = fields.Binary(string="File", help="XLSX or CSV with the same columns.")
    filename = fields.Char()
    state = fields.Selection([("draft", "List"), ("done", "Result")], default="draft")
    line_ids = fields.One2many("property.parcel.bulk.line", "bulk_id", string="Lines to correct")
    parcel_ids = fields.Many2many("property.parcel", string="Parcels")
    done_count = fields.Integer(string="Taken in", readonly=True)
    error_count = fields.Integer(string="Not taken in", readonly=True)

    def action_take_in(self):
        """Take the batch in."""
        self.ensure_one()
        rows = self._read_rows()
        if not rows:
            raise UserError(self.env._("The list is empty."))
        batch = hashlib.sha256(f"{self._name}:{self.id}:{self.create_date}".encode()).hexdigest()[
            :24
        ]
        results = self._take_in(self.station_id, self.carrier_id.id, rows, batch)
        failed = [one for one in results if not one["ok"]]
        self.write(
            {
                "state": "done",
                "parcel_ids": [Command.set([one["id"] for one in results if one["ok"]])],
                "done_count": len(results) - len(failed),
                "error_count": len(failed),
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "line": one["line"],
                                "waybill": one["waybill"],
                                "message": one["message"],
                            }
                        )
                        for one in failed
                    ),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bulk intake"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_print_labels(self):
        """Print the labels of what was taken in."""
        self.ensure_one()
        return self.env.ref("property_parcel.property_parcel_report_label").report_action(
            self.parcel_ids, config=False
        )

    def _read_rows(self):
        rows = []
        if self.file:
            data = base64.b64decode(self.file)
            try:
                rows = self._read_xlsx(data) if data[:2] == b"PK" else self._read_csv(data)
            except (ValueError, KeyError, OSError, UnicodeDecodeError) as error:
                raise UserError(
                    self.env._("The file cannot be read. Save it as XLSX or CSV, then try again.")
                ) from error
        for line in (self.text or "").splitlines():
            parts = [part.strip() for part in line.replace("\t", ",").replace("，", ",").split(",")]
            rows.append(parts)
        if len(rows) > MAX_ROWS:
            raise UserError(
                self.env._("A batch has at most %(count)s lines. Split the list.", count=MAX_ROWS)
            )
        table = []
        for number, parts in enumerate(rows, 1):
            cells = [str(part).strip() if part is not None else "" for part in parts][:3]
            waybill, addressee, size = (*cells, "", "", "")[:3]
            if not any(cells) or (number == 1 and waybill.lower() in HEADS):
                continue
            table.append(
                {
                    "line": number,
                    "waybill": waybill,
                    "addressee": addressee,
                    "size": SIZES.get(size.lower(), "small"),
                }
            )
        return table

    def _read_xlsx(self, data):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    def _read_csv(self, data):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        return list(csv.reader(io.StringIO(text)))

    @api.model
    def _take_in(self, station, carrier_id, rows, batch=""):
        """Take parcels in, all good lines in one go; every bad line gets its reason.

        :return: list of dicts ``line``, ``waybill``, ``ok``, ``message`` and of good lines ``id``
        """
        Parcel = self.env["property.parcel"].with_context(**QUIET)
        people = _People(Parcel._get_people(station.community_id))
        results, fresh, keys = [], [], {}
        chosen = self.env["property.parcel.carrier"].browse(carrier_id or False)
        known = self._get_known(Parcel, station, rows)
        layouts = _Carriers(chosen, station.company_id)
        for position, row in enumerate(rows, 1):
            result = {"line": row.get("line", position), "waybill": row.get("waybill") or ""}
            results.append(result)
            key = f"{batch}:{result['line']}" if batch else False
            try:
                vals, message = self._check_row(row, station, layouts, people, known)
            except UserError as error:
                result |= {"ok": False, "message": str(error)}
                continue
            if message:  # taken in before, by the same batch
                result |= message
                continue
            seen = (vals["carrier_id"], vals["waybill"])
            if seen in keys:
                text = self.env._("%(waybill)s is in the list twice.", waybill=vals["waybill"])
                result |= {"ok": False, "message": text}
                continue
            keys[seen] = True
            fresh.append((result, {**vals, "client_key": key}))
        new = [(result, vals) for result, vals in fresh if not vals.get("expected_id")]
        parcels = Parcel.create([vals for _result, vals in new])
        for (result, _vals), parcel in zip(new, parcels, strict=True):
            result |= {"ok": True, "id": parcel.id, "message": ""}
        for result, vals in fresh:
            if vals.get("expected_id"):
                parcel = Parcel.browse(vals["expected_id"])
                parcels += parcel
                result |= {"ok": True, "id": parcel.id, "message": ""}
        if parcels:
            parcels._check_in()
        for result in results:
            if result["ok"]:
                parcel = Parcel.browse(result["id"])
                result |= {"slot": parcel.slot_id.name or "", "number": parcel.name}
        return results

    @api.model
    def _announce(self, station, courier, text):
        """Put a courier's batch on the list of what is on its way (PAR-05).

        :return: (number announced, list of ``line: reason``)
        """
        rows = self.new({"text": text})._read_rows()
        if not rows:
            raise UserError(self.env._("The list is empty."))
        if len(rows) > MAX_ANNOUNCED:
            raise UserError(
                self.env._(
                    "A batch has at most %(count)s lines. Split the list.", count=MAX_ANNOUNCED
                )
            )
        Parcel = self.env["property.parcel"].with_context(**QUIET)
        people = _People(Parcel._get_people(station.community_id))
        known = self._get_known(Parcel, station, rows)
        layouts = _Carriers(courier.carrier_id, station.company_id)
        vals_list, problems = [], []
        for row in rows:
            try:
                vals, _message = self._check_row(row, station, layouts, people, known)
                listed = {one["waybill"] for one in vals_list}
                if "expected_id" in vals or vals["waybill"] in listed:
                    raise UserError(self.env._("It is announced already."))
            except UserError as error:
                problems.append(f"{row['waybill'] or row['line']}: {error}")
                continue
            vals_list.append({**vals, "courier_id": courier.id})
        Parcel.create(vals_list)._log_event("announced", courier.name)
        return len(vals_list), problems

    @api.model
    def _get_known(self, Parcel, station, rows):  # noqa: N803 - a model
        numbers = set()
        for row in rows:
            try:
                numbers.add(clean_waybill(self.env, row.get("waybill")))
            except UserError:
                continue
        found = Parcel.sudo().search(  # sudo: a number is taken whoever may see the parcel
            [("waybill", "in", list(numbers)), ("company_id", "=", station.company_id.id)]
        )
        return {(one.carrier_id.id, one.waybill): one for one in found}

    @api.model
    def _check_row(self, row, station, layouts, people, known):
        number = clean_waybill(self.env, row.get("waybill"))
        carrier = layouts.find(number)
        if not carrier:
            raise UserError(layouts.chosen._get_unknown_message(number, station.company_id))
        problem = carrier._get_waybill_problem(number)
        if problem:
            raise UserError(problem)
        parcel = known.get((carrier.id, number))
        if parcel and parcel.state != "expected":
            raise UserError(parcel._get_known_message())
        unit_id, partner_id, name = people.find(row.get("addressee") or "")
        text = (row.get("addressee") or "").strip()
        if text and not unit_id and addressee_rule.digits(text) and not name:
            raise UserError(
                self.env._(
                    "“%(text)s” is no unit and nobody of %(community)s. Correct it, or take the "
                    "parcel in by name.",
                    text=text,
                    community=station.community_id.name,
                )
            )
        if parcel:
            return {
                "expected_id": parcel.id,
                "carrier_id": carrier.id,
                "waybill": number,
            }, None
        return {
            "waybill": number,
            "carrier_id": carrier.id,
            "station_id": station.id,
            "community_id": station.community_id.id,
            "unit_id": unit_id,
            "partner_id": partner_id,
            "addressee_name": name,
            "size": row.get("size") or "small",
        }, None


class _Carriers:
    """The carrier of a number; what their numbers look like is read once."""

    def __init__(self, chosen, company):
        self.chosen = chosen
        carriers = chosen.search([("company_id", "=", company.id)])
        self.formats = {carrier.id: carrier._format() for carrier in carriers}

    def find(self, number):
        if self.chosen:
            return self.chosen
        return self.chosen.browse(waybill_rule.candidates(number, self.formats)[:1])


class _People:
    """Addressees by unit, phone tail and name; looked up by key before anything is compared."""

    def __init__(self, people):
        self.people = people
        self.by_key = {}
        for person in people:
            keys = {
                addressee_rule.fold(person.unit),
                addressee_rule.fold(person.name),
                addressee_rule.tail(person.phone),
                addressee_rule.digits(person.phone),
            }
            for key in keys - {""}:
                self.by_key.setdefault(key, []).append(person)

    def find(self, text):
        """Return unit, person and name: a name that nobody has stays a name."""
        key = addressee_rule.fold(text)
        if not key:
            return False, False, False
        found = self.by_key.get(key) or addressee_rule.propose(self.people, text, limit=3)
        units = {person.unit_key for person in found}
        if len(units) == 1:
            person_ids = {person.key for person in found}
            return found[0].unit_key, found[0].key if len(person_ids) == 1 else False, False
        is_name = not any(char.isdigit() for char in text)
        return False, False, text.strip()[:60] if is_name else False


class PropertyParcelBulkLine(models.TransientModel):
    """One line of a batch that was not taken in, and why."""

    _name = "property.parcel.bulk.line"
    _description = "Line not taken in"
    _order = "line, id"

    bulk_id = fields.Many2one("property.parcel.bulk", required=True, ondelete="cascade")
    line = fields.Integer()
    waybill = fields.Char()
    message = fields.Char()
