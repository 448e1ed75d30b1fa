# SPDX-License-Identifier: LGPL-3.0-or-later
import json
import logging
import secrets

import requests

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import retention, signing
from .property_parcel import QUIET
from .property_parcel_station import STOCK

_logger = logging.getLogger(__name__)
MAX_TRIES = 8
TIMEOUT = 10


class PropertyParcelLocker(models.Model):
    """A bank of lockers of some vendor, spoken to through an adapter."""

    _name = "property.parcel.locker"
    _description = "Locker bank"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(string="Device", required=True, help="Sent with every call.")
    station_id = fields.Many2one("property.parcel.station", required=True, index=True)
    community_id = fields.Many2one(related="station_id.community_id", store=True, precompute=True)
    active = fields.Boolean(default=True)
    adapter = fields.Selection(
        [("simulator", "Simulator"), ("json", "Signed JSON calls")],
        required=True,
        default="simulator",
        tracking=True,
    )
    url = fields.Char(string="Address for commands", groups="property_base.group_property_officer")
    secret = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="Derived from the key. The key itself is not kept.",
    )
    has_key = fields.Boolean(compute="_compute_has_key", compute_sudo=True, string="Has a key")
    slot_ids = fields.One2many("property.parcel.slot", "locker_id", string="Cells")
    event_ids = fields.One2many("property.parcel.locker.event", "locker_id", string="Events")
    command_ids = fields.One2many("property.parcel.locker.command", "locker_id", string="Commands")
    dead_count = fields.Integer(compute="_compute_dead_count", string="Dead letters")
    last_seen_at = fields.Datetime(string="Last call", readonly=True, copy=False)

    _code_uniq = models.UniqueIndex("(code)", "Another locker bank has this device code already.")

    @api.depends("secret")
    def _compute_has_key(self):
        for locker in self:
            locker.has_key = bool(locker.secret)

    def _compute_dead_count(self):
        counts = dict(
            self.env["property.parcel.locker.event"]._read_group(
                [("locker_id", "in", self.ids), ("state", "=", "dead")], ["locker_id"], ["__count"]
            )
        )
        for locker in self:
            locker.dead_count = counts.get(locker, 0)

    def action_new_key(self):
        """Make a new key and show it this once; the old one is void."""
        self.ensure_one()
        self.check_access("write")
        key = secrets.token_urlsafe(32)
        # sudo: what signs is readable by nobody
        self.sudo().secret = signing.derive(key, self.code)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._(
                    "Key of %(name)s: note it now, it is not shown again", name=self.name
                ),
                "message": key,
                "sticky": True,
                "type": "warning",
            },
        }

    # === COMMANDS === #

    def _queue_command(self, kind, slot, parcel=None):
        """Queue a command: ``open``, ``assign`` (with the code) or ``release``."""
        self.ensure_one()
        payload = {"cell": slot.cell_number, "parcel": parcel.name if parcel else None}
        if kind == "assign":
            payload |= {"code": parcel.pickup_code, "phone_tail": parcel.phone_tail or ""}
        command = self.env["property.parcel.locker.command"].create(
            {
                "locker_id": self.id,
                "kind": kind,
                "slot_id": slot.id,
                "parcel_id": parcel.id if parcel else False,
                "payload": payload,
            }
        )
        self.env.ref("property_parcel.property_parcel_cron_locker").sudo()._trigger()  # sudo: cron
        return command

    def _send(self, command):
        """Send one command by the adapter of the vendor (hook).

        :raise UserError: when the bank did not take it; it is tried again later
        """
        self.ensure_one()
        return getattr(self, f"_send_by_{self.adapter}")(command)

    def _send_by_simulator(self, command):
        """Answer as a bank would: the cell opens, events follow."""
        if not command.slot_id.is_usable:
            raise UserError(
                self.env._("The door of cell %(cell)s is stuck.", cell=command.slot_id.name)
            )
        return {"ok": True}

    def _send_by_json(self, command):
        """Post signed JSON to the bank."""
        locker_sudo = self.sudo()  # sudo: address and secret are for nobody's eyes
        if not locker_sudo.url or not locker_sudo.secret:
            raise UserError(self.env._("The locker bank has no address or no key."))
        body = signing.canonical(
            {"id": command.id, "device": self.code, "kind": command.kind, **command.payload}
        ).encode()
        stamp = int(fields.Datetime.now().timestamp())
        nonce = f"c{command.id}-{command.tries}"
        try:
            answer = requests.post(
                locker_sudo.url,
                data=body,
                timeout=TIMEOUT,
                headers={
                    "Content-Type": "application/json",
                    "X-Property-Timestamp": str(stamp),
                    "X-Property-Nonce": nonce,
                    "X-Property-Signature": signing.sign(locker_sudo.secret, stamp, nonce, body),
                },
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise UserError(str(error)) from error
        return {"ok": True}

    # === EVENTS === #

    @api.model
    def _receive(self, device, body, headers):
        """Take a signed call of a bank.

        :return: (HTTP status, answer)
        """
        # sudo: the signature is the right
        locker_sudo = self.sudo().search([("code", "=", device or "")])
        problem = signing.problem(
            locker_sudo.secret or "",
            headers.get("X-Property-Timestamp", ""),
            headers.get("X-Property-Nonce", ""),
            body,
            headers.get("X-Property-Signature", ""),
            int(fields.Datetime.now().timestamp()),
        )
        if problem:
            return 401, {"error": problem}
        try:
            event = json.loads(body)
            event_id, kind = str(event["id"]), str(event["kind"])
        except (ValueError, KeyError, TypeError):
            return 400, {"error": "malformed"}
        record_sudo, fresh = locker_sudo._take_event(event_id, kind, event)
        return 200, {"ok": True, "state": record_sudo.state, "repeated": not fresh}

    def _take_event(self, event_id, kind, payload):
        """Store an event once and act on it; the same id again changes nothing.

        :return: (event, True when it is new)
        """
        self.ensure_one()
        Event = self.env["property.parcel.locker.event"]
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{self.id}:{event_id}",)
        )
        known = Event.search([("locker_id", "=", self.id), ("event_id", "=", event_id)])
        if known:
            return known, False
        self.last_seen_at = fields.Datetime.now()
        event = Event.create(
            {"locker_id": self.id, "event_id": event_id, "kind": kind, "payload": payload}
        )
        event._process()
        return event, True

    # === SIMULATOR === #

    def action_simulate(self):
        """Let the simulator do what a courier and residents do: deposit, pick up, time out."""
        self.ensure_one()
        if self.adapter != "simulator":
            raise UserError(self.env._("Only a simulated bank can be played with."))
        cell = self.slot_ids.filtered(
            lambda one: one.is_usable and not one._get_loads().get(one.id)
        )[:1]
        carrier = self.env["property.parcel.carrier"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not cell or not carrier:
            raise UserError(self.env._("The simulator needs a free cell and a courier company."))
        number = f"SIM{secrets.randbelow(10**10):010d}"
        self._simulate("deposit", cell, waybill=number, carrier=carrier.code)
        return True

    def _simulate_cell(self, kind, cell):
        """Let something happen at one cell of a simulated bank."""
        self.ensure_one()
        if self.adapter != "simulator":
            raise UserError(self.env._("Only a simulated bank can be played with."))
        event = self._simulate(kind, cell)
        if event.state == "dead":
            raise UserError(event.error)
        return True

    def _simulate(self, kind, cell, **payload):
        """Send an event as the bank would, through the same door, signed."""
        event = {"id": secrets.token_hex(8), "kind": kind, "cell": cell.cell_number, **payload}
        return self._take_event(event["id"], kind, event)[0]


class PropertyParcelSlot(models.Model):
    """Cells of a simulated bank can be played with."""

    _inherit = "property.parcel.slot"

    is_simulated = fields.Boolean(compute="_compute_is_simulated", string="Simulated")

    @api.depends("locker_id.adapter")
    def _compute_is_simulated(self):
        for slot in self:
            slot.is_simulated = slot.locker_id.adapter == "simulator"

    def action_simulate_pickup(self):
        """Somebody fetches what is in the cell."""
        return self.locker_id._simulate_cell("pickup", self)

    def action_simulate_timeout(self):
        """The bank says that a parcel lies in it for too long."""
        return self.locker_id._simulate_cell("timeout", self)

    def action_simulate_fault(self):
        """The door sticks."""
        return self.locker_id._simulate_cell("fault", self)


class PropertyParcelLockerEvent(models.Model):
    """What a bank told, once per event id; what could not be handled stays and is replayed."""

    _name = "property.parcel.locker.event"
    _description = "Locker event"
    _order = "id desc"
    _rec_name = "event_id"

    locker_id = fields.Many2one(
        "property.parcel.locker", required=True, index=True, ondelete="cascade"
    )
    event_id = fields.Char(string="Event", required=True)
    kind = fields.Char(required=True, help="deposit, pickup, timeout or fault.")
    payload = fields.Json()
    received_at = fields.Datetime(required=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("dead", "Dead letter")],
        required=True,
        default="new",
        index=True,
    )
    tries = fields.Integer()
    error = fields.Char()

    _event_uniq = models.UniqueIndex("(locker_id, event_id)", "The event was received already.")

    def _process(self):
        """Act on events; a fault of one is kept with it and undoes nothing else."""
        for event in self:
            try:
                with self.env.cr.savepoint():
                    event._handle()
            except Exception as error:
                _logger.info("Locker event %s kept as a dead letter", event.id, exc_info=True)
                event.write({"state": "dead", "tries": event.tries + 1, "error": str(error)[:500]})
            else:
                event.write({"state": "done", "tries": event.tries + 1, "error": False})

    def _handle(self):
        self.ensure_one()
        handler = getattr(self, f"_handle_{self.kind}", None)
        if handler is None:
            raise UserError(
                self.env._("Events of the kind %(kind)s are not known.", kind=self.kind)
            )
        handler(self._get_cell())

    def _get_cell(self):
        number = str((self.payload or {}).get("cell") or "")
        cell = self.locker_id.slot_ids.filtered(lambda one: one.cell_number == number)
        if not cell:
            raise UserError(self.env._("The bank has no cell %(cell)s.", cell=number))
        return cell

    def _get_parcel(self, cell):
        parcel = self.env["property.parcel"].search(
            [("slot_id", "=", cell.id), ("state", "in", STOCK)], limit=1
        )
        if not parcel:
            raise UserError(self.env._("Cell %(cell)s is empty.", cell=cell.name))
        return parcel

    def _handle_deposit(self, cell):
        payload = self.payload
        carrier = self.env["property.parcel.carrier"].search(
            [
                ("company_id", "=", self.locker_id.company_id.id),
                ("code", "=ilike", payload.get("carrier") or ""),
            ],
            limit=1,
        )
        self.env["property.parcel"].with_context(**QUIET).desk_check_in(
            {
                "key": f"locker:{self.locker_id.id}:{self.event_id}",
                "station_id": cell.station_id.id,
                "waybill": payload.get("waybill"),
                "carrier_id": carrier.id,
                "text": payload.get("addressee") or "",
                "tail": payload.get("phone_tail") or "",
                "slot": cell.name,
                "size": cell.size,
                "force": True,
            }
        )

    def _handle_pickup(self, cell):
        parcel = self._get_parcel(cell)
        now = parcel._now(parcel.checked_in_at)
        parcel._lock_flow()
        parcel._set_state(
            "collected",
            collect_method="locker",
            collected_at=now,
            closed_at=now,
            collected_user_id=self.env.uid,
        )
        parcel._log_event("collected", cell.name, now)
        parcel._on_collected()

    def _handle_timeout(self, cell):
        parcel = self._get_parcel(cell)
        parcel._log_event("locker", cell.name)
        holds = self.env["property.parcel.hold"]._get_for(parcel)[parcel.id]
        today = parcel.station_id._local(fields.Datetime.now()).date()
        # whoever is away is not reminded; the ladder marks it overdue when its days have run
        if parcel.state == "waiting" and not retention.is_frozen(today, holds):
            parcel._set_state("overdue")
            parcel._log_event("overdue")
            self.env["property.parcel.notice"]._queue(parcel, "overdue")

    def _handle_fault(self, cell):
        cell.is_usable = False
        self.locker_id.message_post(
            body=self.env._("Cell %(cell)s is out of order.", cell=cell.name)
        )

    def action_replay(self):
        """Try dead letters again."""
        self.filtered(lambda one: one.state != "done")._process()
        return True


class PropertyParcelLockerCommand(models.Model):
    """A command to a bank: tried until it is taken, then given up."""

    _name = "property.parcel.locker.command"
    _description = "Locker command"
    _order = "id desc"
    _rec_name = "kind"

    locker_id = fields.Many2one(
        "property.parcel.locker", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("open", "Open the door"), ("assign", "Assign a code"), ("release", "Release the cell")],
        required=True,
    )
    slot_id = fields.Many2one("property.parcel.slot", required=True, ondelete="cascade")
    parcel_id = fields.Many2one("property.parcel", ondelete="cascade")
    payload = fields.Json(groups="base.group_system")
    state = fields.Selection(
        [("queued", "Queued"), ("sent", "Taken"), ("failed", "Given up")],
        required=True,
        default="queued",
        index=True,
    )
    tries = fields.Integer()
    next_try_at = fields.Datetime(required=True, default=fields.Datetime.now)
    error = fields.Char()

    @api.model
    def _cron_send(self):
        """Send what is due; failures are tried again ever more slowly."""
        due = self.search(
            [("state", "=", "queued"), ("next_try_at", "<=", fields.Datetime.now())],
            order="id",
            limit=200,
        )
        for command in due:
            command._try()
        if due:
            self.env["ir.cron"]._commit_progress(len(due), remaining=0)

    def _try(self):
        self.ensure_one()
        tries = self.tries + 1
        try:
            with self.env.cr.savepoint():
                self.locker_id._send(self)
        except UserError as error:
            wait = signing.retry_delay(tries)
            self.write(
                {
                    "tries": tries,
                    "error": str(error)[:500],
                    "state": "failed" if tries >= MAX_TRIES else "queued",
                    "next_try_at": fields.Datetime.add(fields.Datetime.now(), seconds=wait),
                }
            )
        else:
            self.write({"tries": tries, "state": "sent", "error": False})

    def action_retry(self):
        """Try at once what was given up."""
        for command in self.filtered(lambda one: one.state != "sent"):
            command.write({"state": "queued", "next_try_at": fields.Datetime.now()})
            command._try()
        return True


class PropertyParcel(models.Model):
    """Parcels in locker cells."""

    _inherit = "property.parcel"

    def _on_locker_check_in(self):
        for parcel in self:
            parcel.slot_id.locker_id._queue_command("assign", parcel.slot_id, parcel)

    def action_open_cell(self):
        """Open the door of the cell."""
        self.ensure_one()
        self._require_state(*STOCK)
        if not self.slot_id.locker_id:
            raise UserError(self.env._("The parcel does not lie in a locker."))
        # sudo: commands are made by the system
        self.slot_id.locker_id.sudo()._queue_command("open", self.slot_id, self)
        self._log_event("locker", self.slot_id.name)
        return True
