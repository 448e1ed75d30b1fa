# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.property_base.models.property_handover_template import METER_KINDS

from ..rules.errors import RuleError
from ..rules.measured import blocks_of
from ..rules.metering import consumption


class PropertyMeter(models.Model):
    """A metering point (表位): the device may be exchanged, its readings go on.

    With a unit it is what the unit uses; without one it measures common consumption, which a
    shared cost splits.
    """

    _name = "property.meter"
    _description = "Meter"
    _inherit = ["property.scope.mixin", "property.fee.payable", "mail.thread"]
    _order = "community_id, building_id, unit_id, kind, id"
    _rec_names_search = ["serial", "place", "unit_id.name"]

    active = fields.Boolean(default=True)
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Empty: a meter of common consumption.",
    )
    community_id = fields.Many2one(
        compute="_compute_place", store=True, readonly=False, precompute=True
    )
    building_id = fields.Many2one(
        "property.building",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="[('community_id', '=?', community_id)]",
    )
    is_common = fields.Boolean(
        string="Common", compute="_compute_is_common", store=True, precompute=True
    )
    kind = fields.Selection(METER_KINDS, required=True, default="water", tracking=True)
    serial = fields.Char(string="Meter number", tracking=True)
    place = fields.Char(help="Where it hangs, for example riser cupboard, floor 3.")
    multiplier = fields.Float(
        digits=(12, 4),
        required=True,
        default=1.0,
        tracking=True,
        help="Units of consumption per unit of the dial (倍率), as on the current transformer. "
        "Changes with an exchange of the meter.",
    )
    dial_digits = fields.Integer(
        string="Digits of the dial",
        required=True,
        default=5,
        help="Places before the decimal point: a dial of 5 goes from 99999 to 0.",
    )
    uom_label = fields.Char(string="Unit of measure", compute="_compute_uom_label")
    reading_ids = fields.One2many("property.meter.reading", "meter_id", string="Readings")
    reading_count = fields.Integer(compute="_compute_last_reading")
    last_reading_date = fields.Date(compute="_compute_last_reading")
    last_value = fields.Float(
        string="Last reading", digits=(16, 3), compute="_compute_last_reading"
    )
    note = fields.Text()

    _serial_uniq = models.UniqueIndex(
        "(community_id, kind, serial) WHERE active IS TRUE AND serial IS NOT NULL AND serial <> ''",
        "Another meter of this kind in the community has this number already.",
    )
    _multiplier_positive = models.Constraint(
        "CHECK (multiplier > 0)", "The multiplier of a meter must be above zero."
    )
    _dial_range = models.Constraint(
        "CHECK (dial_digits BETWEEN 1 AND 12)", "A dial has between 1 and 12 digits."
    )

    @api.depends("unit_id")
    def _compute_place(self):
        for meter in self:
            meter.community_id = meter.unit_id.community_id or meter.community_id
            meter.building_id = meter.unit_id.building_id or meter.building_id

    @api.depends("unit_id")
    def _compute_is_common(self):
        for meter in self:
            meter.is_common = not meter.unit_id

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_uom_label(self):
        labels = self._get_uom_labels()
        for meter in self:
            meter.uom_label = labels.get(meter.kind, "")

    @api.depends("reading_ids.state", "reading_ids.value", "reading_ids.read_date")
    def _compute_last_reading(self):
        groups = self.env["property.meter.reading"]._read_group(
            [("meter_id", "in", self.ids), ("state", "=", "confirmed")],
            ["meter_id"],
            ["__count", "id:recordset"],
        )
        figures = {meter: (count, readings) for meter, count, readings in groups}
        for meter in self:
            count, readings = figures.get(meter._origin, (0, self.env["property.meter.reading"]))
            last = readings.sorted(lambda reading: (reading.read_date, reading.id))[-1:]
            meter.reading_count = count
            meter.last_reading_date = last.read_date
            meter.last_value = last.end_value

    @api.depends("kind", "serial", "unit_id.name", "place", "building_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for meter in self:
            where = meter.unit_id.name or " ".join(
                part for part in (meter.building_id.name, meter.place) if part
            )
            parts = (where, kinds.get(meter.kind), meter.serial)
            meter.display_name = " ".join(part for part in parts if part)

    @api.constrains("unit_id", "building_id", "community_id")
    def _check_place(self):
        for meter in self:
            place = meter.unit_id or meter.building_id
            if place and place.community_id != meter.community_id:
                raise ValidationError(
                    self.env._(
                        "Meter %(meter)s: %(place)s is not in %(community)s.",
                        meter=meter.display_name,
                        place=place.display_name,
                        community=meter.community_id.name,
                    )
                )

    def action_view_readings(self):
        """Open the readings of the meters."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_meter_reading_action"
        )
        action["domain"] = [("meter_id", "in", self.ids)]
        action["context"] = {"default_meter_id": self.id if len(self) == 1 else False}
        return action

    @api.model
    def _get_uom_labels(self):
        """Return the unit of measure of each kind, in the reader's language."""
        cubic, kwh = self.env._("m³"), self.env._("kWh")
        return {"water": cubic, "hot_water": cubic, "gas": cubic, "power": kwh, "heat": kwh}

    def _get_segments(self):
        """Return the confirmed consumption of each meter between its readings.

        :return: dict meter id -> list of `rules.metering.Segment`, oldest first
        :raise RuleError: as `rules.metering.consumption`
        """
        readings = self.env["property.meter.reading"].search_fetch(
            [("meter_id", "in", self.ids), ("state", "=", "confirmed")],
            [
                "meter_id",
                "read_date",
                "value",
                "kind",
                "new_value",
                "multiplier",
                "passed_zero",
            ],
        )
        return {
            meter.id: consumption([reading._as_rule() for reading in lines])
            for meter, lines in readings.grouped("meter_id").items()
        }

    def _refresh_consumption(self):
        """Compute the consumption of every confirmed reading again, and refuse what cannot be.

        :raise ValidationError: a reading goes backwards
        """
        chains = self.reading_ids._get_chains() if self else {}
        for meter in self:
            chain = chains.get(meter.id, [])
            try:
                segments = consumption([one._as_rule() for one in chain])
            except RuleError as error:
                raise ValidationError(self._explain_reading_error(error)) from error
            used = {segment.last.id: float(segment.quantity) for segment in segments}
            for reading in chain:
                amount = used.get(reading.id, 0.0)
                if round(reading.consumption - amount, 3):
                    reading._store({"consumption": amount})

    def _explain_reading_error(self, error):
        """Return a rule's refusal in words."""
        reading = self.env["property.meter.reading"].browse(error.params.get("reading"))
        if error.code == "reading_backwards":
            return self.env._(
                "%(reading)s: %(value)s is below the reading before, %(before)s. Correct it, mark "
                "that the dial passed zero, or enter an exchange of the meter.",
                reading=reading.display_name,
                value=error.params["value"],
                before=error.params["start"],
            )
        if error.code == "bad_dial":
            return self.env._(
                "%(reading)s: the dial of this meter cannot show that much. Correct the digits of "
                "the dial on the meter.",
                reading=reading.display_name,
            )
        return self.env._(
            "%(reading)s cannot be used: %(code)s.",
            reading=reading.display_name,
            code=error.code,
        )

    # What the fee run asks

    def _get_fee_unit(self):
        """Extend `property.fee.payable`: the unit that uses what the meter counts."""
        return self.unit_id

    def _get_fee_bases(self):
        """Extend `property.fee.payable`: meters owe what is charged by consumption."""
        return ("meter",)

    def _get_fee_assignees(self):
        """Extend `property.fee.payable`: what is said of the unit holds for its meters."""
        return [(self._name, self.id), ("property.unit", self.unit_id.id)]

    def _takes_fee_rules(self):
        """Extend `property.fee.payable`: rules of building or community hold for its meters."""
        return True

    def _bears_fee_item(self, item):
        """Extend `property.fee.payable`: items for the kind of the meter."""
        return item.meter_kind == self.kind

    def _get_fee_measures(self, items, windows):
        """Extend `property.fee.payable`: what was read in the windows of the run."""
        found = {}
        try:
            segments = self._get_segments()
        except RuleError:  # one by one, so that one bad meter does not stop the others
            segments = {}
            for meter in self:
                try:
                    segments |= meter._get_segments()
                except RuleError as error:
                    segments[meter.id] = error
        for item in items:
            for meter in self:
                mine = segments.get(meter.id, [])
                if isinstance(mine, RuleError):
                    found[meter.id, item.id] = mine
                elif mine and meter._bears_fee_item(item):
                    found[meter.id, item.id] = blocks_of(mine, windows[item.id], item.ladder)
        return found

    # Residents

    def _report_reading(self, value, day, photo=False):
        """Take what a resident reports; it counts once staff has confirmed it.

        :param value: Decimal with three decimals at most
        :param day: date of the report
        :param photo: base64 text or False
        :raise UserError: reporting is not open, or the reading is confirmed already
        """
        self.ensure_one()
        rounds = self.env["property.meter.round"]._get_open_to_residents(self.community_id, day)
        rounds = rounds.filtered(
            lambda one: (
                one.kind == self.kind
                and (not one.building_ids or self.building_id in one.building_ids)
            )
        )
        if not rounds or not self.unit_id:
            raise UserError(self.env._("Readings of this meter are not asked for at the moment."))
        readings = self.reading_ids.filtered(
            lambda one: (
                one.state != "rejected" and (one.round_id == rounds[0] or one.read_date == day)
            )
        )
        if readings.filtered(lambda one: one.state == "confirmed"):
            raise UserError(self.env._("The meter has been read already. Thank you."))
        vals = {
            "read_date": day,
            "value": float(value),
            "has_value": True,
            "source": "resident",
            "state": "submitted",
            "round_id": rounds[0].id,
        }
        if photo:
            vals["photo"] = photo
        if readings:
            (readings - readings[0]).write({"state": "rejected"})
            readings[0].write(vals)
            return readings[0]
        return self.env["property.meter.reading"].create({**vals, "meter_id": self.id})
