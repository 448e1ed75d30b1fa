# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyBuilding(models.Model):
    """The work list of an area keeper (BAS-10)."""

    _inherit = "property.building"

    def _get_keeper_work(self):
        """Return what waits for the keepers of these buildings; extended by other addons.

        :return: dict building id -> list of dicts ``key``, ``label``, ``count``, ``icon`` (Font
            Awesome name), ``overdue`` (how many of them are late), ``res_model``, ``domain`` and
            optionally ``action`` (xml id of the action to open with the domain). Items whose count
            is zero may be left out.
        """
        work = {building.id: [] for building in self}
        today = fields.Date.context_today(self)
        sources = [
            (
                "binding",
                self.env._("Binding requests"),
                "fa-link",
                "property.binding",
                [("state", "in", ("submitted", "confirmed"))],
                "property_base.property_binding_action",
                None,
            ),
            (
                "occupancy",
                self.env._("Occupants to verify"),
                "fa-user-plus",
                "property.occupancy",
                [("verified", "=", False), ("is_current", "=", True)],
                "property_base.property_occupancy_action",
                None,
            ),
            (
                "data_check",
                self.env._("Data checks"),
                "fa-check-square-o",
                "property.data.check.line",
                [("state", "=", "open"), ("check_id.state", "=", "running")],
                "property_base.property_data_check_line_action",
                [("due_date", "<", today)],
            ),
        ]
        for key, label, icon, model, domain, action, late in sources:
            path = "building_id" if "building_id" in self.env[model]._fields else "unit_id"
            for building in self:
                place = (
                    ("building_id", "=", building.id)
                    if path == "building_id"
                    else ("unit_id.building_id", "=", building.id)
                )
                scoped = [place, *domain]
                count = self.env[model].search_count(scoped)
                if count:
                    work[building.id].append(
                        {
                            "key": key,
                            "label": label,
                            "icon": icon,
                            "count": count,
                            "overdue": self.env[model].search_count(scoped + late) if late else 0,
                            "res_model": model,
                            "domain": scoped,
                            "action": action,
                        }
                    )
        self._add_activity_work(work, today)
        return work

    def _add_activity_work(self, work, today):
        """Add the open activities of the user on units and files of the buildings."""
        for model, label in (
            ("property.unit", self.env._("Activities on units")),
            ("property.household", self.env._("Activities on household files")),
        ):
            for building in self:
                domain = [
                    ("building_id", "=", building.id),
                    ("activity_user_id", "=", self.env.uid),
                ]
                records = self.env[model].search(domain)
                if not records:
                    continue
                activities = self.env["mail.activity"].search(
                    [
                        ("res_model", "=", model),
                        ("res_id", "in", records.ids),
                        ("user_id", "=", self.env.uid),
                    ]
                )
                work[building.id].append(
                    {
                        "key": f"activity_{model}",
                        "label": label,
                        "icon": "fa-clock-o",
                        "count": len(activities),
                        "overdue": len(
                            activities.filtered(lambda item: item.date_deadline < today)
                        ),
                        "res_model": model,
                        "domain": domain,
                        "action": False,
                    }
                )

    @api.model
    @api.readonly
    def get_keeper_work(self, only_mine=True):
        """Return the buildings of the current user with what waits there.

        :param only_mine: only buildings whose keeper the user is, else all visible ones
        :return: list of dicts ``id``, ``name``, ``community``, ``unit_count``, ``keeper`` and
            ``items``
        """
        domain = [("keeper_id", "=", self.env.uid)] if only_mine else []
        buildings = self.search(domain)
        work = buildings._get_keeper_work()
        return [
            {
                "id": building.id,
                "name": building.name,
                "community": building.community_id.name,
                "unit_count": building.unit_count,
                "keeper": building.keeper_id.name or "",
                "items": work[building.id],
            }
            for building in buildings
        ]
