# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyEscalation(models.Model):
    """A matter handed to a competent authority: reference, evidence, reply (BAS-19)."""

    _name = "property.escalation"
    _description = "Escalation to an authority"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "escalation_date desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index="trigram")
    subject = fields.Char(required=True, tracking=True)
    community_id = fields.Many2one(tracking=True)
    authority_id = fields.Many2one(
        "property.authority",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="['|', ('community_ids', '=', False), ('community_ids', 'in', community_id)]",
    )
    contact = fields.Char(help="Who took the matter there: name and phone.")
    channel = fields.Selection(
        [
            ("phone", "Phone"),
            ("letter", "Letter"),
            ("visit", "Visit"),
            ("portal", "Government portal"),
            ("hotline", "Hotline 12345"),
        ],
        default="phone",
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Handed over"),
            ("answered", "Answered"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    escalation_date = fields.Date(
        string="Date", required=True, default=fields.Date.context_today, tracking=True
    )
    reference = fields.Char(
        tracking=True, copy=False, help="Case number that the authority has given."
    )
    description = fields.Html(help="Facts, with dates; what is asked of the authority.")
    reply_due_date = fields.Date(string="Reply due", tracking=True, index=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    reply_date = fields.Date(tracking=True, copy=False)
    reply = fields.Html(copy=False)
    outcome = fields.Selection(
        [
            ("remedied", "Remedied"),
            ("fined", "Fined"),
            ("mediated", "Mediated"),
            ("not_competent", "Not competent"),
            ("rejected", "Rejected"),
            ("other", "Other"),
        ],
        tracking=True,
        copy=False,
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    user_id = fields.Many2one(
        "res.users", string="Handled by", default=lambda self: self.env.user, tracking=True
    )
    res_model = fields.Char(string="Record model", readonly=True, index=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True, index=True
    )
    record_name = fields.Char(string="About", compute="_compute_record_name", store=True)

    @api.depends("reply_due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for escalation in self:
            escalation.is_overdue = bool(
                escalation.state == "sent"
                and escalation.reply_due_date
                and escalation.reply_due_date < today
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = fields.Domain("state", "=", "sent") & fields.Domain(
            "reply_due_date", "<", "today"
        )
        return overdue if True in value else ~overdue

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for escalation in self:
            record = escalation._record()
            escalation.record_name = record.display_name if record else False

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for escalation in self:
            number = escalation.name if escalation.name != "/" else ""
            escalation.display_name = f"{number} {escalation.subject or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.escalation") or "/"
        escalations = super().create(vals_list)
        for escalation in escalations:
            record = escalation._record()
            if record:
                record.check_access("read")
                escalation._post_on_record(
                    self.env._(
                        "Escalation to %(authority)s prepared",
                        authority=escalation.authority_id.name,
                    )
                )
        escalations._own_attachments()
        return escalations

    def write(self, vals):
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    def _own_attachments(self):
        for escalation in self:
            loose = escalation.attachment_ids.filtered(lambda file: not file.res_id)
            # sudo: the uploader owns the loose file; the escalation's rights take over
            loose.sudo().write({"res_model": self._name, "res_id": escalation.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for escalation in self:
            if escalation.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(escalation)s was handed to the authority and stays on file.",
                        escalation=escalation.display_name,
                    )
                )

    def action_send(self):
        """The matter has been handed to the authority."""
        for escalation in self:
            escalation._require_state("draft")
            escalation._check_evidence()
            if not escalation.reply_due_date:
                escalation.reply_due_date = escalation.escalation_date + timedelta(days=15)
            escalation._set_state("sent")
            escalation._post_on_record(
                self.env._(
                    "Handed to %(authority)s on %(date)s, reply due %(due)s",
                    authority=escalation.authority_id.name,
                    date=escalation.escalation_date,
                    due=escalation.reply_due_date,
                )
            )

    def action_answer(self):
        """The authority has answered."""
        for escalation in self:
            escalation._require_state("sent")
            if not escalation.reply:
                raise UserError(
                    self.env._(
                        "Enter what the authority answered to %(escalation)s first.",
                        escalation=escalation.display_name,
                    )
                )
            escalation._set_state(
                "answered",
                reply_date=escalation.reply_date or fields.Date.context_today(escalation),
            )
            escalation.activity_unlink(["property_base.property_escalation_activity_overdue"])
            escalation._post_on_record(
                self.env._("%(authority)s has answered", authority=escalation.authority_id.name)
            )

    def action_close(self):
        """The matter is closed with an outcome."""
        for escalation in self:
            escalation._require_state("sent", "answered")
            if not escalation.outcome:
                raise UserError(
                    self.env._(
                        "Say how %(escalation)s ended in the field Outcome.",
                        escalation=escalation.display_name,
                    )
                )
            escalation._set_state("closed")
            escalation.activity_unlink(["property_base.property_escalation_activity_overdue"])
            outcomes = dict(self._fields["outcome"]._description_selection(self.env))
            escalation._post_on_record(
                self.env._(
                    "Escalation to %(authority)s closed: %(outcome)s",
                    authority=escalation.authority_id.name,
                    outcome=outcomes[escalation.outcome],
                )
            )

    def action_cancel(self):
        """Give the draft up."""
        self._require_state("draft")
        self._set_state("cancelled")

    def action_draft(self):
        """Take a cancelled draft up again."""
        self._require_state("cancelled")
        self._set_state("draft")

    def action_open_record(self):
        """Open what the escalation is about."""
        self.ensure_one()
        record = self._record()
        return record.get_formview_action() if record else False

    @api.model
    def _cron_remind_overdue(self):
        """Leave one activity on each escalation whose reply is overdue."""
        overdue = self.search([("is_overdue", "=", True)])
        kind = self.env.ref("property_base.property_escalation_activity_overdue")
        reminded = overdue.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        todo = overdue.filtered(lambda record: not (record.activity_ids & reminded))
        for escalation in todo:
            escalation.activity_schedule(
                "property_base.property_escalation_activity_overdue",
                user_id=escalation.user_id.id or self.env.uid,
                summary=self.env._(
                    "No reply from %(authority)s since %(date)s",
                    authority=escalation.authority_id.name,
                    date=escalation.reply_due_date,
                ),
            )

    def _require_state(self, *states):
        for escalation in self:
            if escalation.state not in states:
                raise UserError(
                    self.env._(
                        "%(escalation)s is at another step now; reload the page.",
                        escalation=escalation.display_name,
                    )
                )

    def _record(self):
        """Return the record that the escalation is about, or None."""
        self.ensure_one()
        if not self.res_model or not self.res_id or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    def _post_on_record(self, body):
        """Leave the trail on the original record."""
        record = self._record()
        if record and hasattr(record, "message_post"):
            note = f"{self.display_name}: {body}"
            # sudo: a note on a record that the user may read but not write
            record.sudo().message_post(body=note)


class PropertyEscalationMixin(models.AbstractModel):
    """Let a record be handed to an authority: a count and a button (BAS-19)."""

    _name = "property.escalation.mixin"
    _description = "May be escalated to an authority"

    escalation_ids = fields.One2many("property.escalation", "res_id", string="Escalations")
    escalation_count = fields.Integer(compute="_compute_escalation_count")

    @api.depends("escalation_ids")
    def _compute_escalation_count(self):
        rows = self.env["property.escalation"]._read_group(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"], ["__count"]
        )
        counts = dict(rows)
        for record in self:
            record.escalation_count = counts.get(record._origin.id, 0)

    def _prepare_escalation_vals(self):
        """Return the first values of an escalation of this record (hook)."""
        self.ensure_one()
        return {
            "res_model": self._name,
            "res_id": self.id,
            "community_id": self.community_id.id,
            "subject": self.display_name,
        }

    def action_escalate(self):
        """Prepare an escalation of this record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Escalate to an authority"),
            "res_model": "property.escalation",
            "view_mode": "form",
            "context": {
                f"default_{name}": value for name, value in self._prepare_escalation_vals().items()
            },
        }

    def action_view_escalations(self):
        """Open the escalations of this record."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_escalation_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["context"] = {
            f"default_{name}": value for name, value in self._prepare_escalation_vals().items()
        }
        return action
