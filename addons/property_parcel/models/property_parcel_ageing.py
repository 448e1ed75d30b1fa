# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import retention
from .property_parcel import QUIET
from .property_parcel_station import STOCK

BATCH = 500
ESCALATE_DAYS, FORGET_DAYS = 3, 60
AGEING = ("waiting", "overdue")


class PropertyParcel(models.Model):
    """What happens to a parcel that nobody fetches, or that goes another way (PAR-31)."""

    _inherit = "property.parcel"

    disposal_user_id = fields.Many2one(
        "res.users", string="Disposal asked by", readonly=True, copy=False
    )
    disposal_reason = fields.Char(copy=False)
    disposal_approver_id = fields.Many2one(
        "res.users", string="Disposal approved by", readonly=True, copy=False
    )
    called_at = fields.Datetime(
        string="Called", readonly=True, copy=False, help="When the desk last phoned the addressee."
    )
    detained_reason = fields.Char(copy=False)
    detained_user_id = fields.Many2one("res.users", string="Responsible", copy=False)
    detained_follow_up_date = fields.Date(string="Follow up on", copy=False)

    # === LADDER === #

    @api.model
    def _cron_ageing(self):
        """Remind, mark overdue, propose returns; what was done once is not done again."""
        domain = [("state", "in", AGEING)]
        last = 0
        remaining = self.search_count(domain)
        while True:
            parcels = self.search([*domain, ("id", ">", last)], order="id", limit=BATCH)
            if not parcels:
                break
            last = parcels[-1].id
            parcels._age()
            remaining = max(0, remaining - len(parcels))
            self.env["ir.cron"]._commit_progress(len(parcels), remaining=remaining)

    def _age(self):
        """Do what is due for these parcels today."""
        # wrong states are left alone: another desk may have handed one out meanwhile
        self._lock_flow()
        parcels = self.with_context(**QUIET).filtered(
            lambda one: one.state in AGEING and one.checked_in_at
        )
        holds = self.env["property.parcel.hold"]._get_for(parcels)
        days = parcels._get_waiting_days(holds)
        ladders = {one: self._get_ladder(one) for one in parcels.community_id}
        reminded, overdue, proposed = self.browse(), self.browse(), self.browse()
        for parcel in parcels:
            ladder = ladders[parcel.community_id]
            today = parcel.station_id._local(fields.Datetime.now()).date()
            frozen = retention.is_frozen(today, holds[parcel.id])
            count, late = retention.steps_due(
                days[parcel.id], ladder, parcel.reminder_count, frozen=frozen
            )
            if count > parcel.reminder_count:
                parcel.reminder_count = count
                reminded += parcel
            if late and parcel.state == "waiting":
                overdue += parcel
            if (
                retention.return_due(days[parcel.id], ladder, frozen=frozen)
                and not parcel.return_proposed_date
            ):
                parcel.return_proposed_date = today
                proposed += parcel
        overdue._set_state("overdue")
        reminded._log_event("reminded")
        overdue._log_event("overdue")
        notices = self.env["property.parcel.notice"]
        notices._queue(reminded - overdue, "reminder")
        notices._queue(overdue, "overdue")
        return proposed

    def action_note_call(self):
        """Note that the addressee of an overdue parcel was called."""
        self._require_state("waiting", "overdue")
        self.with_context(**QUIET).write({"called_at": fields.Datetime.now()})
        self._log_event("called")
        return True

    @api.autovacuum
    def _gc_announced(self):
        """Forget announcements of parcels that never came."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=FORGET_DAYS)
        domain = [("state", "=", "expected"), ("create_date", "<", before)]
        self.search(domain, limit=1000).unlink()

    # === WAYS OUT === #

    def _leave(self, state, kind, note=False):
        now = self._now(*self.mapped("checked_in_at"))
        self._set_state(state, closed_at=now, hold_kind=False)
        self._log_event(kind, note, now)

    def action_return(self):
        """Give parcels back to the carrier."""
        self._lock_flow()
        self._require_state(*STOCK, "refused", "damaged")
        for parcel in self:
            if parcel.hold_kind in ("risk", "detained"):
                raise UserError(
                    self.env._("%(parcel)s is held. Release it first.", parcel=parcel.display_name)
                )
        self._leave("returned", "returned")
        self.env["property.parcel.notice"]._queue(self, "returned")
        self._on_returned()
        return True

    def _on_returned(self):
        """Act after parcels were given back to the carrier (hook)."""

    def action_view_incidents(self):
        """Open the incidents of the parcel."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_parcel.property_parcel_incident_action"
        )
        action["domain"] = [("parcel_id", "=", self.id)]
        action["context"] = {"default_parcel_id": self.id}
        return action

    def _to_exception(self, state, kind, note=False):
        """Move parcels to an exception and open an incident for each.

        :return: property.parcel.incident
        """
        self._lock_flow()
        now = self._now(*self.mapped("checked_in_at"))
        closed = {"closed_at": now} if state == "lost" else {}
        self._set_state(state, **closed)
        self._log_event(state, note, now)
        return self.env["property.parcel.incident"].create(
            [
                {
                    "parcel_id": parcel.id,
                    "community_id": parcel.community_id.id,
                    "kind": kind,
                    "description": note or False,
                }
                for parcel in self
            ]
        )

    def action_refuse(self):
        """The addressee does not want it: it waits for its return."""
        self._require_state("expected", *STOCK)
        self._to_exception("refused", "refused")
        return True

    def action_mark_damaged(self):
        """Damage was seen: open an incident for photos and the claim."""
        self.ensure_one()
        self._require_state("expected", *STOCK)
        incident = self._to_exception("damaged", "damaged")
        return incident.get_formview_action()

    def action_mark_lost(self):
        """The parcel cannot be found: open an incident for search and claim."""
        self.ensure_one()
        self._require_state(*STOCK)
        incident = self._to_exception("lost", "lost")
        return incident.get_formview_action()

    def action_mark_found(self):
        """A lost parcel turned up, or a refused or damaged one is wanted after all."""
        self._require_state("lost", "refused", "damaged")
        self._lock_flow()
        for parcel in self:
            if not parcel.checked_in_at:
                parcel._set_state("expected")
                parcel._check_in()
                continue
            parcel._set_state("waiting", closed_at=False)
            parcel._set_code("pickup_code")
        self._log_event("found")
        self.env["property.parcel.notice"]._queue(
            self.filtered(lambda one: one.state == "waiting"), "arrival"
        )
        return True

    def action_correct_addressee(self):
        """The parcel is for somebody else: a new addressee gets a new code."""
        self.ensure_one()
        self._require_state(*STOCK)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct the addressee"),
            "res_model": "property.parcel.readdress",
            "view_mode": "form",
            "target": "new",
            "context": {"default_parcel_id": self.id},
        }

    def _readdress(self, unit, partner, name=False):
        """Give the parcel to another addressee; the old code is void at once."""
        self.ensure_one()
        self._require_state(*STOCK)
        self.env["property.parcel.incident"].create(
            {
                "parcel_id": self.id,
                "community_id": self.community_id.id,
                "kind": "wrong_addressee",
                "state": "closed",
                "description": self.env._(
                    "Addressee corrected; before: %(unit)s", unit=self.unit_id.name or "-"
                ),
            }
        )
        self.write(
            {
                "unit_id": unit.id,
                "partner_id": partner.id,
                "addressee_name": name,
                "phone": False,
                "phone_tail": False,
                "proxy_name": False,
                "proxy_code": False,
                "moved_away": False,
            }
        )
        self._compute_phone_tail()
        self._log_event("readdressed", unit.name)
        self.action_renew_code()

    # === DETAINED (PAR-30) === #

    def action_detain(self):
        """Keep a parcel back for a dispute or the police; the reason must be on file."""
        for parcel in self:
            parcel._require_state(*STOCK)
            if not (
                parcel.detained_reason
                and parcel.detained_user_id
                and parcel.detained_follow_up_date
            ):
                raise UserError(
                    self.env._(
                        "Enter the reason, who is responsible and when to follow up under "
                        "Detained, then detain the parcel."
                    )
                )
            parcel._set_state("quarantined", hold_kind="detained", release_at=False)
            parcel._log_event("detained", parcel.detained_reason)
        return True

    @api.model
    def _cron_follow_up_detained(self):
        """Remind of each detained parcel whose follow-up is overdue, once per person.

        First whoever is responsible, days later whoever is in charge of the station as well.
        """
        today = fields.Date.context_today(self)
        late = self.search(
            [("hold_kind", "=", "detained"), ("detained_follow_up_date", "<", today)]
        )
        longer = fields.Date.subtract(today, days=ESCALATE_DAYS)
        for parcel in late:
            users = parcel.detained_user_id or self.env.user
            if parcel.detained_follow_up_date < longer:
                users |= parcel.station_id.manager_id
            for user in users - parcel.activity_ids.user_id:
                parcel.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=self.env._("Follow up the detained parcel %(name)s", name=parcel.name),
                )

    # === DISPOSAL BY TWO (PAR-31) === #

    def action_ask_disposal(self):
        """First person: ask for the disposal of what nobody wants."""
        for parcel in self:
            parcel._require_state("overdue", "refused", "damaged")
            if not parcel.disposal_reason:
                raise UserError(self.env._("Enter why the parcel is disposed of, under Disposal."))
            parcel.write({"disposal_user_id": self.env.uid})
        return True

    def action_approve_disposal(self):
        """Second person, a site manager: dispose of it."""
        if not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("A site manager approves the disposal."))
        self._lock_flow()
        for parcel in self:
            parcel._require_state("overdue", "refused", "damaged")
            if not parcel.disposal_user_id:
                raise UserError(self.env._("Nobody has asked for the disposal yet."))
            if parcel.disposal_user_id == self.env.user:
                raise UserError(
                    self.env._("Two persons dispose of a parcel: somebody else must approve it.")
                )
        self._leave("disposed", "disposed", self[:1].disposal_reason)
        self.write({"disposal_approver_id": self.env.uid})
        return True
