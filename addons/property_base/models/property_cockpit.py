# SPDX-License-Identifier: LGPL-3.0-or-later
from pytz import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

CHANNEL = "property_cockpit"
NOTIFICATION = "property.cockpit/changed"


class PropertyCockpit(models.AbstractModel):
    """The dashboard of the staff: what is going on in the communities, right now (BAS-23).

    Every figure is counted with the rights of the user and opens the list behind it.
    """

    _name = "property.cockpit"
    _description = "Dashboard"

    @api.model
    @api.readonly
    def load_cockpit(self, community_ids=None):
        """Return everything that the dashboard shows.

        :param community_ids: ids of the communities to look at; all that the user may see when
            empty
        """
        self._check_staff()
        everything = self.env["property.community"].search([])
        chosen = everything.browse(community_ids or []) & everything
        communities = chosen or everything
        tiles = [tile for tile in self._get_tiles(communities) if tile]
        return {
            "communities": [{"id": item.id, "name": item.name} for item in everything],
            "community_ids": chosen.ids,
            "sections": [
                {
                    "key": key,
                    "name": name,
                    "tiles": [tile for tile in tiles if tile["section"] == key],
                }
                for key, name in self._get_sections()
                if any(tile["section"] == key for tile in tiles)
            ],
            "charts": [chart for chart in self._get_charts(communities) if chart],
            "lists": [item for item in self._get_lists(communities) if item],
        }

    @api.model
    def _check_staff(self):
        """An abstract model has no access list of its own: figures are for the staff."""
        if not self.env.su and not self.env.user.has_group("property_base.group_property_user"):
            raise AccessError(self.env._("Only the staff of the property company may see this."))

    # ------------------------------------------------------------------
    # Hooks: other modules extend these
    # ------------------------------------------------------------------

    @api.model
    def _get_sections(self):
        """Return the sections of tiles in order, as ``(key, name)``."""
        _ = self.env._
        return [
            ("register", _("Register")),
            ("work", _("Work in hand")),
            ("people", _("People")),
            ("quality", _("Data quality")),
        ]

    @api.model
    def _get_tiles(self, communities):
        """Return the tiles for some communities; other modules append theirs.

        Use :meth:`_make_tile`. A tile of a model that is not installed, or that the user may not
        read, is ``None`` and left out.

        :param communities: ``property.community`` records that the user may see
        :return: list of dicts or ``None``
        """
        return [
            *self._get_register_tiles(communities),
            *self._get_work_tiles(communities),
            *self._get_people_tiles(communities),
            *self._get_quality_tiles(communities),
        ]

    @api.model
    def _get_charts(self, communities):
        """Return the charts; each is a bar divided into parts that open the list behind them."""
        return [self._get_unit_state_chart(communities)]

    @api.model
    def _get_lists(self, communities):
        """Return short lists of what comes next; use :meth:`_make_list`."""
        _ = self.env._
        days = self._notice_days(communities)
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=days)
        ending = Domain("end_date", ">=", today) & Domain("end_date", "<=", soon)
        start, end = self._today_limits()
        return [
            self._make_list(
                "appointments",
                _("Appointments today"),
                "property.handover",
                Domain("appointment_at", ">=", start)
                & Domain("appointment_at", "<", end)
                & Domain("state", "not in", ["done", "cancelled"]),
                communities,
                date_field="appointment_at",
                icon="fa-calendar-check-o",
                empty=_("No move-in or move-out is booked for today."),
            ),
            self._make_list(
                "tenancies",
                _("Occupancies that end soon"),
                "property.occupancy",
                ending,
                communities,
                date_field="end_date",
                icon="fa-suitcase",
                empty=_("No occupancy ends within %(days)s days.", days=days),
            ),
            self._make_list(
                "leases",
                _("Leases of shared premises that end soon"),
                "property.shared.premises",
                Domain("lease_end_date", ">=", today) & Domain("lease_end_date", "<=", soon),
                communities,
                date_field="lease_end_date",
                icon="fa-key",
                empty=_("No lease ends within %(days)s days.", days=days),
            ),
            self._make_list(
                "documents",
                _("Documents that expire soon"),
                "property.unit.document",
                Domain("expiry_date", ">=", today) & Domain("expiry_date", "<=", soon),
                communities,
                date_field="expiry_date",
                icon="fa-file-text-o",
                empty=_("No document expires within %(days)s days.", days=days),
            ),
        ]

    # ------------------------------------------------------------------
    # Builders
    # ------------------------------------------------------------------

    @api.model
    def _make_tile(self, key, name, model, domain, communities, **values):
        """Return a tile that counts records and opens their list.

        :param key: stable name of the tile
        :param model: model to count; it has a ``community_id``
        :param domain: ``Domain`` or list, without the communities
        :param values: ``section``, ``icon``, ``tone`` (of the building board), ``note``,
            ``context`` of the list, ``alert`` (True: a figure above zero needs attention)
        :return: dict, or ``None`` when the user may not read the model
        """
        if model not in self.env or not self.env[model].has_access("read"):
            return None
        domain = Domain("community_id", "in", communities.ids) & Domain(domain)
        return {
            "key": key,
            "name": name,
            "value": self.env[model].search_count(domain),
            "section": "work",
            "icon": "fa-circle-o",
            "tone": "blue",
            "note": "",
            "alert": False,
            **values,
            "action": self._make_action(name, model, domain, values.get("context")),
        }

    @api.model
    def _make_list(self, key, name, model, domain, communities, **values):
        """Return a short list of the first records by date, with a link to all of them.

        :param values: ``date_field``, ``icon``, ``empty`` (text when there is nothing), ``limit``
        """
        if model not in self.env or not self.env[model].has_access("read"):
            return None
        domain = Domain("community_id", "in", communities.ids) & Domain(domain)
        date_field = values["date_field"]
        records = self.env[model].search(
            domain, limit=values.get("limit", 6), order=f"{date_field}, id"
        )
        is_datetime = self.env[model]._fields[date_field].type == "datetime"
        return {
            "key": key,
            "name": name,
            "icon": values["icon"],
            "empty": values["empty"],
            "count": self.env[model].search_count(domain),
            "date_type": "datetime" if is_datetime else "date",
            "rows": [
                {
                    "id": record.id,
                    "title": record.display_name,
                    "subtitle": record.community_id.name if len(communities) > 1 else "",
                    "date": fields.Datetime.to_string(record[date_field])
                    if is_datetime
                    else fields.Date.to_string(record[date_field]),
                }
                for record in records
            ],
            "action": self._make_action(name, model, domain),
        }

    @api.model
    def _make_action(self, name, model, domain, context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": list(Domain(domain)),
            "context": context or {},
            "views": [[False, "list"], [False, "form"]],
        }

    @api.model
    def _notice_days(self, communities):
        """Days of notice: the longest of the communities, so that nobody's is missed."""
        return max(
            [community._get_parameter("expiry_notice_days") for community in communities],
            default=30,
        )

    @api.model
    def _today_limits(self):
        """Return the first moment of today and of tomorrow in the user's time zone, in UTC."""
        start = fields.Datetime.context_timestamp(self, fields.Datetime.now()).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        first = start.astimezone(UTC).replace(tzinfo=None)
        return first, fields.Datetime.add(first, days=1)

    # ------------------------------------------------------------------
    # What this module shows
    # ------------------------------------------------------------------

    @api.model
    def _get_register_tiles(self, communities):
        _ = self.env._
        common = {"section": "register"}
        return [
            self._make_tile(
                "units",
                _("Units"),
                "property.unit",
                [],
                communities,
                icon="fa-home",
                tone="blue",
                **common,
            ),
            self._make_tile(
                "buildings",
                _("Buildings"),
                "property.building",
                [],
                communities,
                icon="fa-building",
                tone="teal",
                **common,
            ),
            self._make_tile(
                "owners",
                _("Ownerships"),
                "property.ownership",
                [("is_current", "=", True)],
                communities,
                icon="fa-users",
                tone="purple",
                **common,
            ),
            self._make_tile(
                "occupants",
                _("Residents"),
                "property.occupancy",
                [("is_current", "=", True)],
                communities,
                icon="fa-user",
                tone="green",
                **common,
            ),
        ]

    @api.model
    def _get_work_tiles(self, communities):
        _ = self.env._
        start, end = self._today_limits()
        open_flow = [("state", "not in", ["done", "cancelled"])]
        return [
            self._make_tile(
                "appointments",
                _("Appointments today"),
                "property.handover",
                [*open_flow, ("appointment_at", ">=", start), ("appointment_at", "<", end)],
                communities,
                icon="fa-calendar-check-o",
                tone="green",
            ),
            self._make_tile(
                "handovers",
                _("Handovers in progress"),
                "property.handover",
                open_flow,
                communities,
                icon="fa-key",
                tone="blue",
            ),
            self._make_tile(
                "transfers",
                _("Transfers in progress"),
                "property.transfer",
                open_flow,
                communities,
                icon="fa-exchange",
                tone="purple",
            ),
            self._make_tile(
                "bindings",
                _("Binding requests to check"),
                "property.binding",
                [("state", "in", ["submitted", "confirmed"])],
                communities,
                icon="fa-link",
                tone="amber",
                alert=True,
            ),
            self._make_tile(
                "escalations",
                _("Open escalations"),
                "property.escalation",
                [("state", "not in", ["draft", "closed", "done", "cancelled"])],
                communities,
                icon="fa-bullhorn",
                tone="red",
                alert=True,
            ),
            self._make_tile(
                "bookings",
                _("Facility bookings to confirm"),
                "property.facility.booking",
                [("state", "=", "requested")],
                communities,
                icon="fa-calendar-plus-o",
                tone="teal",
                alert=True,
            ),
            self._make_tile(
                "documents",
                _("Documents to review"),
                "property.unit.document",
                [("state", "=", "to_review")],
                communities,
                icon="fa-file-text-o",
                tone="amber",
                alert=True,
            ),
        ]

    @api.model
    def _get_people_tiles(self, communities):
        _ = self.env._
        days = self._notice_days(communities)
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=days)
        common = {"section": "people"}
        return [
            self._make_tile(
                "unverified",
                _("Occupants to verify"),
                "property.occupancy",
                [("is_current", "=", True), ("verified", "=", False)],
                communities,
                icon="fa-question",
                tone="amber",
                alert=True,
                **common,
            ),
            self._make_tile(
                "ending",
                _("Occupancies that end soon"),
                "property.occupancy",
                [("end_date", ">=", today), ("end_date", "<=", soon)],
                communities,
                icon="fa-suitcase",
                tone="purple",
                note=_("within %(days)s days", days=days),
                **common,
            ),
            self._make_tile(
                "moved_in",
                _("Moved in this month"),
                "property.occupancy",
                [("start_date", ">=", today.replace(day=1)), ("start_date", "<=", today)],
                communities,
                icon="fa-sign-in",
                tone="green",
                **common,
            ),
            self._make_tile(
                "let",
                _("Let units"),
                "property.unit",
                [("is_let", "=", True)],
                communities,
                icon="fa-handshake-o",
                tone="teal",
                **common,
            ),
        ]

    @api.model
    def _get_quality_tiles(self, communities):
        _ = self.env._
        common = {"section": "quality", "alert": True}
        return [
            self._make_tile(
                "no_area",
                _("Units without area"),
                "property.unit",
                [("area_m2", "=", 0)],
                communities,
                icon="fa-arrows-alt",
                tone="red",
                note=_("not billed by area"),
                **common,
            ),
            self._make_tile(
                "no_owner",
                _("Sold units without owner"),
                "property.unit",
                [("state", "!=", "unsold"), ("owner_ids", "=", False)],
                communities,
                icon="fa-user-times",
                tone="purple",
                note=_("not billed, no vote"),
                **common,
            ),
            self._make_tile(
                "no_phone",
                _("Owners without phone"),
                "property.ownership",
                [("is_current", "=", True), ("partner_id.phone", "in", [False, ""])],
                communities,
                icon="fa-phone",
                tone="amber",
                note=_("not reached"),
                **common,
            ),
            self._make_tile(
                "no_keeper",
                _("Buildings without keeper"),
                "property.building",
                [("keeper_id", "=", False)],
                communities,
                icon="fa-id-badge",
                tone="grey",
                **common,
            ),
        ]

    @api.model
    def _get_unit_state_chart(self, communities):
        Unit = self.env["property.unit"]
        domain = Domain("community_id", "in", communities.ids)
        counts = dict(Unit._read_group(domain, ["state"], ["__count"]))
        layer = self.env["property.building"]._get_board_layers()[0]
        return {
            "key": "unit_state",
            "name": self.env._("Units by state"),
            "total": sum(counts.values()),
            "parts": [
                {
                    **item,
                    "count": counts.get(item["value"], 0),
                    "action": self._make_action(
                        item["label"], Unit._name, domain & Domain("state", "=", item["value"])
                    ),
                }
                for item in layer["values"]
            ],
        }

    # ------------------------------------------------------------------
    # Live
    # ------------------------------------------------------------------

    @api.model
    def _notify_changed(self, community_ids):
        """Tell the open dashboards once per transaction and community that figures changed."""
        told = self.env.cr.precommit.data.setdefault("property.cockpit.told", set())
        new = set(community_ids) - told - {None, False}
        told |= new
        for community in self.env["property.community"].browse(sorted(new)):
            self.env["bus.bus"]._sendone(community, NOTIFICATION, {"community_id": community.id})

    @api.model
    def _notify_written(self, records):
        """Like :meth:`_notify_changed`, resolved by one query per model before the commit."""
        data = self.env.cr.precommit.data
        if "property.cockpit.written" not in data:
            written = data["property.cockpit.written"] = {}
            self.env.cr.precommit.add(lambda: self._flush_written(written))
        data["property.cockpit.written"].setdefault(records._table, set()).update(records.ids)

    @api.model
    def _flush_written(self, written):
        for table, ids in written.items():
            self._notify_changed(self._communities_of(table, list(ids)))

    @api.model
    def _communities_of(self, table, ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT community_id FROM %s WHERE id = ANY(%s)",
                SQL.identifier(table),
                ids,
            )
        )
        return [row[0] for row in rows]
