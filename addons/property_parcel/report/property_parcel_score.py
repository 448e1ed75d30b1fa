# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class PropertyParcelScore(models.Model):
    """The courier scorecard: parcels, incidents, breaches and refused entries (PAR-33)."""

    _name = "property.parcel.score"
    _description = "Courier scorecard"
    _auto = False
    _order = "month_date desc, carrier_id, courier_id"

    month_date = fields.Date(string="Month", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    carrier_id = fields.Many2one("property.parcel.carrier", string="Courier company", readonly=True)
    courier_id = fields.Many2one("property.parcel.courier", string="Courier", readonly=True)
    parcel_count = fields.Integer(string="Parcels", readonly=True)
    on_time_count = fields.Integer(
        string="Handed in on time", readonly=True, help="Handed in while the station was open."
    )
    rating = fields.Float(string="Rating", readonly=True, aggregator="avg", digits=(3, 1))
    complaint_count = fields.Integer(string="Complaints", readonly=True)
    loss_count = fields.Integer(string="Lost or damaged", readonly=True)
    breach_count = fields.Integer(string="Breaches", readonly=True)
    refused_count = fields.Integer(string="Refused entries", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row_number() OVER () AS id, x.month AS month_date, x.community_id, c.company_id,
                   x.carrier_id, x.courier_id, sum(x.parcels) AS parcel_count,
                   sum(x.on_time) AS on_time_count,
                   sum(x.stars)::numeric / NULLIF(sum(x.rated), 0) AS rating,
                   sum(x.complaints) AS complaint_count, sum(x.losses) AS loss_count,
                   sum(x.breaches) AS breach_count, sum(x.refused) AS refused_count
              FROM (
                SELECT date_trunc('month', checked_in_at)::date AS month, community_id, carrier_id,
                       courier_id, 1 AS parcels,
                       CASE WHEN in_hours THEN 1 ELSE 0 END AS on_time,
                       COALESCE(rating, '0')::int AS stars,
                       CASE WHEN rating IS NULL THEN 0 ELSE 1 END AS rated,
                       0 AS complaints, 0 AS losses, 0 AS breaches, 0 AS refused
                  FROM property_parcel WHERE checked_in_at IS NOT NULL
                 UNION ALL
                SELECT date_trunc('month', i.happened_at)::date, i.community_id, i.carrier_id,
                       COALESCE(i.courier_id, p.courier_id), 0, 0, 0, 0,
                       CASE WHEN i.kind = 'complaint' THEN 1 ELSE 0 END,
                       CASE WHEN i.kind IN ('lost', 'damaged') THEN 1 ELSE 0 END, 0, 0
                  FROM property_parcel_incident i LEFT JOIN property_parcel p ON p.id = i.parcel_id
                 UNION ALL
                SELECT date_trunc('month', b.happened_at)::date, b.community_id, r.carrier_id,
                       b.courier_id, 0, 0, 0, 0, 0, 0, 1, 0
                  FROM property_parcel_breach b
                  JOIN property_parcel_courier r ON r.id = b.courier_id
                 UNION ALL
                SELECT date_trunc('month', e.asked_at)::date, e.community_id, r.carrier_id,
                       e.courier_id, 0, 0, 0, 0, 0, 0, 0, 1
                  FROM property_parcel_entry e
                  JOIN property_parcel_courier r ON r.id = e.courier_id
                 WHERE NOT e.admitted
              ) x JOIN property_community c ON c.id = x.community_id
             GROUP BY x.month, x.community_id, c.company_id, x.carrier_id, x.courier_id
            """
        )
