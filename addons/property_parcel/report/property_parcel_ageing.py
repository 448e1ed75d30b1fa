# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class PropertyParcelAgeingReport(models.Model):
    """What lies at the stations now, and for how long, by place, carrier and class (PAR-31)."""

    _name = "property.parcel.ageing"
    _description = "Ageing of parcels"
    _auto = False
    _order = "age_days desc, id desc"
    _rec_name = "parcel_id"

    parcel_id = fields.Many2one("property.parcel", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    station_id = fields.Many2one("property.parcel.station", string="Station", readonly=True)
    slot_id = fields.Many2one("property.parcel.slot", string="Place", readonly=True)
    carrier_id = fields.Many2one("property.parcel.carrier", string="Courier company", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    origin_class = fields.Selection(
        [("low", "Low"), ("medium_high", "Medium or high"), ("overseas", "Overseas")], readonly=True
    )
    state = fields.Selection(
        [("quarantined", "Held"), ("waiting", "Waiting"), ("overdue", "Overdue")], readonly=True
    )
    arrival_date = fields.Date(string="Arrival", readonly=True)
    age_days = fields.Integer(string="Days here", readonly=True, aggregator="avg")
    age = fields.Selection(
        [
            ("0", "Today"),
            ("1", "1 to 2 days"),
            ("3", "3 to 6 days"),
            ("7", "7 to 14 days"),
            ("15", "15 days and more"),
        ],
        readonly=True,
    )
    parcel_count = fields.Integer(string="Parcels", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    cod_amount = fields.Monetary(string="Cash on delivery", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT x.*, CASE WHEN x.age_days < 1 THEN '0' WHEN x.age_days < 3 THEN '1'
                             WHEN x.age_days < 7 THEN '3' WHEN x.age_days < 15 THEN '7'
                             ELSE '15' END AS age
              FROM (
                SELECT p.id, p.id AS parcel_id, p.community_id, p.company_id, p.station_id,
                       p.slot_id, p.carrier_id, p.unit_id, p.origin_class, p.state,
                       (p.checked_in_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                           AS arrival_date,
                       GREATEST(0, %(today)s::date
                           - (p.checked_in_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date)
                           AS age_days,
                       1 AS parcel_count, c.currency_id,
                       CASE WHEN p.cod_collected_at IS NULL THEN p.cod_amount END AS cod_amount
                  FROM property_parcel p JOIN res_company c ON c.id = p.company_id
                 WHERE p.state IN ('quarantined', 'waiting', 'overdue')
                   AND p.checked_in_at IS NOT NULL
              ) x
            """,
            tz=self.env.user.tz or "UTC",
            today=fields.Date.context_today(self),
        )
