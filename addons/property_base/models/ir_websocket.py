# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models

from .property_cockpit import CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Extend `bus`: a dashboard listens to the communities that its user may see."""
        is_dashboard = CHANNEL in channels
        channels = super()._build_bus_channel_list(
            [channel for channel in channels if channel != CHANNEL]
        )
        if is_dashboard and self.env.user.has_group("property_base.group_property_user"):
            channels.extend(self.env["property.community"].search([]))
        return channels
