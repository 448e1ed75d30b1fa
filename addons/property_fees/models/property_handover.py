# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyHandover(models.Model):
    _inherit = "property.handover"

    def _on_done(self):
        """Extend `property_base`: what was read together counts for the bills."""
        result = super()._on_done()
        for handover in self:
            # sudo: the keeper who hands over need not have rights on meters
            handover.sudo()._take_meter_readings()
        return result

    def _take_meter_readings(self):
        """Make readings of the handover's; a meter that is not known yet is entered with it.

        Submitted only, when it would go backwards: somebody looks at it before it counts.
        """
        self.ensure_one()
        for line in self.reading_ids.filtered("read_at"):
            meter = self._find_meter(line)
            day = fields.Datetime.context_timestamp(line, line.read_at).date()
            same_day = meter.reading_ids.filtered(
                lambda one, day=day: one.read_date == day and one.state != "rejected"
            )
            if same_day.filtered(lambda one: one.state == "confirmed"):
                continue
            same_day.write({"state": "rejected"})
            reading = self.env["property.meter.reading"].create(
                {
                    "meter_id": meter.id,
                    "read_date": day,
                    "value": line.value,
                    "has_value": True,
                    "kind": "handover" if meter.reading_count else "opening",
                    "source": "handover",
                    "state": "submitted",
                    "photo": line.photo,
                    "note": self.display_name,
                }
            )
            if reading.doubt != "backwards":
                reading.action_confirm()

    def _find_meter(self, line):
        meters = self.env["property.meter"].search(
            [("unit_id", "=", self.unit_id.id), ("kind", "=", line.kind)]
        )
        if line.meter_number:
            same = meters.filtered(lambda meter: meter.serial == line.meter_number)
            unnamed = meters.filtered(lambda meter: not meter.serial)[:1]
            if not same and unnamed:
                unnamed.serial = line.meter_number
            meters = same or unnamed or self.env["property.meter"]
        return meters[:1] or self.env["property.meter"].create(
            {"unit_id": self.unit_id.id, "kind": line.kind, "serial": line.meter_number}
        )
