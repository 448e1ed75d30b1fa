# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.addons.property_base.controllers.portal import PropertyPortal

PER_PAGE = 40
DONE_STATES = ("done", "closed", "cancelled")


class PropertyOversightPortal(PropertyPortal):
    """What the street office and the neighbourhood committee see of the requests (WKO-27)."""

    def _get_viewer_communities(self):
        return request.env["property.authority"]._get_viewer_communities(request.env.user)

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: the way to the cases of one's communities."""
        cards = super()._prepare_property_home_cards(units)
        if self._get_viewer_communities():
            cards.append(
                {
                    "title": request.env._("Requests of the communities"),
                    "text": request.env._("State, promise and handler of every case"),
                    "url": "/my/oversight",
                    "icon": "fa-university",
                    "sequence": 4,
                }
            )
        return cards

    @http.route(
        ["/my/oversight", "/my/oversight/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def my_oversight(self, page=1, show="open", community="", **kw):
        """List the cases of the communities that the user follows for an authority."""
        communities = self._get_viewer_communities()
        if not communities:
            return request.redirect("/my")
        chosen = communities.filtered(lambda one: str(one.id) == community)
        Order = request.env["property.workorder"].sudo()  # sudo: the domain is the right itself
        domain = Order._get_viewer_domain(chosen or communities)
        show = show if show in ("open", "late", "hotline", "done") else "open"
        domain &= {
            "open": Domain("state", "not in", DONE_STATES),
            "late": Domain("state", "not in", DONE_STATES) & Domain("sla_state", "=", "late"),
            "hotline": Domain("channel", "=", "hotline"),
            "done": Domain("state", "in", DONE_STATES),
        }[show]
        pager = portal_pager(
            url="/my/oversight",
            url_args={"show": show, "community": str(chosen.id or "")},
            total=Order.search_count(domain),
            page=page,
            step=PER_PAGE,
        )
        orders = Order.search(
            domain, order="registered_at desc, id desc", limit=PER_PAGE, offset=pager["offset"]
        )
        return request.render(
            "property_workorder.portal_oversight",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "property_oversight",
                "communities": communities,
                "chosen": chosen,
                "show": show,
                "rows": [order._get_viewer_row() for order in orders],
                "pager": pager,
            },
        )
