# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from .messages import clean_waybill
from .property_parcel_station import STOCK


class PropertyParcelManifest(models.Model):
    """A batch on its way: between stations, or back to the carrier (PAR-08, PAR-31)."""

    _name = "property.parcel.manifest"
    _description = "Parcel manifest"
    _inherit = ["property.scope.mixin", "property.flow.mixin", "mail.thread"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/", copy=False)
    kind = fields.Selection(
        [("transfer", "Between stations"), ("return", "Return to the carrier")],
        required=True,
        default="transfer",
    )
    state = fields.Selection(
        [
            ("draft", "Being loaded"),
            ("sent", "On the way"),
            ("received", "Being unloaded"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    station_id = fields.Many2one(
        "property.parcel.station",
        string="From",
        required=True,
        domain="[('community_id', '=', community_id)]",
    )
    destination_id = fields.Many2one(
        "property.parcel.station", string="To", domain="[('community_id', '=', community_id)]"
    )
    carrier_id = fields.Many2one(
        "property.parcel.carrier", string="Courier company", check_company=True
    )
    courier_id = fields.Many2one("property.parcel.courier", string="Driver or courier")
    plate = fields.Char(string="Vehicle")
    sent_at = fields.Datetime(string="Left", readonly=True, copy=False)
    received_at = fields.Datetime(string="Arrived there", readonly=True, copy=False)
    line_ids = fields.One2many("property.parcel.manifest.line", "manifest_id", string="Parcels")
    scan = fields.Char(string="Scan", store=False, help="Scan the waybills one after the other.")
    line_count = fields.Integer(compute="_compute_counts", string="Loaded")
    received_count = fields.Integer(compute="_compute_counts", string="Unloaded")
    difference_count = fields.Integer(compute="_compute_counts", string="Differences")
    note = fields.Text()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.manifest"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
        return super().create(vals_list)

    @api.depends("line_ids.result", "line_ids.in_at")
    def _compute_counts(self):
        for manifest in self:
            lines = manifest.line_ids
            manifest.line_count = len(lines.filtered("out_at"))
            manifest.received_count = len(lines.filtered("in_at"))
            manifest.difference_count = len(
                lines.filtered(lambda one: one.result in ("missing", "extra"))
            )

    @api.onchange("scan")
    def _onchange_scan(self):
        if not self.scan:
            return None
        try:
            self._scan_onto_form(self.scan)
        except UserError as error:
            return {"warning": {"title": self.env._("Not scanned"), "message": str(error)}}
        finally:
            self.scan = False
        return None

    def _scan_onto_form(self, text):
        if self.state in ("sent", "received"):
            return self._scan_off_form(text)
        parcel = self._find(text)
        if parcel in self.line_ids.parcel_id:
            raise UserError(self.env._("%(parcel)s is on the list.", parcel=parcel.display_name))
        self.line_ids = [
            fields.Command.create({"parcel_id": parcel._origin.id, "out_at": fields.Datetime.now()})
        ]
        return None

    def _scan_off_form(self, text):
        parcel = self._find(text)._origin
        now = fields.Datetime.now()
        line = self.line_ids.filtered(lambda one: one.parcel_id._origin == parcel)
        if line.in_at:
            raise UserError(
                self.env._("%(parcel)s is unloaded already.", parcel=parcel.display_name)
            )
        if line:
            line.update({"in_at": now, "result": "ok" if line.out_at else "extra"})
        else:
            self.line_ids = [
                fields.Command.create({"parcel_id": parcel.id, "in_at": now, "result": "extra"})
            ]

    def _find(self, text):
        number = clean_waybill(self.env, text)
        parcels = self.env["property.parcel"].search(
            [
                ("community_id", "=", self.community_id.id),
                "|",
                ("waybill", "=", number),
                ("name", "=", number),
            ]
        )
        here = parcels.filtered(lambda one: one.state in (*STOCK, "refused", "damaged"))
        if not here:
            raise UserError(self.env._("No parcel here has the waybill %(text)s.", text=number))
        return here[:1]

    def scan_out(self, text):
        """Load the parcel with this waybill."""
        self.ensure_one()
        self._require("draft")
        self._scan_onto_form(text)
        return self.line_count

    def scan_in(self, text):
        """Unload the parcel with this waybill; one that was not loaded is an extra.

        :return: result of the line: ``ok`` or ``extra``
        """
        self.ensure_one()
        self._require("sent", "received")
        if self.state == "sent":
            self._set_state("received", received_at=fields.Datetime.now())
        parcel = self._find(text)
        line = self.line_ids.filtered(lambda one: one.parcel_id == parcel)
        if not line:
            line = line.create({"manifest_id": self.id, "parcel_id": parcel.id})
        line.write({"in_at": fields.Datetime.now(), "result": "ok" if line.out_at else "extra"})
        return line.result

    def _require(self, *states):
        for manifest in self:
            if manifest.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is at another step now; reload the page.", name=manifest.name
                    )
                )

    def action_fill(self):
        """Put on the list what is proposed for return, or all that waits at the station."""
        self._require("draft")
        for manifest in self:
            domain = [("station_id", "=", manifest.station_id.id)]
            if manifest.kind == "return":
                domain += [
                    ("carrier_id", "=", manifest.carrier_id.id),
                    "|",
                    ("state", "in", ("refused", "damaged")),
                    "&",
                    ("state", "in", ("waiting", "overdue")),
                    ("return_proposed_date", "!=", False),
                ]
            else:
                domain += [("state", "in", STOCK)]
            parcels = self.env["property.parcel"].search(domain) - manifest.line_ids.parcel_id
            manifest.line_ids = [
                fields.Command.create({"parcel_id": one.id, "out_at": fields.Datetime.now()})
                for one in parcels
            ]
        return True

    def action_send(self):
        """Let the batch leave."""
        self._require("draft")
        for manifest in self:
            if not manifest.line_ids:
                raise UserError(self.env._("Load at least one parcel first."))
            parcels = manifest.line_ids.parcel_id
            now = fields.Datetime.now()
            if manifest.kind == "return":
                wrong = parcels - parcels.filtered_domain(
                    [("carrier_id", "=", manifest.carrier_id.id)]
                )
                if wrong:
                    raise UserError(
                        self.env._(
                            "%(parcel)s belongs to another courier company.",
                            parcel=wrong[0].display_name,
                        )
                    )
                parcels.action_return()
                manifest._set_state("done", sent_at=now)
                continue
            if not manifest.destination_id or manifest.destination_id == manifest.station_id:
                raise UserError(self.env._("Choose the station to which the batch goes."))
            if not manifest.destination_id.is_indoor:
                raise UserError(
                    self.env._(
                        "%(place)s lies outdoors: parcels are not sorted or stored there.",
                        place=manifest.destination_id.name,
                    )
                )
            parcels._log_event("sent_on", manifest.destination_id.name, now)
            manifest._set_state("sent", sent_at=now)
        return True

    def action_done(self):
        """Finish unloading: what arrived is booked in, what did not is listed as missing."""
        self._require("sent", "received")
        for manifest in self:
            arrived = manifest.line_ids.filtered("in_at")
            (manifest.line_ids - arrived).write({"result": "missing"})
            manifest._move_in(arrived.parcel_id)
            missing = manifest.line_ids.filtered(lambda one: one.result == "missing")
            for line in missing:
                manifest.message_post(
                    body=self.env._("Missing: %(parcel)s", parcel=line.parcel_id.display_name)
                )
            manifest._set_state("done", received_at=manifest.received_at or fields.Datetime.now())
        return True

    def _move_in(self, parcels):
        """Book parcels in at the destination; a code in use there is replaced."""
        self.ensure_one()
        chosen = parcels.filtered(lambda one: one.state in STOCK)
        taken = chosen._get_codes(self.destination_id)
        for parcel in chosen:
            clash = (
                parcel.station_id != self.destination_id
                and {
                    parcel.pickup_code,
                    parcel.proxy_code,
                }
                & taken
            )
            vals = {"station_id": self.destination_id.id, "slot_id": False}
            if clash:
                vals |= {"pickup_code": False, "proxy_code": False, "proxy_name": False}
            parcel.write(vals)
            if clash:
                parcel._set_code("pickup_code")
        chosen._log_event("received", self.destination_id.name)
        self.env["property.parcel.notice"]._queue(
            chosen.filtered(lambda one: one.state != "quarantined"), "arrival"
        )

    def action_cancel(self):
        """Give up a batch that has not left."""
        self._require("draft")
        self._set_state("cancelled")
        return True


class PropertyParcelManifestLine(models.Model):
    """One parcel of a batch: scanned out, scanned in, or not."""

    _name = "property.parcel.manifest.line"
    _description = "Parcel on a manifest"
    _order = "manifest_id, id"

    manifest_id = fields.Many2one(
        "property.parcel.manifest", required=True, index=True, ondelete="cascade"
    )
    parcel_id = fields.Many2one("property.parcel", required=True, index=True, ondelete="restrict")
    unit_id = fields.Many2one(related="parcel_id.unit_id")
    carrier_id = fields.Many2one(related="parcel_id.carrier_id")
    waybill = fields.Char(related="parcel_id.waybill")
    out_at = fields.Datetime(string="Loaded")
    in_at = fields.Datetime(string="Unloaded")
    result = fields.Selection(
        [("ok", "As loaded"), ("missing", "Missing"), ("extra", "Not on the list")], string="Result"
    )

    _parcel_uniq = models.UniqueIndex(
        "(manifest_id, parcel_id)", "The parcel is on the list already."
    )
