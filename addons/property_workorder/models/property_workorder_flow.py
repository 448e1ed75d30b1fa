# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..rules import promise as promise_rule
from ..rules.errors import RuleError
from .property_workorder import FREE_BEARERS, OPEN_STATES, WORK_STATES


class PropertyWorkorder(models.Model):
    """The steps of an order; each checks that it may be taken (WKO-03..09)."""

    _inherit = "property.workorder"

    def _require_state(self, *states):
        for order in self:
            if order.state not in states:
                raise UserError(
                    self.env._(
                        "%(order)s is at another step now; reload the page.",
                        order=order.display_name,
                    )
                )

    def action_accept(self):
        """Take the request: from now on the user answers for it (WKO-03)."""
        self._lock_flow()
        self._require_state("new")
        now = fields.Datetime.now()
        for order in self:
            order._set_state(
                "accepted",
                accepted_at=order.accepted_at or now,
                receiver_id=order.receiver_id.id or self.env.uid,
            )
            order._schedule_feedback()
        self._recompute_clocks()
        for order in self.filtered(lambda one: one.team_id.dispatch == "auto"):
            if order._may_start():
                order._dispatch_automatically()
        return True

    def _may_start(self):
        """Tell whether work may begin: owners decide on large repairs, residents on prices."""
        self.ensure_one()
        return not self._get_start_blockers()

    def _get_start_blockers(self):
        """Return why work may not begin yet, as texts; extension point."""
        self.ensure_one()
        blockers = []
        if self.proposal_state == "wanted" and not self.is_urgent:
            blockers.append(
                self.env._(
                    "a repair of this class is decided by the owners first; propose it to the "
                    "committee"
                )
            )
        is_free = self.bearer in FREE_BEARERS
        if self.kind == "service" and not is_free and not self._get_accepted_quote():
            blockers.append(self.env._("the resident has not accepted a price yet"))
        return blockers

    def action_start(self):
        """The technician is on the spot and begins."""
        self._lock_flow()
        self._require_state("accepted", "dispatched")
        now = fields.Datetime.now()
        for order in self:
            blockers = order._get_start_blockers()
            if blockers:
                raise UserError(
                    self.env._(
                        "%(order)s cannot begin: %(reasons)s.",
                        order=order.name,
                        reasons="; ".join(blockers),
                    )
                )
            technician = order.technician_id or self.env.user
            order._set_state(
                "in_progress",
                attended_at=order.attended_at or now,
                technician_id=technician.id,
                dispatched_at=order.dispatched_at or now,
            )
            order._labour_start(technician, now)
        self._recompute_clocks()
        return True

    def action_pause(self, reason=None, note=None, resume_date=None):
        """Stop the clocks, with a reason; without one ask for it.

        :param reason: value of ``property.workorder.pause.reason``
        :param resume_date: the day on which the order goes on by itself
        """
        if not reason:
            return self._open_wizard("pause", self.env._("Pause"))
        self._lock_flow()
        self._require_state("accepted", "dispatched", "in_progress")
        now = fields.Datetime.now()
        for order in self:
            self.env["property.workorder.pause"].create(
                {
                    "workorder_id": order.id,
                    "start_at": now,
                    "reason": reason,
                    "note": note,
                    "resume_date": resume_date,
                }
            )
            order._set_state("paused")
            order._labour_stop(now)
        self._recompute_clocks()
        return True

    def action_resume(self):
        """Let the clocks run again."""
        self._lock_flow()
        self._require_state("paused")
        now = fields.Datetime.now()
        for order in self:
            order.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            if order.attended_at and order.technician_id:
                order._set_state("in_progress")
                order._labour_start(order.technician_id, now)
            else:
                order._set_state("dispatched" if order.technician_id else "accepted")
        self._recompute_clocks()
        return True

    def action_done(self):
        """The work is done: evidence and cleanliness are checked, the receiver is told (WKO-08)."""
        self._lock_flow()
        self._require_state("accepted", "dispatched", "in_progress")
        now = fields.Datetime.now()
        for order in self:
            order._check_done()
            order._labour_stop(now)
            order._set_state(
                "done",
                resolved_at=now,
                accepted_at=order.accepted_at or now,
                attended_at=order.attended_at or (now if order.kind != "enquiry" else False),
                feedback_given_at=order.feedback_given_at or now,
            )
            order.activity_unlink(
                [
                    "property_workorder.property_workorder_activity_late",
                    "property_workorder.property_workorder_activity_feedback",
                ]
            )
        self._recompute_clocks()
        for order in self:
            order._post_costs()
            order._tell_done()
            order._on_done()
        return True

    def _check_done(self):
        self.ensure_one()
        missing = list(self._get_missing_evidence())
        if is_html_empty(self.result):
            missing.append(self.env._("what was found and done"))
        if self.kind in ("repair", "service", "incident") and not self.place_cleaned:
            missing.append(self.env._("that the place of work has been cleaned"))
        if self.kind == "suggestion" and not self.suggestion_outcome:
            missing.append(self.env._("whether the suggestion is adopted"))
        open_contracts = self.contract_ids.filtered(
            lambda one: one.state not in ("accepted", "cancelled")
        )
        if open_contracts:
            missing.append(self.env._("the acceptance of the contractor's work"))
        if missing:
            raise UserError(
                self.env._(
                    "%(order)s cannot be finished yet. Missing: %(missing)s.",
                    order=self.display_name,
                    missing=", ".join(missing),
                )
            )

    def _tell_done(self):
        self.ensure_one()
        if self.partner_id:
            self._tell_resident(
                self._for_resident().env._(
                    "Your request %(number)s has been dealt with. Please rate us in the portal; if "
                    "you are not satisfied we open it again.",
                    number=self.name,
                )
            )
        if self.receiver_id and self.receiver_id != self.env.user:
            self.activity_schedule(
                "property_workorder.property_workorder_activity_satisfied",
                user_id=self.receiver_id.id,
                summary=self.env._("Ask whether the resident is satisfied"),
            )

    def _on_done(self):
        """Extension point: called once when the work is done."""

    def action_close(self):
        """The resident is satisfied, or has let the time to complain pass."""
        self._lock_flow()
        self._require_state("done")
        self._check_may_close()
        self._set_state("closed", closed_at=fields.Datetime.now())
        self.activity_unlink(["property_workorder.property_workorder_activity_satisfied"])
        for order in self:
            duplicates = order.duplicate_ids.filtered(lambda one: one.state in OPEN_STATES)
            duplicates._close_as_duplicate(order)
        self._on_closed()
        return True

    def _check_may_close(self):
        """Only whoever answers for the case finds out that the resident is satisfied (WKO-08)."""
        if self.env.su or self.env.user.has_group("property_workorder.group_dispatcher"):
            return
        for order in self:
            if order.receiver_id and self.env.user not in order.receiver_id | order.handler_ids:
                raise UserError(
                    self.env._(
                        "%(receiver)s answers for %(order)s, asks whether the resident is "
                        "satisfied, and closes it.",
                        receiver=order.receiver_id.name,
                        order=order.name,
                    )
                )

    def _on_closed(self):
        """Extension point: called once when the case is closed."""

    def action_force_close(self, reason=None):
        """Close without the usual proofs; for site managers, with a reason."""
        if not reason:
            return self._open_wizard("force_close", self.env._("Close without the usual proofs"))
        if not self.env.user.has_group("property_base.group_property_officer") and not self.env.su:
            raise UserError(self.env._("Only a site manager may close a case by force."))
        self._lock_flow()
        self._require_state(*OPEN_STATES, "done")
        now = fields.Datetime.now()
        for order in self:
            order.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            order._labour_stop(now)
            order.message_post(body=self.env._("Closed by force: %(reason)s", reason=reason))
            order._set_state(
                "closed", closed_at=now, resolved_at=order.resolved_at or now, next_check_at=False
            )
        self._recompute_clocks()
        self.activity_unlink(
            [
                "property_workorder.property_workorder_activity_late",
                "property_workorder.property_workorder_activity_feedback",
                "property_workorder.property_workorder_activity_satisfied",
            ]
        )
        return True

    def action_reopen(self, reason=None):
        """Take a finished case up again, with a count and a new clock (WKO-09)."""
        if not reason:
            return self._open_wizard("reopen", self.env._("Open again"))
        self._lock_flow()
        self._require_state("done", "closed")
        now = fields.Datetime.now()
        for order in self:
            order._set_state(
                "accepted",
                reopened_count=order.reopened_count + 1,
                clock_start_at=now,
                accepted_at=now,
                attended_at=False,
                resolved_at=False,
                closed_at=False,
                signature=False,
                satisfaction=False,
                place_cleaned=False,
                attend_state="pending",
                resolve_state="pending",
                response_state="pending",
            )
            order.message_post(body=self.env._("Opened again: %(reason)s", reason=reason))
            user = order.receiver_id or order.team_id.leader_id or order.community_id.manager_id
            if user:
                order.activity_schedule(
                    "property_workorder.property_workorder_activity_late",
                    user_id=user.id,
                    summary=self.env._("Opened again: %(reason)s", reason=reason),
                )
        self._reset_clocks()
        return True

    def action_cancel(self, reason=None):
        """Give the case up, with a reason; the resident is told."""
        if not reason:
            return self._open_wizard("cancel", self.env._("Cancel"))
        self._lock_flow()
        self._require_state(*OPEN_STATES)
        now = fields.Datetime.now()
        for order in self:
            order.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            order._labour_stop(now)
            order._set_state("cancelled", cancel_reason=reason, next_check_at=False)
            if order.partner_id:
                order._tell_resident(
                    order._for_resident().env._(
                        "Your request %(number)s has been cancelled: %(reason)s",
                        number=order.name,
                        reason=reason,
                    )
                )
        self.activity_unlink(
            [
                "property_workorder.property_workorder_activity_late",
                "property_workorder.property_workorder_activity_feedback",
            ]
        )
        return True

    def action_propose(self):
        """Hand a medium or large repair to the owners' committee (WKO-23)."""
        self.ensure_one()
        if self.proposal_state != "wanted":
            raise UserError(self.env._("This repair needs no decision of the owners."))
        action = self._on_proposal_wanted()
        if action:
            return action
        user = self.community_id.manager_id or self.env.user
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("Propose %(order)s to the owners' committee", order=self.name),
        )
        return True

    def _on_proposal_wanted(self):
        """Extension point: make a proposal of the repair; return an action to open, or None."""
        return

    def action_proposal_agreed(self):
        """The owners have agreed; the work may begin."""
        if not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Only a site manager records the decision of the owners."))
        for order in self:
            if order.proposal_state == "wanted":
                order.proposal_state = "agreed"
        return True

    # === PROMISE === #

    def _get_promise_window(self):
        self.ensure_one()
        get = self.community_id._get_parameter
        return promise_rule.Window(
            usual_days=int(get("workorder_promise_usual_days")),
            maximum_days=int(get("workorder_promise_maximum_days")),
            postponements=int(get("workorder_promise_postponements")),
        )

    def action_promise(self, promised_at=None, reason="", agreed=False):
        """Promise a date, or move it once (WKO-06, WKO-07).

        :param promised_at: naive UTC datetime
        :param reason: needed beyond the maximum, and by whoever moves it
        :param agreed: a supervisor has the resident's consent to one more move
        """
        self.ensure_one()
        if not promised_at:
            return self._open_wizard("promise", self.env._("Promise a date"))
        self._require_state(*OPEN_STATES)
        supervisor = self.env.user.has_group("property_base.group_property_officer")
        window = self._get_promise_window()
        promised_at = fields.Datetime.to_datetime(promised_at)
        day = self._get_local_day(promised_at)
        taken = self._get_local_day(self.clock_start_at or self.registered_at)
        moved = self.postponed_count
        try:
            promise_rule.check(window, taken, day, is_supervisor=supervisor, reason=reason or "")
            if self.promised_at and not (supervisor and agreed and (reason or "").strip()):
                old = self._get_local_day(self.promised_at)
                moved = promise_rule.postpone(window, moved, old, day)
            elif self.promised_at:
                moved += 1
        except RuleError as error:
            raise UserError(self._get_promise_error(error)) from None
        self.write({"promised_at": promised_at, "promise_reason": reason, "postponed_count": moved})
        self._recompute_clocks()
        if self.partner_id:
            env = self._for_resident().env
            text = (
                env._(
                    "We have to move the date of %(number)s to %(date)s. %(reason)s",
                    number=self.name,
                    date=self._local(promised_at),
                    reason=reason or "",
                )
                if moved
                else env._(
                    "%(number)s will be done by %(date)s.",
                    number=self.name,
                    date=self._local(promised_at),
                )
            )
            self._tell_resident(text)
        return True

    def _get_promise_error(self, error):
        return {
            "past": self.env._("The date lies before the day of the request."),
            "beyond_maximum": self.env._(
                "More than %(days)s days may be promised by a site manager only, with a reason.",
                days=error.details.get("days"),
            ),
            "postponed_already": self.env._(
                "The promise has been moved already. Call the site manager: with the resident's "
                "consent he may agree another date."
            ),
            "not_later": self.env._("A promise can only be moved to a later day."),
        }[error.code]

    def action_call_supervisor(self):
        """A handler who cannot solve the case must say so (WKO-17)."""
        for order in self:
            user = order.community_id.manager_id or order.team_id.leader_id
            if not user:
                raise UserError(
                    self.env._(
                        "%(community)s has no site manager. Name one on the community.",
                        community=order.community_id.name,
                    )
                )
            order.activity_schedule(
                "property_workorder.property_workorder_activity_supervisor",
                user_id=user.id,
                summary=self.env._(
                    "%(user)s cannot solve %(order)s", user=self.env.user.name, order=order.name
                ),
            )
        return True

    # === FEEDBACK, TELLING === #

    def action_answer(self, text=None):
        """Answer the resident; the promised feedback is then given (WKO-04).

        :param text: what he reads in his timeline and by mail; without it ask for it
        """
        self.ensure_one()
        if not (text or "").strip():
            return self._open_wizard("answer", self.env._("Answer the resident"))
        self._tell_resident(text.strip())
        self._note_feedback()
        return True

    def _note_feedback(self):
        """The resident has heard from us: the promise of an answer is kept."""
        # sudo: whoever may write to the resident may not be the one who promised the answer
        for order_sudo in self.sudo().filtered(lambda one: not one.feedback_given_at):
            order_sudo.feedback_given_at = fields.Datetime.now()
            order_sudo.activity_unlink(["property_workorder.property_workorder_activity_feedback"])

    def _message_post_after_hook(self, message, msg_vals):
        """Extend `mail`: a message of the staff to the resident is the answer promised to him."""
        result = super()._message_post_after_hook(message, msg_vals)
        # sudo: who wrote a message is no secret to whoever has just posted it
        author_sudo = message.sudo().author_id
        if (
            message.subtype_id == self.env.ref("mail.mt_comment")
            and self.partner_id in message.sudo().partner_ids
            and any(not user.share for user in author_sudo.user_ids)
        ):
            self._note_feedback()
        return result

    def _schedule_feedback(self):
        """Leave the receiver an activity until the resident has been answered (WKO-04)."""
        self.ensure_one()
        kind = "property_workorder.property_workorder_activity_feedback"
        if self.env.context.get("property_workorder_quiet") or self.activity_search([kind]):
            return
        self.activity_schedule(
            kind,
            date_deadline=self._get_local_day(self.feedback_due_at)
            if self.feedback_due_at
            else None,
            user_id=self.receiver_id.id,
            summary=self.env._("Answer the resident"),
        )

    def _for_resident(self):
        """Return the order in the language of whoever reported it, for texts to him."""
        self.ensure_one()
        lang = self.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _tell_resident(self, text):
        """Write to whoever reported it, in his language; the timeline shows it."""
        self.ensure_one()
        if self.env.context.get("property_workorder_quiet"):
            return
        subtype = self.env.ref("property_workorder.property_workorder_mt_resident")
        # what follows from a step of the resident himself is still our word to him, and reaches him
        ours = {}
        if self.env.user.share:
            ours = {"author_id": self.company_id.partner_id.id, "notify_author_mention": True}
        self.message_post(
            **ours,
            body=text,
            message_type="comment",
            subtype_id=subtype.id,
            partner_ids=self.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _open_wizard(self, step, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "property.workorder.step",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_step": step,
                "default_workorder_ids": [fields.Command.set(self.ids)],
            },
        }

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_move_on(self):
        """Resume what waits for its day, close what nobody has complained about."""
        today = fields.Date.context_today(self)
        waiting = self.env["property.workorder.pause"].search(
            [("end_at", "=", False), ("resume_date", "<=", today)]
        )
        waiting.workorder_id.filtered(lambda order: order.state == "paused").action_resume()
        now = fields.Datetime.now()
        for community in self.env["property.community"].search([]):
            days = int(community._get_parameter("workorder_close_days"))
            done = self.search(
                [
                    ("community_id", "=", community.id),
                    ("state", "=", "done"),
                    ("resolved_at", "<=", now - timedelta(days=days)),
                    ("satisfaction", "!=", "dissatisfied"),
                ],
                limit=1000,
            )
            done.action_close()

    def _get_work_states(self):
        return WORK_STATES
