# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models

from ..models.masked_char import describe_mask


class ReportBuildingRoster(models.AbstractModel):
    """Units and owners of a building on paper, phone numbers always masked (BAS-16)."""

    _name = "report.property_base.report_building_roster"
    _description = "Building roster"

    @api.model
    def _get_report_values(self, docids, data=None):
        buildings = self.env["property.building"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "property.building",
            "docs": buildings,
            "lines": {building.id: self._get_lines(building) for building in buildings},
        }

    @api.model
    def _get_lines(self, building):
        """:return: list of dicts ``unit``, ``owners``, ``phone``, ``people``"""
        units = building.unit_ids.sorted(lambda unit: (unit.entrance or "", unit.floor, unit.name))
        return [
            {
                "unit": unit,
                "owners": ", ".join(unit.owner_ids.mapped("name")),
                "phone": describe_mask("phone", unit.representative_id.phone)
                if unit.representative_id.phone
                else "",
                "people": len(unit.occupant_ids),
            }
            for unit in units
        ]
