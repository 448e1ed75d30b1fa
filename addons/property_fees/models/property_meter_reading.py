# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..rules.errors import RuleError
from ..rules.metering import Reading, consumption, doubts
from ..rules.period import period_of

CHAIN = {"meter_id", "read_date", "value", "kind", "new_value", "multiplier", "passed_zero"}


class PropertyMeterReading(models.Model):
    """What a meter showed on a day. Only confirmed readings count; billed ones do not change."""

    _name = "property.meter.reading"
    _description = "Meter reading"
    _inherit = ["property.scope.mixin"]
    _order = "read_date desc, id desc"
    _property_live = False

    meter_id = fields.Many2one("property.meter", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="meter_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(
        related="meter_id.unit_id", store=True, precompute=True, index="btree_not_null"
    )
    building_id = fields.Many2one(related="meter_id.building_id", store=True, precompute=True)
    meter_kind = fields.Selection(
        related="meter_id.kind", string="Kind of meter", store=True, precompute=True
    )
    uom_label = fields.Char(related="meter_id.uom_label")
    round_id = fields.Many2one(
        "property.meter.round", string="Reading round", index="btree_not_null", ondelete="cascade"
    )
    read_date = fields.Date(
        string="Read on", required=True, default=fields.Date.context_today, index=True
    )
    kind = fields.Selection(
        [
            ("opening", "First reading"),
            ("regular", "Regular"),
            ("handover", "Handover"),
            ("exchange", "Exchange of the meter"),
            ("estimated", "Estimated"),
        ],
        required=True,
        default="regular",
    )
    source = fields.Selection(
        [
            ("staff", "Staff"),
            ("resident", "Resident"),
            ("import", "File"),
            ("handover", "Handover"),
        ],
        required=True,
        default="staff",
        readonly=True,
    )
    value = fields.Float(string="Reading", digits=(16, 3), aggregator=None)
    has_value = fields.Boolean(
        string="Read", compute="_compute_has_value", store=True, readonly=False, precompute=True
    )
    passed_zero = fields.Boolean(help="The dial went over its highest number and began anew.")
    new_value = fields.Float(string="New meter starts at", digits=(16, 3), aggregator=None)
    new_serial = fields.Char(string="New meter number")
    multiplier = fields.Float(
        digits=(12, 4),
        compute="_compute_multiplier",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="Holds from this reading on.",
    )
    end_value = fields.Float(
        string="Goes on from", digits=(16, 3), compute="_compute_end_value", aggregator=None
    )
    state = fields.Selection(
        [
            ("draft", "To read"),
            ("submitted", "To check"),
            ("confirmed", "Confirmed"),
            ("rejected", "Rejected"),
        ],
        string="Status",
        required=True,
        default="draft",
        index=True,
        copy=False,
    )
    previous_value = fields.Float(
        digits=(16, 3), aggregator=None, compute="_compute_previous", string="Reading before"
    )
    previous_read_date = fields.Date(string="Read before on", compute="_compute_previous")
    consumption = fields.Float(
        digits=(16, 3), readonly=True, copy=False, help="Since the reading before, multiplied."
    )
    expected = fields.Float(
        string="Would be used", digits=(16, 3), compute="_compute_previous", aggregator=None
    )
    doubt = fields.Selection(
        [
            ("backwards", "Below the reading before"),
            ("high", "Unusually high"),
            ("low", "Unusually low"),
            ("zero", "Nothing used"),
        ],
        compute="_compute_previous",
        search="_search_doubt",
    )
    stored_doubt = fields.Char(readonly=True, copy=False)
    note = fields.Char(help="Why an unusual reading is right, for example: leak, moved out.")
    photo = fields.Image(max_width=1920, max_height=1920, attachment=True)
    user_id = fields.Many2one("res.users", string="Read by", readonly=True, copy=False)
    is_billed = fields.Boolean(string="Billed", compute="_compute_is_billed", compute_sudo=True)
    is_late = fields.Boolean(
        string="Not billed yet",
        compute="_compute_is_late",
        search="_search_is_late",
        compute_sudo=True,
        help="Consumption of a unit that no run has billed although its days were billed: it was "
        "confirmed after the run.",
    )

    _day_uniq = models.UniqueIndex(
        "(meter_id, read_date) WHERE state <> 'rejected'",
        "This meter has a reading of that day already. Correct that one.",
    )
    _value_positive = models.Constraint(
        "CHECK ((value IS NULL OR value >= 0) AND (new_value IS NULL OR new_value >= 0))",
        "A meter reading cannot be negative.",
    )
    _multiplier_positive = models.Constraint(
        "CHECK (multiplier > 0)", "The multiplier of a meter must be above zero."
    )

    @api.depends("value", "photo")
    def _compute_has_value(self):
        for reading in self:
            reading.has_value = bool(reading.has_value or reading.value or reading.photo)

    @api.depends("meter_id")
    def _compute_multiplier(self):
        for reading in self:
            reading.multiplier = reading.multiplier or reading.meter_id.multiplier or 1.0

    @api.depends("value", "kind", "new_value")
    def _compute_end_value(self):
        for reading in self:
            exchanged = reading.kind == "exchange"
            reading.end_value = reading.new_value if exchanged else reading.value

    @api.depends("meter_id", "value", "read_date", "passed_zero", "state", "has_value")
    def _compute_previous(self):
        """Compare with what is confirmed; a reading that is not yet is judged as if it were."""
        chains = self._get_chains()
        limits = {}
        for reading in self:
            before = [
                one
                for one in chains.get(reading.meter_id.id, ())
                if reading.read_date
                and one.read_date < reading.read_date
                and one != reading._origin
            ]
            last = before[-1] if before else self.browse()
            reading.previous_value = last.end_value
            reading.previous_read_date = last.read_date
            reading.expected, reading.doubt = 0.0, False
            if not last or not (reading.has_value or reading.value):
                continue
            community = reading.community_id
            if community not in limits:
                limits[community] = reading._get_doubt_limits()
            reading._judge(before, limits[community])

    def _judge(self, before, limits):
        try:
            *earlier, mine = consumption([*(one._as_rule() for one in before), self._as_rule()])
        except RuleError as error:
            self.doubt = "backwards" if error.code == "reading_backwards" else False
            return
        self.expected = float(mine.quantity)
        found = doubts(mine, earlier, *limits)
        self.doubt = found[0] if found else False

    @api.depends("state")
    def _compute_is_billed(self):
        charges = self.env["property.fee.charge"].search_fetch(
            [
                ("res_model", "=", "property.meter"),
                ("res_id", "in", self.meter_id.ids),
                ("state", "=", "posted"),
            ],
            ["res_id", "period_start", "period_end"],
        )
        days = {}
        for charge in charges:
            days.setdefault(charge.res_id, []).append((charge.period_start, charge.period_end))
        for reading in self:
            # the day of a reading closes one span, the next day opens another
            reading.is_billed = reading.state == "confirmed" and any(
                start <= reading.read_date <= end
                or start == fields.Date.add(reading.read_date, days=1)
                for start, end in days.get(reading.meter_id.id, ())
            )

    def _compute_is_late(self):
        ids = {row[0] for row in self.env.execute_query(self._get_late_query(self.ids))}
        for reading in self:
            reading.is_late = reading._origin.id in ids

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", SQL("(%s)", self._get_late_query()))]

    @api.model
    def _get_late_query(self, ids=None):
        """Return the query of confirmed readings whose consumption was left out of the runs.

        The day of the reading lies in a posted run of the community over items of the kind of the
        meter, and no live charge of the meter covers it.
        """
        self.env["property.fee.charge"].flush_model()
        self.env["property.fee.run"].flush_model()
        self.flush_model()
        return SQL(
            """
            WITH done AS MATERIALIZED (
                SELECT DISTINCT other.community_id, item.meter_kind, run.period_start,
                       run.period_end
                  FROM property_fee_charge other
                  JOIN property_fee_run run ON run.id = other.run_id AND run.state = 'posted'
                  JOIN property_fee_item item ON item.id = other.item_id
                 WHERE other.res_model = 'property.meter' AND other.state = 'posted'
            )
            SELECT reading.id
              FROM property_meter_reading reading
              JOIN property_meter meter ON meter.id = reading.meter_id AND meter.active
             WHERE reading.state = 'confirmed' AND reading.unit_id IS NOT NULL
               AND reading.consumption <> 0 AND %(chosen)s
               AND NOT EXISTS (
                   SELECT 1 FROM property_fee_charge charge
                    WHERE charge.res_model = 'property.meter' AND charge.res_id = meter.id
                      AND charge.state <> 'cancelled'
                      AND reading.read_date BETWEEN charge.period_start AND charge.period_end)
               AND EXISTS (
                   SELECT 1 FROM done
                    WHERE done.community_id = reading.community_id
                      AND done.meter_kind = meter.kind
                      AND reading.read_date BETWEEN done.period_start AND done.period_end)
            """,
            chosen=SQL("reading.id = ANY(%s)", ids) if ids is not None else SQL("TRUE"),
        )

    def _search_doubt(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("stored_doubt", "in", [item or False for item in value])]

    @api.depends("meter_id.display_name", "read_date")
    def _compute_display_name(self):
        for reading in self:
            day = reading.read_date and format_date(self.env, reading.read_date)
            reading.display_name = f"{reading.meter_id.display_name or ''} {day or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["state", "read_date"])
        for vals in vals_list:
            if vals.get("state") == "confirmed":
                vals.setdefault("has_value", True)
                vals.setdefault("user_id", self.env.uid)
        readings = super().create(vals_list)
        readings.filtered(lambda one: one.state == "confirmed")._update_chain()
        readings._note_doubts()
        return readings

    def write(self, vals):
        if vals.keys() & (CHAIN | {"state"}):
            self._check_not_billed(vals)
        meters = self.filtered(lambda one: one.state == "confirmed").meter_id
        result = super().write(vals)
        if vals.keys() & (CHAIN | {"state"}):
            confirmed = self.filtered(lambda one: one.state == "confirmed")
            (confirmed.meter_id | meters)._refresh_consumption()
            if vals.keys() & {"kind", "multiplier", "new_serial", "state"}:
                confirmed._update_device()
            self._note_doubts()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed({"state": "rejected"})

    def unlink(self):
        meters = self.filtered(lambda one: one.state == "confirmed").meter_id
        result = super().unlink()
        meters._refresh_consumption()
        return result

    def _check_not_billed(self, vals):
        for reading in self:
            changed = [
                name
                for name in vals.keys() & (CHAIN | {"state"})
                if reading[name]
                != reading._fields[name].convert_to_record(
                    reading._fields[name].convert_to_cache(vals[name], reading), reading
                )
            ]
            if changed and reading.is_billed:
                raise UserError(
                    self.env._(
                        "Reading %(reading)s has been billed and stays as it is. Cancel the "
                        "charge first, or correct it with the next reading.",
                        reading=reading.display_name,
                    )
                )

    # Buttons

    def action_confirm(self):
        """Confirm readings; unusual ones need a word why they are right."""
        for reading in self.sorted("read_date"):
            if not reading.has_value:
                raise UserError(
                    self.env._("%(reading)s: enter the reading.", reading=reading.display_name)
                )
            if reading.doubt == "backwards":
                raise UserError(
                    self.env._(
                        "%(reading)s: %(value)s is below the reading before, %(before)s. Correct "
                        "it, mark that the dial passed zero, or enter an exchange of the meter.",
                        reading=reading.display_name,
                        value=reading.value,
                        before=reading.previous_value,
                    )
                )
            if reading.doubt and not reading.note:
                labels = dict(self._fields["doubt"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(reading)s: %(doubt)s. Check it, and note why it is right.",
                        reading=reading.display_name,
                        doubt=labels[reading.doubt],
                    )
                )
            reading.write({"state": "confirmed", "user_id": reading.user_id.id or self.env.uid})
        return True

    def action_confirm_plain(self):
        """Confirm what is entered and looks usual; the rest stays to be checked."""
        plain = self.filtered(
            lambda one: one.state in ("draft", "submitted") and one.has_value and not one.doubt
        )
        plain.action_confirm()
        return len(plain)

    def action_reject(self):
        """Set readings aside; they do not count."""
        self.write({"state": "rejected"})

    def action_reopen(self):
        """Take readings back to be checked."""
        self.write({"state": "submitted"})

    def action_bill_late(self):
        """Compute runs over the days of readings that came after the run of those days."""
        late = self.filtered("is_late")
        if not late:
            raise UserError(self.env._("These readings are billed, or are still to be billed."))
        runs = self.env["property.fee.run"]
        for community, readings in late.grouped("community_id").items():
            days = readings.mapped("read_date")
            items = self.env["property.fee.item"].search(
                [
                    ("basis", "=", "meter"),
                    ("meter_kind", "in", readings.mapped("meter_kind")),
                    ("company_id", "=", community.company_id.id),
                ]
            )
            runs |= runs.create(
                {
                    "community_ids": [fields.Command.set(community.ids)],
                    "item_ids": [fields.Command.set(items.ids)],
                    "period_start": min(days).replace(day=1),
                    "period_end": period_of(max(days), "month").end,
                }
            )
        runs.action_compute()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_run_action"
        )
        if len(runs) == 1:
            return action | {
                "res_id": runs.id,
                "views": [(False, "form")],
                "view_mode": "form",
            }
        return action | {"domain": [("id", "in", runs.ids)]}

    # Chain

    def _get_chains(self):
        """Return meter id -> confirmed readings, oldest first."""
        chains = self.search([("meter_id", "in", self.meter_id.ids), ("state", "=", "confirmed")])
        return {
            meter.id: list(lines.sorted(lambda one: (one.read_date, one.id)))
            for meter, lines in chains.grouped("meter_id").items()
        }

    def _update_chain(self):
        self.meter_id._refresh_consumption()
        self._update_device()

    def _update_device(self):
        """Note the new device of an exchange on the meter, when it is the latest one."""
        for reading in self.filtered(lambda one: one.kind == "exchange").sorted("read_date"):
            later = reading.meter_id.reading_ids.filtered(
                lambda one, day=reading.read_date: (
                    one.state == "confirmed" and one.kind == "exchange" and one.read_date > day
                )
            )
            if not later:
                reading.meter_id.write(
                    {
                        "multiplier": reading.multiplier,
                        "serial": reading.new_serial or reading.meter_id.serial,
                    }
                )

    def _note_doubts(self):
        for reading in self:
            if (reading.stored_doubt or False) != (reading.doubt or False):
                reading._store({"stored_doubt": reading.doubt})

    def _store(self, vals):
        """Write what follows from readings, past the guard of billed ones."""
        super().write(vals)

    def _get_doubt_limits(self):
        """Return above and below which part of the usual use per day a reading is unusual."""
        high = self.community_id._get_parameter("fees_reading_high_percent")
        low = self.community_id._get_parameter("fees_reading_low_percent")
        return Fraction(high) / 100, Fraction(low) / 100

    def _as_rule(self):
        """Return the reading for the rules."""
        self.ensure_one()
        exchanged = self.kind == "exchange"
        return Reading(
            id=self.id if isinstance(self.id, int) else 0,
            day=self.read_date,
            value=_exact(self.value, 3),
            multiplier=_exact(self.multiplier or 1.0, 4),
            start_value=_exact(self.new_value, 3) if exchanged else None,
            dial=Decimal(10) ** self.meter_id.dial_digits if self.passed_zero else None,
        )


def _exact(value, digits):
    return Decimal(repr(round(value or 0.0, digits)))
