# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.arrears import next_level, overdue_days

_logger = logging.getLogger(__name__)
RUNNING = ("open", "promised", "instalments", "legal")


class PropertyArrearsCase(models.Model):
    """What a payer is behind with on a unit, and everything that is done about it."""

    _name = "property.arrears.case"
    _description = "Arrears case"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "amount_overdue desc, id desc"
    _rec_names_search = ["unit_id.name", "partner_id.name"]

    unit_id = fields.Many2one(
        "property.unit", required=True, readonly=True, index=True, ondelete="restrict"
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, index=True)
    keeper_id = fields.Many2one(
        "res.users",
        string="Keeper",
        compute="_compute_keeper_id",
        store=True,
        readonly=False,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, readonly=True, index=True
    )
    phone = fields.Char(related="partner_id.phone")
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("open", "Being reminded"),
            ("promised", "Promised"),
            ("instalments", "Paid in parts"),
            ("legal", "In court"),
            ("closed", "Case closed"),
        ],
        string="Status",
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        index=True,
        group_expand=True,
    )
    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    oldest_due_date = fields.Date(string="Due since", readonly=True)
    overdue_days = fields.Integer(string="Days overdue", readonly=True, aggregator="max")
    bill_count = fields.Integer(readonly=True, string="Bills")
    level_id = fields.Many2one(
        "property.dunning.level", string="Last reminder", readonly=True, tracking=True
    )
    reminded_date = fields.Date(string="Reminded on", readonly=True)
    next_level_id = fields.Many2one(
        "property.dunning.level", string="Next reminder", compute="_compute_next_level_id"
    )
    is_stopped = fields.Boolean(string="Reminders stopped", tracking=True)
    stop_reason = fields.Char(tracking=True, help="For instance a dispute about the bill.")
    stop_until_date = fields.Date(string="Stopped until", help="Empty: until taken back.")
    reminder_ids = fields.One2many("property.arrears.reminder", "case_id", readonly=True)
    promise_ids = fields.One2many("property.payment.promise", "case_id")
    plan_ids = fields.One2many("property.instalment.plan", "case_id")
    legal_ids = fields.One2many("property.legal.case", "case_id")
    reminder_count = fields.Integer(compute="_compute_counts")
    promise_broken_count = fields.Integer(string="Broken promises", compute="_compute_counts")
    closed_date = fields.Date(readonly=True)

    _running_uniq = models.UniqueIndex(
        "(unit_id, partner_id) WHERE state != 'closed'",
        "There is an arrears case of this payer and unit already.",
    )

    @api.depends("unit_id", "partner_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.unit_id.name} {case.partner_id.name}"

    @api.depends("unit_id.building_id.keeper_id")
    def _compute_keeper_id(self):
        for case in self:
            case.keeper_id = case.unit_id.building_id.keeper_id

    @api.depends("reminder_ids", "promise_ids.state")
    def _compute_counts(self):
        for case in self:
            case.reminder_count = len(case.reminder_ids)
            case.promise_broken_count = len(
                case.promise_ids.filtered(lambda one: one.state == "broken")
            )

    @api.depends("overdue_days", "amount_overdue", "level_id", "reminded_date", "state")
    def _compute_next_level_id(self):
        for case in self:
            case.next_level_id = case._get_next_level()

    @api.constrains("is_stopped", "stop_reason")
    def _check_stop_reason(self):
        for case in self:
            if case.is_stopped and not case.stop_reason:
                raise ValidationError(
                    self.env._("Say why the reminders of %(case)s stop.", case=case.display_name)
                )

    # === ACTIONS === #

    def action_remind(self):
        """Send the next reminder of each case now."""
        today = fields.Date.context_today(self)
        self._refresh(today)
        sent = self.browse()
        for case in self:
            level = case._get_next_level(ignore_pause=len(self) == 1)
            if level:
                case._send_reminder(level, today)
                sent |= case
        if not sent and len(self) == 1:
            raise UserError(
                self.env._(
                    "No reminder is due for %(case)s: reminders are stopped, a promise or a plan "
                    "is running, or the last level was sent.",
                    case=self.display_name,
                )
            )
        return True

    def action_view_bills(self):
        """Open the overdue bills."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.account_move_action_bill"
        )
        action["domain"] = self._get_bill_domain()
        return action

    def action_view_reminders(self):
        """Open the reminders that were sent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_arrears_reminder_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        return action

    def action_print_letter(self):
        """Print the reminder as a letter."""
        return self.env.ref("property_fees.property_arrears_case_report").report_action(self)

    def action_prepare_claim(self):
        """Begin the way to court; allowed once a level was sent that says so."""
        self.ensure_one()
        if self.legal_ids.filtered(lambda one: one.state != "closed"):
            return self.legal_ids.filtered(lambda one: one.state != "closed")[
                :1
            ].get_formview_action()
        if not self.level_id.allows_legal:
            raise UserError(
                self.env._(
                    "Remind %(payer)s first, up to a level after which court may follow: the law "
                    "wants a reminder with a reasonable time to pay.",
                    payer=self.partner_id.name,
                )
            )
        claim = self.env["property.legal.case"].create(
            {"case_id": self.id, "claim_amount": self.amount_overdue}
        )
        self.state = "legal"
        return claim.get_formview_action()

    # === BUSINESS METHODS === #

    def _get_bill_domain(self, today=None):
        """Return the domain of the overdue bills of the case."""
        self.ensure_one()
        return [
            ("property_unit_id", "=", self.unit_id.id),
            ("commercial_partner_id", "=", self.partner_id.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")),
            ("invoice_date_due", "<", today or fields.Date.context_today(self)),
        ]

    def _get_bills(self, today=None):
        """Return the overdue bills as sudo, oldest first."""
        self.ensure_one()
        # sudo: a keeper calls about bills without a right on accounting
        return (
            self.env["account.move"]
            .sudo()
            .search(self._get_bill_domain(today), order="invoice_date_due, id")
        )

    def _is_silent(self, today):
        """Tell whether nothing is sent now: stopped, promised, in parts, or in court."""
        self.ensure_one()
        stopped = self.is_stopped and (not self.stop_until_date or self.stop_until_date >= today)
        return stopped or self.state != "open"

    def _get_next_level(self, today=None, ignore_pause=False):
        """Return the reminder level that is due, or an empty record."""
        self.ensure_one()
        today = today or fields.Date.context_today(self)
        levels = self.env["property.dunning.level"]
        if self._is_silent(today):
            return levels
        found = next_level(
            levels._get_levels(self.company_id)._prepare_rule_levels(),
            self.overdue_days,
            Decimal(f"{self.amount_overdue:.2f}"),
            self.level_id.id,
            None if ignore_pause else self.reminded_date,
            today,
            self.community_id._get_parameter("fees_reminder_pause"),
        )
        return levels.browse(found.key) if found else levels

    def _send_reminder(self, level, today):
        """Send a reminder on every way of its level and keep what became of each."""
        self.ensure_one()
        reminder = self.env["property.arrears.reminder"].create(
            {
                "case_id": self.id,
                "level_id": level.id,
                "sent_date": today,
                "amount": self.amount_overdue,
                "to_print": level.by_letter,
            }
        )
        results = {}
        if level.by_portal:
            results["portal"] = bool(self.partner_id.user_ids)
        if level.by_mail:
            results["mail"] = self._send_reminder_mail(reminder)
        if level.by_sms:
            results["sms"] = self._send_reminder_sms(reminder)
        if level.by_call:
            results["call"] = self._schedule_call(level)
        reminder.write({f"result_{way}": "sent" if done else "no" for way, done in results.items()})
        self.write({"level_id": level.id, "reminded_date": today})
        self._on_reminder_sent(reminder)
        return reminder

    def _send_reminder_mail(self, reminder):
        if not self.partner_id.email:
            return False
        case = self.with_context(lang=self.partner_id.lang or self.env.lang)
        body = self.env["ir.qweb"]._render(
            "property_fees.reminder_message",
            case._prepare_letter_values(reminder.level_id),
            lang=case.env.lang,
        )
        case.message_notify(
            partner_ids=self.partner_id.ids,
            subject=case.env._(
                "%(level)s: %(community)s %(unit)s",
                level=reminder.with_context(lang=case.env.lang).level_id.name,
                community=self.community_id.name,
                unit=self.unit_id.name,
            ),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )
        return True

    def _send_reminder_sms(self, reminder):
        """Send a reminder by SMS and return whether it went out (hook); nothing sends here."""
        return False

    def _schedule_call(self, level):
        user = self.keeper_id or self.community_id.manager_id
        if not user:
            return False
        self.activity_schedule(
            "mail.mail_activity_data_call",
            summary=self.env._("Call about %(unit)s", unit=self.unit_id.name),
            note=self.env._(
                "%(payer)s is %(days)s days behind with %(amount)s. Ask why, and write a promise "
                "with a date into the case.",
                payer=self.partner_id.name,
                days=self.overdue_days,
                amount=self.currency_id.format(self.amount_overdue),
            ),
            user_id=user.id,
        )
        return True

    def _on_reminder_sent(self, reminder):
        """Called once after a reminder was sent."""

    def _prepare_letter_values(self, level=None):
        """Return what letter and mail say: bills, late fee so far, reference, QR."""
        self.ensure_one()
        bills_sudo = self._get_bills()
        late = bills_sudo._get_late_fee()
        reference = self.env["property.payment.reference"]._get_reference(
            self.community_id, self.partner_id, self.unit_id
        )
        return {
            "case": self,
            "level": (level or self.level_id or self.next_level_id).with_env(self.env),
            "bills": bills_sudo,
            "late": {bill.id: float(fee.due) for bill, fee in late.items()},
            "total": sum(bills_sudo.mapped("amount_residual"))
            + sum(float(fee.due) for fee in late.values()),
            "reference": reference.name,
            "url": f"{self.get_base_url()}/my/bills/pay",
            "today": fields.Date.context_today(self),
        }

    # === CRON === #

    @api.model
    def _get_overdue(self, communities, today):
        """Return {(unit, payer): (amount, oldest due date, number of bills)} of communities."""
        groups = (
            self.env["account.move"]
            .sudo()  # sudo: a keeper's list is made of bills without a right on accounting
            ._read_group(
                [
                    ("property_community_id", "in", communities.ids),
                    ("property_unit_id", "!=", False),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("invoice_date_due", "<", today),
                ],
                ["property_unit_id", "commercial_partner_id"],
                ["amount_residual_signed:sum", "invoice_date_due:min", "__count"],
            )
        )
        return {(unit.id, payer.id): tuple(rest) for unit, payer, *rest in groups}

    @api.model
    def _update_cases(self, communities, today=None):
        """Open cases for what is overdue, bring the figures up to date, close what is paid.

        :return: the running cases of the communities
        """
        today = today or fields.Date.context_today(self)
        overdue = self._get_overdue(communities, today)
        cases = self.search([("community_id", "in", communities.ids), ("state", "in", RUNNING)])
        known = {(case.unit_id.id, case.partner_id.id) for case in cases}
        units = self.env["property.unit"].browse({unit for unit, _payer in overdue}).exists()
        community_of = {unit.id: unit.community_id.id for unit in units}
        new = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True).create(
            [
                {"unit_id": unit, "partner_id": payer, "community_id": community_of[unit]}
                for unit, payer in overdue
                if (unit, payer) not in known
            ]
        )
        cases |= new
        cases._refresh(today, overdue)
        return cases.filtered(lambda case: case.state != "closed")

    def _refresh(self, today, overdue=None):
        """Take over figures from the bills; look at promises and plans; close what is paid."""
        if overdue is None:
            overdue = self._get_overdue(self.community_id, today)
        for case in self.filtered(lambda one: one.state != "closed"):
            amount, oldest, count = overdue.get(
                (case.unit_id.id, case.partner_id.id), (0.0, False, 0)
            )
            vals = {
                "amount_overdue": amount,
                "oldest_due_date": oldest,
                "overdue_days": overdue_days(oldest, today) if oldest else 0,
                "bill_count": count,
            }
            case.write({key: value for key, value in vals.items() if case[key] != value})
        self.promise_ids._update_state(today)
        self.plan_ids._update_state(today)
        for case in self.filtered(lambda one: one.state != "closed"):
            case._update_state(today)

    def _update_state(self, today):
        """Move to the state that promises, plans and claims leave."""
        self.ensure_one()
        claims = self.legal_ids.filtered(lambda one: one.state != "closed")
        if claims:
            state = "legal"
        elif self.plan_ids.filtered(lambda one: one.state == "active"):
            state = "instalments"
        elif self.currency_id.is_zero(self.amount_overdue):
            state = "closed"
        elif self.promise_ids.filtered(lambda one: one.state == "open"):
            state = "promised"
        else:
            state = "open"
        if state != self.state:
            self.state = state
            if state == "closed":
                self.closed_date = today
                self.activity_unlink(["mail.mail_activity_data_call"])

    @api.model
    def _cron_run_dunning(self):
        """Bring all cases up to date; send reminders where the community wants them sent."""
        today = fields.Date.context_today(self)
        communities = self.env["property.community"].search([])
        for number, community in enumerate(communities, start=1):
            cases = self._update_cases(community, today)
            if community.is_dunning_automatic:
                cases._remind_all(today)
            self.env["ir.cron"]._commit_progress(1, remaining=len(communities) - number)

    def _remind_all(self, today):
        """Send what is due; a case that fails is noted and stops no other.

        :return: the reminders sent
        """
        sent = self.env["property.arrears.reminder"]
        for case in self:
            level = case._get_next_level(today)
            if not level:
                continue
            try:
                with self.env.cr.savepoint():
                    sent |= case._send_reminder(level, today)
            except Exception as error:  # noqa: BLE001 one record of a batch, kept on the record
                _logger.warning("Reminder of case %s failed: %s", case.id, error)
                case.message_post(body=self.env._("The reminder failed: %(error)s", error=error))
        return sent
