# SPDX-License-Identifier: LGPL-3.0-or-later
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.property_base.models.masked_char import MaskedChar

from ..rules import addressee as addressee_rule
from ..rules import code as code_rule
from ..rules import retention, safety
from ..rules import slot as slot_rule
from ..rules.errors import RuleError
from .messages import clean_waybill, rule_message
from .property_parcel_station import STOCK

QUIET = {"mail_create_nolog": True, "mail_create_nosubscribe": True, "tracking_disable": True}
OFFICER = "property_base.group_property_officer"
DESK = "property_parcel.group_parcel_desk"
OWN = "property_parcel.group_parcel_desk,base.group_portal"


class PropertyParcel(models.Model):
    """A parcel from the courier's hand into the addressee's (PAR-04, PAR-05)."""

    _name = "property.parcel"
    _description = "Parcel"
    _inherit = [
        "property.scope.mixin",
        "property.flow.mixin",
        "property.parcel.personal.mixin",
        "property.escalation.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["name", "waybill"]
    _property_live = False

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/", index=True
    )
    waybill = fields.Char(required=True, copy=False, index="trigram", size=40)
    carrier_id = fields.Many2one(
        "property.parcel.carrier",
        string="Courier company",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    courier_id = fields.Many2one(
        "property.parcel.courier",
        string="Courier",
        index="btree_not_null",
        domain="[('carrier_id', '=', carrier_id)]",
    )
    community_id = fields.Many2one(
        compute="_compute_community_id", store=True, readonly=False, precompute=True
    )
    station_id = fields.Many2one(
        "property.parcel.station",
        string="Station",
        index=True,
        ondelete="restrict",
        domain="[('community_id', '=?', community_id)]",
    )
    slot_id = fields.Many2one(
        "property.parcel.slot",
        string="Place",
        ondelete="restrict",
        domain="[('station_id', '=', station_id)]",
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('community_id', '=?', community_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Addressee",
        index="btree_not_null",
        ondelete="restrict",
        groups=OWN,
        help="Known person. Need not be an owner.",
    )
    addressee_name = fields.Char(
        string="Name on the parcel", groups=OWN, help="For somebody who is not in the register."
    )
    addressee = fields.Char(compute="_compute_addressee", compute_sudo=True, string="For")
    phone = MaskedChar(groups=OWN, help="Only when it differs from the one in the register.")
    phone_tail = fields.Char(
        string="Phone ends in",
        size=4,
        index="btree_not_null",
        compute="_compute_phone_tail",
        store=True,
        readonly=False,
        precompute=True,
    )
    kind = fields.Selection(
        [
            ("parcel", "Parcel"),
            ("letter", "Letter"),
            ("fresh", "Fresh goods"),
            ("valuable", "Valuables"),
        ],
        required=True,
        default="parcel",
    )
    size = fields.Selection(
        [("small", "Small"), ("medium", "Medium"), ("large", "Large"), ("huge", "Oversize")],
        required=True,
        default="small",
    )
    weight_kg = fields.Float(string="Weight (kg)", digits=(8, 3))
    photo = fields.Image(max_width=1280, max_height=1280, attachment=True, copy=False)
    note = fields.Char()
    state = fields.Selection(
        [
            ("expected", "Announced"),
            ("quarantined", "Held"),
            ("waiting", "Waiting"),
            ("overdue", "Overdue"),
            ("collected", "Collected"),
            ("returned", "Returned"),
            ("refused", "Refused"),
            ("lost", "Lost"),
            ("damaged", "Damaged"),
            ("disposed", "Disposed of"),
        ],
        required=True,
        readonly=True,
        default="expected",
        copy=False,
        tracking=True,
        index=True,
    )
    checked_in_at = fields.Datetime(string="Checked in", readonly=True, copy=False, index=True)
    in_hours = fields.Boolean(
        string="Handed in on time", readonly=True, copy=False, help="While the station was open."
    )
    receiver_id = fields.Many2one("res.users", string="Taken in by", readonly=True, copy=False)
    notified_at = fields.Datetime(string="Notified", readonly=True, copy=False)
    collected_at = fields.Datetime(string="Handed out", readonly=True, copy=False, index=True)
    closed_at = fields.Datetime(
        string="Left the station", readonly=True, copy=False, help="Collected, returned or lost."
    )
    waiting_days = fields.Integer(
        string="Days waiting",
        compute="_compute_waiting_days",
        help="Days after arrival without those on which the addressee is away.",
    )
    pickup_code = fields.Char(
        string="Pick-up code", readonly=True, copy=False, groups=OWN, help="Valid once."
    )
    pickup_code_text = fields.Char(compute="_compute_pickup_code_text", groups=OWN)
    # Holds
    origin_id = fields.Many2one("property.parcel.origin", string="Origin")
    origin_class = fields.Selection(
        related="origin_id.risk_class", store=True, precompute=True, string="Origin class"
    )
    hold_kind = fields.Selection(
        [
            ("static", "Static hold"),
            ("check", "Security check"),
            ("risk", "High risk"),
            ("detained", "Detained"),
        ],
        string="Held for",
        readonly=True,
        copy=False,
    )
    release_at = fields.Datetime(string="Released from", readonly=True, copy=False)
    moved_away = fields.Boolean(
        string="Addressee moved away",
        readonly=True,
        help="At the time of check-in the addressee neither owned nor occupied the unit.",
    )
    outdoor_reason = fields.Char(
        string="Reason for storing outdoors",
        copy=False,
        groups="property_base.group_property_officer",
    )
    # Ageing
    reminder_count = fields.Integer(string="Reminders", readonly=True, copy=False)
    return_proposed_date = fields.Date(string="Return proposed on", readonly=True, copy=False)
    # Money
    currency_id = fields.Many2one(related="company_id.currency_id")
    storage_fee = fields.Monetary(
        compute="_compute_storage_fee",
        compute_sudo=True,
        string="Storage fee",
        help="For days after the free ones; days of a vacation hold do not count.",
    )
    storage_waived = fields.Boolean(string="Fee waived", copy=False, groups=OFFICER)
    cod_amount = fields.Monetary(string="Cash on delivery", copy=False)
    cod_collected_amount = fields.Monetary(string="Money taken", readonly=True, copy=False)
    cod_collected_at = fields.Datetime(string="Money taken on", readonly=True, copy=False)
    cod_user_id = fields.Many2one("res.users", string="Money taken by", readonly=True, copy=False)
    settlement_id = fields.Many2one(
        "property.parcel.settlement",
        string="Settlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    rating = fields.Selection(
        [("1", "Very poor"), ("2", "Poor"), ("3", "Fair"), ("4", "Good"), ("5", "Very good")],
        string="Resident's rating",
        copy=False,
    )
    # Proof
    event_ids = fields.One2many("property.parcel.event", "parcel_id", string="Trail")
    notice_ids = fields.One2many("property.parcel.notice", "parcel_id", string="Notices")
    incident_ids = fields.One2many("property.parcel.incident", "parcel_id", string="Incidents")
    incident_count = fields.Integer(compute="_compute_incident_count")
    client_key = fields.Char(
        copy=False, readonly=True, help="Sent by the desk so that a repeated call changes nothing."
    )
    anonymised_at = fields.Datetime(readonly=True, copy=False, string="Anonymised")
    active = fields.Boolean(default=True)

    _waybill_uniq = models.UniqueIndex(
        "(carrier_id, waybill)",
        "A parcel of this courier company with this waybill is in the register already.",
    )
    _pickup_code_uniq = models.UniqueIndex(
        "(station_id, pickup_code) WHERE pickup_code IS NOT NULL "
        "AND state IN ('quarantined', 'waiting', 'overdue')",
        "This pick-up code is in use at the station. Try again.",
    )
    _proxy_code_uniq = models.UniqueIndex(
        "(station_id, proxy_code) WHERE proxy_code IS NOT NULL "
        "AND state IN ('quarantined', 'waiting', 'overdue')",
        "This proxy code is in use at the station. Try again.",
    )
    _client_key_uniq = models.UniqueIndex(
        "(client_key) WHERE client_key IS NOT NULL", "This scan has been saved already."
    )
    _waybill_idx = models.Index("(waybill)")
    _unit_stock_idx = models.Index("(unit_id) WHERE state IN ('quarantined', 'waiting', 'overdue')")
    _slot_stock_idx = models.Index("(slot_id) WHERE state IN ('quarantined', 'waiting', 'overdue')")
    _station_stock_idx = models.Index(
        "(station_id, state, checked_in_at) WHERE state IN ('quarantined', 'waiting', 'overdue')"
    )
    _cod_positive = models.Constraint(
        "CHECK (cod_amount IS NULL OR cod_amount >= 0)", "Cash on delivery cannot be negative."
    )

    # === COMPUTES === #

    @api.depends("station_id", "unit_id")
    def _compute_community_id(self):
        for parcel in self:
            parcel.community_id = (
                parcel.station_id.community_id or parcel.unit_id.community_id or parcel.community_id
            )

    @api.depends("partner_id.name", "addressee_name")
    def _compute_addressee(self):
        for parcel in self:
            name = parcel.partner_id.name or parcel.addressee_name
            parcel.addressee = addressee_rule.mask_name(name)

    @api.depends("partner_id", "phone")
    def _compute_phone_tail(self):
        for parcel in self:
            tail = addressee_rule.tail(parcel.phone or parcel.partner_id.phone)
            parcel.phone_tail = tail or parcel.phone_tail

    @api.depends("pickup_code")
    def _compute_pickup_code_text(self):
        for parcel in self:
            parcel.pickup_code_text = code_rule.spoken(parcel.pickup_code or "")

    @api.depends("checked_in_at", "collected_at", "closed_at", "state")
    def _compute_waiting_days(self):
        # sudo: days of a hold count for everybody who may see the parcel
        days = self.sudo()._get_waiting_days()
        for parcel in self:
            parcel.waiting_days = days.get(parcel.id, 0)

    @api.depends("waiting_days", "storage_waived", "station_id")
    def _compute_storage_fee(self):
        for parcel in self:
            free = parcel.storage_waived or not parcel.station_id or not parcel.checked_in_at
            days = 0 if free else parcel.waiting_days
            tariff = parcel.station_id._get_tariff() if days else retention.Tariff()
            parcel.storage_fee = float(retention.storage_fee(days, tariff)) if days else 0

    @api.depends("incident_ids")
    def _compute_incident_count(self):
        for parcel in self:
            parcel.incident_count = len(parcel.incident_ids)

    @api.depends("name", "waybill")
    def _compute_display_name(self):
        for parcel in self:
            parcel.display_name = (
                f"{parcel.name} · …{parcel.waybill[-4:]}" if parcel.waybill else parcel.name
            )

    @api.model
    def _search_display_name(self, operator, value):
        """Extend `orm`: the whole number, or a part of the waybill.

        A part of the number as well would make the database read a million rows.
        """
        if operator == "ilike" and isinstance(value, str) and value.strip():
            text = value.strip()
            return Domain("name", "=", text.upper()) | Domain("waybill", "ilike", text)
        return super()._search_display_name(operator, value)

    # === CONSTRAINTS === #

    @api.constrains("unit_id", "station_id", "slot_id", "community_id")
    def _check_places(self):
        for parcel in self:
            if parcel.unit_id and parcel.unit_id.community_id != parcel.community_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s belongs to another community. Choose a unit of %(community)s.",
                        unit=parcel.unit_id.name,
                        community=parcel.community_id.name,
                    )
                )
            if parcel.station_id and parcel.station_id.community_id != parcel.community_id:
                raise ValidationError(
                    self.env._("The station belongs to another community than the parcel.")
                )
            if parcel.slot_id and parcel.slot_id.station_id != parcel.station_id:
                raise ValidationError(
                    self.env._("%(slot)s is not a place of this station.", slot=parcel.slot_id.name)
                )

    # === ORM === #

    @api.model_create_multi
    def create(self, vals_list):
        # sudo: looked up once for a batch of hundreds; numbers are drawn by whoever takes in
        numbers_sudo = self.env["ir.sequence"].sudo()
        numbers_sudo = numbers_sudo.search([("code", "=", "property.parcel")], limit=1)
        for vals in vals_list:
            vals["waybill"] = clean_waybill(self.env, vals.get("waybill"))
            if vals.get("name", "/") == "/":
                vals["name"] = numbers_sudo.next_by_id() if numbers_sudo else "/"
        self._refuse_known(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("waybill"):
            vals = {**vals, "waybill": clean_waybill(self.env, vals["waybill"])}
        if vals.get("slot_id"):
            slot = self.env["property.parcel.slot"].browse(vals["slot_id"])
            self._check_room(slot)
            moved = self.filtered(lambda one: one.state in STOCK and one.slot_id != slot)
            moved._log_event("moved", slot.name)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_taken_in(self):
        if any(parcel.state != "expected" for parcel in self):
            raise UserError(
                self.env._("A parcel that was taken in stays in the register. Return it instead.")
            )

    def _refuse_known(self, vals_list):
        """Name the parcel that has the waybill already, instead of a bare refusal."""
        wanted = {}
        for vals in vals_list:
            key = (vals.get("carrier_id"), vals["waybill"])
            if key in wanted:
                raise UserError(
                    self.env._("%(waybill)s is in the list twice.", waybill=vals["waybill"])
                )
            wanted[key] = vals
        # sudo: the number is taken whoever may see the parcel
        known_sudo = self.sudo().search(
            [
                ("waybill", "in", [waybill for _carrier, waybill in wanted]),
                ("carrier_id", "in", list({carrier for carrier, _waybill in wanted})),
            ]
        )
        for parcel in known_sudo:
            if (parcel.carrier_id.id, parcel.waybill) in wanted:
                raise UserError(parcel._get_known_message())

    def _get_known_message(self):
        """Return what to tell somebody who takes the same parcel in again."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(waybill)s of %(carrier)s is in the register already: %(number)s, %(state)s, "
            "%(place)s. Nothing was saved twice.",
            waybill=self.waybill,
            carrier=self.carrier_id.name,
            number=self.name,
            state=states[self.state],
            place=self.slot_id.name or self.station_id.name or "-",
        )

    # === HELPERS === #

    def _log_event(self, kind, note=False, now=None):
        """Write a line in the trail of each parcel."""
        # sudo: the trail is written by what happens, not by hand
        return (
            self.env["property.parcel.event"]
            .sudo()
            .create(
                [
                    {
                        "parcel_id": parcel.id,
                        "kind": kind,
                        "note": note,
                        "user_id": self.env.uid,
                        "happened_at": now or fields.Datetime.now(),
                    }
                    for parcel in self
                ]
            )
        )

    def _require_state(self, *states):
        names = dict(self._fields["state"]._description_selection(self.env))
        for parcel in self:
            if parcel.state not in states:
                raise UserError(
                    self.env._(
                        "%(parcel)s is %(state)s. This step is not possible now.",
                        parcel=parcel.display_name,
                        state=names[parcel.state].lower(),
                    )
                )

    def _now(self, *marks):
        """Return the time of a step, never before what happened already (clock moved back)."""
        return retention.never_back(fields.Datetime.now(), *marks)

    def _get_ladder(self, community):
        return retention.Ladder(
            retention.parse_days(community._get_parameter("parcel_reminder_days")),
            community._get_parameter("parcel_overdue_days"),
            community._get_parameter("parcel_return_days"),
        )

    def _get_waiting_days(self, holds=None):
        """Return parcel id -> counted days, without those of holds."""
        taken_in = self.filtered("checked_in_at")
        if not taken_in:
            return {}
        holds = holds or self.env["property.parcel.hold"]._get_for(taken_in)
        now = fields.Datetime.now()
        days = {}
        for parcel in taken_in:
            station = parcel.station_id
            arrived = station._local(parcel.checked_in_at).date()
            until = station._local(parcel.collected_at or parcel.closed_at or now).date()
            days[parcel.id] = retention.counted_days(arrived, until, holds[parcel.id])
        return days

    # === CHECK-IN === #

    def action_check_in(self):
        """Take announced parcels in: place, code, hold, notice."""
        self._require_state("expected")
        self._lock_flow()
        self._require_state("expected")
        self._check_in()
        return True

    def _check_in(self):
        """Take parcels in, many at a time; they are announced and locked."""
        for parcel in self.filtered(lambda one: not one.station_id):
            station = self.env["property.parcel.station"]._get_default(parcel.community_id)
            if not station:
                raise UserError(
                    self.env._(
                        "%(community)s has no parcel station yet. Set one up under "
                        "Configuration > Parcel stations.",
                        community=parcel.community_id.name,
                    )
                )
            parcel.station_id = station
        for station, parcels in self.grouped("station_id").items():
            parcels._check_in_at(station)
        # sudo: locker commands are made by the system
        self.filtered("slot_id.locker_id").sudo()._on_locker_check_in()
        self._on_checked_in()

    def _check_in_at(self, station):
        self._check_carriers()
        self._check_indoors(station)
        now = self._now()
        taken = self._get_codes(station)
        chooser = SlotChooser(station, self)
        special = self.env["property.parcel.special.period"]._get_current(station.community_id)
        people = self._get_current_people()
        waiting = self.browse()
        is_open = station._is_open(now)
        for parcel in self:
            try:
                code = code_rule.generate(taken, len(taken), secrets.randbelow)
            except RuleError as error:
                raise UserError(rule_message(self.env, error)) from None
            taken.add(code)
            hold, release = parcel._get_first_hold(station, now, special)
            slot = parcel.slot_id or chooser.choose(parcel)
            away = bool(
                parcel.unit_id
                and parcel.partner_id
                and (parcel.unit_id.id, parcel.partner_id.id) not in people
            )
            parcel.with_context(**QUIET)._set_state(
                "quarantined" if hold else "waiting",
                pickup_code=code,
                checked_in_at=now,
                receiver_id=self.env.uid,
                hold_kind=hold,
                release_at=release,
                slot_id=slot.id if slot else False,
                moved_away=away,
                in_hours=is_open,
            )
            if not hold:
                waiting += parcel
        self._log_event("checked_in", station.name, now)
        (self - waiting)._log_event("held", now=now)
        self.env["property.parcel.notice"]._queue(waiting, "arrival")

    def _check_carriers(self):
        """Warn of a carrier without a valid licence, or block it, as the site wants it (PAR-01)."""
        for carrier, parcels in self.grouped("carrier_id").items():
            policy = parcels.community_id[:1]._get_parameter("parcel_licence_policy")
            if policy == "block" and carrier.licence_state in ("missing", "expired"):
                raise UserError(
                    self.env._(
                        "%(carrier)s has no valid licence. Enter it on the courier company, or "
                        "refuse the parcels.",
                        carrier=carrier.name,
                    )
                )

    def _check_indoors(self, station):
        for parcel in self:
            outdoors = not station.is_indoor or (parcel.slot_id and not parcel.slot_id.is_indoor)
            # sudo: the reason is for site managers, everybody is bound by it
            if outdoors and not parcel.sudo().outdoor_reason:
                raise UserError(
                    self.env._(
                        "%(place)s lies outdoors: parcels are not sorted or stored there. Choose "
                        "another place, or have the site manager give a reason on the parcel.",
                        place=parcel.slot_id.name or station.name,
                    )
                )

    def _check_room(self, slot):
        """Refuse a place that cannot take the parcels."""
        incoming = self.filtered(lambda one: one.slot_id != slot)
        if not incoming:
            return
        if not slot.is_usable:
            raise UserError(
                self.env._("%(slot)s is out of order. Choose another place.", slot=slot.name)
            )
        if slot.kind == "locker" and slot._get_loads().get(slot.id, 0) + len(incoming) > 1:
            raise UserError(
                self.env._("Cell %(slot)s is taken. Choose another one.", slot=slot.name)
            )

    def _get_codes(self, station):
        """Return the codes in use at a station."""
        self.flush_model(["station_id", "state", "pickup_code", "proxy_code"])
        # plain SQL: a code is taken whoever may see the parcel, and a station holds thousands
        rows = self.env.execute_query(
            SQL(
                "SELECT pickup_code, proxy_code FROM property_parcel "
                "WHERE station_id = %s AND state IN %s",
                station.id,
                STOCK,
            )
        )
        return {code for row in rows for code in row if code}

    def _get_first_hold(self, station, now, special):
        """Return for what the parcel is held at check-in, and until when."""
        self.ensure_one()
        if safety.is_risk(
            self.origin_class,
            procedure=special.risk_procedure,
            overseas=special.overseas_as_risk,
        ):
            return "risk", False
        if special.central_check or self.origin_id.needs_check:
            return "check", False
        hours = max(
            station.static_hold_hours,
            self.origin_id.hold_hours,
            special.hold_hours,
            station.community_id._get_parameter("parcel_static_hold_hours"),
        )
        if hours > 0:
            return "static", safety.release_at(now, hours)
        return False, False

    def _get_current_people(self):
        """Return the pairs (unit, person) of today among the units of these parcels."""
        today = fields.Date.context_today(self)
        # sudo: whether somebody still lives there is asked for every parcel
        units_sudo = self.unit_id.sudo()
        lines = units_sudo.ownership_ids._filtered_on(today)
        stays = units_sudo.occupancy_ids._filtered_on(today)
        pairs = {(line.unit_id.id, line.partner_id.id) for line in lines}
        return pairs | {(stay.unit_id.id, stay.partner_id.id) for stay in stays}

    def _mark_notified(self, now):
        """Note when the addressee was first told."""
        fresh = self.filtered(lambda one: not one.notified_at)
        super(PropertyParcel, fresh.with_context(**QUIET)).write({"notified_at": now})
        fresh._log_event("notified", now=now)

    def _on_checked_in(self):
        """Act after parcels were taken in (hook)."""

    # === HOLDS === #

    def action_release(self):
        """Release held parcels whose time has come or whose check was passed."""
        self._require_state("quarantined")
        self._lock_flow()
        for parcel in self:
            problem = parcel._get_hold_problem()
            if problem:
                raise UserError(problem)
        self._release()
        return True

    def _get_hold_problem(self):
        """Return why a held parcel cannot be released yet, or an empty text."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.hold_kind == "static" and self.release_at and now < self.release_at:
            return self.env._(
                "%(parcel)s is held until %(time)s.",
                parcel=self.display_name,
                time=self.station_id._local(self.release_at).strftime("%Y-%m-%d %H:%M"),
            )
        if self.hold_kind == "check" and not self._has_passed_check():
            return self.env._(
                "%(parcel)s needs a passed security check first.", parcel=self.display_name
            )
        if self.hold_kind == "risk" and not self.all_clear_at:
            return self.env._(
                "%(parcel)s is of high risk: record the all-clear first.", parcel=self.display_name
            )
        if self.hold_kind == "detained" and not self.env.user.has_group(
            "property_base.group_property_officer"
        ):
            return self.env._("A site manager releases detained parcels.")
        return ""

    def _release(self):
        self._set_state("waiting", hold_kind=False, release_at=False)
        self._log_event("released")
        self.env["property.parcel.notice"]._queue(self, "arrival")

    @api.model
    def _cron_release(self):
        """Release parcels whose static hold has run."""
        due = self.search(
            [
                ("state", "=", "quarantined"),
                ("hold_kind", "=", "static"),
                ("release_at", "<=", fields.Datetime.now()),
            ],
            limit=1000,
        )
        due._lock_flow()
        due.filtered(lambda one: one.state == "quarantined")._release()


class SlotChooser:
    """Choose places for many parcels at once, counting those that were just given away."""

    def __init__(self, station, parcels):
        self.slots = station.slot_ids.filtered("active")
        self.loads = self.slots._get_loads()
        units = parcels.unit_id.ids
        rows = parcels.search_fetch(
            [("station_id", "=", station.id), ("unit_id", "in", units), ("state", "in", STOCK)],
            ["unit_id", "slot_id"],
        )
        self.near = {(row.unit_id.id, row.slot_id.id) for row in rows if row.slot_id}
        self.places = [
            (one.id, one.kind, one.size, one.capacity, one.is_usable, one.is_indoor, one.sequence)
            for one in self.slots
        ]

    def choose(self, parcel):
        """Return the place of a parcel, or an empty record when nothing fits."""
        unit_id = parcel.unit_id.id
        found = slot_rule.propose(
            (
                slot_rule.Place(
                    key,
                    kind,
                    size,
                    capacity,
                    self.loads.get(key, 0),
                    usable,
                    indoor,
                    bool(unit_id) and (unit_id, key) in self.near,
                    sequence,
                )
                for key, kind, size, capacity, usable, indoor, sequence in self.places
            ),
            parcel.size,
            # sudo: the reason is for site managers, everybody is bound by it
            outdoor=bool(parcel.sudo().outdoor_reason),
        )
        if not found:
            return self.slots.browse()
        self.loads[found.key] = self.loads.get(found.key, 0) + 1
        self.near.add((unit_id, found.key))
        return self.slots.browse(found.key)
