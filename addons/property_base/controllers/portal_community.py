# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.http import request

from .portal import PropertyPortal


class PropertyPortalCommunity(PropertyPortal):
    """Portal page of a community: site plan and service centre (BAS-21)."""

    def _prepare_property_home_cards(self, units):
        """Extend the home by one card per community that has a site plan."""
        cards = super()._prepare_property_home_cards(units)
        communities = units.community_id.filtered("has_site_plan")
        for community in communities:
            cards.append(
                {
                    "title": request.env._("Site plan")
                    if len(communities) == 1
                    else community.name,
                    "text": request.env._("Find your way in %(name)s", name=community.name),
                    "url": f"/my/communities/{community.id}",
                    "icon": "fa-map-o",
                    "sequence": 70,
                }
            )
        return cards

    def _get_property_units_of_community(self, community_id):
        """Return the units of the current user there, as sudo; unknown and foreign: 404."""
        units = self._get_property_units().filtered(
            lambda unit: unit.community_id.id == community_id
        )
        if not units:
            raise request.not_found()
        return units

    @http.route("/my/communities/<int:community_id>", type="http", auth="user", website=True)
    def property_community(self, community_id, **_params):
        """Show a community to its residents."""
        units = self._get_property_units_of_community(community_id)
        community = units.community_id
        pins = community.site_plan_pin_ids.filtered("published")
        return request.render(
            "property_base.portal_community",
            {
                "page_name": "property_community",
                "community": community,
                "pins": pins,
                "own_building_ids": units.building_id.ids,
                "own_pins": pins.filtered(lambda pin: pin.building_id in units.building_id),
                "property_centre": self._prepare_property_centre(units[:1]),
            },
        )

    @http.route("/my/communities/<int:community_id>/plan", type="http", auth="user", readonly=True)
    def property_community_plan(self, community_id, **_params):
        """Send the picture of the site plan to a resident."""
        community = self._get_property_units_of_community(community_id).community_id
        if not community.has_site_plan:
            raise request.not_found()
        return (
            request.env["ir.binary"]._get_image_stream_from(community, "site_plan").get_response()
        )
