# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from psycopg2 import Error as DatabaseError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import binding as rule
from ..rules.personal import id_tail, is_masked, mask_phone, normalise_phone
from .masked_char import MaskedChar

OPEN_STATES = ("submitted", "confirmed")


class PropertyBinding(models.Model):
    """A portal user asks to be linked to a unit; owners or staff decide.

    The asker never learns whether the unit exists or who lives there.
    """

    _name = "property.binding"
    _description = "Unit Binding Request"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "create_date desc, id desc"
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True, precompute=True)
    state = fields.Selection(
        [
            ("submitted", "To check"),
            ("confirmed", "Confirmed by the owner"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="submitted",
        readonly=True,
        index=True,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Asked by", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact of the login",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
    )
    # What was asked
    building_id = fields.Many2one("property.building", required=True, readonly=True)
    entrance = fields.Char(readonly=True)
    number = fields.Char(required=True, readonly=True)
    unit_id = fields.Many2one(
        "property.unit", compute="_compute_unit_id", store=True, index=True, precompute=True
    )
    keeper_id = fields.Many2one(related="building_id.keeper_id", store=True)
    asker_name = fields.Char(string="Name stated", required=True, readonly=True)
    asker_phone = MaskedChar(string="Phone stated", required=True, readonly=True)
    asker_id_tail = fields.Char(string="Identity number ends in", size=4, readonly=True)
    role = fields.Selection(
        [("owner", "Owner"), ("family", "Family"), ("tenant", "Tenant")],
        required=True,
        default="owner",
        readonly=True,
    )
    note = fields.Text(string="Remark", readonly=True)
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "property_binding_attachment_rel",
        string="Documents",
        readonly=True,
        help="Title certificate, sales contract or lease, as sent by the asker.",
    )
    # What the register says
    match_partner_id = fields.Many2one(
        "res.partner",
        string="Person in the register",
        compute="_compute_match",
        store=True,
        readonly=False,
        domain="[('id', 'in', candidate_ids)]",
        help="Person of the unit whom the login will belong to.",
    )
    candidate_ids = fields.Many2many("res.partner", compute="_compute_candidate_ids")
    match_score = fields.Integer(compute="_compute_match", store=True, aggregator="avg")
    match_reason = fields.Char(compute="_compute_match_reason")
    is_exact = fields.Boolean(
        string="Exact match",
        compute="_compute_match",
        store=True,
        help="Phone and identity number both agree with the register.",
    )
    # Decision
    confirmed_by_id = fields.Many2one("res.users", string="Confirmed by", readonly=True)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, tracking=True)
    decided_at = fields.Datetime(readonly=True)
    refuse_reason = fields.Text(
        string="Reason", tracking=True, help="Sent to the asker. Say nothing about who lives there."
    )

    _open_unit_uniq = models.UniqueIndex(
        "(user_id, unit_id) WHERE unit_id IS NOT NULL AND state IN ('submitted', 'confirmed')",
        "You have asked for this unit already. Please wait for the answer.",
    )
    _open_text_uniq = models.UniqueIndex(
        "(user_id, building_id, COALESCE(entrance, ''), number) "
        "WHERE state IN ('submitted', 'confirmed')",
        "You have asked for this unit already. Please wait for the answer.",
    )

    @api.depends("building_id.code", "entrance", "number", "asker_name")
    def _compute_name(self):
        for binding in self:
            place = (binding.building_id.code, binding.entrance, binding.number)
            binding.name = f"{'-'.join(part for part in place if part)} {binding.asker_name or ''}"

    @api.depends("user_id")
    def _compute_partner_id(self):
        for binding in self:
            binding.partner_id = binding.user_id.partner_id

    @api.depends("building_id", "entrance", "number")
    def _compute_unit_id(self):
        for binding in self:
            binding.unit_id = self.env["property.unit"].search(
                [
                    ("building_id", "=", binding.building_id.id),
                    ("entrance", "=", binding.entrance or False),
                    ("number", "=", binding.number),
                ],
                limit=1,
            )

    @api.depends("unit_id", "role")
    def _compute_candidate_ids(self):
        for binding in self:
            binding.candidate_ids = binding._get_candidates()

    @api.depends("unit_id", "role", "asker_name", "asker_phone", "asker_id_tail")
    def _compute_match(self):
        for binding in self:
            # sudo: the comparison needs the numbers, which nobody gets to see
            people_sudo = binding._get_candidates().sudo()
            found = rule.match(
                rule.Person(
                    0,
                    binding.asker_name or "",
                    binding.sudo().asker_phone or "",
                    binding.asker_id_tail or "",
                ),
                [
                    rule.Person(
                        partner.id,
                        partner.name or "",
                        partner.phone or "",
                        partner.property_id_tail or "",
                    )
                    for partner in people_sudo
                ],
            )
            binding.match_partner_id = found.key or False
            binding.match_score = found.score
            binding.is_exact = found.is_exact

    @api.depends("match_partner_id", "match_score", "unit_id")
    def _compute_match_reason(self):
        for binding in self:
            binding.match_reason = binding._describe_match()

    def _describe_match(self):
        """Return in words why the person was suggested."""
        self.ensure_one()
        if not self.unit_id:
            return self.env._("There is no such unit.")
        if not self.match_partner_id:
            return self.env._("Nobody of the unit matches.")
        known = self.match_partner_id.sudo()  # sudo: only whether the numbers agree
        stated = self.sudo()
        facts = [
            (
                self.env._("phone"),
                normalise_phone(stated.asker_phone),
                normalise_phone(known.phone),
            ),
            (
                self.env._("identity number"),
                id_tail(stated.asker_id_tail),
                id_tail(known.property_id_tail),
            ),
            (
                self.env._("name"),
                "".join((stated.asker_name or "").split()),
                "".join((known.name or "").split()),
            ),
        ]
        words = []
        for label, left, right in facts:
            if not left or not right:
                words.append(self.env._("%(fact)s not on file", fact=label))
            elif left == right:
                words.append(self.env._("%(fact)s agrees", fact=label))
            else:
                words.append(self.env._("%(fact)s differs", fact=label))
        return ", ".join(words)

    def _get_candidates(self):
        """Return the people of the unit who could be the asker, by the role asked for."""
        self.ensure_one()
        unit = self.unit_id
        today = fields.Date.context_today(self)
        if self.role == "owner":
            return unit.ownership_ids._filtered_on(today).partner_id
        stays = unit.occupancy_ids._filtered_on(today)
        return stays.filtered(lambda line: line.role == self.role).partner_id

    def _property_mask_value(self, field_name, value):
        """Return the stated phone as it may leave the server."""
        if self.env.su or self.env.user == self.user_id:
            return value
        return mask_phone(value)

    def _property_export_value(self, field_name, value):
        """Return the stated phone as it may be exported: masked."""
        return self._property_mask_value(field_name, value)

    # === ASKING === #

    @api.model
    @api.private
    def _submit(self, user, building, form):
        """Take a request of a portal user.

        :param user: res.users who asks
        :param building: property.building chosen
        :param form: dict with the texts ``entrance``, ``number``, ``role``, ``name``, ``phone``,
            ``id_tail`` (last four characters of the identity number) and ``note``
        :return: the new request
        :raise UserError: when something is missing, the user asked too often or asked already
        """
        number, entrance = (rule.clean_code(form.get(key)) for key in ("number", "entrance"))
        name, phone, role = (form.get(key) or "" for key in ("name", "phone", "role"))
        tail = id_tail(form.get("id_tail"))
        digits = normalise_phone(phone).lstrip("+")
        if not number or not name.strip():
            raise UserError(self.env._("Enter the number of the unit and your name."))
        if len(digits) < 7 or not digits.isdecimal() or is_masked(phone):
            raise UserError(self.env._("Enter your phone number with all its digits."))
        if not tail or not tail.isalnum():
            raise UserError(self.env._("Enter the last four characters of your identity number."))
        if role not in dict(self._fields["role"].selection):
            raise UserError(self.env._("Choose what you are to the unit."))
        self._check_attempts(user, building.community_id)
        open_request = self.search(
            [
                ("user_id", "=", user.id),
                ("building_id", "=", building.id),
                ("entrance", "=", entrance or False),
                ("number", "=", number),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        if open_request:
            raise UserError(
                self.env._("You have asked for this unit already. Please wait for the answer.")
            )
        binding = self.create(
            {
                "user_id": user.id,
                "community_id": building.community_id.id,
                "building_id": building.id,
                "entrance": entrance,
                "number": number,
                "role": role,
                "asker_name": name.strip(),
                "asker_phone": phone.strip(),
                "asker_id_tail": tail,
                "note": (form.get("note") or "").strip()[:2000],
            }
        )
        binding._on_submitted()
        return binding

    def _check_attempts(self, user, community):
        """Refuse more requests per day than the community allows, the withdrawn ones included."""
        limit = community._get_parameter("binding_attempts_per_day")
        since = fields.Datetime.now() - timedelta(days=1)
        count = self.search_count([("user_id", "=", user.id), ("create_date", ">=", since)])
        if count >= limit:
            raise UserError(
                self.env._(
                    "You have sent %(count)s requests within a day. Please try again tomorrow, or "
                    "turn to the service centre.",
                    count=count,
                )
            )

    def _on_submitted(self):
        """Approve at once what the community lets pass, else put it on the keeper's list."""
        for binding in self:
            if binding.is_exact and binding.community_id._get_parameter("binding_auto_approve"):
                binding._approve()
                continue
            user = binding.keeper_id or binding.community_id.manager_id
            if user:
                binding.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Check who asks for the unit"),
                    user_id=user.id,
                )

    # === DECIDING === #

    def action_approve(self):
        """Link the login to the person of the register, or register the occupant."""
        for binding in self:
            binding._check_open()
            # sudo: whoever decides has no rights on logins; the request itself is checked here
            binding.check_access("write")
            binding.sudo()._approve(self.env.user)

    def action_refuse(self):
        """Refuse, with the reason that the asker will read."""
        for binding in self:
            binding._check_open()
            binding.check_access("write")
            if not (binding.refuse_reason or "").strip():
                raise UserError(self.env._("Write down the reason first; it is sent to the asker."))
            # sudo: the right to write was checked above; the decision also writes to the asker
            binding.sudo()._decide("refused", self.env.user)

    def action_view_match(self):
        """Open the person of the register."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_resident_action"
        )
        view = self.env.ref("property_base.property_resident_view_form")
        return {
            **action,
            "res_id": self.match_partner_id.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
        }

    def _confirm_by_owner(self, owner_user):
        """Approve a request of family or tenant on the word of an owner of the unit.

        :param owner_user: res.users; a current owner
        """
        self.ensure_one()
        self._check_open()
        if self.role == "owner" or owner_user not in self.unit_id.owner_user_ids:
            raise UserError(self.env._("Only an owner of the unit can confirm this."))
        self.write({"state": "confirmed", "confirmed_by_id": owner_user.id})
        if self.community_id._get_parameter("binding_owner_confirms"):
            self._approve(owner_user)

    def _check_open(self):
        for binding in self:
            if binding.state not in OPEN_STATES:
                raise UserError(self.env._("%(name)s has been decided already.", name=binding.name))

    def _approve(self, by=None):
        """Give the login its place in the register.

        :param by: res.users who decided; empty when the match decided
        :raise UserError: when the register has no such person or another login holds the place
        """
        self.ensure_one()
        unit = self.unit_id
        if not unit:
            raise UserError(
                self.env._("There is no such unit. Refuse the request, or create the unit first.")
            )
        person = self.match_partner_id
        if self.role == "owner" and person not in self._get_candidates():
            raise UserError(
                self.env._(
                    "Choose which owner of %(unit)s the asker is. If he or she is missing in the "
                    "register, record the ownership first.",
                    unit=unit.name,
                )
            )
        if person:
            self._move_login(person)
        else:
            person = self.user_id.partner_id
        if self.role != "owner":
            self._register_occupancy(person)
        if not person.property_id_tail and self.asker_id_tail:
            person.property_id_tail = self.asker_id_tail
        if not person.phone:
            person.phone = self.asker_phone
        if unit.company_id not in self.user_id.company_ids:
            self.user_id.company_ids += unit.company_id
        self._decide("approved", by)

    def _register_occupancy(self, person):
        today = fields.Date.context_today(self)
        stay = self.unit_id.occupancy_ids._filtered_on(today).filtered(
            lambda line: line.partner_id == person and line.role == self.role
        )
        if stay:
            stay.verified = True
            return stay
        return self.env["property.occupancy"].create(
            {
                "unit_id": self.unit_id.id,
                "partner_id": person.id,
                "role": self.role,
                "start_date": today,
                "verified": True,
            }
        )

    def _move_login(self, person):
        """Let the login belong to ``person``.

        A login whose own contact is used for nothing else simply changes hands and its contact is
        archived. A contact with a life of its own (units, bills, documents) is merged into the
        person, so that nothing it has is lost.

        :param person: res.partner of the register
        :raise UserError: when the person has another login
        """
        login, own = self.user_id, self.user_id.partner_id
        if own == person:
            return
        if person.with_context(active_test=False).user_ids:
            raise UserError(
                self.env._(
                    "%(name)s has another login already. Archive that login first if it is no "
                    "longer used, or refuse this request.",
                    name=person.name,
                )
            )
        email = own.email
        if own._get_property_references():
            self._merge_contacts(own, person)
        else:
            self._hand_over_login(login, own, person)
        if not person.email:
            person.email = email
        if not person.lang:
            person.lang = self.user_id.lang
        # record rules and session data cache the contact of each user
        self.env.registry.clear_cache()

    def _hand_over_login(self, login, own, person):
        followers = self.env["mail.followers"].search([("partner_id", "=", own.id)])
        followers.unlink()
        self.search([("partner_id", "=", own.id)]).partner_id = person
        login.partner_id = person
        own.message_post(
            body=self.env._("The login now belongs to %(name)s of the register.", name=person.name)
        )
        own.active = False

    def _merge_contacts(self, own, person):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_context(active_test=False)
        try:
            with self.env.cr.savepoint():
                wizard._merge((own | person).ids, person, extra_checks=False)
        except DatabaseError:
            self.env.invalidate_all()
            raise UserError(
                self.env._(
                    "%(name)s is registered twice in the same unit, as two contacts. Clear that up "
                    "in the register first.",
                    name=person.name,
                )
            ) from None
        self.env.invalidate_all()

    def _decide(self, state, by=None):
        self.write(
            {
                "state": state,
                "decided_by_id": by.id if by else False,
                "decided_at": fields.Datetime.now(),
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._send_decision()

    def _send_decision(self):
        """Tell the asker by mail."""
        templates = {
            "approved": "property_base.property_binding_mail_approved",
            "refused": "property_base.property_binding_mail_refused",
        }
        for binding in self:
            xmlid = templates.get(binding.state)
            template = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
            if template and binding.partner_id.email:
                template.send_mail(binding.id, force_send=False)

    def _withdraw(self):
        """Take the request back, by the asker."""
        self._check_open()
        self.state = "withdrawn"
        self.activity_unlink(["mail.mail_activity_data_todo"])
