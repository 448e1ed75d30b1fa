# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..register.report import formats, open_book

# These words are read back by the import, so they come from its list of known headers and not
# from a translation that may change.
HEADERS = {
    "zh": ("楼栋", "单元", "楼层", "房号", "用途", "建筑面积(㎡)", "套内面积(㎡)", "业主姓名",
           "共有人",
           "产权份额", "联系电话", "身份证后四位", "交付日期", "房屋状态", "备注"),
    "en": ("Building", "Entrance", "Floor", "Room number", "Use", "Area (m²)", "Inner area (m²)",
           "Owner", "Co-owners", "Shares", "Phone",
           "ID last 4", "Delivery date", "State",
           "Remark"),
}  # fmt: skip
WORDS = {
    "zh": {"residential": "住宅", "commercial": "商铺", "office": "办公", "storage": "储藏",
           "other": "其他", "unsold": "未售", "sold": "已售", "delivered": "已交付",
           "occupied": "已入住", "vacant": "空置", "renovating": "装修中", "sheet": "业主台账",
           "total": "合计"},
    "en": {"residential": "Residential", "commercial": "Commercial", "office": "Office",
           "storage": "Storage", "other": "Other", "unsold": "Unsold", "sold": "Sold",
           "delivered": "Delivered", "occupied": "Occupied", "vacant": "Vacant",
           "renovating": "Renovating", "sheet": "Register", "total": "Total"},
}  # fmt: skip
WIDTHS = (8, 8, 7, 11, 12, 14, 14, 22, 24, 14, 26, 16, 13, 12, 30)


class PropertyRegisterExport(models.TransientModel):
    """Export a community's register to a workbook that imports back unchanged."""

    _name = "property.register.export"
    _description = "Export register"

    community_id = fields.Many2one("property.community", required=True)
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: all buildings.",
    )
    with_numbers = fields.Boolean(
        string="Full phone numbers",
        help="Needs the right to reveal personal data; every such export is logged. Otherwise "
        "phone numbers are masked.",
    )
    can_reveal = fields.Boolean(compute="_compute_can_reveal")
    file = fields.Binary(readonly=True, attachment=True)
    filename = fields.Char(readonly=True)

    def _compute_can_reveal(self):
        allowed = self.env.user.has_group("property_base.group_property_privacy")
        for wizard in self:
            wizard.can_reveal = allowed

    def action_export(self):
        """Make the workbook and hand it to the browser."""
        self.ensure_one()
        if self.with_numbers and not self.can_reveal:
            raise AccessError(
                self.env._(
                    "Full phone numbers may be exported only with the right to reveal personal "
                    "data. Export without them, or ask a manager."
                )
            )
        units = self._get_units()
        today = fields.Date.context_today(self)
        self.write(
            {
                "file": base64.b64encode(self._make_book(units)),
                "filename": self.env._(
                    "Register of %(community)s %(date)s.xlsx",
                    community=self.community_id.name,
                    date=today,
                ),
            }
        )
        self._log_export(units)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.filename}?download=true",
            "target": "download",
        }

    def _get_units(self):
        domain = [("community_id", "=", self.community_id.id)]
        if self.building_ids:
            domain.append(("building_id", "in", self.building_ids.ids))
        return self.env["property.unit"].search(domain)

    def _log_export(self, units):
        body = self.env._("Register exported: %(count)s units.", count=len(units))
        if self.with_numbers:
            body = self.env._(
                "Register exported with full phone numbers: %(count)s units.", count=len(units)
            )
            if "property.personal.data.log" in self.env:
                # sudo: asks only who has a number, which is masked for the user
                people = units.owner_ids.filtered(lambda partner: partner.sudo().phone)
                self.env["property.personal.data.log"]._log(people, "phone", "export")
        self.community_id._message_log(body=body)

    # === WORKBOOK === #

    def _language(self):
        return "zh" if (self.env.lang or "").startswith("zh") else "en"

    def _make_book(self, units):
        buffer = io.BytesIO()
        book = open_book(buffer)
        style = formats(book)
        words = WORDS[self._language()]
        ws = book.add_worksheet(words["sheet"])
        extra = self._get_extra_columns(units)
        headers = HEADERS[self._language()] + tuple(label for label, _values in extra)
        self._write_head(ws, style, headers)
        lines = self._owner_lines(units)
        for at, unit in enumerate(units, 2):
            cells = self._unit_cells(unit, lines.get(unit, ()), words)
            cells += tuple(values.get(unit.id, "") for _label, values in extra)
            for column, cell in enumerate(cells):
                self._write_cell(ws, at, column, cell, style)
        last = len(units) + 2
        ws.write_string(last, 0, words["total"], style["total"])
        ws.write_number(last, 5, round(sum(units.mapped("area_m2")), 2), style["total"])
        ws.autofilter(1, 0, max(last - 1, 1), len(headers) - 1)
        book.close()
        return buffer.getvalue()

    def _write_head(self, ws, style, headers):
        title = f"{self.community_id.name} {WORDS[self._language()]['sheet']}"
        ws.write_string(0, 0, title, style["title"])
        ws.set_row(0, 26)
        ws.set_row(1, 20)
        for column, header in enumerate(headers):
            ws.write_string(1, column, header, style["head"])
            width = WIDTHS[column] if column < len(WIDTHS) else 16
            ws.set_column(column, column, width)
        ws.freeze_panes(2, 4)

    def _write_cell(self, ws, row, column, cell, style):
        if cell is None or cell == "":
            ws.write_blank(row, column, None, style["text"])
        elif hasattr(cell, "year"):
            ws.write_datetime(row, column, cell, style["date"])
        elif isinstance(cell, float):
            ws.write_number(row, column, cell, style["number"])
        elif isinstance(cell, int):
            ws.write_number(row, column, cell, style["wrap"])
        else:
            ws.write_string(row, column, str(cell), style["text"])

    def _owner_lines(self, units):
        """Return the present ownerships per unit, the representative first."""
        today = fields.Date.context_today(self)
        lines = self.env["property.ownership"].search([("unit_id", "in", units.ids)])
        return {
            unit: own.sorted(lambda line: (not line.is_representative, line.id))
            for unit, own in lines._filtered_on(today).grouped("unit_id").items()
        }

    def _unit_cells(self, unit, lines, words):
        names = [line.partner_id.name or "" for line in lines]
        shares = [Fraction(line.share_numerator, line.share_denominator) for line in lines]
        equal = len(set(shares)) <= 1
        owner = names[0] if names else ""
        if not names and unit.state == "unsold":
            owner = words["unsold"]
        return (
            unit.building_id.code,
            unit.entrance or "",
            unit.floor or "",
            unit.number,
            words[unit.usage],
            unit.area_m2 or "",
            unit.inner_area_m2 or "",
            owner,
            "、".join(names[1:]),
            "" if equal else "、".join(str(share) for share in shares),
            _join(self._phone(line.partner_id) for line in lines),
            _join(self._tail(line.partner_id) for line in lines),
            unit.delivery_date or "",
            words[unit.state],
            unit.note or "",
        )

    def _phone(self, partner):
        # sudo: numbers are masked for the user; this is where an export masks them itself
        phone = partner.sudo().phone or ""
        if self.with_numbers or partner.is_company or not phone:
            return phone
        if hasattr(partner, "_property_masked_phone"):
            return partner._property_masked_phone()
        return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"

    def _tail(self, partner):
        if "property_id_tail" not in partner._fields:
            return ""
        # sudo: the ending alone identifies nobody; the export is for officers
        return partner.sudo().property_id_tail or ""

    @api.model
    def _get_extra_columns(self, units):
        """Return columns of other addons.

        :return: list of ``(header, {unit id: text})``; the header should be one that the import
            reads, such as 车牌号 or Plate
        """
        return []


def _join(values):
    """Join the values of several owners; a dash keeps the place of an owner without one."""
    values = list(values)
    while values and not values[-1]:
        values.pop()
    return "、".join(value or "-" for value in values)
