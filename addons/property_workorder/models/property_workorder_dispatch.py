# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..rules import dispatch as rule
from .property_workorder import FREE_BEARERS


class PropertyWorkorder(models.Model):
    """Who gets an order: taken, assigned or found, with the reason kept (WKO-20)."""

    _inherit = "property.workorder"

    can_grab = fields.Boolean(compute="_compute_can_grab")

    @api.depends("technician_id", "state", "gathered_in_id")
    @api.depends_context("uid")
    def _compute_can_grab(self):
        technician = self.env["property.technician"]._get_of_user(self.env.user)
        for order in self:
            order.can_grab = bool(
                technician
                and order.state == "accepted"
                and not order.technician_id
                and not order.gathered_in_id
                and not order._get_start_blockers()
            )

    def _lock_dispatch(self):
        """Let one decide at a time; whoever comes second sees what the first has done."""
        self._lock_flow()
        self.invalidate_recordset(["technician_id", "helper_ids"])

    def action_grab(self):
        """Take a free order. Of two who press at once the database lets one through."""
        self.ensure_one()
        technician = self.env["property.technician"]._get_of_user(self.env.user)
        if not technician:
            raise UserError(self.env._("You are not entered as a technician. Ask the dispatcher."))
        self._lock_dispatch()
        if self.technician_id:
            raise UserError(
                self.env._(
                    "%(technician)s has just taken %(order)s.",
                    technician=self.technician_id.name,
                    order=self.name,
                )
            )
        self._require_state("accepted")
        blockers = self._get_start_blockers()
        if blockers:
            raise UserError(
                self.env._(
                    "%(order)s cannot begin: %(reasons)s.",
                    order=self.name,
                    reasons="; ".join(blockers),
                )
            )
        candidate = self._get_candidate(technician, fields.Datetime.now())
        why = rule.refusal(candidate, urgent=True)
        if why and why[0] != "off_duty":
            raise UserError(self._get_refusal_text(technician, *why))
        self._give_to(self.env.user, "grab", self.env._("Took it from the list of free orders"))
        return True

    def action_dispatch(self, user=None, reason=None):
        """Give the order to a technician; without one find him by the roster.

        :param user: ``res.users`` record or id
        :param reason: why him; kept
        """
        user = self.env["res.users"].browse(user) if isinstance(user, int) else user
        for order in self:
            order._lock_dispatch()
            order._require_state("new", "accepted")
            if order.state == "new":
                order.with_context(property_workorder_no_auto=True)._accept_quietly()
            blockers = order._get_start_blockers()
            if blockers:
                raise UserError(
                    self.env._(
                        "%(order)s cannot begin: %(reasons)s.",
                        order=order.name,
                        reasons="; ".join(blockers),
                    )
                )
            if user:
                order._check_assignable(user)
                order._give_to(user, "assign", reason or self.env._("Assigned by the dispatcher"))
            elif not order._dispatch_automatically():
                nobody = order.assignment_ids[-1:]
                raise UserError(nobody.reason)
        return True

    def _accept_quietly(self):
        now = fields.Datetime.now()
        self._set_state(
            "accepted",
            accepted_at=now,
            receiver_id=self.receiver_id.id or self.env.uid,
        )
        self._recompute_clocks()

    def action_choose_technician(self):
        """Ask the dispatcher whom to send."""
        return self._open_wizard("assign", self.env._("Send a technician"))

    def action_transfer(self, user=None, reason=None):
        """Pass the order on to another technician, with a reason."""
        if not user or not reason:
            return self._open_wizard("transfer", self.env._("Pass on"))
        user = self.env["res.users"].browse(user) if isinstance(user, int) else user
        self.ensure_one()
        self._lock_dispatch()
        self._require_state("dispatched", "in_progress", "paused")
        self._check_own_order()
        self._check_assignable(user)
        state = self.state
        self._labour_stop(fields.Datetime.now())
        self._give_to(user, "transfer", reason)
        if state == "paused":
            self._set_state("paused")
        return True

    def action_return(self, reason=None):
        """Give the order back to the dispatcher, with a reason."""
        if not reason:
            return self._open_wizard("return", self.env._("Give back"))
        self._lock_dispatch()
        self._require_state("dispatched", "in_progress")
        for order in self:
            order._check_own_order()
            order._labour_stop(fields.Datetime.now())
            order._log_assignment("return", order.technician_id, reason)
            order._set_state("accepted", technician_id=False, dispatched_at=False)
            leader = order.team_id.leader_id or order.community_id.manager_id
            if leader:
                order.activity_schedule(
                    "property_workorder.property_workorder_activity_dispatch",
                    user_id=leader.id,
                    summary=self.env._("Given back: %(reason)s", reason=reason),
                )
        return True

    def action_help(self, user=None, reason=None):
        """Call a colleague to help."""
        if not user:
            return self._open_wizard("help", self.env._("Call for help"))
        user = self.env["res.users"].browse(user) if isinstance(user, int) else user
        for order in self:
            order._require_state("dispatched", "in_progress", "paused")
            order.helper_ids = [fields.Command.link(user.id)]
            order._log_assignment("help", user, reason or self.env._("Called to help"))
            order._notify_technician(user)
        return True

    def _check_own_order(self):
        """A technician passes on or gives back his own orders only."""
        if self.env.su or self.env.user.has_group("property_workorder.group_dispatcher"):
            return
        for order in self:
            if order.technician_id != self.env.user:
                raise UserError(
                    self.env._(
                        "%(order)s is with %(technician)s. The dispatcher may take it away.",
                        order=order.name,
                        technician=order.technician_id.name,
                    )
                )

    def _check_assignable(self, user):
        """A certificate cannot be waived, everything else is the dispatcher's word."""
        self.ensure_one()
        if user in self.complained_user_ids:
            raise UserError(
                self.env._("A complaint is not handled by the person complained about.")
            )
        technician = self.env["property.technician"]._get_of_user(user)
        kinds = self.category_id._get_effective("certificate_ids")
        if not kinds:
            return
        missing = (
            technician._get_missing_certificates(kinds, fields.Date.context_today(self))
            if technician
            else tuple(kinds.mapped("name"))
        )
        if missing:
            raise UserError(
                self._get_refusal_text(technician, "certificate", ", ".join(missing), user.name)
            )

    def _give_to(self, user, kind, reason):
        self.ensure_one()
        now = fields.Datetime.now()
        self._set_state("dispatched", technician_id=user.id, dispatched_at=now)
        self._log_assignment(kind, user, reason)
        technician = self.env["property.technician"]._get_of_user(user)
        # sudo: when a technician last got a job is bookkeeping of the dispatch
        technician.sudo().last_given_at = now
        self.activity_unlink(["property_workorder.property_workorder_activity_dispatch"])
        if user != self.env.user:
            self._notify_technician(user)
        self._on_dispatched()

    def _on_dispatched(self):
        """Extension point: called once when a technician has got the order."""

    def _notify_technician(self, user):
        self.ensure_one()
        if self.env.context.get("property_workorder_quiet"):
            return
        self.message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.display_name,
            body=self.env._(
                "You have a new order: %(order)s, %(place)s",
                order=self.display_name,
                place=self._get_place_text(),
            ),
        )

    def _get_place_text(self):
        self.ensure_one()
        where = (
            self.unit_id.name
            or self.entrance_id.display_name
            or self.building_id.name
            or self.community_id.name
        )
        names = (where, self.place)
        return " ".join(name for name in names if name)

    def _log_assignment(self, kind, user, reason):
        self.env["property.workorder.assignment"].create(
            {"workorder_id": self.id, "kind": kind, "user_id": user.id, "reason": reason}
        )

    # === AUTOMATIC === #

    def _dispatch_automatically(self):
        """Find a technician by roster, zone, skill, certificate and load (WKO-20).

        :return: whether somebody was found; the reason is kept either way
        """
        self.ensure_one()
        now = fields.Datetime.now()
        technicians = self._get_candidate_technicians()
        by_id = {technician.id: technician for technician in technicians}
        choice = rule.choose(
            tuple(self._get_candidate(technician, now) for technician in technicians),
            urgent=self.is_urgent,
        )
        if choice.key is None:
            reasons = [
                self._get_refusal_text(by_id[key], code, detail)
                for key, code, detail in choice.refused
            ] or [self.env._("No technician is entered for this community and team.")]
            text = " ".join(reasons)
            self._log_assignment("nobody", self.env["res.users"], text)
            leader = self.team_id.leader_id or self.community_id.manager_id
            if leader:
                self.activity_schedule(
                    "property_workorder.property_workorder_activity_dispatch",
                    user_id=leader.id,
                    summary=self.env._("Nobody could be found for %(order)s", order=self.name),
                    note=text,
                )
            return False
        self._give_to(by_id[choice.key].user_id, "auto", self._get_choice_text(choice))
        return True

    def _get_candidate_technicians(self):
        """Return who may be asked: of the community, of the team where it has technicians."""
        self.ensure_one()
        found = (
            self.env["property.technician"]
            .sudo()  # sudo: the dispatch sees every technician of the community
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("user_id.property_community_ids", "in", self.community_id.ids),
                    ("user_id", "not in", self.complained_user_ids.ids),
                ]
            )
        )
        of_team = found.filtered(lambda one: self.team_id in one.team_ids)
        return (of_team or found) if self.team_id else found

    def _get_candidate(self, technician, now):
        """Return what is known of a technician as the rules know it; extension point."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        category = self.category_id
        zone = technician.zone_building_ids
        missing = category._get_effective("skill_ids") - technician.skill_ids
        kinds = category._get_effective("certificate_ids")
        return rule.Candidate(
            key=technician.id,
            on_duty=technician._is_on_duty(now, self.community_id),
            in_zone=not zone or not self.building_id or self.building_id in zone,
            missing_skills=tuple(missing.mapped("name")),
            missing_certificates=technician._get_missing_certificates(kinds, today),
            open_load=technician.open_count,
            max_load=technician.max_load,
            last_given=int(technician.last_given_at.timestamp()) if technician.last_given_at else 0,
        )

    def _get_refusal_text(self, technician, code, detail, name=None):
        name = name or technician.name
        return {
            "off_duty": self.env._("%(name)s is not on duty.", name=name),
            "certificate": self.env._(
                "%(name)s has no valid certificate: %(detail)s.", name=name, detail=detail
            ),
            "skill": self.env._("%(name)s lacks the skill: %(detail)s.", name=name, detail=detail),
            "zone": self.env._("The place is not in the zone of %(name)s.", name=name),
            "load": self.env._(
                "%(name)s has %(detail)s open orders already.", name=name, detail=detail
            ),
        }[code]

    def _get_choice_text(self, choice):
        texts = {
            "on_duty": lambda _detail: self.env._("on duty"),
            "zone": lambda _detail: self.env._("the place is in his zone"),
            "other_zone": lambda _detail: self.env._("nobody of the zone is free"),
            "load": lambda detail: self.env._("%(count)s open orders", count=detail),
            "turn": lambda detail: self.env._("his turn among %(count)s equal ones", count=detail),
        }
        return ", ".join(texts[code](detail) for code, detail in choice.reasons)

    # === PHONE LIST === #

    @api.model
    def get_technician_list(self):
        """Return what the phone of a technician shows.

        :return: dict ``mine``, ``free`` (lists of cards), ``technician`` (bool), ``on_duty``
        """
        user = self.env.user
        technician = self.env["property.technician"]._get_of_user(user)
        mine = self.search(
            Domain("state", "in", self._get_work_states())
            & (Domain("technician_id", "=", user.id) | Domain("helper_ids", "in", user.ids)),
            order="is_urgent desc, resolve_deadline_at, id",
        )
        free = self.browse()
        if technician:
            free = self.search(
                technician._get_free_domain(),
                order="is_urgent desc, resolve_deadline_at, id",
                limit=80,
            ).filtered(technician._shows)
        return {
            "technician": bool(technician),
            "on_duty": bool(technician) and technician.is_on_duty,
            "mine": [order._get_card() for order in mine],
            "free": [order._get_card() for order in free],
            "labels": dict(self._fields["state"]._description_selection(self.env)),
            "reasons": self.env["property.workorder.pause"]
            ._fields["reason"]
            ._description_selection(self.env),
            "materials": self.env["property.workorder.material"]._get_choices(),
        }

    def _get_card(self):
        self.ensure_one()
        phone = self.caller_phone or self.partner_id.phone or ""
        is_mine = self.env.user in self.technician_id | self.helper_ids
        return {
            "id": self.id,
            "name": self.name,
            "subject": self.subject or "",
            "kind": self.kind,
            "state": self.state,
            "place": self._get_place_text(),
            "community": self.community_id.name,
            "category": self.category_id.display_name or "",
            "description": (self.description and str(self.description)) or "",
            "urgent": self.is_urgent,
            "urged": self.urged_count,
            "sla": self.sla_state,
            "due": fields.Datetime.to_string(self.resolve_deadline_at) or False,
            "appointment": fields.Datetime.to_string(self.appointment_start_at) or False,
            "contact": (self.partner_id.name or self.caller_name or "") if is_mine else "",
            # whoever does the job may call the resident about it
            "phone": phone if is_mine else "",
            "photos": self.env["property.evidence"].search_count(
                [("res_model", "=", self._name), ("res_id", "=", self.id)]
            ),
            "missing": list(self._get_missing_evidence()),
            "cleaned": self.place_cleaned,
            "result": bool(self.result),
        }

    def technician_step(self, step, values=None):
        """Take a step from the phone; steps sent twice change nothing the second time.

        :param step: ``grab``, ``start``, ``pause``, ``resume``, ``finish``, ``return``
        :param values: what the form holds
        :return: the list anew
        """
        self.ensure_one()
        self.check_access("write")
        values = values or {}
        if step == "grab":
            if self.technician_id != self.env.user:
                self.action_grab()
        elif step == "start" and self.state in ("accepted", "dispatched"):
            self.action_start()
        elif step == "pause" and self.state in ("accepted", "dispatched", "in_progress"):
            self.action_pause(values.get("reason") or "other", values.get("note"))
        elif step == "resume" and self.state == "paused":
            self.action_resume()
        elif step == "return" and self.technician_id == self.env.user:
            self.action_return(values.get("reason") or self.env._("Given back from the phone"))
        elif step == "finish" and self.state in ("accepted", "dispatched", "in_progress"):
            self._finish_from_phone(values)
        return self.get_technician_list()

    def _finish_from_phone(self, values):
        vals = {"place_cleaned": bool(values.get("cleaned"))}
        if (values.get("result") or "").strip():
            vals["result"] = values["result"].strip()
        if values.get("signature"):
            vals["signature"] = values["signature"]
            vals["signed_by"] = (values.get("signed_by") or self.partner_id.name or "")[:80]
        self.write(vals)
        for line in values.get("materials") or ():
            self.env["property.workorder.material"].create(
                {
                    "workorder_id": self.id,
                    "product_id": int(line["product_id"]),
                    "quantity": abs(float(line.get("quantity") or 1)),
                }
            )
        self.action_done()

    def technician_photo(self, key, kind, image):
        """Store a photo taken on the phone, perhaps hours ago and without a network.

        :param key: made by the phone; the same key is stored once
        :param kind: ``before``, ``after`` or ``defect``
        :param image: base64 of a picture
        """
        self.ensure_one()
        self.check_access("write")
        raw = self._check_photo(image)
        # the phone may send again while the first attempt is still under way
        self._lock_flow()
        Evidence = self.env["property.evidence"]
        key = str(key or "")[:80]
        if not key or not Evidence.search_count(
            [("workorder_id", "=", self.id), ("phone_key", "=", key)], limit=1
        ):
            Evidence.create(
                {
                    "res_model": self._name,
                    "res_id": self.id,
                    "kind": kind if kind in ("before", "after", "defect") else "other",
                    "phone_key": key or False,
                    "image": raw,
                }
            )
        return self._get_card()


class PropertyTechnician(models.Model):
    _inherit = "property.technician"

    @api.model
    def _get_of_user(self, user):
        """Return the technician that a user is in the company, or an empty record."""
        # sudo: that somebody is a technician is known to his colleagues
        return self.sudo().search(
            [("user_id", "=", user.id), ("company_id", "in", self.env.companies.ids)], limit=1
        )

    def _get_free_domain(self):
        """Return the domain of the orders that the technician may take."""
        self.ensure_one()
        domain = Domain("state", "=", "accepted") & Domain("technician_id", "=", False)
        domain &= Domain("gathered_in_id", "=", False)
        domain &= Domain("community_id", "in", self.user_id.property_community_ids.ids)
        domain &= Domain("kind", "in", ("repair", "service", "incident", "rectification"))
        domain &= Domain("proposal_state", "!=", "wanted") | Domain("is_urgent", "=", True)
        domain &= (
            Domain("kind", "!=", "service")
            | Domain("quote_ids.state", "=", "accepted")
            | Domain("bearer", "in", FREE_BEARERS)
        )
        if self.visibility == "own":
            return Domain.FALSE
        if self.visibility == "zone" and self.zone_building_ids:
            domain &= Domain("building_id", "in", [False, *self.zone_building_ids.ids])
        return domain

    def _shows(self, order):
        """Tell whether a free order fits the skills, where only those are shown."""
        self.ensure_one()
        if self.visibility != "skill":
            return True
        return not (order.category_id._get_effective("skill_ids") - self.skill_ids)
