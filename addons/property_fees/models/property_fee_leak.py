# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class PropertyFeeLeak(models.Model):
    """What escapes the fees: units that nobody charges, odd prices, gaps in the register."""

    _name = "property.fee.leak"
    _description = "Leak list"
    _inherit = ["property.scope.mixin"]
    _auto = False
    _depends = {
        "property.fee.charge": ["state", "unit_id", "item_id", "unit_price", "period_end"],
        "property.unit": ["area_m2", "usage", "state", "active", "building_id", "community_id"],
        "property.ownership": ["unit_id", "partner_id", "start_date", "end_date"],
        "property.building": ["keeper_id"],
        "res.partner": ["phone"],
    }
    _order = "kind, building_id, unit_id, id"
    _rec_name = "unit_id"

    kind = fields.Selection(
        [
            ("no_charge", "Never charged"),
            ("item_missing", "Item not charged, unlike its neighbours"),
            ("odd_price", "Price unlike its peers"),
            ("no_area", "No area"),
            ("no_owner", "No owner"),
            ("no_phone", "Owner without phone"),
            ("no_meter", "Meter without a fee"),
        ],
        string="Finding",
        readonly=True,
    )
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    keeper_id = fields.Many2one("res.users", string="Keeper", readonly=True)
    usage = fields.Selection(
        lambda self: self.env["property.unit"]._fields["usage"]._description_selection(self.env),
        readonly=True,
    )
    item_id = fields.Many2one("property.fee.item", string="Fee item", readonly=True)
    unit_price = fields.Float(
        string="Price", digits=(16, 6), readonly=True, aggregator=None, help="Last price charged."
    )
    peer_price = fields.Float(
        string="Price of peers",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="Most frequent price of units of the same use in the community.",
    )

    @property
    def _table_query(self):
        rows = SQL(" UNION ALL ").join(SQL("(%s)", query) for query in self._get_queries())
        return SQL(
            """
            SELECT leak.code * 17592186044416 + leak.res_id::bigint * 2048
                       + COALESCE(leak.item_id, 0) %% 2048 AS id,
                   leak.kind, leak.unit_id, leak.item_id, leak.unit_price, leak.peer_price,
                   unit.building_id, unit.usage, building.keeper_id, unit.community_id,
                   unit.company_id
              FROM (%(rows)s) leak
              JOIN property_unit unit ON unit.id = leak.unit_id
              JOIN property_building building ON building.id = unit.building_id
             WHERE unit.active
            """,
            rows=rows,
        )

    @api.model
    def _get_queries(self):
        """Return the queries of the list (hook: parking spaces, meters and stalls add theirs).

        Each has the columns code (a number of its own), res_id, kind, unit_id, item_id,
        unit_price, peer_price.
        """
        today = fields.Date.context_today(self)
        last = SQL(
            """
            SELECT DISTINCT ON (charge.unit_id, charge.item_id) charge.unit_id, charge.item_id,
                   charge.unit_price, charge.community_id, unit.usage
              FROM property_fee_charge charge
              JOIN property_unit unit ON unit.id = charge.unit_id
              JOIN property_fee_item item ON item.id = charge.item_id AND item.period <> 'once'
             WHERE charge.state = 'posted' AND charge.res_model = 'property.unit'
               AND charge.period_end > %(today)s::date - 400
             ORDER BY charge.unit_id, charge.item_id, charge.period_end DESC, charge.id DESC
            """,
            today=today,
        )
        return [
            SQL(
                """
                SELECT 1::bigint AS code, unit.id AS res_id, 'no_charge' AS kind,
                       unit.id AS unit_id, NULL::int AS item_id, NULL::numeric AS unit_price,
                       NULL::numeric AS peer_price
                  FROM property_unit unit
                 WHERE unit.state IN ('delivered', 'occupied', 'vacant', 'renovating')
                   AND NOT EXISTS (
                       SELECT 1 FROM property_fee_charge charge
                        WHERE charge.unit_id = unit.id AND charge.state = 'posted'
                          AND charge.period_end > %(today)s::date - 400)
                """,
                today=today,
            ),
            SQL(
                """
                WITH last AS (%(last)s), peer AS (
                    SELECT last.community_id, last.usage, last.item_id, COUNT(*) AS charged,
                           (SELECT COUNT(*) FROM property_unit other
                             WHERE other.community_id = last.community_id
                               AND other.usage = last.usage AND other.active
                               AND other.state IN ('delivered', 'occupied', 'vacant', 'renovating')
                           ) AS total
                      FROM last GROUP BY 1, 2, 3
                )
                SELECT 2::bigint, unit.id, 'item_missing', unit.id, peer.item_id, NULL, NULL
                  FROM peer
                  JOIN property_unit unit ON unit.community_id = peer.community_id
                   AND unit.usage = peer.usage
                   AND unit.state IN ('delivered', 'occupied', 'vacant', 'renovating')
                 WHERE peer.charged * 2 > peer.total
                   AND EXISTS (SELECT 1 FROM last WHERE last.unit_id = unit.id)
                   AND NOT EXISTS (SELECT 1 FROM last
                                    WHERE last.unit_id = unit.id AND last.item_id = peer.item_id)
                """,
                last=last,
            ),
            SQL(
                """
                WITH last AS (%(last)s), peer AS (
                    SELECT community_id, usage, item_id,
                           MODE() WITHIN GROUP (ORDER BY unit_price) AS price
                      FROM last GROUP BY 1, 2, 3 HAVING COUNT(*) > 2
                )
                SELECT 3::bigint, last.unit_id, 'odd_price', last.unit_id, last.item_id,
                       last.unit_price, peer.price
                  FROM last
                  JOIN peer USING (community_id, usage, item_id)
                 WHERE last.unit_price <> peer.price
                """,
                last=last,
            ),
            SQL(
                "SELECT 4::bigint, id, 'no_area', id, NULL::int, NULL::numeric, NULL::numeric "
                "FROM property_unit WHERE COALESCE(area_m2, 0) = 0"
            ),
            SQL(
                """
                SELECT 5::bigint, unit.id, 'no_owner', unit.id, NULL::int, NULL::numeric,
                       NULL::numeric
                  FROM property_unit unit
                 WHERE unit.state <> 'unsold' AND NOT EXISTS (
                       SELECT 1 FROM property_ownership own WHERE own.unit_id = unit.id
                          AND daterange(own.start_date, own.end_date, '[]') @> %(today)s::date)
                """,
                today=today,
            ),
            SQL(
                """
                SELECT DISTINCT 6::bigint, own.unit_id, 'no_phone', own.unit_id, NULL::int,
                       NULL::numeric, NULL::numeric
                  FROM property_ownership own
                  JOIN res_partner partner ON partner.id = own.partner_id
                 WHERE daterange(own.start_date, own.end_date, '[]') @> %(today)s::date
                   AND COALESCE(partner.phone, '') = ''
                """,
                today=today,
            ),
        ]

    def action_view_unit(self):
        """Open the unit, to put it right."""
        self.ensure_one()
        return self.unit_id.get_formview_action()
