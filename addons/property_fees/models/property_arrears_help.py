# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyArrearsHelp(models.Model):
    """Help in collecting from outside: a letter to an employer, legal aid, the fast lane (FEE-24).

    Each of them tells somebody else about a debt. So nothing leaves before the legal basis is
    written down and somebody who answers for personal data, and did not ask for it, has agreed.
    """

    _name = "property.arrears.help"
    _description = "Outside help with arrears"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    case_id = fields.Many2one(
        "property.arrears.case",
        string="Arrears case",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    community_id = fields.Many2one(
        related="case_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(related="case_id.unit_id", store=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Debtor")
    kind = fields.Selection(
        [
            ("employer", "Letter to the employer"),
            ("legal_aid", "Request for legal aid"),
            ("fast_lane", "Fast lane of court or mediation"),
        ],
        required=True,
        default="legal_aid",
        tracking=True,
    )
    recipient = fields.Char(
        required=True, tracking=True, help="Office, court or employer that the letter goes to."
    )
    recipient_address = fields.Char(string="Address")
    star_count = fields.Integer(
        string="Stars of the estate",
        help="Rating on which the help is offered, where the district gives it to starred estates.",
    )
    shows_amount = fields.Boolean(
        string="Names the amount",
        default=True,
        tracking=True,
        help="Without it the letter says that fees are open, not how much.",
    )
    body = fields.Text(
        string="What is asked for",
        required=True,
        default=lambda self: self.env._(
            "We ask for your support in settling the property service fees of the unit named "
            "below. All steps that the law and the service contract provide for were taken."
        ),
    )
    legal_basis = fields.Char(
        tracking=True,
        help="Law, article and decision or consent that allow to tell the recipient of the debt.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Privacy check"),
            ("checked", "May be sent"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("refused", "Refused"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Requested by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )
    checker_id = fields.Many2one(
        "res.users", string="Checked by", readonly=True, copy=False, tracking=True
    )
    checked_at = fields.Datetime(string="Checked on", readonly=True, copy=False)
    check_note = fields.Char(string="Remark of the check", tracking=True, copy=False)
    sent_date = fields.Date(readonly=True, copy=False)
    answer = fields.Text(copy=False)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")

    @api.depends("case_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = " ".join(
                part for part in (kinds.get(record.kind), record.case_id.display_name) if part
            )

    @api.onchange("case_id")
    def _onchange_case_id(self):
        self.star_count = self.case_id.community_id._get_star_count() or self.star_count

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["user_id"] = self.env.uid
            for name in ("checker_id", "checked_at", "sent_date"):
                vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        text = vals.keys() & {
            "case_id",
            "kind",
            "recipient",
            "recipient_address",
            "shows_amount",
            "body",
            "legal_basis",
            "user_id",
        }
        decided = vals.keys() & {"checker_id", "checked_at", "sent_date"}
        if not self.env.su and (
            decided or (text and self.filtered(lambda one: one.state != "draft"))
        ):
            raise UserError(
                self.env._(
                    "What was given to the privacy check stays as it is. Refuse it and "
                    "make another one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("What was given to the privacy check stays on record."))

    # === STEPS === #

    def action_submit(self):
        """Give it to the privacy check."""
        for record in self:
            record._require("draft")
            if not (record.legal_basis or "").strip():
                raise UserError(
                    self.env._(
                        "Write down the legal basis first: without one nobody outside is told of "
                        "a debt."
                    )
                )
            if record.kind == "employer" and not record._has_decision():
                raise UserError(
                    self.env._(
                        "An employer is told only after a court or arbitration has decided for "
                        "the company."
                    )
                )
            record._set_state("submitted")

    def action_check(self):
        """Agree, as who answers for personal data; not by who asked."""
        self._decide("checked")

    def action_refuse(self):
        """Refuse, as who answers for personal data."""
        self._decide("refused")

    def action_send(self):
        """Note that the letter goes out; who was told of whose debt is logged."""
        for record in self:
            record.check_access("write")
            record._lock_flow()
            record._require("checked")
            # sudo: sent by the step only
            record.sudo()._set_state("sent", sent_date=fields.Date.context_today(self))
            self.env["property.personal.data.log"]._log(
                record.partner_id,
                "debt",
                action="export",
                purpose=f"{record.recipient}: {record.legal_basis}",
            )
        return self.action_print()

    def action_answer(self):
        """Note the answer."""
        for record in self:
            record._lock_flow()
            record._require("sent")
            if not record.answer:
                raise UserError(self.env._("Enter what was answered."))
            record._set_state("answered")

    def action_print(self):
        """Print the letter, once it may be sent."""
        if self.filtered(lambda one: one.state not in ("checked", "sent", "answered")):
            raise UserError(self.env._("The letter is printed after the privacy check."))
        return self.env.ref("property_fees.property_arrears_help_report").report_action(
            self, config=False
        )

    def _decide(self, state):
        for record in self:
            record.check_access("write")
            record._lock_flow()
            record._require("submitted")
            user = self.env.user
            if not self.env.su and not user.has_group("property_base.group_property_privacy"):
                raise UserError(
                    self.env._("The privacy check is done by who answers for personal data.")
                )
            if record.user_id == user:
                raise UserError(self.env._("You asked for it: somebody else has to check it."))
            # sudo: who checked is written by the check only
            record.sudo()._set_state(
                state, checker_id=self.env.uid, checked_at=fields.Datetime.now()
            )

    def _has_decision(self):
        return bool(
            self.case_id.legal_ids.filtered(
                lambda claim: (
                    claim.state in ("decided", "enforcing", "closed")
                    and claim.decision in ("won", "partly", "settled")
                )
            )
        )

    def _require(self, state):
        if self.state != state:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(help)s is at “%(state)s”; reload the page.",
                    help=self.display_name,
                    state=labels[self.state],
                )
            )


class PropertyArrearsCase(models.Model):
    _inherit = "property.arrears.case"

    def action_ask_help(self):
        """Ask somebody outside for help with the debt."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outside help"),
            "res_model": "property.arrears.help",
            "view_mode": "form",
            "context": {"default_case_id": self.id},
        }


class PropertyPersonalDataLog(models.Model):
    _inherit = "property.personal.data.log"

    field_name = fields.Selection(selection_add=[("debt", "Debt")], ondelete={"debt": "cascade"})


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    def _get_star_count(self):
        """Return the stars of the estate, 0 where nobody rates it (hook)."""
        return 0
