# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

STEPS = {
    "move_in": ("papers", "form", "payments", "inspection", "keys"),
    "move_out": ("papers", "inspection", "keys", "payments"),
}


class PropertyHandover(models.Model):
    """Move-in or move-out of a unit in gated, signed steps (LIF-01, LIF-02, features 6 and 11)."""

    _name = "property.handover"
    _description = "Handover"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "handover_date desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    kind = fields.Selection(
        [("move_in", "Move-in"), ("move_out", "Move-out")],
        required=True,
        default="move_in",
        tracking=True,
    )
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("papers", "Papers"),
            ("form", "Form"),
            ("payments", "Payments"),
            ("inspection", "Joint inspection"),
            ("keys", "Keys"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="papers",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    out_state = fields.Selection(
        [
            ("papers", "Papers"),
            ("inspection", "Joint inspection"),
            ("keys", "Keys"),
            ("payments", "Clearance"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        string="Step",
        compute="_compute_out_state",
        help="The same step, in the order of a move-out.",
    )
    handover_date = fields.Date(
        string="Date", required=True, default=fields.Date.context_today, tracking=True
    )
    appointment_at = fields.Datetime(string="Appointment", tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Resident",
        required=True,
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        tracking=True,
        help="Who takes over or gives back the unit, and signs.",
    )
    partner_phone = fields.Char(related="partner_id.phone", readonly=False)
    household_ids = fields.Many2many(
        "res.partner",
        "property_handover_household_rel",
        "handover_id",
        "partner_id",
        string="Moving with",
        help="Move-in: family who move in too. Move-out: who leaves too.",
    )
    household_count = fields.Integer(string="Persons", help="How many people live in the unit.")
    emergency_contact = fields.Char(help="Name and phone of somebody to call.")
    moves_in = fields.Boolean(
        string="Lives in the unit",
        default=True,
        help="Register the resident as occupant. Not set: the unit is delivered and stays empty.",
    )
    user_id = fields.Many2one(
        "res.users", string="Handled by", default=lambda self: self.env.user, tracking=True
    )
    template_id = fields.Many2one(
        "property.handover.template",
        string="Checklist",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('kind', '=', kind), ('company_id', 'in', (False, company_id)), "
        "('community_id', 'in', (False, community_id))]",
    )
    line_ids = fields.One2many("property.handover.line", "handover_id", string="Points")
    paper_line_ids = fields.One2many(
        "property.handover.line", "handover_id", domain=[("category", "=", "paper")]
    )
    inspection_line_ids = fields.One2many(
        "property.handover.line", "handover_id", domain=[("category", "!=", "paper")]
    )
    reading_ids = fields.One2many("property.handover.reading", "handover_id", string="Readings")
    defect_ids = fields.One2many("property.handover.defect", "handover_id", string="Defects")
    defect_count = fields.Integer(compute="_compute_defect_count", store=True)
    key_move_ids = fields.One2many("property.key.move", "handover_id", string="Keys")
    step_ids = fields.One2many("property.handover.step", "handover_id", string="Steps taken")
    needs_signature = fields.Boolean(compute="_compute_needs_signature")
    no_keys_reason = fields.Char(
        string="No keys because", help="For example: the resident keeps the keys of the developer."
    )
    # Payments
    gate_text = fields.Text(
        string="Before this step can be taken",
        compute="_compute_gate_text",
        help="What is still missing for the step that the handover stands at.",
    )
    blocker_text = fields.Text(compute="_compute_blocker_text", string="Still open")
    deferral_reason = fields.Char(
        string="Pay later because", tracking=True, help="Why the payment may wait, and until when."
    )
    deferral_by_id = fields.Many2one(
        "res.users", string="Deferral approved by", readonly=True, copy=False, tracking=True
    )
    deferral_at = fields.Datetime(string="Deferral approved on", readonly=True, copy=False)
    progress = fields.Integer(compute="_compute_progress", help="Steps taken, in percent.")
    done_at = fields.Datetime(readonly=True, copy=False, string="Completed on")
    note = fields.Text(string="Notes")

    _one_open_uniq = models.UniqueIndex(
        "(unit_id, partner_id, kind) WHERE state NOT IN ('done', 'cancelled')",
        "A handover of this unit with this resident is still open. Complete or cancel it first.",
    )

    @api.depends("state")
    def _compute_out_state(self):
        for handover in self:
            handover.out_state = "inspection" if handover.state == "form" else handover.state

    @api.depends("unit_id")
    def _compute_partner_id(self):
        for handover in self:
            handover.partner_id = handover.partner_id or handover.unit_id.representative_id

    @api.depends("kind", "unit_id")
    def _compute_template_id(self):
        templates = self.env["property.handover.template"].search([])
        for handover in self:
            fitting = templates.filtered(
                lambda template, handover=handover: (
                    template.kind == handover.kind
                    and template.company_id.id in (False, handover.company_id.id)
                    and template.community_id.id in (False, handover.community_id.id)
                )
            )
            own = fitting.filtered("community_id")
            if handover.template_id not in fitting:
                handover.template_id = (own or fitting)[:1]

    @api.depends("defect_ids")
    def _compute_defect_count(self):
        for handover in self:
            handover.defect_count = len(handover.defect_ids)

    @api.depends("state", "template_id")
    def _compute_needs_signature(self):
        for handover in self:
            handover.needs_signature = handover._needs_signature()

    def _compute_blocker_text(self):
        for handover in self:
            handover.blocker_text = (
                "\n".join(handover._get_blockers())
                if handover.unit_id and handover.state not in ("done", "cancelled")
                else False
            )

    @api.depends(
        "state",
        "kind",
        "template_id",
        "paper_line_ids.result",
        "inspection_line_ids.result",
        "reading_ids.read_at",
        "reading_ids.note",
        "defect_ids.is_settled",
        "evidence_ids.kind",
        "signature",
        "partner_phone",
        "moves_in",
        "household_count",
        "key_move_ids.kind",
        "no_keys_reason",
        "deferral_by_id",
    )
    def _compute_gate_text(self):
        for handover in self:
            open_step = handover.unit_id and handover.state in STEPS.get(handover.kind, ())
            problems = handover._get_gate_problems() if open_step else []
            handover.gate_text = "\n".join(problems)

    @api.depends("state", "kind")
    def _compute_progress(self):
        for handover in self:
            steps = STEPS.get(handover.kind, ())
            if handover.state == "done":
                handover.progress = 100
            elif handover.state in steps:
                handover.progress = 100 * steps.index(handover.state) // len(steps)
            else:
                handover.progress = 0

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for handover in self:
            parts = (handover.name if handover.name != "/" else False, handover.unit_id.name)
            handover.display_name = " ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.handover") or "/"
            vals.pop("deferral_by_id", None)
        handovers = super().create(vals_list)
        handovers.filtered(lambda record: not record.line_ids)._load_template()
        return handovers

    def write(self, vals):
        started = self.filtered(lambda record: record.state != "papers")
        if vals.keys() & {"unit_id", "kind", "template_id"} and started:
            raise UserError(
                self.env._(
                    "Handover %(handover)s is under way: its unit and checklist stay. Cancel it "
                    "and begin another one.",
                    handover=started[0].display_name,
                )
            )
        if vals.keys() & {"deferral_by_id", "deferral_at"}:
            self._check_officer()
        result = super().write(vals)
        if vals.keys() & {"template_id", "kind"}:
            self._load_template()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for handover in self:
            if handover.step_ids:
                raise UserError(
                    self.env._(
                        "Handover %(handover)s has signed steps and stays on file. "
                        "Cancel it instead.",
                        handover=handover.display_name,
                    )
                )

    def _load_template(self):
        """Replace the points and meters by those of the checklist."""
        for handover in self:
            points = handover.template_id.line_ids
            handover.write(
                {
                    "line_ids": [
                        Command.clear(),
                        *(
                            Command.create(
                                {
                                    "sequence": point.sequence,
                                    "name": point.name,
                                    "category": point.category,
                                    "document_type_id": point.document_type_id.id,
                                }
                            )
                            for point in points
                            if point.category != "meter"
                        ),
                    ],
                    "reading_ids": [
                        Command.clear(),
                        *(
                            Command.create({"kind": point.meter_kind, "note": False})
                            for point in points
                            if point.category == "meter"
                        ),
                    ],
                }
            )

        self.invalidate_recordset(["paper_line_ids", "inspection_line_ids"])

    # Steps
    def action_next(self):
        """Take the step that the handover stands at, if its gate is open.

        :raise UserError: what is missing
        """
        for handover in self:
            handover._lock_flow()
            handover._take_step()

    def action_back(self):
        """Go back one step, to correct something; the earlier signature stays on record."""
        for handover in self:
            steps = STEPS[handover.kind]
            if handover.state not in steps or handover.state == steps[0]:
                raise UserError(self.env._("There is no earlier step."))
            handover._set_state(steps[steps.index(handover.state) - 1])

    def action_cancel(self):
        """Give the handover up."""
        for handover in self:
            if handover.state == "done":
                raise UserError(
                    self.env._(
                        "Handover %(handover)s is done. Begin a move-out to take the unit back.",
                        handover=handover.display_name,
                    )
                )
            handover._set_state("cancelled")

    def action_reopen(self):
        """Take a cancelled handover up again from its first step."""
        for handover in self:
            if handover.state != "cancelled":
                raise UserError(self.env._("Only a cancelled handover can be taken up again."))
            handover._set_state("papers")

    def action_approve_deferral(self):
        """Let the payments wait (officer); the reason is on record."""
        self._check_officer()
        for handover in self:
            if not handover.deferral_reason:
                raise UserError(
                    self.env._(
                        "Say why the payments of %(handover)s may wait in the field Pay later "
                        "because.",
                        handover=handover.display_name,
                    )
                )
            handover.write({"deferral_by_id": self.env.uid, "deferral_at": fields.Datetime.now()})

    def action_points_ok(self):
        """Mark every point that has not been looked at as in order."""
        for handover in self:
            points = (
                handover.paper_line_ids
                if handover.state == "papers"
                else handover.inspection_line_ids
            )
            points.filtered(lambda line: line.result == "pending").action_ok()

    def action_move_keys(self):
        """Issue all keys of the unit that are in stock, or take back all that the resident has."""
        self.ensure_one()
        keys = self.env["property.key"].search([("unit_id", "=", self.unit_id.id)])
        if self.kind == "move_in":
            moves = [(key, "issue", self.partner_id, key.quantity_available) for key in keys]
        else:
            moves = [
                (holding.key_id, "return", holding.partner_id, holding.quantity)
                for holding in self._get_key_holdings()
            ]
        vals_list = [
            {
                "key_id": key.id,
                "kind": kind,
                "partner_id": partner.id,
                "quantity": quantity,
                "handover_id": self.id,
            }
            for key, kind, partner, quantity in moves
            if quantity > 0
        ]
        if not vals_list:
            raise UserError(
                self.env._(
                    "There is no key to move for unit %(unit)s. Enter keys and how many were "
                    "received under Operations > Keys.",
                    unit=self.unit_id.display_name,
                )
            )
        self.env["property.key.move"].create(vals_list)

    def action_print(self):
        """Print the protocol of the handover."""
        return self.env.ref("property_base.property_handover_report").report_action(
            self, config=False
        )

    def action_view_unit(self):
        """Open the unit."""
        self.ensure_one()
        return self.unit_id.get_formview_action()

    def _check_officer(self):
        if not self.env.su and not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Only a site manager may let payments wait. Ask yours."))

    def _take_step(self):
        self.ensure_one()
        steps = STEPS[self.kind]
        if self.state not in steps:
            raise UserError(
                self.env._(
                    "Handover %(handover)s is closed; reload the page.", handover=self.display_name
                )
            )
        last = self.state == steps[-1]
        problems = self._get_gate_problems()
        if problems:
            raise UserError(
                self.env._(
                    "Handover %(handover)s cannot go on: %(problems)s.",
                    handover=self.display_name,
                    problems="; ".join(problems),
                )
            )
        self.env["property.handover.step"].sudo().create(  # sudo: only steps write the record
            {
                "handover_id": self.id,
                "step": self.state,
                "user_id": self.env.uid,
                "signature": self.signature,
                "signed_by": self.signed_by or (self.signature and self.partner_id.name),
                "signed_at": self.signed_at,
            }
        )
        step = self.state
        if step == "inspection" and self.defect_ids:
            self._on_defects_found(self.defect_ids)
        if last:
            self._set_state("done", done_at=fields.Datetime.now())
            self._complete()
            self._on_done()
        else:
            # the next step wants its own signature
            self._set_state(steps[steps.index(step) + 1], signature=False, signed_by=False)

    def _get_gate_problems(self):
        """Return what is missing for the step that the handover stands at, as translated text."""
        self.ensure_one()
        problems = getattr(self, f"_gate_{self.state}")()
        if self._needs_signature() and not self.signature:
            problems.append(self.env._("the resident has not signed this step"))
        if self.state == STEPS[self.kind][-1]:
            problems += [
                self.env._("%(what)s is required", what=what)
                for what in self._get_missing_evidence()
            ]
        return problems

    def _needs_signature(self):
        self.ensure_one()
        return bool(
            self.state in ("form", "inspection", "keys")
            and self.template_id
            and self.template_id[f"sign_{self.state}"]
        )

    def _gate_papers(self):
        open_lines = self.paper_line_ids.filtered(lambda line: line.result not in ("ok", "na"))
        if not open_lines:
            return []
        names = ", ".join(open_lines.mapped("name"))
        return [self.env._("papers not yet checked: %(papers)s", papers=names)]

    def _gate_form(self):
        missing = []
        if not self.partner_phone:
            missing.append(self.env._("the phone of the resident is missing"))
        if self.moves_in and self.household_count < 1:
            missing.append(self.env._("the number of persons is missing"))
        return missing

    def _gate_payments(self):
        if self.deferral_by_id:
            return []
        return self._get_blockers()

    def _gate_inspection(self):
        problems = []
        open_lines = self.inspection_line_ids.filtered(lambda line: line.result == "pending")
        if open_lines:
            names = ", ".join(open_lines.mapped("name"))
            problems.append(self.env._("not yet inspected: %(points)s", points=names))
        unread = self.reading_ids.filtered(lambda line: not line.read_at and not line.note)
        if unread:
            kind_field = self.env["property.handover.reading"]._fields["kind"]
            labels = dict(kind_field._description_selection(self.env))
            names = ", ".join(labels.get(line.kind, "") for line in unread)
            problems.append(self.env._("meters not yet read: %(meters)s", meters=names))
        found = self.inspection_line_ids.filtered(lambda line: line.result == "defect")
        if found and not self.defect_ids:
            problems.append(self.env._("a point has a defect, but no defect is described"))
        return problems

    def _gate_keys(self):
        if self.kind == "move_in":
            if self.key_move_ids.filtered(lambda move: move.kind == "issue") or self.no_keys_reason:
                return []
            return [self.env._("no key has been issued, and no reason is given")]
        return [
            self.env._(
                "%(person)s still has %(quantity)s × %(key)s",
                person=holding.partner_id.name,
                quantity=holding.quantity,
                key=holding.key_id.display_name,
            )
            for holding in self._get_key_holdings()
        ]

    def _get_key_holdings(self):
        return self.env["property.key.holding"].search(
            [
                ("unit_id", "=", self.unit_id.id),
                ("partner_id", "in", (self.partner_id | self.household_ids).ids),
            ]
        )

    def _complete(self):
        if self.kind == "move_in":
            self._complete_move_in()
        else:
            self._complete_move_out()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.unit_id.message_post(
            body=self.env._(
                "%(kind)s %(handover)s of %(resident)s is done; %(defects)s defects found",
                kind=kinds[self.kind],
                handover=self.name,
                resident=self.partner_id.name,
                defects=self.defect_count,
            )
        )

    def _complete_move_in(self):
        unit = self.unit_id
        vals = {}
        if not unit.delivery_date:
            vals["delivery_date"] = self.handover_date
        if self.moves_in:
            vals["state"] = "occupied"
        elif unit.state in ("unsold", "sold"):
            vals["state"] = "delivered"
        if vals:
            unit.write(vals)
        if not self.moves_in:
            return
        owners = unit.ownership_ids._filtered_on(self.handover_date).partner_id
        living = unit.occupancy_ids._filtered_on(self.handover_date).partner_id
        main_role = "owner" if self.partner_id in owners else "tenant"
        self.env["property.occupancy"].create(
            [
                {
                    "unit_id": unit.id,
                    "partner_id": partner.id,
                    "role": main_role
                    if partner == self.partner_id
                    else ("owner" if partner in owners else "family"),
                    "start_date": self.handover_date,
                    "verified": True,
                    "is_main_contact": partner == self.partner_id,
                }
                for partner in (self.partner_id | self.household_ids) - living
            ]
        )

    def _complete_move_out(self):
        unit = self.unit_id
        leaving = self.partner_id | self.household_ids
        running = unit.occupancy_ids.filtered(
            lambda line: not line.end_date or line.end_date > self.handover_date
        )
        for line in running.filtered(lambda line: line.partner_id in leaving):
            line.end_date = max(self.handover_date, line.start_date or self.handover_date)
        if not running.filtered(lambda line: line.partner_id not in leaving):
            unit.state = "vacant"

    def _get_evidence_type(self):
        """Extend the evidence mixin: policies may differ for move-in and move-out."""
        return self.kind

    # Hooks
    def _get_open_items(self):
        """Return what the resident still owes or is owed (hook).

        :return: list of dict like ``property.transfer._get_open_items()``
        """
        self.ensure_one()
        if self.kind != "move_out":
            return []
        return [
            {
                "key": f"property.handover.defect,{defect.id}",
                "label": self.env._("Damage: %(defect)s", defect=defect.name),
                "amount": defect.amount,
                "currency": defect.currency_id,
                "res_model": "property.handover.defect",
                "res_id": defect.id,
            }
            for defect in self.defect_ids
            if defect.liable == "resident" and defect.amount and not defect.is_settled
        ]

    def _get_blockers(self):
        """Return what keeps the payment step from being taken (hook).

        :return: list of translated str; empty when nothing does
        """
        self.ensure_one()
        return [
            self.env._(
                "%(label)s: %(amount)s is not paid",
                label=item["label"],
                amount=(item.get("currency") or self.currency_id).format(item["amount"]),
            )
            for item in self._get_open_items()
            if item.get("amount", 0) > 0
        ]

    def _on_defects_found(self, defects):
        """Called once when the inspection is agreed, with what was found (hook).

        :param defects: ``property.handover.defect`` records
        """

    def _on_done(self):
        """Called once after the handover is complete (hook)."""
