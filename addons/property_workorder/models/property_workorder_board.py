# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain

COLUMNS = (
    ("new", ("new",)),
    ("accepted", ("accepted",)),
    ("dispatched", ("dispatched",)),
    ("in_progress", ("in_progress",)),
    ("paused", ("paused",)),
)
SHOWN = 40


class PropertyWorkorder(models.Model):
    """The live board of the dispatcher, in a fixed number of queries."""

    _inherit = "property.workorder"

    @api.model
    @api.readonly
    def get_board(self, community_id=False):
        """Return what is open now.

        :param community_id: only this community; all visible ones without
        :return: dict ``figures``, ``columns``, ``technicians``, ``communities``, ``incidents``
        """
        domain = Domain("is_open", "=", True)
        if community_id:
            domain &= Domain("community_id", "=", community_id)
        counts = dict(self._read_group(domain, ["state"], ["__count"]))
        labels = dict(self._fields["state"]._description_selection(self.env))
        columns = []
        for key, states in COLUMNS:
            orders = self.search(
                domain & Domain("state", "in", states),
                order="is_urgent desc, sla_state desc, resolve_deadline_at, id",
                limit=SHOWN,
            )
            columns.append(
                {
                    "key": key,
                    "label": labels[key],
                    "count": sum(counts.get(state, 0) for state in states),
                    "cards": [order._get_board_card() for order in orders],
                }
            )
        start = fields.Datetime.to_datetime(fields.Date.context_today(self))
        figures = [
            ("late", self.env._("Late"), domain & Domain("sla_state", "=", "late"), "danger"),
            (
                "risk",
                self.env._("At risk"),
                domain & Domain("sla_state", "=", "at_risk"),
                "warning",
            ),
            (
                "urgent",
                self.env._("Emergencies"),
                domain & Domain("is_urgent", "=", True),
                "danger",
            ),
            ("urged", self.env._("Urged"), domain & Domain("urged_count", ">", 0), "warning"),
            (
                "free",
                self.env._("Nobody sent yet"),
                domain & Domain("technician_id", "=", False),
                "info",
            ),
            (
                "today",
                self.env._("Done today"),
                Domain("resolved_at", ">=", start)
                & (Domain("community_id", "=", community_id) if community_id else Domain.TRUE),
                "success",
            ),
        ]
        return {
            "figures": [
                {
                    "key": key,
                    "label": label,
                    "count": self.search_count(condition),
                    "tone": tone,
                    "domain": list(condition),
                }
                for key, label, condition, tone in figures
            ],
            "columns": columns,
            "technicians": self._get_board_technicians(community_id),
            "communities": [
                {"id": one.id, "name": one.name}
                for one in self.env["property.community"].search([])
            ],
            "incidents": [
                {"id": one.id, "name": one.name, "count": one.workorder_count}
                for one in self.env["property.incident"].search(
                    [("state", "in", ("announced", "active"))], limit=5
                )
                if not community_id or one.community_id.id == community_id
            ],
        }

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
