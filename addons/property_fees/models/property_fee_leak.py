# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class PropertyFeeLeak(models.Model):
    """What escapes the fees: units, meters and spaces that nobody charges, odd prices, gaps in
    the register.
    """

    _name = "property.fee.leak"
    _description = "Leak list"
    _inherit = ["property.scope.mixin"]
    _auto = False
    _depends = {
        "property.fee.charge": ["state", "unit_id", "item_id", "unit_price", "period_end"],
        "property.unit": ["area_m2", "usage", "state", "active", "building_id", "community_id"],
        "property.ownership": ["unit_id", "partner_id", "start_date", "end_date"],
        "property.meter": ["active", "kind", "unit_id", "building_id", "community_id"],
        "property.meter.reading": ["meter_id", "state", "read_date"],
        "property.fee.assignment": ["item_id", "community_id", "is_exempt", "end_date"],
        "property.fee.price": ["item_id", "community_id", "state", "end_date"],
        "property.shared.premises": ["state", "owner_kind", "active"],
        "property.common.income": ["state", "premises_id", "billed_until_date", "end_date"],
        "property.building": ["keeper_id"],
        "res.partner": ["phone"],
    }
    _order = "kind, building_id, unit_id, id"
    _rec_name = "place"

    kind = fields.Selection(
        [
            ("no_charge", "Never charged"),
            ("item_missing", "Item not charged, unlike its neighbours"),
            ("odd_price", "Price unlike its peers"),
            ("no_area", "No area"),
            ("no_owner", "No owner"),
            ("no_phone", "Owner without phone"),
            ("meter_no_fee", "Meter without a fee"),
            ("meter_no_price", "Meter without a price"),
            ("meter_unread", "Meter never read"),
            ("meter_stale", "Meter not read for a year"),
            ("premises_no_contract", "Let without a contract"),
            ("premises_not_billed", "Contract not billed"),
        ],
        string="Finding",
        readonly=True,
    )
    place = fields.Char(readonly=True, help="The unit, meter or space.")
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
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
                   leak.kind, leak.res_model, leak.res_id, leak.unit_id, leak.item_id,
                   leak.unit_price, leak.peer_price, COALESCE(leak.place, unit.name) AS place,
                   building.id AS building_id, unit.usage, building.keeper_id,
                   community.id AS community_id, community.company_id
              FROM (SELECT * FROM (%(rows)s) found
                        (code, res_model, res_id, kind, place, community_id, building_id,
                         unit_id, item_id, unit_price, peer_price)) leak
              LEFT JOIN property_unit unit ON unit.id = leak.unit_id
              LEFT JOIN property_building building
                ON building.id = COALESCE(leak.building_id, unit.building_id)
              JOIN property_community community
                ON community.id = COALESCE(leak.community_id, unit.community_id)
             WHERE unit.active IS NOT FALSE
            """,
            rows=rows,
        )

    @api.model
    def _get_queries(self):
        """Return the queries of the list (hook: parking bays and other spaces add theirs).

        Each has the columns code (a number of its own, below 100), res_model and res_id (what the
        row opens), kind, place (text, empty for a unit), community_id, building_id, unit_id (the
        first two may be empty where there is a unit), item_id, unit_price, peer_price.
        """
        return [
            *self._get_unit_queries(),
            *self._get_register_queries(),
            *self._get_meter_queries(),
            *self._get_premises_queries(),
        ]

    @api.model
    def _get_finding(self, code, kind, source):
        """Return the query of a finding about units; the source gives their ids."""
        return SQL(
            "SELECT %(code)s::bigint, 'property.unit', source.id, %(kind)s, NULL::varchar, "
            "NULL::int, NULL::int, source.id, NULL::int, NULL::numeric, NULL::numeric "
            "FROM (%(source)s) source",
            code=code,
            kind=kind,
            source=source,
        )

    @api.model
    def _get_last_charges(self, models_):
        """Return the query of the last charge of each thing and item."""
        return SQL(
            """
            SELECT DISTINCT ON (charge.res_model, charge.res_id, charge.item_id) charge.unit_id,
                   charge.item_id, charge.unit_price, charge.community_id, unit.usage,
                   charge.res_model, charge.res_id
              FROM property_fee_charge charge
              JOIN property_unit unit ON unit.id = charge.unit_id
              JOIN property_fee_item item ON item.id = charge.item_id AND item.period <> 'once'
             WHERE charge.state = 'posted' AND charge.res_model = ANY(%(models)s)
               AND charge.period_end > %(today)s::date - 400
             ORDER BY charge.res_model, charge.res_id, charge.item_id, charge.period_end DESC,
                   charge.id DESC
            """,
            models=models_,
            today=fields.Date.context_today(self),
        )

    @api.model
    def _get_unit_queries(self):
        today = fields.Date.context_today(self)
        return [
            self._get_finding(
                1,
                "no_charge",
                SQL(
                    """
                    SELECT unit.id FROM property_unit unit
                     WHERE unit.state IN ('delivered', 'occupied', 'vacant', 'renovating')
                       AND NOT EXISTS (
                           SELECT 1 FROM property_fee_charge charge
                            WHERE charge.unit_id = unit.id AND charge.state = 'posted'
                              AND charge.period_end > %s::date - 400)
                    """,
                    today,
                ),
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
                SELECT 2::bigint, 'property.unit', unit.id, 'item_missing', NULL::varchar,
                       NULL::int, NULL::int, unit.id, peer.item_id, NULL::numeric, NULL::numeric
                  FROM peer
                  JOIN property_unit unit ON unit.community_id = peer.community_id
                   AND unit.usage = peer.usage
                   AND unit.state IN ('delivered', 'occupied', 'vacant', 'renovating')
                 WHERE peer.charged * 2 > peer.total
                   AND EXISTS (SELECT 1 FROM last WHERE last.unit_id = unit.id)
                   AND NOT EXISTS (SELECT 1 FROM last
                                    WHERE last.unit_id = unit.id AND last.item_id = peer.item_id)
                """,
                last=self._get_last_charges(["property.unit"]),
            ),
            SQL(
                """
                WITH last AS (%(last)s), peer AS (
                    SELECT community_id, usage, item_id,
                           MODE() WITHIN GROUP (ORDER BY unit_price) AS price
                      FROM last GROUP BY 1, 2, 3 HAVING COUNT(*) > 2
                )
                SELECT 3::bigint, last.res_model, last.res_id, 'odd_price', NULL::varchar,
                       NULL::int, NULL::int, last.unit_id, last.item_id, last.unit_price,
                       peer.price
                  FROM last
                  JOIN peer USING (community_id, usage, item_id)
                 WHERE last.unit_price <> peer.price
                """,
                last=self._get_last_charges(["property.unit", "property.meter"]),
            ),
        ]

    @api.model
    def _get_register_queries(self):
        today = fields.Date.context_today(self)
        return [
            self._get_finding(
                4, "no_area", SQL("SELECT id FROM property_unit WHERE COALESCE(area_m2, 0) = 0")
            ),
            self._get_finding(
                5,
                "no_owner",
                SQL(
                    """
                    SELECT unit.id FROM property_unit unit
                     WHERE unit.state <> 'unsold' AND NOT EXISTS (
                           SELECT 1 FROM property_ownership own WHERE own.unit_id = unit.id
                              AND daterange(own.start_date, own.end_date, '[]') @> %s::date)
                    """,
                    today,
                ),
            ),
            self._get_finding(
                6,
                "no_phone",
                SQL(
                    """
                    SELECT DISTINCT own.unit_id AS id
                      FROM property_ownership own
                      JOIN res_partner partner ON partner.id = own.partner_id
                     WHERE daterange(own.start_date, own.end_date, '[]') @> %s::date
                       AND COALESCE(partner.phone, '') = ''
                    """,
                    today,
                ),
            ),
        ]

    @api.model
    def _get_meter_queries(self):
        """Meters of units that no item charges, that have no price, or that nobody reads."""
        today = fields.Date.context_today(self)
        assigned = SQL(
            """
            SELECT 1 FROM property_fee_assignment line
              JOIN property_fee_item item ON item.id = line.item_id AND item.active
               AND item.basis = 'meter' AND item.meter_kind = meter.kind
             WHERE line.community_id = meter.community_id
               AND COALESCE(line.agreement_state, '') <> 'requested'
               AND daterange(line.start_date, line.end_date, '[]') @> %(today)s::date
               AND (COALESCE(line.res_id, 0) = 0 OR (line.res_model, line.res_id) IN (
                    ('property.meter', meter.id), ('property.unit', meter.unit_id)))
               AND (line.building_id IS NULL OR line.building_id = meter.building_id)
               AND (line.usage IS NULL OR line.usage = unit.usage)
            """,
            today=today,
        )
        priced = SQL(
            """
            SELECT 1 FROM property_fee_price price
             WHERE price.item_id = item.id AND price.community_id = meter.community_id
               AND price.state = 'approved'
               AND daterange(price.start_date, price.end_date, '[]') @> %(today)s::date
               AND (price.building_id IS NULL OR price.building_id = meter.building_id)
               AND (price.phase_id IS NULL OR price.phase_id = building.phase_id)
               AND (price.usage IS NULL OR price.usage = unit.usage)
            """,
            today=today,
        )
        read = SQL(
            "SELECT 1 FROM property_meter_reading reading "
            "WHERE reading.meter_id = meter.id AND reading.state = 'confirmed'"
        )
        conditions = (
            (7, "meter_no_fee", SQL("meter.unit_id IS NOT NULL AND NOT EXISTS (%s)", assigned)),
            (
                8,
                "meter_no_price",
                SQL(
                    "EXISTS (%s AND line.is_exempt IS NOT TRUE "
                    "AND COALESCE(line.override_price, 0) = 0 AND NOT EXISTS (%s))",
                    assigned,
                    priced,
                ),
            ),
            (9, "meter_unread", SQL("NOT EXISTS (%s)", read)),
            (
                10,
                "meter_stale",
                SQL(
                    "EXISTS (%(read)s) AND NOT EXISTS "
                    "(%(read)s AND reading.read_date > %(today)s::date - 366)",
                    read=read,
                    today=today,
                ),
            ),
        )
        return [
            SQL(
                """
                SELECT %(code)s::bigint, 'property.meter', meter.id, %(kind)s,
                       CONCAT_WS(' ', COALESCE(unit.name, building.name), meter.place,
                                 meter.serial)::varchar,
                       meter.community_id, meter.building_id, meter.unit_id, NULL::int,
                       NULL::numeric, NULL::numeric
                  FROM property_meter meter
                  LEFT JOIN property_unit unit ON unit.id = meter.unit_id
                  LEFT JOIN property_building building ON building.id = meter.building_id
                 WHERE meter.active AND %(condition)s
                """,
                code=code,
                kind=kind,
                condition=condition,
            )
            for code, kind, condition in conditions
        ]

    @api.model
    def _get_premises_queries(self):
        """Premises of the owners that are let without a contract, or whose rent is not billed."""
        today = fields.Date.context_today(self)
        contract = SQL(
            "SELECT 1 FROM property_common_income contract "
            "WHERE contract.premises_id = premises.id AND contract.state = 'running' "
            "AND contract.end_date >= %s::date",
            today,
        )
        behind = SQL(
            "contract.start_date <= %(today)s::date "
            "AND COALESCE(contract.billed_until_date, contract.start_date - 1) < %(today)s::date",
            today=today,
        )
        conditions = (
            (11, "premises_no_contract", SQL("NOT EXISTS (%s)", contract)),
            (12, "premises_not_billed", SQL("EXISTS (%s AND %s)", contract, behind)),
        )
        return [
            SQL(
                """
                SELECT %(code)s::bigint, 'property.shared.premises', premises.id, %(kind)s,
                       premises.name, premises.community_id, premises.building_id, NULL::int,
                       NULL::int, NULL::numeric, NULL::numeric
                  FROM property_shared_premises premises
                 WHERE premises.active AND premises.state = 'let'
                   AND premises.owner_kind = 'owners' AND %(condition)s
                """,
                code=code,
                kind=kind,
                condition=condition,
            )
            for code, kind, condition in conditions
        ]

    def action_view_place(self):
        """Open the unit, meter or space, to put it right."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
