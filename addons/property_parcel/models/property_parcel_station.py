# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import hours, retention

STOCK = ("quarantined", "waiting", "overdue")


class PropertyParcelStation(models.Model):
    """A place where parcels lie: transfer area, pick-up point, room with lockers (PAR-06)."""

    _name = "property.parcel.station"
    _description = "Parcel station"
    _inherit = ["property.scope.mixin", "property.place.mixin", "mail.thread"]
    _order = "community_id, sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short letters, as printed on labels.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("transfer", "Transfer area"), ("pickup", "Pick-up point")],
        required=True,
        default="pickup",
        tracking=True,
    )
    is_indoor = fields.Boolean(
        string="Indoors",
        default=True,
        tracking=True,
        help="Sorting and storing in the open is refused.",
    )
    location = fields.Char(translate=True, help="How to find it, as told to the addressees.")
    phone = fields.Char(string="Enquiries")
    manager_id = fields.Many2one("res.users", string="In charge")
    area_m2 = fields.Float(string="Area (m²)", digits=(8, 2))
    camera_days = fields.Integer(
        string="Video kept (days)", help="How long the recordings of the cameras are kept."
    )
    static_hold_hours = fields.Integer(
        string="Static hold (hours)",
        tracking=True,
        help="Parcels are released only when they have lain this long; 0: at once. In an "
        "epidemic 48.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    storage_free_days = fields.Integer(string="Free days", default=3)
    storage_day_fee = fields.Monetary(string="Fee per day", help="0: storage is free.")
    storage_cap_fee = fields.Monetary(string="Fee at most", help="0: no limit.")
    conduct = fields.Text(
        string="Rules on the spot",
        translate=True,
        help="Printed on notices and on the page of the place: queue distance, mask, where to "
        "unpack.",
    )
    slot_ids = fields.One2many("property.parcel.slot", "station_id", string="Places")
    window_ids = fields.One2many(
        "property.parcel.station.window", "station_id", string="Pick-up hours"
    )
    closure_ids = fields.One2many(
        "property.parcel.station.closure", "station_id", string="Closed days"
    )
    check_ids = fields.One2many("property.parcel.station.check", "station_id", string="Site checks")
    stock_count = fields.Integer(compute="_compute_stock_count", string="Parcels here")
    capacity = fields.Integer(compute="_compute_stock_count")
    last_disinfection_at = fields.Datetime(
        string="Disinfected last", compute="_compute_disinfection_due"
    )
    disinfection_due = fields.Boolean(
        string="Disinfection due",
        compute="_compute_disinfection_due",
        help="An epidemic mode runs, and the last disinfection is longer ago than the set hours.",
    )
    courier_ids = fields.Many2many("property.parcel.courier", string="Couriers who serve it")
    certified_count = fields.Integer(
        string="Certified couriers",
        compute="_compute_certified_count",
        help="Expected: at least 2 with a vocational certificate.",
    )
    certified_percent = fields.Integer(string="Certified (%)", compute="_compute_certified_count")
    next_slot = fields.Char(compute="_compute_next_slot", string="Next pick-up")

    _code_uniq = models.UniqueIndex(
        "(community_id, upper(code)) WHERE active IS TRUE",
        "Another station of the community has this code already.",
    )

    @api.depends("slot_ids.capacity")
    def _compute_stock_count(self):
        counts = dict(
            self.env["property.parcel"]._read_group(
                [("station_id", "in", self.ids), ("state", "in", STOCK)],
                ["station_id"],
                ["__count"],
            )
        )
        for station in self:
            station.stock_count = counts.get(station._origin, 0)
            station.capacity = sum(station.slot_ids.mapped("capacity"))

    def _compute_disinfection_due(self):
        latest = dict(
            self.env["property.parcel.disinfection"]._read_group(
                [("station_id", "in", self.ids), ("parcel_id", "=", False)],
                ["station_id"],
                ["done_at:max"],
            )
        )
        now = fields.Datetime.now()
        periods = self.env["property.parcel.special.period"]
        for station in self:
            last = latest.get(station._origin)
            hours = station.community_id._get_parameter("parcel_disinfection_hours")
            station.last_disinfection_at = last
            station.disinfection_due = bool(
                station.community_id
                and periods._get_current(station.community_id).risk_procedure
                and (not last or fields.Datetime.add(last, hours=hours) < now)
            )

    @api.depends("courier_ids.certificate_number", "courier_ids.certificate_end_date")
    def _compute_certified_count(self):
        for station in self:
            couriers = station.courier_ids.filtered(lambda one: one.kind == "courier")
            certified = couriers.filtered("is_certified")
            station.certified_count = len(certified)
            station.certified_percent = len(certified) * 100 // len(couriers) if couriers else 0

    @api.depends("window_ids", "closure_ids")
    def _compute_next_slot(self):
        for station in self:
            station.next_slot = station._get_next_slot_text()

    @api.depends("name", "community_id.name")
    def _compute_display_name(self):
        for station in self:
            station.display_name = station.name

    @api.constrains("static_hold_hours", "camera_days")
    def _check_numbers(self):
        for station in self:
            if station.static_hold_hours < 0 or station.camera_days < 0:
                raise ValidationError(self.env._("Hours and days cannot be negative."))

    def _windows(self):
        return tuple(
            hours.Window(int(one.weekday), round(one.hour_from * 60), round(one.hour_to * 60))
            for one in self.window_ids
        )

    def _closures(self):
        return tuple(hours.Closure(one.start_date, one.end_date) for one in self.closure_ids)

    def _local(self, moment):
        """Return a moment in the time of the place, without zone."""
        zone = pytz.timezone(self.community_id.resource_calendar_id.tz or self.env.user.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    def _to_utc(self, moment):
        zone = pytz.timezone(self.community_id.resource_calendar_id.tz or self.env.user.tz or "UTC")
        return zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)

    def _is_open(self, now):
        """Tell whether parcels are handed out at ``now`` (UTC)."""
        self.ensure_one()
        return hours.is_open(self._local(now), self._windows(), self._closures())

    def _get_tariff(self):
        """Return the tariff as the rule knows it."""
        self.ensure_one()
        return retention.Tariff(
            self.storage_free_days,
            Decimal(str(self.storage_day_fee)),
            Decimal(str(self.storage_cap_fee)) if self.storage_cap_fee else None,
        )

    def _get_next_slot_text(self, now=None):
        """Return the next time of hand-out in words, or an empty text."""
        self.ensure_one()
        if not self.window_ids and not self.closure_ids:
            return ""
        local = self._local(now or fields.Datetime.now())
        found = hours.next_slot(local, self._windows(), self._closures())
        if not found:
            return ""
        return f"{found[0]:%Y-%m-%d %H:%M}-{found[1]:%H:%M}"

    def _get_place_detail(self):
        """Extend `property_base`: where it is and when it is open."""
        parts = [self.location or "", self._get_next_slot_text()]
        return " · ".join(part for part in parts if part)

    def _get_place_actions(self):
        """Extend `property_base`: the rules on the spot and the phone of the station."""
        actions = super()._get_place_actions()
        if self.phone:
            actions.append(
                {
                    "title": self.env._("Ask about a parcel"),
                    "detail": self.phone,
                    "url": f"tel:{''.join(char for char in self.phone if char in '+0123456789')}",
                    "icon": "fa-phone",
                    "primary": False,
                }
            )
        if self.conduct:
            actions.append(
                {
                    "title": self.env._("Rules on the spot"),
                    "detail": self.conduct,
                    "url": "/my/parcels",
                    "icon": "fa-info-circle",
                    "primary": False,
                }
            )
        return actions

    @api.model
    def _get_default(self, community):
        """Return the station that takes a parcel in when none is named: the first pick-up point."""
        stations = self.search([("community_id", "=", community.id)])
        return (stations.filtered(lambda one: one.kind == "pickup") or stations)[:1]

    def action_view_parcels(self):
        """Open what lies here."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_parcel.property_parcel_action"
        )
        action["domain"] = [("station_id", "=", self.id)]
        action["context"] = {"search_default_stock": 1}
        return action


class PropertyParcelStationWindow(models.Model):
    """Hours of one weekday in which parcels are handed out (PAR-13)."""

    _name = "property.parcel.station.window"
    _description = "Pick-up hours"
    _order = "weekday, hour_from, id"

    station_id = fields.Many2one(
        "property.parcel.station", required=True, index=True, ondelete="cascade"
    )
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        required=True,
        default="0",
    )
    hour_from = fields.Float(string="From", required=True, default=9)
    hour_to = fields.Float(string="To", required=True, default=20)

    _hours_ordered = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_to <= 24 AND hour_to > hour_from)",
        "Pick-up hours begin before they end, between 0:00 and 24:00.",
    )


class PropertyParcelStationClosure(models.Model):
    """Days on which a station is closed (PAR-13)."""

    _name = "property.parcel.station.closure"
    _description = "Closed days of a station"
    _order = "start_date desc, id"

    station_id = fields.Many2one(
        "property.parcel.station", required=True, index=True, ondelete="cascade"
    )
    start_date = fields.Date(required=True)
    end_date = fields.Date(required=True)
    reason = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (end_date >= start_date)", "The last closed day lies before the first."
    )


class PropertyParcelStationCheck(models.Model):
    """The standard of a pick-up site, looked at on one day (PAR-34)."""

    _name = "property.parcel.station.check"
    _description = "Site check"
    _order = "check_date desc, id desc"

    station_id = fields.Many2one(
        "property.parcel.station", required=True, index=True, ondelete="cascade"
    )
    check_date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    area_ok = fields.Boolean(string="At least 50 m²")
    certified_ok = fields.Boolean(string="At least 2 certified persons")
    phone_ok = fields.Boolean(string="Enquiries by phone")
    tracking_ok = fields.Boolean(string="Tracking of every parcel")
    video_ok = fields.Boolean(string="Video of hand-in, sorting and storing, 30 days")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "To improve")], compute="_compute_result", store=True
    )
    note = fields.Char(string="To do")

    @api.depends("area_ok", "certified_ok", "phone_ok", "tracking_ok", "video_ok")
    def _compute_result(self):
        for check in self:
            passed = (
                check.area_ok
                and check.certified_ok
                and check.phone_ok
                and check.tracking_ok
                and check.video_ok
            )
            check.result = "passed" if passed else "failed"

    @api.onchange("station_id")
    def _onchange_station_id(self):
        station = self.station_id
        self.area_ok = station.area_m2 >= 50
        self.video_ok = station.camera_days >= 30
        self.phone_ok = bool(station.phone)
        self.certified_ok = station.certified_count >= 2
        self.tracking_ok = True


class PropertyParcelSlot(models.Model):
    """A shelf, a locker cell or a piece of floor (PAR-06)."""

    _name = "property.parcel.slot"
    _description = "Parcel place"
    _inherit = ["property.scope.mixin"]
    _order = "station_id, sequence, name, id"
    _property_live = False

    name = fields.Char(required=True, help="As written on the shelf: A-03.")
    station_id = fields.Many2one(
        "property.parcel.station", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="station_id.community_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("shelf", "Shelf"), ("locker", "Locker cell"), ("floor", "On the ground")],
        required=True,
        default="shelf",
    )
    size = fields.Selection(
        [("small", "Small"), ("medium", "Medium"), ("large", "Large"), ("huge", "Oversize")],
        required=True,
        default="medium",
        help="The largest parcel that fits.",
    )
    capacity = fields.Integer(default=20, help="Parcels at once; 0: no limit. A locker cell: 1.")
    is_indoor = fields.Boolean(string="Indoors", default=True)
    is_usable = fields.Boolean(string="In order", default=True, help="Off: a door that sticks.")
    locker_id = fields.Many2one(
        "property.parcel.locker", string="Locker bank", index="btree_not_null", ondelete="cascade"
    )
    cell_number = fields.Char(string="Cell", help="Number by which the locker bank knows it.")
    parcel_count = fields.Integer(compute="_compute_parcel_count", string="Parcels in it")
    load_percent = fields.Integer(compute="_compute_parcel_count", string="Load (%)")

    _name_uniq = models.UniqueIndex(
        "(station_id, upper(name)) WHERE active IS TRUE",
        "Another place of this station has this name already.",
    )
    _cell_uniq = models.UniqueIndex(
        "(locker_id, cell_number) WHERE active IS TRUE AND locker_id IS NOT NULL",
        "The locker bank has this cell already.",
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "The capacity cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("kind") == "locker":
                vals.setdefault("capacity", 1)
        return super().create(vals_list)

    def _compute_parcel_count(self):
        loads = self._get_loads()
        for slot in self:
            slot.parcel_count = loads.get(slot.id, 0)
            slot.load_percent = (
                min(100, slot.parcel_count * 100 // slot.capacity) if slot.capacity else 0
            )

    def _get_loads(self):
        """Return slot id -> parcels that lie there."""
        rows = self.env["property.parcel"]._read_group(
            [("slot_id", "in", self.ids), ("state", "in", STOCK)], ["slot_id"], ["__count"]
        )
        return {slot.id: count for slot, count in rows}
