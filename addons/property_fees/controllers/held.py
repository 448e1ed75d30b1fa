# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.http import request

from .portal import PropertyFeesPortal

REPORTS = {
    "prepaid": "property_fees.report_prepaid",
    "deposit": "property_fees.report_deposit",
}


class PropertyHeldPortal(PropertyFeesPortal):
    """Prepaid money and deposits: what there is, what it is for, how it moved."""

    # === HOOKS === #

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: money held, for those who have some."""
        cards = super()._prepare_property_home_cards(units)
        prepaid_sudo, deposits_sudo = self._get_held()
        if prepaid_sudo or deposits_sudo:
            cards.append(
                {
                    "title": request.env._("Prepaid and deposits"),
                    "text": request.env._("Your money that we hold"),
                    "url": "/my/held",
                    "icon": "fa-database",
                    "sequence": 12,
                }
            )
        return cards

    def _prepare_property_unit_lines(self, units):
        """Extend `property_base`: what is held for each unit."""
        lines = super()._prepare_property_unit_lines(units)
        prepaid_sudo, deposits_sudo = self._get_held()
        for label, records_sudo in (
            (request.env._("Prepaid"), prepaid_sudo),
            (request.env._("Deposits"), deposits_sudo),
        ):
            for unit in units:
                mine_sudo = records_sudo.filtered(lambda one, unit=unit: one.unit_id == unit)
                held = sum(mine_sudo.mapped("balance"))
                if held:
                    lines[unit.id].append(
                        {
                            "label": label,
                            "value": unit.company_id.currency_id.format(held),
                            "url": f"/my/held?unit={unit.id}",
                        }
                    )
        return lines

    # === HELPERS === #

    def _get_held(self, unit_id=None):
        """Return prepaid accounts and deposits that the user may see, as sudo.

        His own, whatever the unit; and those of current co-owners of a current own unit. What a
        seller or a tenant has paid is not the owner's to see.
        """
        user = request.env.user
        units_sudo = (
            request.env["property.unit"]
            .sudo()  # sudo: the relation is the right itself
            .search([("owner_user_ids", "in", user.ids)])
        )

        def find(model, extra):
            domain = [*extra, ("unit_id", "=", unit_id)] if unit_id else extra
            # sudo: filtered by the relation below
            found_sudo = request.env[model].sudo().with_context(active_test=False).search(domain)
            return found_sudo.filtered(
                lambda one: (
                    one.partner_id == user.partner_id.commercial_partner_id
                    or (
                        one.unit_id in units_sudo
                        and one.partner_id in one.unit_id.owner_ids.commercial_partner_id
                    )
                )
            )

        who = [
            "|",
            ("partner_id", "=", user.partner_id.commercial_partner_id.id),
            ("unit_id", "in", units_sudo.ids),
        ]
        prepaid_sudo = find("property.prepaid", who).filtered("movement_ids")
        deposits_sudo = find("property.deposit", [("state", "!=", "cancelled"), *who])
        return prepaid_sudo, deposits_sudo

    # === ROUTES === #

    @http.route("/my/held", type="http", auth="user", website=True, readonly=True)
    def portal_my_held(self, unit=None, **_kwargs):
        """Show money held with its movements."""
        unit_id = int(unit) if unit and unit.isdecimal() else None
        prepaid_sudo, deposits_sudo = self._get_held(unit_id)
        records = [*prepaid_sudo, *deposits_sudo]
        totals = {}
        for record in records:
            currency = record.currency_id
            totals[currency] = currency.round(totals.get(currency, 0.0) + record.balance)
        refunds_sudo = (
            request.env["property.refund"]
            .sudo()  # sudo: of money that the user may see
            .search(
                [
                    ("state", "in", ("submitted", "approved", "processing")),
                    "|",
                    ("prepaid_id", "in", prepaid_sudo.ids),
                    ("deposit_id", "in", deposits_sudo.ids),
                ]
            )
        )
        values = {
            "page_name": "property_held",
            "prepaid": prepaid_sudo,
            "deposits": deposits_sudo,
            "refunds": refunds_sudo,
            "totals": totals,
            "unit_id": unit_id,
            "partner": request.env.user.partner_id.commercial_partner_id,
        }
        return request.render("property_fees.portal_my_held", values)

    @http.route(
        "/my/held/<string:kind>/<int:record_id>/pdf", type="http", auth="user", website=True
    )
    def portal_my_held_pdf(self, kind, record_id, **_kwargs):
        """Download the statement of a prepaid account or the receipt of a deposit."""
        records_sudo = dict(zip(REPORTS, self._get_held(), strict=True)).get(kind)
        record_sudo = records_sudo and records_sudo.filtered(lambda one: one.id == record_id)
        if not record_sudo or (kind == "deposit" and record_sudo.state == "draft"):
            return request.redirect("/my")
        report_sudo = request.env["ir.actions.report"].sudo()  # sudo: the record was checked above
        pdf, _kind = report_sudo._render_qweb_pdf(REPORTS[kind], record_sudo.ids)
        return request.make_response(
            pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(pdf)),
                (
                    "Content-Disposition",
                    http.content_disposition(f"{record_sudo.display_name}.pdf".replace("/", "-")),
                ),
            ],
        )
