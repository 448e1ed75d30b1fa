# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .property_workorder import OPEN_STATES

SHOWN = 40
# the index below gives the first of a column in this order without sorting the others
ORDER = "is_urgent desc, resolve_deadline_at, id"


class PropertyWorkorder(models.Model):
    """The live board of the dispatcher, in a fixed number of queries."""

    _inherit = "property.workorder"

    _board_idx = models.Index(
        "(state, COALESCE(is_urgent, FALSE) DESC, resolve_deadline_at, id) "
        "WHERE state IN ('new', 'accepted', 'dispatched', 'in_progress', 'paused')"
    )

    @api.model
    @api.readonly
    def get_board(self, community_id=False):
        """Return what is open now.

        :param community_id: only this community; all visible ones without
        :return: dict ``figures``, ``columns``, ``technicians``, ``communities``, ``incidents``
        """
        domain = Domain("state", "in", OPEN_STATES)
        if community_id:
            domain &= Domain("community_id", "=", community_id)
        counts, totals = self._count_board(domain)
        labels = dict(self._fields["state"]._description_selection(self.env))
        columns = []
        for key in OPEN_STATES:
            orders = self.search(domain & Domain("state", "=", key), order=ORDER, limit=SHOWN)
            columns.append(
                {
                    "key": key,
                    "label": labels[key],
                    "count": counts.get(key, 0),
                    "cards": [order._get_board_card() for order in orders],
                }
            )
        return {
            "figures": self._get_board_figures(domain, totals, community_id),
            "columns": columns,
            "technicians": self._get_board_technicians(community_id),
            "communities": [
                {"id": one.id, "name": one.name}
                for one in self.env["property.community"].search([])
            ],
            "incidents": [
                {
                    "id": one.id,
                    "name": one.name,
                    "count": one.workorder_count,
                    "coming": one.state == "announced",
                }
                for one in self.env["property.incident"].search(
                    [("state", "in", ("announced", "active"))], limit=5
                )
                if not community_id or one.community_id.id == community_id
            ],
        }

    @api.model
    def _count_board(self, domain):
        """Count all that is open in one pass, by state and by what matters.

        :return: dict state -> count, dict figure -> count
        """
        conditions = {
            "late": SQL("sla_state = 'late'"),
            "risk": SQL("sla_state = 'at_risk'"),
            "urgent": SQL("is_urgent"),
            "urged": SQL("urged_count > 0"),
            "free": SQL("technician_id IS NULL"),
        }
        query = self._search(domain)
        found = query.subselect(
            *(
                SQL("%s AS %s", self._field_to_sql(query.table, name, query), SQL.identifier(name))
                for name in ("state", "sla_state", "is_urgent", "urged_count", "technician_id")
            )
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT state, COUNT(*), %s FROM %s AS board GROUP BY state",
                SQL(", ").join(
                    SQL("COUNT(*) FILTER (WHERE %s)", one) for one in conditions.values()
                ),
                found,
            )
        )
        totals = {
            name: sum(row[number] for row in rows) for number, name in enumerate(conditions, 2)
        }
        return {row[0]: row[1] for row in rows}, totals

    @api.model
    def _get_board_figures(self, domain, totals, community_id):
        """Return the figures at the top, each with the domain of what it counts."""
        start = fields.Datetime.to_datetime(fields.Date.context_today(self))
        start = self._get_utc(start)
        done = Domain("resolved_at", ">=", start)
        if community_id:
            done &= Domain("community_id", "=", community_id)
        _ = self.env._
        figures = [
            ("late", _("Late"), domain & Domain("sla_state", "=", "late"), "danger"),
            ("risk", _("At risk"), domain & Domain("sla_state", "=", "at_risk"), "warning"),
            ("urgent", _("Emergencies"), domain & Domain("is_urgent", "=", True), "danger"),
            ("urged", _("Urged"), domain & Domain("urged_count", ">", 0), "warning"),
            ("free", _("Nobody sent yet"), domain & Domain("technician_id", "=", False), "info"),
            ("today", _("Done today"), done, "success"),
        ]
        return [
            {
                "key": key,
                "label": label,
                "count": totals[key] if key in totals else self.search_count(condition),
                "tone": tone,
                "domain": list(condition),
            }
            for key, label, condition, tone in figures
        ]

    @api.model
    def _get_utc(self, moment):
        """Return a moment on the clock of the user as naive UTC."""
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.env.context.get("tz") or self.env.user.tz or "UTC")
        return moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _get_board_card(self):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "subject": self.subject or "",
            "place": self._get_place_text(),
            "urgent": self.is_urgent,
            "sla": self.sla_state,
            "urged": self.urged_count,
            "due": fields.Datetime.to_string(self.resolve_deadline_at) or False,
            "technician": self.technician_id.name or "",
            "technician_id": self.technician_id.id,
        }

    def _get_board_technicians(self, community_id):
        technicians = self.env["property.technician"].search([])
        if community_id:
            technicians = technicians.filtered(
                lambda one: community_id in one.user_id.property_community_ids.ids
            )
        return [
            {
                "id": one.id,
                "user_id": one.user_id.id,
                "name": one.name,
                "on_duty": one.is_on_duty,
                "open": one.open_count,
                "max": one.max_load,
            }
            for one in technicians.sorted(lambda one: (not one.is_on_duty, one.open_count))
        ]

    def board_assign(self, user_id):
        """Send a technician from the board; passes on what somebody else has."""
        self.ensure_one()
        user = self.env["res.users"].browse(user_id)
        if self.state in ("new", "accepted"):
            return self.action_dispatch(user, self.env._("Sent from the dispatch board"))
        return self.action_transfer(user, self.env._("Passed on from the dispatch board"))
