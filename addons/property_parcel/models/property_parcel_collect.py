# SPDX-License-Identifier: LGPL-3.0-or-later
import hmac
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.property_base.rules import personal

from ..rules import code as code_rule
from .property_parcel import DESK, OWN
from .property_parcel_station import STOCK


class PropertyParcel(models.Model):
    """Hand-out: nothing leaves without identification, and never twice (PAR-12)."""

    _inherit = "property.parcel"

    collect_method = fields.Selection(
        [
            ("code", "Pick-up code"),
            ("proxy", "Proxy code"),
            ("identity", "Identity document"),
            ("household", "Member of the household"),
            ("locker", "Locker"),
        ],
        string="Identified by",
        readonly=True,
        copy=False,
    )
    collected_by_id = fields.Many2one(
        "res.partner", string="Handed to", readonly=True, copy=False, groups=DESK
    )
    collected_by_name = fields.Char(
        string="Name of the receiver", readonly=True, copy=False, groups=DESK
    )
    collected_user_id = fields.Many2one(
        "res.users", string="Handed out by", readonly=True, copy=False
    )
    collect_identity = fields.Char(
        string="Document",
        readonly=True,
        copy=False,
        groups=DESK,
        help="Kind of document and its last four characters.",
    )
    collect_reason = fields.Char(string="Reason outside the hours", readonly=True, copy=False)
    signature = fields.Image(
        copy=False, readonly=True, attachment=True, max_width=1024, max_height=1024, groups=DESK
    )
    collect_photo = fields.Image(
        string="Photo at hand-out",
        copy=False,
        readonly=True,
        attachment=True,
        max_width=1280,
        max_height=1280,
        groups=DESK,
    )
    proxy_name = fields.Char(string="Proxy", copy=False, readonly=True, groups=OWN)
    proxy_code = fields.Char(copy=False, readonly=True, groups=OWN)
    locked_until_at = fields.Datetime(
        compute="_compute_locked_until_at", string="Code locked until"
    )

    def _compute_locked_until_at(self):
        for parcel in self:
            parcel.locked_until_at = parcel._get_lock(fields.Datetime.now()) or False

    # === WRONG CODES === #

    def _attempt_scope(self):
        self.ensure_one()
        return f"parcel:{self.id}"

    @api.model
    def _read_attempts(self, scope):
        """Return when wrong codes were entered, also by requests that were undone since."""
        self.env.cr.execute(
            "SELECT happened_at FROM property_parcel_attempt WHERE scope = %s "
            "ORDER BY id DESC LIMIT 50",
            (scope,),
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _note_attempt(self, scope):
        """Keep a wrong code. The refusal undoes the request, so that it goes its own way."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "INSERT INTO property_parcel_attempt (scope, user_id, happened_at, create_uid, "
                "create_date) VALUES (%s, %s, %s, %s, now() at time zone 'UTC')",
                (scope, self.env.uid, fields.Datetime.now(), self.env.uid),
            )

    def _get_lock(self, now):
        """Return until when codes are refused for this parcel, or None."""
        self.ensure_one()
        community = self.community_id
        return code_rule.locked_until(
            self._read_attempts(self._attempt_scope()),
            now,
            community._get_parameter("parcel_code_attempts"),
            community._get_parameter("parcel_code_lock_minutes"),
        )

    def _check_lock(self, now):
        until = self._get_lock(now)
        if until:
            raise UserError(
                self.env._(
                    "Too many wrong codes for %(parcel)s. Codes are refused until %(time)s; hand "
                    "it out against an identity document.",
                    parcel=self.display_name,
                    time=self.station_id._local(until).strftime("%H:%M"),
                )
            )

    # === HAND-OUT === #

    def action_collect(  # noqa: PLR0913, PLR0917 - all of it is optional proof
        self,
        code=None,
        method=None,
        partner_id=None,
        name=None,
        identity=None,
        reason=None,
        signature=None,
        photo=None,
        cod_received=None,
    ):
        """Hand a parcel out to somebody who is identified.

        :param code: pick-up code, or proxy code
        :param method: without a code: ``"identity"`` or ``"household"``
        :param partner_id: who of the household receives it
        :param name: name of the receiver
        :param identity: document and its last four characters, e.g. ``"ID 002X"``
        :param reason: why outside the pick-up hours
        :param signature: drawn signature, base64
        :param photo: photo of the hand-out, base64
        :param cod_received: amount taken for cash on delivery
        :raise UserError: with the reason; nothing leaves then
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_flow()
        self._check_collectable()
        now = self._now(self.checked_in_at)
        proof = self._identify(now, code, method, partner_id, name, identity)
        self._check_hours(now, reason)
        self._take_money(cod_received, now)
        self._set_state(
            "collected",
            **proof,
            collected_at=now,
            closed_at=now,
            collected_user_id=self.env.uid,
            collect_reason=reason or False,
            signature=signature or False,
            collect_photo=photo or False,
            hold_kind=False,
        )
        methods = dict(self._fields["collect_method"]._description_selection(self.env))
        self._log_event("collected", methods[proof["collect_method"]], now)
        self.env["property.parcel.notice"]._queue(self, "collected")
        self._on_collected()
        return True

    def _check_collectable(self):
        if self.state == "collected":
            raise UserError(
                self.env._(
                    "%(parcel)s was handed out already, %(time)s, by %(user)s.",
                    parcel=self.display_name,
                    time=self.station_id._local(self.collected_at).strftime("%Y-%m-%d %H:%M"),
                    user=self.collected_user_id.name,
                )
            )
        if self.state == "quarantined":
            if self.hold_kind == "static" and not self._get_hold_problem():
                return
            raise UserError(
                self._get_hold_problem()
                or self.env._("%(parcel)s is held. Release it first.", parcel=self.display_name)
            )
        self._require_state("waiting", "overdue")

    def _identify(self, now, code, method, partner_id, name, identity):
        """Return what proves who received the parcel.

        :raise UserError: when nobody is identified
        """
        if code:
            return self._identify_by_code(now, code, name)
        identity = (identity or "").strip()
        tail = personal.id_tail(identity)
        if method not in ("identity", "household"):
            raise UserError(
                self.env._(
                    "Nothing leaves without identification: enter the pick-up code, or the "
                    "document that was shown."
                )
            )
        if not tail:
            raise UserError(
                self.env._("Enter the document and its last four characters, for example ID 002X.")
            )
        # sudo: the register says who lives there and how documents end
        person_sudo = self._get_receiver(method, partner_id).sudo()
        known = person_sudo.property_id_tail
        if known and known.upper() != tail.upper():
            raise UserError(
                self.env._(
                    "The document does not match the register. Look at it again, or ask the site "
                    "manager."
                )
            )
        receiver = name or person_sudo.name or self.addressee_name
        if not receiver:
            raise UserError(self.env._("Enter the name in the document that was shown."))
        return {
            "collect_method": method,
            "collected_by_id": person_sudo.id,
            "collected_by_name": receiver,
            "collect_identity": f"{identity[:-4].strip()} ****{tail}".strip(),
        }

    def _identify_by_code(self, now, code, name):
        self._check_lock(now)
        given = code_rule.read(str(code))
        for stored, method in ((self.pickup_code, "code"), (self.proxy_code, "proxy")):
            if stored and hmac.compare_digest(stored.encode(), given.encode()):
                receiver = self.proxy_name if method == "proxy" else name or False
                return {
                    "collect_method": method,
                    "collected_by_name": receiver or self.partner_id.name or self.addressee_name,
                    "collected_by_id": False if method == "proxy" else self.partner_id.id,
                }
        self._note_attempt(self._attempt_scope())
        raise UserError(self.env._("This is not the code of %(parcel)s.", parcel=self.display_name))

    def _get_receiver(self, method, partner_id):
        """Return the person in the register to whom the document must belong."""
        if method == "identity" and not partner_id:
            return self.partner_id
        person = self.env["res.partner"].browse(partner_id or False).exists()
        if method == "identity":
            if person != self.partner_id:
                raise UserError(self.env._("This person is not the addressee."))
            return person
        if not person or (self.unit_id.id, person.id) not in self._get_current_people():
            raise UserError(
                self.env._(
                    "This person does not live in %(unit)s. Ask for the pick-up code or a proxy "
                    "code.",
                    unit=self.unit_id.name or "-",
                )
            )
        return person

    def _check_hours(self, now, reason):
        if not reason and not self.station_id._is_open(now):
            raise UserError(
                self.env._(
                    "Parcels are handed out again %(time)s. Give a reason to do it now.",
                    time=self.station_id._get_next_slot_text(now) or "-",
                )
            )

    def _take_money(self, received, now):
        """Take the cash on delivery, all of it, before the parcel leaves (PAR-24)."""
        if not self.cod_amount or self.cod_collected_at:
            return
        if received is None or self.currency_id.compare_amounts(received, self.cod_amount):
            raise UserError(
                self.env._(
                    "%(amount)s is due on delivery. Take the money and enter the amount.",
                    amount=self.currency_id.format(self.cod_amount),
                )
            )
        self.write(
            {
                "cod_collected_amount": received,
                "cod_collected_at": now,
                "cod_user_id": self.env.uid,
            }
        )
        self._log_event("money", self.currency_id.format(received), now)
        self._on_cod_collected()

    def _on_collected(self):
        """Act after a parcel was handed out (hook): charge the storage fee, ..."""

    def _on_cod_collected(self):
        """Act after money on delivery was taken (hook): post it."""

    def action_open_collect(self):
        """Open the hand-out."""
        self.ensure_one()
        self._check_collectable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand out"),
            "res_model": "property.parcel.collect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_parcel_id": self.id},
        }

    # === CODES === #

    def action_renew_code(self):
        """Give a new pick-up code; the old one is void, the lock ends."""
        for parcel in self:
            parcel._require_state(*STOCK)
            parcel._set_code("pickup_code")
            parcel._log_event("recoded")
        # sudo: the tries belong to the old code
        self.env["property.parcel.attempt"].sudo().search(
            [("scope", "in", [parcel._attempt_scope() for parcel in self])]
        ).unlink()
        self.env["property.parcel.notice"]._queue(self, "arrival")

    def _set_code(self, field_name):
        taken = self._get_codes(self.station_id)
        self[field_name] = code_rule.generate(taken, len(taken), secrets.randbelow)

    def _name_proxy(self, name):
        """Let somebody else fetch the parcel; the code goes to the addressee, who passes it on."""
        self.ensure_one()
        self._require_state(*STOCK)
        if not (name or "").strip():
            raise UserError(self.env._("Enter the name of the person who fetches the parcel."))
        self.proxy_name = name.strip()[:60]
        self._set_code("proxy_code")
        self._log_event("proxy", self.proxy_name)
        return self.proxy_code

    def _drop_proxy(self):
        """Take the proxy back."""
        self.write({"proxy_name": False, "proxy_code": False})
