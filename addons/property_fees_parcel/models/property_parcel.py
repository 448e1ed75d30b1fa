# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class PropertyParcel(models.Model):
    """The storage fee is invoiced when the parcel leaves; money on delivery is posted at once."""

    _inherit = "property.parcel"

    storage_invoice_id = fields.Many2one(
        "account.move", "Storage invoice", readonly=True, copy=False, index="btree_not_null"
    )
    cod_move_id = fields.Many2one("account.move", "Entry of the money", readonly=True, copy=False)

    def _on_collected(self):
        """Extend `property_parcel`: invoice the storage."""
        super()._on_collected()
        for parcel in self:
            parcel._invoice_storage()

    def _invoice_storage(self):
        """Post the invoice of the storage, once.

        :return: ``account.move`` in sudo, empty when nothing is owed
        """
        self.ensure_one()
        parcel_sudo = self.sudo()  # sudo: the desk is no accountant
        parcel_sudo.invalidate_recordset(["waiting_days", "storage_fee"])
        payer = parcel_sudo.partner_id or parcel_sudo.unit_id.representative_id
        if parcel_sudo.storage_invoice_id or not parcel_sudo.storage_fee or not payer:
            return parcel_sudo.storage_invoice_id
        station, community = parcel_sudo.station_id, parcel_sudo.community_id
        journal = community._get_fee_journal()
        if not station.storage_product_id or not journal:
            raise UserError(
                self.env._(
                    "%(station)s charges for storage and has no storage product, or its community "
                    "no sales journal. An accountant sets them.",
                    station=station.name,
                )
            )
        account = community.analytic_account_id
        days = {"days": parcel_sudo.waiting_days, "free": station.storage_free_days}
        label = self.env._(
            "Storage of parcel %(number)s, %(days)s days, %(free)s free", number=self.name, **days
        )
        line = {
            "product_id": station.storage_product_id.id,
            "name": label,
            "price_unit": parcel_sudo.storage_fee,
            "analytic_distribution": {str(account.id): 100} if account else False,
        }
        vals = {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": payer.id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_origin": self.name,
            "property_community_id": community.id,
            "property_unit_id": parcel_sudo.unit_id.id,
            "invoice_line_ids": [fields.Command.create(line)],
        }
        parcel_sudo.storage_invoice_id = parcel_sudo.env["account.move"].create(vals)
        parcel_sudo.storage_invoice_id.action_post()
        return parcel_sudo.storage_invoice_id

    def _on_cod_collected(self):
        """Extend `property_parcel`: post the money where the station has its accounts."""
        super()._on_cod_collected()
        # sudo: the desk is no accountant; what is not posted now is when it is handed on
        for parcel_sudo in self.sudo():
            if parcel_sudo.station_id.cod_journal_id and parcel_sudo.station_id.cod_account_id:
                parcel_sudo._post_cod()

    def _post_cod(self):
        """Post the money that was taken, once: cash against the pass-through account."""
        for parcel_sudo in self.sudo():  # sudo: the desk is no accountant
            if parcel_sudo.cod_move_id or not parcel_sudo.cod_collected_amount:
                continue
            label = self.env._("Cash on delivery %(number)s", number=parcel_sudo.name)
            vals = parcel_sudo.station_id._prepare_cod_move(
                parcel_sudo.cod_collected_amount, parcel_sudo.carrier_id, label
            )
            parcel_sudo.cod_move_id = parcel_sudo.env["account.move"].create(vals)
            parcel_sudo.cod_move_id.action_post()


class PropertyParcelSettlement(models.Model):
    """Handing on clears the pass-through account."""

    _inherit = "property.parcel.settlement"

    move_ids = fields.Many2many(
        "account.move",
        string="Entries",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )

    def _on_handed_on(self):
        """Extend `property_parcel`: post what is missing, and the money that leaves."""
        super()._on_handed_on()
        for settlement_sudo in self.sudo():  # sudo: the desk is no accountant
            settlement_sudo.parcel_ids._post_cod()
            carrier, label = settlement_sudo.carrier_id, settlement_sudo.name
            stations = self.env["property.parcel.station"].sudo()  # sudo: see above
            default = stations._get_default(settlement_sudo.community_id)
            vals_list, amounts = [], {}
            for parcel in settlement_sudo.parcel_ids:
                amounts.setdefault(parcel.station_id, []).append(parcel.cod_collected_amount)
            for shipment in settlement_sudo.shipment_ids.filtered("amount"):
                station, amount = shipment.station_id or default, shipment.amount
                amounts.setdefault(station, []).append(amount)
                vals_list.append(station._prepare_cod_move(amount, carrier, shipment.name))
            for station, parts in amounts.items():
                vals_list.append(station._prepare_cod_move(-sum(parts), carrier, label))
            settlement_sudo.move_ids = settlement_sudo.env["account.move"].create(vals_list)
            settlement_sudo.move_ids.action_post()
