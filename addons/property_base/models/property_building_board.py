# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Tones of the chart; static/src/board/board.scss gives each its colours
BOARD_TONES = ("green", "blue", "teal", "amber", "purple", "red", "grey", "white")


class PropertyBuilding(models.Model):
    """The building board: every unit of a building by entrance and floor (feature 16)."""

    _inherit = "property.building"

    @api.model
    def _get_board_layers(self):
        """Return the layers that may colour the board; other modules append theirs.

        A layer is a dict: ``key``, ``name``, and ``values``, a list of dicts ``value``, ``label``,
        ``tone`` (one of ``BOARD_TONES``) and ``icon`` (Font Awesome class, so that colour never
        carries the meaning alone). The model has a method ``_get_board_values_<key>(units)`` that
        returns a dict unit id -> value, or unit id -> (value, note shown with the unit). It must
        run a fixed number of queries, however many units there are.
        """
        _ = self.env._
        usage = dict(self.env["property.unit"]._fields["usage"]._description_selection(self.env))
        state = dict(self.env["property.unit"]._fields["state"]._description_selection(self.env))

        def values(*rows):
            return [
                {"value": value, "label": label, "tone": tone, "icon": icon}
                for value, label, tone, icon in rows
            ]

        return [
            {
                "key": "state",
                "name": _("State"),
                "values": values(
                    ("unsold", state["unsold"], "grey", "fa-tag"),
                    ("sold", state["sold"], "purple", "fa-handshake-o"),
                    ("delivered", state["delivered"], "blue", "fa-key"),
                    ("occupied", state["occupied"], "green", "fa-user"),
                    ("vacant", state["vacant"], "white", "fa-moon-o"),
                    ("renovating", state["renovating"], "amber", "fa-wrench"),
                ),
            },
            {
                "key": "usage",
                "name": _("Usage"),
                "values": values(
                    ("residential", usage["residential"], "green", "fa-home"),
                    ("business_use", _("Dwelling used as business"), "red", "fa-briefcase"),
                    ("commercial", usage["commercial"], "amber", "fa-shopping-cart"),
                    ("office", usage["office"], "blue", "fa-building"),
                    ("storage", usage["storage"], "grey", "fa-archive"),
                    ("other", usage["other"], "purple", "fa-circle-o"),
                ),
            },
            {
                "key": "people",
                "name": _("Who lives there"),
                "values": values(
                    ("owner", _("Owner or family"), "green", "fa-user"),
                    ("tenant", _("Tenant"), "blue", "fa-suitcase"),
                    ("unverified", _("Not verified"), "amber", "fa-question"),
                    ("nobody", _("Nobody registered"), "white", "fa-circle-thin"),
                ),
            },
            {
                "key": "data",
                "name": _("Data quality"),
                "values": values(
                    ("complete", _("Complete"), "green", "fa-check"),
                    ("area", _("Area missing"), "red", "fa-arrows-alt"),
                    ("owner", _("Owner missing"), "purple", "fa-user-times"),
                    ("phone", _("Phone missing"), "amber", "fa-phone"),
                ),
            },
        ]

    def _get_board_values_state(self, units):
        return {unit.id: unit.state for unit in units}

    def _get_board_values_usage(self, units):
        return {
            unit.id: "business_use"
            if unit.is_business_use and unit.usage == "residential"
            else unit.usage
            for unit in units
        }

    def _get_board_values_people(self, units):
        rows = self.env.execute_query(
            SQL(
                """SELECT unit_id,
                          CASE WHEN bool_or(verified AND role = 'tenant') THEN 'tenant'
                               WHEN bool_or(verified) THEN 'owner'
                               ELSE 'unverified' END
                     FROM property_occupancy
                    WHERE unit_id = ANY(%(ids)s)
                      AND (start_date IS NULL OR start_date <= %(today)s)
                      AND (end_date IS NULL OR end_date >= %(today)s)
                 GROUP BY unit_id""",
                ids=units.ids,
                today=fields.Date.context_today(self),
            )
        )
        return {**dict.fromkeys(units.ids, "nobody"), **dict(rows)}

    def _get_board_values_data(self, units):
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id,
                          CASE WHEN COALESCE(u.area_m2, 0) = 0 THEN 'area'
                               WHEN u.state != 'unsold' AND count(p.id) = 0 THEN 'owner'
                               WHEN count(p.id) > 0 AND count(NULLIF(p.phone, '')) = 0 THEN 'phone'
                               ELSE 'complete' END
                     FROM property_unit u
                LEFT JOIN property_ownership o ON o.unit_id = u.id
                          AND (o.start_date IS NULL OR o.start_date <= %(today)s)
                          AND (o.end_date IS NULL OR o.end_date >= %(today)s)
                LEFT JOIN res_partner p ON p.id = o.partner_id
                    WHERE u.id = ANY(%(ids)s)
                 GROUP BY u.id""",
                ids=units.ids,
                today=fields.Date.context_today(self),
            )
        )
        return dict(rows)

    def _get_board_owners(self, units):
        """Return the names of the current owners of the units: dict unit id -> text."""
        rows = self.env.execute_query(
            SQL(
                """SELECT o.unit_id,
                          string_agg(p.name, '、' ORDER BY o.is_representative DESC, o.id)
                     FROM property_ownership o
                     JOIN res_partner p ON p.id = o.partner_id
                    WHERE o.unit_id = ANY(%(ids)s)
                      AND (o.start_date IS NULL OR o.start_date <= %(today)s)
                      AND (o.end_date IS NULL OR o.end_date >= %(today)s)
                 GROUP BY o.unit_id""",
                ids=units.ids,
                today=fields.Date.context_today(self),
            )
        )
        return dict(rows)

    def _get_board_data(self, layer):
        """Return the units of these buildings as the board draws them.

        :param layer: key of one of :meth:`_get_board_layers`
        :return: list of dicts, a building each, with ``units`` as dicts
        :raise UserError: when no module offers the layer
        """
        if layer not in {item["key"] for item in self._get_board_layers()}:
            raise UserError(self.env._("The building board has no layer %(layer)s.", layer=layer))
        self.env.flush_all()  # the layers read by SQL
        units = self.env["property.unit"].search_fetch(
            [("building_id", "in", self.ids)],
            [
                "building_id",
                "name",
                "number",
                "entrance",
                "floor",
                "area_m2",
                "usage",
                "is_business_use",
                "state",
            ],
            order="building_id, entrance, floor, number, id",
        )
        values = getattr(self, f"_get_board_values_{layer}")(units)
        owners = self._get_board_owners(units)
        rows = {building.id: [] for building in self}
        for unit in units:
            value = values.get(unit.id, False)
            value, note = value if isinstance(value, tuple) else (value, "")
            rows[unit.building_id.id].append(
                {
                    "id": unit.id,
                    "name": unit.name,
                    "number": unit.number,
                    "entrance": unit.entrance or "",
                    "floor": unit.floor,
                    "area": unit.area_m2,
                    "owner": owners.get(unit.id, ""),
                    "value": value,
                    "note": note,
                }
            )
        return [
            {
                "id": building.id,
                "name": building.name,
                "code": building.code,
                # sudo: the name of a colleague
                "keeper": building.keeper_id.sudo().name or "",
                "units": rows[building.id],
            }
            for building in self
        ]

    @api.model
    @api.readonly
    def load_board(self, community_id=False, building_id=False, layer="state"):
        """Return everything that the board needs, for one building or a whole community.

        :param community_id: id of the community; the first one that has buildings when not given
        :param building_id: id of a building of it; all of them when not given
        :param layer: key of the layer that colours the units
        """
        self.env["property.cockpit"]._check_staff()
        building = self.browse(building_id).exists() if building_id else self.browse()
        community = building.community_id or self.env["property.community"].browse(community_id)
        communities = self.env["property.community"].search([])
        if community not in communities:
            community = communities.filtered("building_ids")[:1] or communities[:1]
            building = self.browse()
        buildings = self.search([("community_id", "=", community.id)])
        layers = self._get_board_layers()
        if layer not in {item["key"] for item in layers}:
            layer = layers[0]["key"]
        shown = building or buildings
        return {
            "communities": [{"id": item.id, "name": item.name} for item in communities],
            "community_id": community.id,
            "building_options": [{"id": item.id, "name": item.name} for item in buildings],
            "building_id": building.id,
            "layers": layers,
            "layer": layer,
            "buildings": shown._get_board_data(layer),
        }

    def action_view_board(self):
        """Open the building board on this building."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("property_base.property_board_action")
        action["params"] = {"building_id": self.id, "community_id": self.community_id.id}
        return action
