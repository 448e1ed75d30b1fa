# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class PropertyCashierDesk(models.TransientModel):
    """What the desk's screen asks and does; every call checks the rights of the cashier."""

    _inherit = "property.cashier.payment"

    @api.model
    def _open_desk(self, unit=None):
        """Return the action of the desk, with a unit if given."""
        # sudo: staff may open the screen without a right on actions
        action = self.env.ref("property_fees.property_cashier_payment_action_desk").sudo()
        return {
            **action._get_action_dict(),
            "params": {"unit_id": unit.id} if unit else {},
        }

    @api.model
    def desk_start(self):
        """Return what the screen needs before a unit is chosen."""
        self.check_access("create")
        shift = self.env["property.cashier.shift"]._get_open_shift()
        company = self.env.company
        communities = self.env["property.community"].search([("company_id", "=", company.id)])
        methods = self.env["property.receipt"]._fields["method"]._description_selection(self.env)
        kinds = self.env["property.deposit"]._fields["kind"]._description_selection(self.env)
        last = self.env["property.cashier.shift"].search(
            [("company_id", "=", company.id), ("state", "=", "closed")], limit=1
        )
        return {
            "shift": self._desk_shift(shift),
            "communities": [{"id": one.id, "name": one.name} for one in communities],
            "community_id": (self.env.user.property_community_ids[:1] or communities[:1]).id,
            "opening_cash": max(last.left_cash, 0.0),
            "methods": [{"value": value, "label": label} for value, label in methods],
            "deposit_kinds": [{"value": value, "label": label} for value, label in kinds],
            "items": [
                {"id": item.id, "name": item.name}
                for item in self.env["property.fee.item"].search([("company_id", "=", company.id)])
            ],
            "currency_id": company.currency_id.id,
            "today": fields.Date.to_string(fields.Date.context_today(self)),
        }

    @api.model
    def _desk_shift(self, shift):
        if not shift:
            return False
        return {
            "id": shift.id,
            "name": shift.name,
            "community": shift.community_id.name,
            "opening_cash": shift.opening_cash,
            "expected_cash": shift.expected_cash,
            "cash_total": shift.cash_total,
            "refund_total": shift.refund_total,
            "other_total": shift.other_total,
            "receipt_count": shift.receipt_count,
            "receipts": [
                {
                    "id": receipt.id,
                    "name": receipt.name,
                    "unit": receipt.unit_id.name,
                    "payer": receipt.payer_name,
                    "amount": receipt.amount,
                    "state": receipt.state,
                }
                for receipt in shift.receipt_ids.sorted("id", reverse=True)[:8]
            ],
        }

    @api.model
    def desk_open_shift(self, community_id, opening_cash):
        """Open the cashier's shift."""
        shift = self.env["property.cashier.shift"].create(
            {"community_id": community_id, "opening_cash": opening_cash or 0.0}
        )
        return self._desk_shift(shift)

    @api.model
    def desk_close_shift(self, shift_id, vals):
        """Close the shift with its count.

        :param vals: ``counted_cash``, ``banked_cash``, ``difference_reason``, ``denominations``
        """
        shift = self.env["property.cashier.shift"].browse(shift_id)
        shift.write(
            {
                "counted_cash": vals.get("counted_cash") or 0.0,
                "banked_cash": vals.get("banked_cash") or 0.0,
                "difference_reason": vals.get("difference_reason") or False,
                "denomination_data": vals.get("denominations") or False,
            }
        )
        shift.action_close()
        return shift.id

    @api.model
    def desk_search(self, query):
        """Return units for a word: name, owner, phone, plate, QR code, bill number."""
        self.check_access("create")
        units = self._search_units(query)
        return [
            {
                "id": unit.id,
                "name": unit.name,
                "community": unit.community_id.name,
                "people": ", ".join(unit.owner_ids.mapped("name")),
                "due": unit.fee_amount_due,
            }
            for unit in units
        ]

    @api.model
    def desk_unit(self, unit_id, value_date=None):
        """Return what is owed, prepaid and deposited for a unit."""
        self.check_access("create")
        unit = self.env["property.unit"].browse(unit_id)
        unit.check_access("read")
        wizard = self.new({"unit_id": unit.id})
        bills_sudo = wizard._get_open_bills()
        lines = wizard._prepare_lines(bills_sudo, fields.Date.to_date(value_date))
        payers = bills_sudo.partner_id | unit.representative_id | unit.owner_ids | unit.occupant_ids
        prepaid = self.env["property.prepaid"].search([("unit_id", "=", unit.id)])
        deposits = self.env["property.deposit"].search(
            [("unit_id", "=", unit.id), ("state", "in", ("draft", "held"))]
        )
        today = fields.Date.context_today(self)
        return {
            "id": unit.id,
            "name": unit.name,
            "community": unit.community_id.name,
            "area": unit.area_m2,
            "owners": ", ".join(unit.owner_ids.mapped("name")),
            "phone": unit.representative_id._property_masked_phone() or ""
            if unit.representative_id
            else "",
            "lines": [
                {
                    **{key: line[key] for key in ("bill_name", "description", "amount_residual")},
                    "id": line["invoice_id"],
                    "late": line["amount_late"],
                    "trace": line["late_trace"] or "",
                    "due_date": fields.Date.to_string(line["due_date"]),
                    "is_overdue": bool(line["due_date"] and line["due_date"] < today),
                    "partner_id": line["partner_id"],
                    "partner": bills_sudo.partner_id.browse(line["partner_id"]).name,
                }
                for line in lines
            ],
            "payers": [{"id": one.id, "name": one.name} for one in payers],
            "prepaid": [
                {
                    "id": one.id,
                    "name": one.item_id.name or "",
                    "payer": one.partner_id.name,
                    "balance": one.balance,
                }
                for one in prepaid
                if not one._is_empty()
            ],
            "deposits": [
                {
                    "id": one.id,
                    "name": one.name,
                    "kind": one.kind,
                    "description": one.description or "",
                    "state": one.state,
                    "amount": one.amount if one.state == "draft" else one.balance,
                }
                for one in deposits
            ],
            "written_off": self._desk_written_off(unit),
            "autopay": self.env["property.autopay"]
            .search([("unit_id", "=", unit.id), ("state", "=", "active")], limit=1)
            .partner_id.name
            or "",
        }

    def _desk_written_off(self, unit):
        """Return claims that stay on file though they were written off."""
        lines = self.env["property.write.off.line"].search(
            [
                ("write_off_id.unit_id", "=", unit.id),
                ("write_off_id.state", "=", "posted"),
                ("recovery_move_id", "=", False),
            ]
        )
        return [
            {
                "id": write_off.id,
                "name": write_off.name,
                "payer": write_off.partner_id.name,
                "amount": sum(some.mapped("amount")),
            }
            for write_off, some in lines.grouped("write_off_id").items()
        ]

    @api.model
    def desk_use_prepaid(self, prepaid_id):
        """Pay the open bills of a unit out of its prepaid account."""
        self.check_access("create")
        account = self.env["property.prepaid"].browse(prepaid_id)
        account.check_access("read")
        used = account._use()
        if not used:
            raise UserError(
                self.env._("There is no open bill that this money could pay, or no money.")
            )
        return used

    @api.model
    def desk_pay(self, vals):
        """Take a payment.

        :param vals: ``unit_id``, ``partner_id``, ``payer_name``, ``bill_ids``, ``deposit_ids``,
            ``deposit`` (``kind``, ``amount``, ``description`` of one that is new), ``amount``,
            ``prepaid``, ``prepaid_item_id``, ``surplus``, ``method``, ``reference``,
            ``tendered``, ``value_date``
        :return: dict of the receipt
        """
        unit = self.env["property.unit"].browse(vals["unit_id"])
        deposits = self.env["property.deposit"].browse(vals.get("deposit_ids") or [])
        new = vals.get("deposit")
        if new:
            deposits |= deposits.create(
                {
                    "unit_id": unit.id,
                    "partner_id": vals.get("partner_id") or unit.representative_id.id,
                    "kind": new["kind"],
                    "amount": new["amount"],
                    "description": new.get("description"),
                }
            )
        value_date = fields.Date.to_date(vals.get("value_date"))
        today = fields.Date.context_today(self)
        if vals["method"] == "cash" or not value_date:
            value_date = today
        wizard = self.create(
            {
                "unit_id": unit.id,
                "partner_id": vals.get("partner_id"),
                "payer_name": vals.get("payer_name") or False,
                "value_date": value_date,
                "method": vals["method"],
                "reference": vals.get("reference") or False,
                "amount_tendered": vals.get("tendered") or 0.0,
                "amount_prepaid": vals.get("prepaid") or 0.0,
                "prepaid_item_id": vals.get("prepaid_item_id") or False,
                "surplus": vals.get("surplus") or "refuse",
                "deposit_ids": [Command.set(deposits.ids)],
            }
        )
        wanted = set(vals.get("bill_ids") or [])
        missing = wanted - set(wizard.line_ids.invoice_id.ids)
        if missing:
            raise UserError(
                self.env._("One of the bills has just been paid. Close this window and look again.")
            )
        for line in wizard.line_ids:
            line.is_selected = line.invoice_id.id in wanted
        wizard.amount = vals["amount"]
        receipt = wizard._take_payment()
        return {
            "id": receipt.id,
            "name": receipt.name,
            "amount": receipt.amount,
            "change": receipt.amount_change,
            "words": receipt.amount_in_words,
            "unit": receipt.unit_id.name,
            "payer": receipt.payer_name,
        }
