# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL


class PropertyCommunity(models.Model):
    """A residential community (小区): the unit of management, accounting and access.

    Source: BAS-01, BAS-13, BAS-22.
    """

    _name = "property.community"
    _description = "Community"
    _inherit = ["mail.thread", "mail.activity.mixin", "image.mixin"]
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        copy=False,
        help="Short unique code within the company, shown on documents and labels.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # Where and who
    partner_id = fields.Many2one(
        "res.partner",
        string="Address",
        copy=False,
        help="Contact that carries the postal address and phone of the community.",
    )
    developer_id = fields.Many2one("res.partner", string="Developer", tracking=True)
    street_office = fields.Char(help="Sub-district office (街道办事处) in charge.")
    neighbourhood_committee = fields.Char(help="Residents' committee (社区居委会) in charge.")
    staff_user_ids = fields.Many2many(
        "res.users",
        "property_community_user_rel",
        "community_id",
        "user_id",
        string="Staff",
        help="Staff who work in this community. They see its records and nobody else's.",
    )
    manager_id = fields.Many2one(
        "res.users", string="Site manager", tracking=True, domain="[('share', '=', False)]"
    )
    # Facts
    category = fields.Selection(
        [
            ("commodity", "Commodity housing"),
            ("old_compound", "Old compound"),
            ("resettlement", "Resettlement estate"),
            ("works_dormitory", "Former works dormitory"),
            ("office", "Office tower"),
            ("commercial", "Shopping street"),
            ("village", "Village block"),
            ("student", "Student residence"),
        ],
        default="commodity",
        required=True,
        tracking=True,
    )
    is_gated = fields.Boolean(string="Gated", default=True)
    built_year = fields.Integer(help="Year of completion, four digits.")
    land_area_m2 = fields.Float(string="Land area (m²)", digits=(12, 2))
    floor_area_m2 = fields.Float(
        string="Floor area (m²)",
        digits=(12, 2),
        help="Gross floor area by the property survey; the area audit compares the units with it.",
    )
    planned_household_count = fields.Integer(
        string="Planned households", help="Number of households by the approved plan."
    )
    management_mode = fields.Selection(
        [
            ("company", "Professional company"),
            ("self_run", "Run by the committee itself"),
            ("neighbourhood_trust", "Neighbourhood trust"),
            ("street_contract", "Street-wide contract"),
            ("mutual_help", "Residents' mutual help"),
            ("mutual_help_staff", "Mutual help with hired staff"),
            ("mutual_help_outsourced", "Mutual help with outsourced trades"),
            ("non_profit", "Non-profit service body"),
        ],
        default="company",
        required=True,
        tracking=True,
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service hours",
        check_company=True,
        compute="_compute_resource_calendar_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Opening hours of the service centre. Deadlines in working time run on it.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic account",
        check_company=True,
        copy=False,
        help="Carries this community's income and cost; created with the community.",
    )
    note = fields.Html(string="Notes")
    # Tree
    phase_ids = fields.One2many("property.phase", "community_id", string="Phases")
    building_ids = fields.One2many("property.building", "community_id", string="Buildings")
    unit_ids = fields.One2many("property.unit", "community_id", string="Units")
    site_plan = fields.Image(
        string="Site plan",
        max_width=2600,
        max_height=2600,
        help="Plan of the grounds. Residents see it in the portal, with the pins set on it.",
    )
    sign_ids = fields.One2many("property.sign", "community_id", string="Signs")
    sign_count = fields.Integer(compute="_compute_sign_count", string="Sign count")
    has_site_plan = fields.Boolean(compute="_compute_has_site_plan")
    site_plan_pin_ids = fields.One2many(
        "property.site.plan.pin", "community_id", string="Site plan pins"
    )
    unit_properties_definition = fields.PropertiesDefinition("Extra unit fields")
    building_properties_definition = fields.PropertiesDefinition("Extra building fields")
    building_count = fields.Integer(compute="_compute_counts")
    unit_count = fields.Integer(compute="_compute_counts")
    unit_area_m2 = fields.Float(
        string="Area of the units (m²)", digits=(14, 2), compute="_compute_counts"
    )
    owner_count = fields.Integer(compute="_compute_owner_count")

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "Another community of this company has this code already."
    )
    _built_year_range = models.Constraint(
        "CHECK (built_year IS NULL OR built_year = 0 OR built_year BETWEEN 1800 AND 2200)",
        "The year of completion needs four digits.",
    )

    @api.depends("company_id")
    def _compute_resource_calendar_id(self):
        for community in self:
            if community.resource_calendar_id.company_id != community.company_id:
                community.resource_calendar_id = community.company_id.resource_calendar_id

    @api.depends("building_ids", "unit_ids.area_m2", "unit_ids.active")
    def _compute_counts(self):
        buildings = dict(
            self.env["property.building"]._read_group(
                [("community_id", "in", self.ids)], ["community_id"], ["__count"]
            )
        )
        units = {
            community: (count, area)
            for community, count, area in self.env["property.unit"]._read_group(
                [("community_id", "in", self.ids)], ["community_id"], ["__count", "area_m2:sum"]
            )
        }
        for community in self:
            community.building_count = buildings.get(community, 0)
            community.unit_count, community.unit_area_m2 = units.get(community, (0, 0.0))

    @api.depends("sign_ids.state")
    def _compute_sign_count(self):
        counts = dict(
            self.env["property.sign"]._read_group(
                [("community_id", "in", self.ids), ("state", "!=", "removed")],
                ["community_id"],
                ["__count"],
            )
        )
        for community in self:
            community.sign_count = counts.get(community, 0)

    @api.depends("site_plan")
    def _compute_has_site_plan(self):
        for community in self.with_context(bin_size=True):
            community.has_site_plan = bool(community.site_plan)

    def _compute_owner_count(self):
        ownerships = self.env["property.ownership"]._read_group(
            [("community_id", "in", self.ids), ("is_current", "=", True)],
            ["community_id"],
            ["partner_id:count_distinct"],
        )
        counts = dict(ownerships)
        for community in self:
            community.owner_count = counts.get(community, 0)

    @api.depends("name", "code")
    @api.depends_context("property_show_code")
    def _compute_display_name(self):
        for community in self:
            name = community.name or ""
            if self.env.context.get("property_show_code") and community.code:
                name = f"[{community.code}] {name}"
            community.display_name = name

    @api.model_create_multi
    def create(self, vals_list):
        communities = super().create(vals_list)
        # first: what follows writes on communities that the creator must be assigned to
        communities._assign_creator()
        self.env.registry.clear_cache()  # record rules cache the communities of each user
        communities._create_missing_partners()
        communities._create_missing_analytic_accounts()
        return communities

    def write(self, vals):
        result = super().write(vals)
        if "staff_user_ids" in vals:
            self.env.registry.clear_cache()  # record rules cache the communities of each user
        if "name" in vals:
            # sudo: an officer may rename the community but has no right on analytic accounts
            self.sudo().analytic_account_id.name = vals["name"]
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for community, vals in zip(self, vals_list, strict=True):
            vals["code"] = self.env._("%(code)s-copy", code=community.code)
            vals["name"] = self.env._("%(name)s (copy)", name=community.name)
        return vals_list

    def _create_missing_partners(self):
        missing = self.filtered(lambda community: not community.partner_id)
        # sudo: an officer sets up a community without being a contact manager
        partners_sudo = (
            self.env["res.partner"]
            .sudo()
            .create(
                [
                    {
                        "name": community.name,
                        "is_company": True,
                        "company_id": community.company_id.id,
                        "country_id": community.company_id.country_id.id,
                    }
                    for community in missing
                ]
            )
        )
        for community, partner in zip(missing, partners_sudo, strict=True):
            community.partner_id = partner.id

    def _create_missing_analytic_accounts(self):
        missing = self.filtered(lambda community: not community.analytic_account_id)
        plan = self.env.ref("property_base.analytic_plan_community")
        # sudo: an officer sets up a community without being an accountant
        accounts_sudo = (
            self.env["account.analytic.account"]
            .sudo()
            .create(
                [
                    {
                        "name": community.name,
                        "code": community.code,
                        "plan_id": plan.id,
                        "company_id": community.company_id.id,
                    }
                    for community in missing
                ]
            )
        )
        for community, account in zip(missing, accounts_sudo, strict=True):
            community.analytic_account_id = account.id

    def _assign_creator(self):
        """Let whoever sets up a community go on working in it."""
        if self.env.su or self.env.user.has_group("property_base.group_property_manager"):
            return
        # sudo: the record rule hides the new community until the user is assigned to it
        self.sudo().staff_user_ids = [fields.Command.link(self.env.uid)]

    def action_view_units(self):
        """Open the units of the community."""
        return self._action_view("property_base.property_unit_action")

    def action_view_buildings(self):
        """Open the buildings of the community."""
        return self._action_view("property_base.property_building_action")

    def action_view_owners(self):
        """Open the current ownerships of the community."""
        return self._action_view(
            "property_base.property_ownership_action", {"search_default_filter_current": 1}
        )

    def action_view_signs(self):
        """Open the signs of the community."""
        return self._action_view(
            "property_base.property_sign_action", {"search_default_filter_present": 1}
        )

    def _action_view(self, xmlid, context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("community_id", "=", self.id)]
        action["context"] = {"default_community_id": self.id, **(context or {})}
        return action

    def _get_service_phone(self, now=None):
        """Extension point: number that residents call.

        :param now: naive UTC datetime; without it the number for print, which holds at any hour
        :return: phone of the service centre, else of the community's address, else of the company,
            else an empty string
        """
        self.ensure_one()
        # sudo: the number is public, what it is written on need not be readable
        community_sudo = self.sudo()
        centre_sudo = self.env["property.service.centre"].sudo()._get_of_community(self)
        if now and centre_sudo:
            phone = centre_sudo._get_phone(now)
        else:
            phone = centre_sudo.phone_other or centre_sudo.phone_office
        return phone or community_sudo.partner_id.phone or community_sudo.company_id.phone or ""

    def _lock(self):
        """Serialise set-up work on these communities until the end of the transaction."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM property_community WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                self.ids,
            )
        )
