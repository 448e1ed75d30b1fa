# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEVELS = ("place", "category", "problem")


class PropertyWorkorderCategory(models.Model):
    """The three-level classifier: place, category, problem (WKO-02, WKO-18).

    A level that leaves a setting empty has the one of the level above.
    """

    _name = "property.workorder.category"
    _description = "Request Category"
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _parent_store = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True, translate=False
    )
    code = fields.Char(index=True, help="Short code for the phone desk.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company.")
    parent_id = fields.Many2one(
        "property.workorder.category", string="Parent category", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("property.workorder.category", "parent_id", string="Below")
    level = fields.Selection(
        [("place", "Place"), ("category", "Category"), ("problem", "Problem")],
        compute="_compute_level",
        store=True,
        recursive=True,
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["kind"]._description_selection(self.env)
        ),
        help="Kind of order that it makes.",
    )
    is_urgent = fields.Boolean(string="Emergency", help="Blocked drains, burst pipes, fire, lifts.")
    team_id = fields.Many2one("property.workorder.team", string="Team")
    skill_ids = fields.Many2many("property.technician.skill", string="Skills needed")
    certificate_ids = fields.Many2many(
        "property.certificate.kind",
        string="Certificates needed",
        help="Only who holds them, valid on the day, gets the job.",
    )
    # Who is competent
    competence = fields.Selection(
        [
            ("company", "Property company"),
            ("owner", "Owner of the unit"),
            ("title_holder", "Title-holder of the building"),
            ("utility", "Utility"),
            ("developer", "Developer"),
            ("contractor", "Contractor"),
        ],
        help="Who answers for the part. Others than the company are told, and so is the resident.",
    )
    authority_subject_id = fields.Many2one(
        "property.authority.subject", string="Subject of the utility"
    )
    contractor_id = fields.Many2one("res.partner", string="Contractor")
    warranty_months = fields.Integer(
        help="Within so many months from the delivery of the unit the developer answers for it."
    )
    repair_class = fields.Selection(
        [
            ("small", "Small repair"),
            ("medium", "Medium repair"),
            ("large", "Large repair"),
            ("renewal", "Renewal"),
        ],
        help="Small repairs start at once; the others become a proposal to the owners.",
    )
    is_confidential = fields.Boolean(
        string="Only for its handlers",
        help="Complaints of this category are seen by their handlers, the first receiver and the "
        "site manager only.",
    )
    gather_monthly = fields.Boolean(
        help="Findings are gathered into one repair job a month instead of being sent out singly."
    )
    # What the form asks for
    require_unit = fields.Boolean(string="Unit required")
    require_phone = fields.Boolean(string="Phone required")
    require_photo = fields.Boolean(string="Photo required at intake")
    require_appointment = fields.Boolean(string="Appointment required")
    require_before = fields.Boolean(string="Photo before work")
    require_after = fields.Boolean(string="Photo after work")
    require_signature = fields.Boolean(string="Signature of the resident")
    in_portal = fields.Boolean(
        string="In the portal", default=True, help="Residents can choose it."
    )
    guest = fields.Boolean(
        string="By QR label", help="Passers-by may report it from the label of a place."
    )
    icon = fields.Char(help="Font Awesome name for the tile in the portal, such as fa-tint.")
    hint = fields.Text(
        translate=True, help="Shown to whoever takes the call: what to ask, what to say."
    )
    order_count = fields.Integer(compute="_compute_order_count")

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            above = category.parent_id.complete_name
            category.complete_name = f"{above} / {category.name}" if above else category.name

    @api.depends("name", "parent_id.name", "parent_id.parent_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            names = [one.name or "" for one in reversed(category._get_lineage())]
            category.display_name = " / ".join(names)

    @api.depends("parent_id.level")
    def _compute_level(self):
        for category in self:
            category.level = {False: "place", "place": "category"}.get(
                category.parent_id.level if category.parent_id else False, "problem"
            )

    def _compute_order_count(self):
        counts = dict(
            self.env["property.workorder"]._read_group(
                [("category_id", "in", self.ids)], ["category_id"], ["__count"]
            )
        )
        for category in self:
            category.order_count = counts.get(category, 0)

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        self.env.registry.clear_cache()  # the record rule of limited technicians is cached
        return categories

    def write(self, vals):
        result = super().write(vals)
        if {"skill_ids", "parent_id", "active"} & set(vals):
            self.env.registry.clear_cache()  # as above
        return result

    @api.constrains("parent_id")
    def _check_depth(self):
        for category in self:
            if category._has_cycle() or category.parent_id.parent_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(category)s: a category has three levels at most: place, category, "
                        "problem.",
                        category=category.name,
                    )
                )

    def _get_lineage(self):
        """Return the category and those above it, the nearest first."""
        found = self.browse()
        category = self
        while category and category not in found:
            found |= category
            category = category.parent_id
        return found

    def _get_effective(self, name):
        """Return the setting of this level, or of the nearest one above that has it."""
        for category in self._get_lineage():
            if category[name]:
                return category[name]
        return self[name]

    def action_view_orders(self):
        """Open the orders of the category and of those below it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("category_id", "child_of", self.id)]
        action["context"] = {"default_category_id": self.id}
        return action
