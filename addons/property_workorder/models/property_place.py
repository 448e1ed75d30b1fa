# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class PropertyPlaceMixin(models.AbstractModel):
    _inherit = "property.place.mixin"

    def _get_place_actions(self):
        """Extend `property_base`: report a fault from the label (WKO-01)."""
        actions = super()._get_place_actions()
        # sudo: the page is public, the code of the place is the key to it
        place = (
            self.env["property.place"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id)], limit=1)
        )
        if place:
            actions.append(
                {
                    "title": self.env._("Report a fault here"),
                    "url": f"/p/{place.token}/report",
                    "icon": "fa-wrench",
                }
            )
        return actions

    def _prepare_place_workorder_vals(self):
        """Return where a fault reported from the label is; extension point."""
        self.ensure_one()
        vals = {
            "community_id": self._get_place_community().id,
            "place": self._get_place_name(),
            "place_model": self._name,
            "place_res_id": self.id,
        }
        if "building_id" in self._fields and self.building_id:
            vals["building_id"] = self.building_id.id
        elif self._name == "property.building":
            vals["building_id"] = self.id
        if self._name == "property.entrance":
            vals.update(entrance_id=self.id, place=False)
        if self._name == "property.unit":
            vals.update(unit_id=self.id, place=False)
        return vals
