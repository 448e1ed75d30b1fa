# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from decimal import Decimal, InvalidOperation

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from .portal import PropertyFeesPortal

PHOTO_LIMIT = 10 * 1024 * 1024
READING_LIMIT = Decimal(10) ** 9


class PropertyChargingPortal(PropertyFeesPortal):
    """Prices in force, published shared costs, readings sent by residents."""

    # === HOOKS === #

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: prices, shared costs, and meters while they are asked for."""
        cards = super()._prepare_property_home_cards(units)
        if not units:
            return cards
        _ = request.env._
        cards.append(
            {
                "title": _("Prices"),
                "text": _("What is charged, and on what grounds"),
                "url": "/my/prices",
                "icon": "fa-tags",
                "sequence": 60,
            }
        )
        if self._get_shared_costs(units):
            cards.append(
                {
                    "title": _("Shared costs"),
                    "text": _("How they are split"),
                    "url": "/my/shared-costs",
                    "icon": "fa-pie-chart",
                    "sequence": 61,
                }
            )
        meters_sudo = self._get_meters(units)
        if meters_sudo:
            cards.append(
                {
                    "title": _("Meters"),
                    "text": _("Readings and consumption"),
                    "url": "/my/meters",
                    "icon": "fa-tachometer",
                    "count": len(self._get_asked_meters(meters_sudo)),
                    "sequence": 20,
                }
            )
        return cards

    # === HELPERS === #

    def _get_meters(self, units):
        """Return the meters of the units as sudo."""
        # sudo: the units were checked by the dated relation
        return request.env["property.meter"].sudo().search([("unit_id", "in", units.ids)])

    def _get_asked_meters(self, meters_sudo):
        """Return the meters whose reading residents can send today and have not sent."""
        today = fields.Date.context_today(meters_sudo)
        rounds = meters_sudo.env["property.meter.round"]._get_open_to_residents(
            meters_sudo.community_id, today
        )
        return meters_sudo.filtered(
            lambda meter: any(
                one.kind == meter.kind
                and one.community_id == meter.community_id
                and (not one.building_ids or meter.building_id in one.building_ids)
                and not one.reading_ids.filtered(
                    lambda reading: reading.meter_id == meter and reading.state == "confirmed"
                )
                for one in rounds
            )
        )

    def _get_shared_costs(self, units):
        """Return the published lists of the communities of the units as sudo."""
        # sudo: published lists hold unit numbers and amounts, no names
        pools_sudo = request.env["property.share.pool"].sudo()
        return pools_sudo._get_published(units.community_id)

    # === ROUTES === #

    @http.route("/my/prices", type="http", auth="user", website=True, readonly=True)
    def portal_my_prices(self, **_kwargs):
        """Show the prices in force in the communities of the user."""
        units = self._get_property_units()
        today = fields.Date.context_today(units)
        communities = units.community_id.filtered("is_price_sheet_published")
        sheets = [
            {
                "community": community,
                "entries": community._get_price_sheet(today),
                "references": units.env["property.reference.price"]._get_published(
                    community, today
                ),
            }
            for community in communities
        ]
        values = {"page_name": "property_prices", "sheets": sheets, "today": today}
        return request.render("property_fees.portal_my_prices", values)

    @http.route(
        "/my/prices/<int:community_id>/pdf", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_prices_pdf(self, community_id, **_kwargs):
        """Download the price sheet of a community of the user."""
        communities = self._get_property_units().community_id
        community = communities.filtered(
            lambda one: one.id == community_id and one.is_price_sheet_published
        )
        if not community:
            return request.redirect("/my")
        return self._send_pdf("property_fees.report_price_sheet", community, community.name)

    @http.route("/my/shared-costs", type="http", auth="user", website=True, readonly=True)
    def portal_my_shared_costs(self, **_kwargs):
        """Show the published shared costs."""
        pools_sudo = self._get_shared_costs(self._get_property_units())
        values = {"page_name": "property_shared_costs", "pools": pools_sudo}
        return request.render("property_fees.portal_my_shared_costs", values)

    @http.route(
        "/my/shared-costs/<int:pool_id>", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_shared_cost(self, pool_id, **_kwargs):
        """Show how one cost was split."""
        units = self._get_property_units()
        pool_sudo = self._get_shared_costs(units).filtered(lambda pool: pool.id == pool_id)
        if not pool_sudo:
            return request.redirect("/my")
        values = {
            "page_name": "property_shared_cost",
            "pool": pool_sudo,
            "lines": pool_sudo.line_ids,
            "own": pool_sudo.line_ids.filtered(lambda line: line.unit_id in units),
        }
        return request.render("property_fees.portal_my_shared_cost", values)

    @http.route(
        "/my/shared-costs/<int:pool_id>/pdf", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_shared_cost_pdf(self, pool_id, **_kwargs):
        """Download the list."""
        pools_sudo = self._get_shared_costs(self._get_property_units())
        pool_sudo = pools_sudo.filtered(lambda pool: pool.id == pool_id)
        if not pool_sudo:
            return request.redirect("/my")
        return self._send_pdf("property_fees.report_share_pool", pool_sudo, pool_sudo.name)

    @http.route("/my/meters", type="http", auth="user", website=True, readonly=True)
    def portal_my_meters(self, **_kwargs):
        """Show the meters of the user's units with their last readings."""
        meters_sudo = self._get_meters(self._get_property_units())
        values = {
            "page_name": "property_meters",
            "meters": meters_sudo,
            "asked": self._get_asked_meters(meters_sudo),
            "waiting": {
                meter.id: meter.reading_ids.filtered(lambda one: one.state == "submitted")[:1]
                for meter in meters_sudo
            },
            "history": {
                meter.id: meter.reading_ids.filtered(lambda one: one.state == "confirmed")[:6]
                for meter in meters_sudo
            },
            **self._pop_property_message(),
        }
        return request.render("property_fees.portal_my_meters", values)

    @http.route(
        "/my/meters/<int:meter_id>/reading",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_my_meter_reading(self, meter_id, value="", photo=None, **_kwargs):
        """Take a reading that a resident sends."""
        meters_sudo = self._get_meters(self._get_property_units())
        meter_sudo = meters_sudo.filtered(lambda meter: meter.id == meter_id)
        if not meter_sudo:
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                meter_sudo._report_reading(
                    self._parse_reading(value),
                    fields.Date.context_today(meter_sudo),
                    self._read_photo(photo),
                )
        except (UserError, ValidationError) as error:
            return self._property_redirect("/my/meters", error=str(error))
        return self._property_redirect("/my/meters", message=request.env._("Thank you: noted."))

    def _parse_reading(self, text):
        try:
            value = Decimal(str(text).strip().replace(",", "."))
        except InvalidOperation:
            value = None
        if value is None or not value.is_finite() or not 0 <= value < READING_LIMIT:
            raise UserError(request.env._("Enter the number that the meter shows."))
        return round(value, 3)

    def _read_photo(self, upload):
        if not upload or not getattr(upload, "filename", ""):
            return False
        data = upload.read(PHOTO_LIMIT + 1)
        if len(data) > PHOTO_LIMIT:
            raise UserError(request.env._("The photo is larger than 10 MB."))
        return base64.b64encode(data)

    def _send_pdf(self, report, records, name):
        report_sudo = request.env["ir.actions.report"].sudo()  # sudo: the records were checked
        pdf, _kind = report_sudo._render_qweb_pdf(report, records.ids)
        return request.make_response(
            pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(pdf)),
                (
                    "Content-Disposition",
                    http.content_disposition(f"{name.replace('/', '-')}.pdf"),
                ),
            ],
        )
