# SPDX-License-Identifier: LGPL-3.0-or-later
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_parcel import QUIET

BATCH = 1000
GONE = ("collected", "returned", "disposed", "lost")
LATE_DAYS = 30


class PropertyParcelDestruction(models.Model):
    """The protocol of a batch of waybill data that was made anonymous (PAR-26)."""

    _name = "property.parcel.destruction"
    _description = "Destruction of waybill data"
    _inherit = ["property.scope.mixin"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/")
    destroyed_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    before_date = fields.Date(string="Parcels that left before", required=True)
    keep_days = fields.Integer(string="Period (days)", required=True)
    parcel_count = fields.Integer(string="Parcels", readonly=True)
    paper_destroyed = fields.Boolean(
        string="Paper waybills shredded", help="Ticked by whoever did it."
    )
    witness_id = fields.Many2one("res.users", string="Witness")
    timing = fields.Selection(
        [("in_time", "In time"), ("early", "Before the date"), ("late", "Long after the date")],
        readonly=True,
        default="in_time",
    )
    fingerprint = fields.Char(
        readonly=True, help="SHA-256 over the numbers of the parcels, in order: proof of which."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.destruction"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
        return super().create(vals_list)

    def write(self, vals):
        """Extend `orm`: of a protocol only the paper and the witness are added later."""
        if set(vals) - {"paper_destroyed", "witness_id"}:
            raise UserError(self.env._("A protocol of destruction cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A protocol of destruction cannot be deleted."))

    @api.model
    def _cron_anonymise(self):
        """Make the data of parcels anonymous whose period has run."""
        for community in self.env["property.community"].search([]):
            self._anonymise(community)

    @api.model
    def _anonymise(self, community, before=None):
        """Make a community's old parcels anonymous and write the protocol.

        :param before: day before which parcels left; default by the parameter
        :return: the protocol, or an empty record when there was nothing to do
        """
        keep = community._get_parameter("parcel_keep_days")
        today = fields.Date.context_today(self)
        due = fields.Date.subtract(today, days=keep)
        before = before or due
        domain = [
            ("community_id", "=", community.id),
            ("state", "in", GONE),
            ("closed_at", "<", fields.Datetime.to_datetime(before)),
            ("anonymised_at", "=", False),
            # money and claims first: the data is needed until they are settled
            "|",
            ("cod_collected_at", "=", False),
            ("settlement_id.state", "=", "handed_on"),
            ("incident_ids", "not any", [("state", "in", ("open", "claimed"))]),
        ]
        Parcel = self.env["property.parcel"].with_context(active_test=False)
        count, digest, oldest = 0, hashlib.sha256(), None
        while parcels := Parcel.search(domain, order="id", limit=BATCH):
            for parcel in parcels:
                digest.update(f"{parcel.name}:{parcel.waybill}\n".encode())
            oldest = min([*filter(None, [oldest]), *parcels.mapped("closed_at")])
            parcels._anonymise()
            count += len(parcels)
        if not count:
            return self.browse()
        timing = "in_time"
        if before > due:
            timing = "early"
        elif oldest and (due - oldest.date()).days > LATE_DAYS:
            timing = "late"
        return self.create(
            {
                "community_id": community.id,
                "before_date": before,
                "keep_days": keep,
                "parcel_count": count,
                "timing": timing,
                "fingerprint": digest.hexdigest(),
            }
        )


class PropertyParcel(models.Model):
    """Make parcels anonymous: who got what can no longer be told, figures stay (PAR-26)."""

    _inherit = "property.parcel"

    def _anonymise(self):
        now = fields.Datetime.now()
        quiet = self.with_context(**QUIET)
        for parcel in quiet:
            parcel.write({"waybill": f"X0-{parcel.id:09d}"})
        quiet.write(
            {
                "partner_id": False,
                "unit_id": False,
                "addressee_name": False,
                "phone": False,
                "phone_tail": False,
                "photo": False,
                "note": False,
                "pickup_code": False,
                "proxy_code": False,
                "proxy_name": False,
                "collected_by_id": False,
                "collected_by_name": False,
                "collect_identity": False,
                "signature": False,
                "collect_photo": False,
                "client_key": False,
                "anonymised_at": now,
            }
        )
        # sudo: notices, notes and the trail's remarks name people as well
        quiet.sudo().notice_ids.unlink()
        self.env["property.parcel.event"].sudo().search(
            [("parcel_id", "in", self.ids), ("kind", "in", ("proxy", "readdressed"))]
        ).unlink()
        quiet.sudo().message_ids.filtered(lambda one: one.message_type == "comment").unlink()
        self._log_event("anonymised", now=now)


class PropertyParcelExportLog(models.Model):
    """Who exported what (PAR-27). Written once, never changed."""

    _name = "property.parcel.export.log"
    _description = "Export of parcel data"
    _order = "id desc"
    _rec_name = "res_model"

    exported_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    res_model = fields.Char(string="Model", required=True)
    record_count = fields.Integer(string="Records")
    field_names = fields.Char(string="Fields")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def write(self, vals):
        """Extend `orm`: a log is never changed."""
        raise UserError(self.env._("The log of exports cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The log of exports cannot be deleted."))
