# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

# value of a decimal parameter in force in community c, as an exact number
PARAMETER = """
    (SELECT COALESCE(
        (SELECT v.value FROM property_parameter_value v
          WHERE v.parameter_id = p.id AND v.community_id = c.id AND v.phase_id IS NULL),
        (SELECT v.value FROM property_parameter_value v
          WHERE v.parameter_id = p.id AND v.company_id = c.company_id AND v.community_id IS NULL),
        p.default_value)::numeric
       FROM property_parameter p WHERE p.key = %s)
"""
DEPENDS = {
    "property.community": ["company_id", "floor_area_m2", "active"],
    "property.building": ["community_id", "floor_area_m2", "active"],
    "property.entrance": ["building_id", "floor_area_m2"],
    "property.unit": [
        "community_id",
        "building_id",
        "entrance_id",
        "area_m2",
        "inner_area_m2",
        "number",
        "floor",
        "usage",
        "active",
    ],
    "property.parameter": ["default_value", "key"],
    "property.parameter.value": ["value", "community_id", "company_id", "phase_id"],
}


class PropertyAreaAudit(models.Model):
    """Sum of the units beside the surveyed area of community, building and entrance (B1).

    Done before any apportioning or vote: both count area. Sums are exact, in numeric.
    """

    _name = "property.area.audit"
    _description = "Area audit"
    _auto = False
    _order = "community_id, sort, building_id, entrance_id"
    _rec_name = "community_id"
    _depends = DEPENDS

    level = fields.Selection(
        [("community", "Community"), ("building", "Building"), ("entrance", "Entrance")],
        readonly=True,
    )
    sort = fields.Integer(readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    entrance_id = fields.Many2one("property.entrance", readonly=True)
    unit_count = fields.Integer(string="Units", readonly=True)
    zero_count = fields.Integer(string="Without area", readonly=True)
    unit_area_m2 = fields.Float(string="Sum of the units (m²)", digits=(14, 2), readonly=True)
    survey_area_m2 = fields.Float(string="Surveyed area (m²)", digits=(14, 2), readonly=True)
    difference_m2 = fields.Float(
        string="Difference (m²)",
        digits=(14, 2),
        readonly=True,
        help="Sum of the units less the surveyed area.",
    )
    difference_percent = fields.Float(
        string="Difference (%)", digits=(8, 2), readonly=True, aggregator=None
    )
    tolerance_m2 = fields.Float(
        string="Tolerance (m²)",
        digits=(14, 2),
        readonly=True,
        aggregator=None,
        help="The larger of the two tolerances among the parameters of the community.",
    )
    result = fields.Selection(
        [
            ("match", "Matches"),
            ("more", "Units exceed the survey"),
            ("less", "Units fall short"),
            ("no_survey", "No surveyed area"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH tolerance AS (
                SELECT c.id AS community_id, %(absolute)s AS absolute, %(percent)s AS percent
                  FROM property_community c
            ), place AS (
                SELECT 1 AS sort, 'community' AS level, c.id, c.id AS community_id,
                       NULL::int AS building_id, NULL::int AS entrance_id,
                       COALESCE(c.floor_area_m2, 0)::numeric AS survey
                  FROM property_community c WHERE c.active
             UNION ALL
                SELECT 2, 'building', b.id, b.community_id, b.id, NULL,
                       COALESCE(b.floor_area_m2, 0)::numeric
                  FROM property_building b WHERE b.active
             UNION ALL
                SELECT 3, 'entrance', e.id, b.community_id, b.id, e.id,
                       COALESCE(e.floor_area_m2, 0)::numeric
                  FROM property_entrance e JOIN property_building b ON b.id = e.building_id
                 WHERE b.active
            ), units AS (
                SELECT CASE WHEN GROUPING(entrance_id) = 0 THEN 3
                            WHEN GROUPING(building_id) = 0 THEN 2 ELSE 1 END AS sort,
                       community_id, building_id, entrance_id, count(*) AS unit_count,
                       count(*) FILTER (WHERE COALESCE(area_m2, 0) = 0) AS zero_count,
                       round(COALESCE(sum(area_m2::numeric), 0), 2) AS area
                  FROM property_unit WHERE active
              GROUP BY GROUPING SETS (
                       (community_id), (community_id, building_id),
                       (community_id, building_id, entrance_id))
            ), figures AS (
                SELECT p.*, c.company_id, COALESCE(u.unit_count, 0) AS unit_count,
                       COALESCE(u.zero_count, 0) AS zero_count, COALESCE(u.area, 0) AS area,
                       round(GREATEST(t.absolute, p.survey * t.percent / 100), 2) AS tolerance
                  FROM place p
                  JOIN property_community c ON c.id = p.community_id
                  JOIN tolerance t ON t.community_id = p.community_id
             LEFT JOIN units u ON u.sort = p.sort AND u.community_id = p.community_id
                   AND u.building_id IS NOT DISTINCT FROM p.building_id
                   AND u.entrance_id IS NOT DISTINCT FROM p.entrance_id
            )
            SELECT sort * 1000000000000 + id AS id, sort, level, community_id, company_id,
                   building_id, entrance_id, unit_count, zero_count, area AS unit_area_m2,
                   round(survey, 2) AS survey_area_m2,
                   CASE WHEN survey > 0 THEN round(area - survey, 2) END AS difference_m2,
                   CASE WHEN survey > 0
                        THEN round((area - survey) * 100 / survey, 2) END AS difference_percent,
                   tolerance AS tolerance_m2,
                   CASE WHEN survey = 0 THEN 'no_survey'
                        WHEN abs(area - survey) <= tolerance THEN 'match'
                        WHEN area > survey THEN 'more' ELSE 'less' END AS result
              FROM figures
             WHERE unit_count > 0 OR survey > 0
            """,
            absolute=SQL(PARAMETER, "area_audit_tolerance_m2"),
            percent=SQL(PARAMETER, "area_audit_tolerance_percent"),
        )

    def action_view_units(self):
        """Open the units that are summed up."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("property_base.property_unit_action")
        place = self.entrance_id or self.building_id or self.community_id
        field = {"community": "community_id", "building": "building_id", "entrance": "entrance_id"}
        action["domain"] = [(field[self.level], "=", place.id)]
        return action


class PropertyAreaSuspect(models.Model):
    """A unit whose area is probably wrong, and why (B1)."""

    _name = "property.area.suspect"
    _description = "Suspicious area"
    _auto = False
    _order = "community_id, reason, unit_id"
    _rec_name = "unit_id"
    _depends = DEPENDS

    unit_id = fields.Many2one("property.unit", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    usage = fields.Selection(related="unit_id.usage")
    area_m2 = fields.Float(string="Area (m²)", digits=(12, 2), readonly=True)
    inner_area_m2 = fields.Float(string="Inner area (m²)", digits=(12, 2), readonly=True)
    peer_area_m2 = fields.Float(
        string="Usual (m²)",
        digits=(12, 2),
        readonly=True,
        aggregator=None,
        help="Median of the units with the same position on the other floors.",
    )
    deviation_percent = fields.Float(
        string="Deviation (%)", digits=(8, 2), readonly=True, aggregator=None
    )
    reason = fields.Selection(
        [
            ("zero", "No area"),
            ("inner", "Inner area not below the area"),
            ("ratio", "Inner area below half of the area"),
            ("peer", "Unlike the same stack"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            r"""
            WITH unit AS (
                SELECT u.id, u.community_id, u.building_id, u.area_m2::numeric AS area,
                       u.inner_area_m2::numeric AS inner_area, u.entrance_id, u.usage,
                       CASE WHEN u.number ~ '^\d{3,}$' THEN right(u.number, 2) END AS stack
                  FROM property_unit u WHERE u.active
            ), peer AS (
                SELECT building_id, entrance_id, usage, stack,
                       percentile_disc(0.5) WITHIN GROUP (ORDER BY area) AS median
                  FROM unit WHERE stack IS NOT NULL AND area > 0
              GROUP BY building_id, entrance_id, usage, stack
                HAVING count(*) >= 3
            ), judged AS (
                SELECT u.*, c.company_id, p.median,
                       CASE WHEN p.median > 0 AND u.area > 0
                            THEN round((u.area - p.median) * 100 / p.median, 2) END AS deviation,
                       %(limit)s AS limit_percent
                  FROM unit u
                  JOIN property_community c ON c.id = u.community_id
             LEFT JOIN peer p ON p.building_id = u.building_id AND p.usage = u.usage
                   AND p.entrance_id IS NOT DISTINCT FROM u.entrance_id AND p.stack = u.stack
            )
            SELECT * FROM (
                SELECT id * 10 AS id, id AS unit_id, community_id, company_id, building_id,
                       area AS area_m2, inner_area AS inner_area_m2, median AS peer_area_m2,
                       deviation AS deviation_percent,
                       CASE WHEN COALESCE(area, 0) = 0 THEN 'zero'
                            WHEN inner_area >= area THEN 'inner'
                            WHEN inner_area > 0 AND inner_area < area / 2 THEN 'ratio'
                            WHEN abs(deviation) > limit_percent THEN 'peer' END AS reason
                  FROM judged
            ) found WHERE reason IS NOT NULL
            """,
            limit=SQL(PARAMETER, "area_audit_peer_percent"),
        )
