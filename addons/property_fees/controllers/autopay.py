# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal, InvalidOperation

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from .portal import PropertyFeesPortal

LIMIT_AT_MOST = Decimal(1_000_000)


class PropertyAutopayPortal(PropertyFeesPortal):
    """A resident lets bills of a unit be paid by a saved card, up to a limit, until he revokes."""

    # === HELPERS === #

    def _get_autopays(self, units):
        """Return the agreements that are not ended, by unit, as sudo."""
        autopays_sudo = (
            request.env["property.autopay"]
            .sudo()  # sudo: the units were checked by the dated relation
            .search([("unit_id", "in", units.ids), ("state", "!=", "ended")])
        )
        return {autopay.unit_id: autopay for autopay in autopays_sudo}

    def _get_autopay_tokens(self, company):
        """Return the saved payment methods of the user that work for a company, as sudo."""
        partner = request.env.user.partner_id
        # sudo: providers and tokens are found for the user himself
        providers_sudo = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                company.id, partner.id, 0.0, currency_id=company.currency_id.id,
                force_tokenization=True,
            )
        )  # fmt: skip
        tokens_sudo = request.env["payment.token"].sudo()  # sudo: as above
        return tokens_sudo._get_available_tokens(providers_sudo.ids, partner.id)

    def _get_autopay_proposal(self, unit):
        """Return a limit that the bills of the last months fit into, in hundreds."""
        bills_sudo = self._get_fee_bills(unit_id=unit.id)[:6]
        highest = max(bills_sudo.mapped("amount_total"), default=0.0)
        return int(-(-highest * 1.2 // 100) * 100) or 500

    def _get_autopay_consent(self, unit):
        """Return the text that the resident agrees to."""
        return request.env._(
            "I agree that %(company)s takes what is due for unit %(unit)s from the payment method "
            "chosen above: from the due date on, whole bills, the oldest first, together never "
            "more than the limit in a calendar month. I am told of every payment. I may revoke "
            "this at any time, on this page, with effect at once.",
            company=unit.company_id.name,
            unit=unit.name,
        )

    def _prepare_autopay_values(self, chosen=None, **values):
        units = self._get_property_units()
        autopays = self._get_autopays(units)
        return {
            "page_name": "property_autopay",
            "entries": [
                {
                    "unit": unit,
                    "autopay": autopays.get(unit, request.env["property.autopay"]),
                    "is_own": autopays.get(unit, request.env["property.autopay"]).user_id
                    == request.env.user,
                    "tokens": self._get_autopay_tokens(unit.company_id),
                    "proposal": self._get_autopay_proposal(unit),
                    "consent": self._get_autopay_consent(unit),
                }
                for unit in units
                if not chosen or unit.id == chosen
            ],
            "chosen": chosen,
            "error": "",
            "message": "",
            **values,
        }

    # === ROUTES === #

    @http.route("/my/autopay", type="http", auth="user", website=True, sitemap=False)
    def portal_my_autopay(self, unit=None, done=None, **_kwargs):
        """Show for each unit what is agreed, and how to agree."""
        chosen = int(unit) if unit and unit.isdecimal() else None
        messages = {
            "agreed": request.env._("Agreed. The next bill is paid by itself when it is due."),
            "revoked": request.env._("Revoked. Nothing more is paid by itself."),
        }
        return request.render(
            "property_fees.portal_my_autopay",
            self._prepare_autopay_values(chosen, message=messages.get(done, "")),
        )

    @http.route(
        "/my/autopay/<int:unit_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_autopay_agree(self, unit_id, token=None, limit=None, agree=None, **_kwargs):
        """Note the consent of the user."""
        unit_sudo = self._get_property_unit(unit_id)
        if not unit_sudo:
            return request.redirect("/my")
        try:
            amount = self._read_autopay_limit(limit)
            tokens_sudo = self._get_autopay_tokens(unit_sudo.company_id)
            token_sudo = tokens_sudo.filtered(lambda one: str(one.id) == token)
            if not agree:
                raise UserError(request.env._("Tick the box to agree."))
            if not token_sudo:
                raise UserError(request.env._("Choose one of your own saved payment methods."))
            with request.env.cr.savepoint():
                request.env["property.autopay"]._agree(
                    request.env.user,
                    unit_sudo,
                    token_sudo,
                    amount,
                    self._get_autopay_consent(unit_sudo),
                )
        except (UserError, ValidationError) as error:
            return request.render(
                "property_fees.portal_my_autopay",
                self._prepare_autopay_values(unit_id, error=str(error)),
            )
        return request.redirect(f"/my/autopay?unit={unit_id}&done=agreed")

    def _read_autopay_limit(self, limit):
        try:
            amount = Decimal((limit or "").strip().replace(",", ""))
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not 0 < amount <= LIMIT_AT_MOST:
            raise UserError(request.env._("Enter the most that may be paid in a month."))
        return float(round(amount, 2))

    @http.route(
        "/my/autopay/<int:autopay_id>/revoke",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_autopay_revoke(self, autopay_id, **_kwargs):
        """Revoke; also by who does not live in the unit any more."""
        autopay_sudo = (
            request.env["property.autopay"]
            .sudo()  # sudo: the domain is the right itself
            .search(
                [
                    ("id", "=", autopay_id),
                    ("user_id", "=", request.env.user.id),
                    ("state", "!=", "ended"),
                ]
            )
        )
        if autopay_sudo:
            autopay_sudo._lock_flow()
            autopay_sudo._end("revoked")
        return request.redirect("/my/autopay?done=revoked")
