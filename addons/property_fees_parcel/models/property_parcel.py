# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class PropertyParcel(models.Model):
    """The storage fee is invoiced when the parcel leaves; money on delivery is posted at once."""

    _inherit = "property.parcel"

    storage_invoice_id = fields.Many2one(
        "account.move", string="Storage invoice", readonly=True, copy=False
    )
    cod_move_id = fields.Many2one(
        "account.move", string="Entry of the money", readonly=True, copy=False
    )

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
        station = parcel_sudo.station_id
        journal = parcel_sudo.community_id._get_fee_journal()
        if not station.storage_product_id or not journal:
            raise UserError(
                self.env._(
                    "%(station)s charges for storage and has no storage product, or its community "
                    "no sales journal. An accountant sets them.",
                    station=station.name,
                )
            )
        account = parcel_sudo.community_id.analytic_account_id
        invoice = parcel_sudo.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": payer.id,
                "invoice_date": fields.Date.context_today(self),
                "invoice_origin": self.name,
                "property_community_id": parcel_sudo.community_id.id,
                "property_unit_id": parcel_sudo.unit_id.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "product_id": station.storage_product_id.id,
                            "name": self.env._(
                                "Storage of parcel %(number)s, %(days)s days, %(free)s free",
                                number=self.name,
                                days=parcel_sudo.waiting_days,
                                free=station.storage_free_days,
                            ),
                            "quantity": 1,
                            "price_unit": parcel_sudo.storage_fee,
                            "analytic_distribution": {str(account.id): 100} if account else False,
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        parcel_sudo.storage_invoice_id = invoice
        return invoice

    def _on_cod_collected(self):
        """Extend `property_parcel`: post the money where the station has its accounts."""
        super()._on_cod_collected()
        for parcel in self:
            # sudo: the desk is no accountant; what is not posted now is when it is handed on
            station_sudo = parcel.station_id.sudo()
            if station_sudo.cod_journal_id and station_sudo.cod_account_id:
                parcel._post_cod()

    def _post_cod(self):
        """Post the money that was taken, once: cash against the pass-through account."""
        for parcel_sudo in self.sudo():  # sudo: the desk is no accountant
            if parcel_sudo.cod_move_id or not parcel_sudo.cod_collected_amount:
                continue
            move = parcel_sudo.env["account.move"].create(
                parcel_sudo.station_id._prepare_cod_move(
                    parcel_sudo.cod_collected_amount,
                    parcel_sudo.carrier_id,
                    self.env._("Cash on delivery %(number)s", number=parcel_sudo.name),
                )
            )
            move.action_post()
            parcel_sudo.cod_move_id = move
