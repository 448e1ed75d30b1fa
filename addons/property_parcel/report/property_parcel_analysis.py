# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

DIMENSIONS = SQL(
    "p.community_id, p.company_id, p.station_id, p.carrier_id, p.origin_class, p.size, "
    "COALESCE(s.kind, 'none')"
)


class PropertyParcelAnalysis(models.Model):
    """Arrivals, departures and stock by day, carrier, place and class (PAR-37)."""

    _name = "property.parcel.analysis"
    _description = "Parcel statistics"
    _auto = False
    _order = "movement_date desc, id desc"

    movement_date = fields.Date(string="Day", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    station_id = fields.Many2one("property.parcel.station", readonly=True)
    carrier_id = fields.Many2one("property.parcel.carrier", string="Courier company", readonly=True)
    origin_class = fields.Selection(
        [("low", "Low"), ("medium_high", "Medium or high"), ("overseas", "Overseas")], readonly=True
    )
    size = fields.Selection(
        [("small", "Small"), ("medium", "Medium"), ("large", "Large"), ("huge", "Oversize")],
        readonly=True,
    )
    place_kind = fields.Selection(
        [
            ("shelf", "Shelf"),
            ("locker", "Locker cell"),
            ("floor", "On the ground"),
            ("none", "None"),
        ],
        string="Kind of place",
        readonly=True,
    )
    locker_percent = fields.Float(
        string="In lockers (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Share of the arrivals that were put into locker cells.",
    )
    movement = fields.Selection(
        [("arrival", "Arrival"), ("pickup", "Pick-up"), ("other", "Other departure")], readonly=True
    )
    arrival_count = fields.Integer(string="Arrivals", readonly=True)
    pickup_count = fields.Integer(string="Pick-ups", readonly=True)
    departure_count = fields.Integer(string="Departures", readonly=True)
    stock_change = fields.Integer(
        string="Stock", readonly=True, help="Arrivals less departures; added up it is the stock."
    )
    days = fields.Float(
        string="Days until departure", readonly=True, aggregator="avg", digits=(8, 1)
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT p.id * 2 AS id,
                   (p.checked_in_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS movement_date,
                   %(dimensions)s AS place_kind,
                   'arrival' AS movement, 1 AS arrival_count, 0 AS pickup_count,
                   0 AS departure_count, 1 AS stock_change, NULL::numeric AS days,
                   CASE WHEN s.kind = 'locker' THEN 100 ELSE 0 END AS locker_percent
              FROM property_parcel p LEFT JOIN property_parcel_slot s ON s.id = p.slot_id
             WHERE p.checked_in_at IS NOT NULL
             UNION ALL
            SELECT p.id * 2 + 1, (p.closed_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                   %(dimensions)s,
                   CASE WHEN p.state = 'collected' THEN 'pickup' ELSE 'other' END, 0,
                   CASE WHEN p.state = 'collected' THEN 1 ELSE 0 END, 1, -1,
                   extract(epoch FROM p.closed_at - p.checked_in_at) / 86400, NULL
              FROM property_parcel p LEFT JOIN property_parcel_slot s ON s.id = p.slot_id
             WHERE p.closed_at IS NOT NULL AND p.checked_in_at IS NOT NULL
            """,
            dimensions=DIMENSIONS,
            tz=self.env.user.tz or "UTC",
        )
