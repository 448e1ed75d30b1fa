# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.http import request

from .portal import PropertyFeesPortal


class PropertyStatementPortal(PropertyFeesPortal):
    """Published statements of the own community, and the yearly sheet of the own unit."""

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: published statements and the yearly statement of the unit."""
        cards = super()._prepare_property_home_cards(units)
        if units:
            cards.append(
                {
                    "title": request.env._("Financial statements"),
                    "text": request.env._("What the community took and spent"),
                    "url": "/my/statements",
                    "icon": "fa-bar-chart",
                    "count": 0,
                    "sequence": 60,
                }
            )
        return cards

    def _get_statements(self):
        """Return the published statements of the communities where the user lives, as sudo."""
        units_sudo = (
            request.env["property.unit"]
            .sudo()  # sudo: the relation is the right itself
            .search([("resident_user_ids", "in", request.env.user.ids)])
        )
        return (
            request.env["property.statement"]
            .sudo()  # sudo: published statements of the own community only
            .search(
                [
                    ("community_id", "in", units_sudo.community_id.ids),
                    ("state", "=", "published"),
                ]
            )
        )

    def _get_statement(self, statement_id):
        return self._get_statements().filtered(lambda one: one.id == statement_id)

    @http.route("/my/statements", type="http", auth="user", website=True, readonly=True)
    def portal_my_statements(self, **_kwargs):
        """List the published statements."""
        units_sudo = (
            request.env["property.unit"]
            .sudo()  # sudo: units of which the user is an owner now
            .search([("owner_user_ids", "in", request.env.user.ids)])
        )
        year = fields.Date.context_today(units_sudo).year
        return request.render(
            "property_fees.portal_my_statements",
            {
                "page_name": "property_statements",
                "statements": self._get_statements(),
                "own_units": units_sudo,
                "years": [year, year - 1],
            },
        )

    @http.route(
        "/my/statements/<int:statement_id>", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_statement(self, statement_id, **_kwargs):
        """Show one statement."""
        statement_sudo = self._get_statement(statement_id)
        if not statement_sudo:
            return request.redirect("/my/statements")
        return request.render(
            "property_fees.portal_my_statement",
            {"page_name": "property_statements", "statement": statement_sudo},
        )

    @http.route("/my/statements/<int:statement_id>/pdf", type="http", auth="user", website=True)
    def portal_my_statement_pdf(self, statement_id, **_kwargs):
        """Download one statement."""
        statement_sudo = self._get_statement(statement_id)
        if not statement_sudo:
            return request.redirect("/my/statements")
        return self._render_statement_pdf(
            "property_fees.report_statement", statement_sudo, statement_sudo.name
        )

    @http.route(
        "/my/statements/unit/<int:unit_id>/<int:year>", type="http", auth="user", website=True
    )
    def portal_my_year_sheet(self, unit_id, year, **_kwargs):
        """Download the yearly statement of an own unit."""
        unit_sudo = (
            request.env["property.unit"]
            .sudo()  # sudo: an own unit only
            .search([("id", "=", unit_id), ("owner_user_ids", "in", request.env.user.ids)])
        )
        if not unit_sudo or not 2000 <= year <= 2100:
            return request.redirect("/my/statements")
        return self._render_statement_pdf(
            "property_fees.report_unit_year",
            unit_sudo.with_context(property_year=year),
            f"{unit_sudo.name} {year}",
        )

    def _render_statement_pdf(self, report, record, name):
        # sudo: the record was checked by the caller
        reports_sudo = request.env["ir.actions.report"].sudo().with_context(**record.env.context)
        pdf, _kind = reports_sudo._render_qweb_pdf(report, record.ids)
        return request.make_response(
            pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(pdf)),
                ("Content-Disposition", http.content_disposition(f"{name}.pdf")),
            ],
        )
