# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from collections import defaultdict
from datetime import datetime, timezone

from odoo import api, fields, models

from ..rules import clock as rule
from ..rules.errors import RuleError
from .property_sla_policy import CLOCKS
from .property_workorder import CLOCK_STATES, OPEN_STATES

_logger = logging.getLogger(__name__)
BATCH = 500
REACHED = {"response": "accepted_at", "attend": "attended_at", "resolve": "resolved_at"}


def aware(moment):
    """Return a naive UTC moment of the ORM with its zone."""
    return moment.replace(tzinfo=timezone.utc) if moment else None


def naive(moment):
    """Return an aware moment as the ORM stores it."""
    if moment is None:
        return False
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


class PropertyWorkorder(models.Model):
    """The three clocks of an order: answer, arrival, solution (WKO-10).

    Deadlines, warnings and escalation steps are worked out once, when something changes, and kept
    in ``sla_events``; ``next_check_at`` is the first of them. The scheduled action only looks for
    orders whose moment has come.
    """

    _inherit = "property.workorder"

    policy_id = fields.Many2one("property.sla.policy", string="Target", readonly=True, copy=False)
    clock_start_at = fields.Datetime(
        copy=False, readonly=True, help="Intake, or the last time the case was opened again."
    )
    response_deadline_at = fields.Datetime(copy=False, readonly=True, string="Answer due")
    attend_deadline_at = fields.Datetime(copy=False, readonly=True, string="On the spot by")
    resolve_deadline_at = fields.Datetime(
        copy=False, readonly=True, string="Solution due", index=True
    )
    response_state = fields.Selection(
        CLOCK_STATES, default="pending", copy=False, readonly=True, string="Answer"
    )
    attend_state = fields.Selection(
        CLOCK_STATES, default="pending", copy=False, readonly=True, string="Arrival"
    )
    resolve_state = fields.Selection(
        CLOCK_STATES, default="pending", copy=False, readonly=True, string="Solution", index=True
    )
    sla_state = fields.Selection(
        [("none", "No clock"), ("in_time", "In time"), ("at_risk", "At risk"), ("late", "Late")],
        default="none",
        copy=False,
        readonly=True,
        index=True,
        string="Clock",
    )
    was_at_risk = fields.Boolean(copy=False, readonly=True, help="Kept when it was solved in time.")
    was_late = fields.Boolean(copy=False, readonly=True, help="Kept when it was reopened.")
    sla_segments = fields.Json(copy=False, readonly=True)
    sla_events = fields.Json(copy=False, readonly=True)
    sla_warning = fields.Char(copy=False, readonly=True)
    next_check_at = fields.Datetime(copy=False, readonly=True)
    response_minutes = fields.Integer(
        copy=False, readonly=True, aggregator="avg", help="On the calendar of the target."
    )
    attend_minutes = fields.Integer(copy=False, readonly=True, aggregator="avg")
    resolve_minutes = fields.Integer(copy=False, readonly=True, aggregator="avg")
    step_log_ids = fields.One2many(
        "property.sla.step.log", "workorder_id", string="Escalations sent"
    )
    warning_sign_at = fields.Datetime(copy=False, readonly=True, string="Warning sign placed")
    needs_warning_sign = fields.Boolean(compute="_compute_needs_warning_sign")

    _next_check_idx = models.Index("(next_check_at) WHERE next_check_at IS NOT NULL")

    # === ADAPTER === #

    def _get_run(self):
        """Return start and pauses as the rules know them."""
        self.ensure_one()
        return rule.Run(
            aware(self.clock_start_at or self.registered_at),
            tuple(
                (aware(pause.start_at), aware(pause.end_at) if pause.end_at else None)
                for pause in self.pause_ids.sorted("start_at")
            ),
        )

    def _get_schedule(self):
        """Return the calendars on which the clocks ran, one after the other."""
        self.ensure_one()
        calendars = self.env["property.sla.calendar"]
        begin = datetime.min.replace(tzinfo=timezone.utc)
        return rule.Schedule(
            tuple(
                (
                    aware(fields.Datetime.to_datetime(start)) if start else begin,
                    # sudo: snapshots hold opening hours and holidays only
                    calendars.sudo().browse(calendar_id)._rule(),
                )
                for start, calendar_id in self.sla_segments
            )
        )

    def _reset_clocks(self):
        """Find the target anew and count from the start."""
        Policy = self.env[
            "property.sla.policy"
        ].sudo()  # sudo: targets bind also who cannot read them
        for order in self:
            if order.state not in OPEN_STATES:
                continue
            policy = Policy._find(order)
            vals = {"policy_id": policy.id}
            if policy:
                calendar = policy._get_calendar(order.community_id)
                vals["sla_segments"] = [[False, calendar.id]]
                vals["clock_start_at"] = order.clock_start_at or order.registered_at
            order.write(vals)
        self._recompute_clocks()

    def _recompute_clocks(self):
        """Work out deadlines, warnings and escalation steps, and what of them has happened."""
        now = fields.Datetime.now()
        for order in self:
            if order.policy_id and order.sla_segments:
                order.write(order._prepare_clock_vals(now))
            elif order.next_check_at or order.sla_state != "none":
                order.write({"next_check_at": False, "sla_events": False, "sla_state": "none"})

    def _prepare_clock_vals(self, now):
        run, schedule = self._get_run(), self._get_schedule()
        policy = self.policy_id.sudo()  # sudo: targets bind also who cannot read them
        vals, events, warnings = {}, [], []
        for name in CLOCKS:
            target = policy._get_target(name)
            reached = self[REACHED[name]]
            if target is None:
                vals[f"{name}_deadline_at"] = False
                vals[f"{name}_state"] = "met" if reached else "pending"
                continue
            target, warning = self._usable_target(target, schedule)
            warnings += warning
            try:
                due = naive(rule.deadline(target, run, schedule))
            except RuleError:
                warnings.append(self.env._("The time limit reaches too far; nothing is counted."))
                continue
            due = self._adjust_deadline(name, due, policy)
            vals[f"{name}_deadline_at"] = due
            # what failed once stays failed until the case is opened again
            state = rule.result(aware(due) if due else None, aware(reached), aware(now))
            kept = self[f"{name}_state"] == "failed" and not reached
            vals[f"{name}_state"] = "failed" if kept else state
            counted = schedule if target.unit.startswith("working") else None
            if reached:
                vals[f"{name}_minutes"] = rule.spent_minutes(run, counted, aware(reached))
            elif due:
                events += self._prepare_events(name, target, run, schedule, due, policy)
        vals["sla_warning"] = " ".join(dict.fromkeys(warnings)) or False
        sent = {log.step_id.id for log in self.step_log_ids if log.round == self.reopened_count}
        events = sorted(event for event in events if event[1] != "step" or event[3] not in sent)
        return {**vals, **self._prepare_event_vals(events, vals, now)}

    def _usable_target(self, target, schedule):
        """Count around the clock where nobody has entered service hours: never later than due."""
        if target.unit.startswith("working") and schedule.parts[-1][1].is_empty:
            unit = "hour" if target.unit == "working_hour" else "day"
            text = self.env._(
                "The community has no service hours, so that the clock runs around the clock. "
                "Set them on the community."
            )
            return rule.Target(target.value, unit), [text]
        return target, []

    def _adjust_deadline(self, name, due, policy):
        if name == "attend" and self.agreed_attend_at:
            return self.agreed_attend_at
        if name == "resolve" and policy.promise_binds and self.promised_at and due:
            return min(due, self.promised_at)
        return due

    def _prepare_events(self, name, target, run, schedule, due, policy):
        """Return what will happen: ``[moment, "risk"|"deadline"|"step", clock, step id]``."""
        percents = {0: ("risk", policy.risk_percent)}
        percents |= {
            step.id: ("step", step.percent) for step in policy.step_ids if step.clock == name
        }
        events = [[fields.Datetime.to_string(due), "deadline", name, 0]]
        for step_id, (kind, percent) in percents.items():
            moment = due
            if percent < 100:
                risk = rule.risk_moment(target, run, schedule, percent)
                moment = min(naive(risk) or due, due)
            elif percent > 100:
                # past the deadline the clock on the wall counts
                moment = due + (due - run.start.replace(tzinfo=None)) * (percent - 100) / 100
                moment = moment.replace(microsecond=0)
            events.append([fields.Datetime.to_string(moment), kind, name, step_id])
        return events

    def _prepare_event_vals(self, events, vals, now):
        """Return the state of the order's clocks, and what is still to come."""
        pending = {
            name
            for name in CLOCKS
            if vals.get(f"{name}_deadline_at", self[f"{name}_deadline_at"])
            and not self[REACHED[name]]
        }
        events = [event for event in events or [] if event[2] in pending]
        stamp = fields.Datetime.to_string(now)
        happened = [event for event in events if event[0] <= stamp and event[1] != "step"]
        coming = [event for event in events if event[0] > stamp or event[1] == "step"]
        states = {name: vals.get(f"{name}_state", self[f"{name}_state"]) for name in CLOCKS}
        for event in happened:
            if event[1] == "deadline":
                states[event[2]] = "failed"
        late = any(states[name] == "failed" for name in CLOCKS)
        risk = bool(happened)
        any_clock = any(vals.get(f"{n}_deadline_at", self[f"{n}_deadline_at"]) for n in CLOCKS)
        return {
            **{f"{name}_state": state for name, state in states.items()},
            "sla_state": "late"
            if late
            else "at_risk"
            if risk
            else "in_time"
            if any_clock
            else "none",
            "was_at_risk": self.was_at_risk or risk or late,
            "was_late": self.was_late or late,
            "sla_events": coming,
            "next_check_at": coming[0][0] if coming and self.state in OPEN_STATES else False,
        }

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_check_deadlines(self):
        """Let what is due happen: warnings, failures, escalation steps.

        Orders are taken in batches; one that cannot be handled is logged, put off by an hour and
        does not stop the others.
        """
        cron = self.env["ir.cron"]
        domain = [("next_check_at", "<=", fields.Datetime.now())]
        remaining = self.search_count(domain)
        if not cron._commit_progress(remaining=remaining) and remaining:
            return
        while orders := self.search(domain, limit=BATCH, order="next_check_at, id"):
            try:
                with self.env.cr.savepoint():
                    orders._handle_due(fields.Datetime.now())
            except Exception:  # noqa: BLE001 - one bad order must not stop the batch
                orders._handle_one_by_one()
            remaining -= len(orders)
            if not cron._commit_progress(len(orders), remaining=max(remaining, 0)):
                return

    def _handle_one_by_one(self):
        for order in self:
            try:
                with self.env.cr.savepoint():
                    order._handle_due(fields.Datetime.now())
            except Exception:
                _logger.exception("The clock of work order %s cannot be handled", order.id)
                order.next_check_at = fields.Datetime.add(fields.Datetime.now(), hours=1)

    def _handle_due(self, now):
        stamp = fields.Datetime.to_string(now)
        groups, steps, unmarked = defaultdict(self.browse), [], self.browse()
        for order in self:
            events = order.sla_events or []
            due = [event for event in events if event[0] <= stamp]
            vals = order._prepare_event_vals(events, {}, now)
            kept = [event for event in vals["sla_events"] if event not in due]
            vals["sla_events"] = kept
            vals["next_check_at"] = kept[0][0] if kept and order.is_open else False
            changed = {
                name: value
                for name, value in vals.items()
                if name in ("sla_events", "next_check_at") or order[name] != value
            }
            key = repr(sorted(changed.items()))
            groups[key] |= order
            groups[key, "vals"] = changed
            steps += [(order, event[3]) for event in due if event[1] == "step" and order.is_open]
            if any(event[1:3] == ["deadline", "resolve"] for event in due):
                unmarked |= order
        for key, orders in groups.items():
            if isinstance(key, str):
                orders.write(groups[key, "vals"])
        self._take_steps(steps, now)
        for order in unmarked.filtered("needs_warning_sign"):
            order._ask_for_warning_sign()

    @api.depends("policy_id.warning_sign", "resolve_state", "state", "warning_sign_at")
    def _compute_needs_warning_sign(self):
        for order in self:
            order.needs_warning_sign = bool(
                # sudo: targets bind also who cannot read them
                order.policy_id.sudo().warning_sign
                and order.resolve_state == "failed"
                and order.is_open
                and not order.warning_sign_at
            )

    def _ask_for_warning_sign(self):
        """Give somebody the task to mark the place (WKO-14)."""
        self.ensure_one()
        user = self.technician_id or self.team_id.leader_id or self.community_id.manager_id
        user = user or self.receiver_id
        if user:
            self.activity_schedule(
                "property_workorder.property_workorder_activity_sign",
                user_id=user.id,
                summary=self.env._("Place a warning sign: %(place)s", place=self._get_place_text()),
            )

    def action_warning_sign(self):
        """The place is marked; the resident reads it."""
        now = fields.Datetime.now()
        for order in self.filtered(lambda one: not one.warning_sign_at):
            order.warning_sign_at = now
            order.activity_unlink(["property_workorder.property_workorder_activity_sign"])
            order.message_post(body=self.env._("A warning sign has been placed."))
        return True

    def _take_steps(self, steps, now):
        """Tell those whom the ladder names, once per step, and keep who was told."""
        Step = self.env["property.sla.step"].sudo()  # sudo: the ladder is configuration
        known = {(log.workorder_id.id, log.step_id.id, log.round) for log in self.step_log_ids}
        logs, activities = [], []
        kind = self.env.ref("property_workorder.property_workorder_activity_late")
        model_id = self.env["ir.model"]._get_id(self._name)
        for order, step_id in steps:
            step = Step.browse(step_id).exists()
            if not step or (order.id, step.id, order.reopened_count) in known:
                continue
            known.add((order.id, step.id, order.reopened_count))
            to_resident = step.who == "resident" and order.partner_id
            users = self.env["res.users"] if to_resident else step._get_users(order)
            logs.append(
                {
                    "workorder_id": order.id,
                    "step_id": step.id,
                    "round": order.reopened_count,
                    "sent_at": now,
                    "user_ids": [fields.Command.set(users.ids)],
                    "how": step.how,
                    "name": order._get_step_text(step),
                }
            )
            if to_resident:
                order._tell_resident(order._for_resident()._get_late_text())
                continue
            if step.how in ("activity", "both"):
                activities += [
                    {
                        "activity_type_id": kind.id,
                        "res_model_id": model_id,
                        "res_id": order.id,
                        "user_id": user.id,
                        "summary": order._get_step_text(step),
                        "date_deadline": fields.Date.to_date(now),
                    }
                    for user in users
                ]
            if step.how in ("message", "both") and users:
                order.message_notify(
                    partner_ids=users.partner_id.ids,
                    subject=order.display_name,
                    body=order._get_step_text(step),
                )
        # sudo: the trail is written by the clock, not by a person
        self.env["property.sla.step.log"].sudo().create(logs)
        if activities:
            self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
                activities
            )

    def _get_late_text(self):
        """Return what whoever reported it reads when the time has passed (WKO-14)."""
        self.ensure_one()
        if self.promised_at and self.promised_at > fields.Datetime.now():
            return self.env._(
                "%(number)s takes longer than usual. We have promised you %(date)s.",
                number=self.name,
                date=self._local(self.promised_at),
            )
        return self.env._(
            "%(number)s takes longer than it should. We are at it and tell you a new date; we are "
            "sorry for the delay.",
            number=self.name,
        )

    def _get_step_text(self, step):
        self.ensure_one()
        if step.who == "resident":
            return self.env._(
                "Tell whoever reported %(order)s that it takes longer: %(who)s",
                order=self.name,
                who=" ".join(filter(None, (self.caller_name, self.caller_phone)))
                or self.partner_id.name
                or "-",
            )
        names = dict(step._fields["clock"]._description_selection(self.env))
        due = self[f"{step.clock}_deadline_at"]
        return self.env._(
            "%(clock)s of %(order)s: %(percent)s %% of the time has passed, due %(due)s",
            clock=names[step.clock],
            order=self.name,
            percent=step.percent,
            due=self._local(due) if due else "-",
        )

    @api.model
    def _cron_follow_calendars(self):
        """Give open orders the calendar as it is now; what has run stays counted on the old one."""
        self.env.registry.clear_cache()
        self.search([("is_open", "=", True), ("policy_id", "!=", False)])._follow_calendar()

    def _follow_calendar(self):
        now = fields.Datetime.to_string(fields.Datetime.now())
        changed = self.browse()
        for order in self.filtered("sla_segments"):
            calendar = order.policy_id._get_calendar(order.community_id)
            if order.sla_segments[-1][1] == calendar.id:
                continue
            order.sla_segments = [*order.sla_segments, [now, calendar.id]]
            changed |= order
        changed._recompute_clocks()
        return changed


class PropertySlaStepLog(models.Model):
    """Who was told of a late order, when and how."""

    _name = "property.sla.step.log"
    _description = "Escalation sent"
    _order = "sent_at, id"

    name = fields.Char(required=True)
    workorder_id = fields.Many2one(
        "property.workorder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="workorder_id.company_id", store=True, index=True)
    step_id = fields.Many2one("property.sla.step", ondelete="set null")
    round = fields.Integer(help="How often the case had been opened again.")
    sent_at = fields.Datetime(required=True)
    user_ids = fields.Many2many("res.users", string="Told")
    how = fields.Char()
