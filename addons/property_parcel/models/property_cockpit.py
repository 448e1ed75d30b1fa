# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models

from .property_parcel_station import STOCK


class PropertyCockpit(models.AbstractModel):
    """What waits at the parcel stations, on the dashboard."""

    _inherit = "property.cockpit"

    @api.model
    def _get_tiles(self, communities):
        """Extend `property_base`: stock, ageing and money of parcels."""
        _ = self.env._
        late, held = [("state", "=", "overdue")], [("state", "=", "quarantined")]
        rows = (
            ("parcels", _("Parcels here"), [("state", "in", STOCK)], "fa-cube", "blue", False),
            ("parcels_overdue", _("Parcels overdue"), late, "fa-clock-o", "amber", True),
            ("parcels_held", _("Parcels held"), held, "fa-lock", "red", True),
        )  # fmt: skip
        tiles = [
            self._make_tile(
                key, name, "property.parcel", domain, communities, icon=icon, tone=tone, alert=alert
            )
            for key, name, domain, icon, tone, alert in rows
        ]
        return [*super()._get_tiles(communities), *tiles]
