# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PropertyKey(models.Model):
    """Keys and cards of one kind and number, and where they are (LIF-03).

    The balance is never typed in: it follows from the moves.
    """

    _name = "property.key"
    _description = "Key"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "community_id, unit_id, kind, number, id"
    _rec_names_search = ["number", "name", "unit_id"]

    name = fields.Char(string="Opens", help="What the key opens, for example front door, roof.")
    number = fields.Char(required=True, tracking=True, help="Number stamped on the key or card.")
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("door", "Door"),
            ("entrance", "Entrance card"),
            ("mailbox", "Mailbox"),
            ("garage", "Garage"),
            ("storage", "Storage room"),
            ("meter", "Meter cabinet"),
            ("common", "Common premises"),
            ("other", "Other"),
        ],
        required=True,
        default="door",
        tracking=True,
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('community_id', '=?', community_id)]",
        tracking=True,
        help="Empty for keys of common premises.",
    )
    community_id = fields.Many2one(
        compute="_compute_community_id", store=True, readonly=False, precompute=True
    )
    place = fields.Char(string="Kept at", help="Board, hook or safe where the keys in stock hang.")
    move_ids = fields.One2many("property.key.move", "key_id", string="Movements")
    quantity = fields.Integer(
        string="Total", compute="_compute_quantities", store=True, help="Received and not lost."
    )
    quantity_out = fields.Integer(string="Out", compute="_compute_quantities", store=True)
    quantity_available = fields.Integer(
        string="In stock", compute="_compute_quantities", store=True
    )
    quantity_lost = fields.Integer(string="Lost", compute="_compute_quantities", store=True)
    holding_ids = fields.One2many("property.key.holding", "key_id", string="Who has them")
    note = fields.Char()

    _number_uniq = models.UniqueIndex(
        "(community_id, COALESCE(unit_id, 0), kind, number) WHERE active IS TRUE",
        "A key of this kind and number is already in the ledger. Add a move to it instead.",
    )

    @api.depends("unit_id")
    def _compute_community_id(self):
        for key in self:
            key.community_id = key.unit_id.community_id or key.community_id

    @api.depends("move_ids.kind", "move_ids.quantity", "move_ids.partner_id")
    def _compute_quantities(self):
        for key in self:
            received = key._sum("receive")
            issued = key._sum("issue")
            returned = key._sum("return")
            lost = key._sum("loss")
            lost_out = sum(
                key.move_ids.filtered(lambda m: m.kind == "loss" and m.partner_id).mapped(
                    "quantity"
                )
            )
            key.quantity = received - lost
            key.quantity_out = issued - returned - lost_out
            key.quantity_available = key.quantity - key.quantity_out
            key.quantity_lost = lost

    def _sum(self, kind):
        return sum(self.move_ids.filtered(lambda move: move.kind == kind).mapped("quantity"))

    @api.depends("kind", "number", "unit_id.name", "name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for key in self:
            parts = (key.unit_id.name, key.name or labels.get(key.kind), key.number)
            key.display_name = " ".join(part for part in parts if part)

    @api.constrains("unit_id", "community_id")
    def _check_unit(self):
        for key in self:
            if key.unit_id and key.unit_id.community_id != key.community_id:
                raise UserError(
                    self.env._(
                        "Key %(key)s opens a unit of another community. Choose a unit of "
                        "%(community)s.",
                        key=key.display_name,
                        community=key.community_id.name,
                    )
                )

    def _lock(self):
        """Serialise moves of these keys: two desks must not issue the last one twice."""
        self.env.cr.execute(
            SQL("SELECT id FROM property_key WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids)
        )

    def _held_by(self, partner):
        """Return how many keys ``partner`` has.

        :return: dict key id -> int
        """
        moves = self.env["property.key.move"].search(
            [("key_id", "in", self.ids), ("partner_id", "=", partner.id)]
        )
        held = dict.fromkeys(self.ids, 0)
        for move in moves:
            held[move.key_id.id] += move.quantity * {"issue": 1, "return": -1, "loss": -1}.get(
                move.kind, 0
            )
        return held

    def _action_move(self, kind):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["property.key.move"]._fields["kind"]._description_selection(self.env)
            )[kind],
            "res_model": "property.key.move",
            "view_mode": "form",
            "target": "new",
            "context": {"default_key_id": self.id, "default_kind": kind},
        }

    def action_receive(self):
        """Enter keys that come into stock."""
        return self._action_move("receive")

    def action_issue(self):
        """Hand keys out."""
        return self._action_move("issue")

    def action_return(self):
        """Take keys back."""
        return self._action_move("return")

    def action_loss(self):
        """Write keys off as lost."""
        return self._action_move("loss")


class PropertyKeyMove(models.Model):
    """One entry of the key ledger: received, issued, returned, lost. Entries are never changed."""

    _name = "property.key.move"
    _description = "Key move"
    _inherit = ["property.scope.mixin"]
    _order = "moved_at desc, id desc"
    _rec_name = "key_id"

    key_id = fields.Many2one("property.key", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="key_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(related="key_id.unit_id", store=True, index=True, precompute=True)
    kind = fields.Selection(
        [
            ("receive", "Received"),
            ("issue", "Issued"),
            ("return", "Returned"),
            ("loss", "Lost"),
        ],
        required=True,
        default="issue",
    )
    quantity = fields.Integer(required=True, default=1)
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        index="btree_not_null",
        ondelete="restrict",
        help="Who takes the keys, brings them back or has lost them. For a loss, empty means lost "
        "from stock.",
    )
    moved_at = fields.Datetime(
        string="When", required=True, default=lambda self: fields.Datetime.now()
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    due_date = fields.Date(string="Back by", help="For keys that are lent, not given for good.")
    note = fields.Char()

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Enter how many keys: one or more."
    )
    _person_needed = models.Constraint(
        "CHECK (partner_id IS NOT NULL OR kind IN ('receive', 'loss'))",
        "Say who takes the keys or brings them back.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        keys = self.env["property.key"].browse({vals["key_id"] for vals in vals_list})
        keys._lock()
        for vals in vals_list:
            vals["user_id"] = self.env.uid if not self.env.su else vals.get("user_id", self.env.uid)
        moves = super().create(vals_list)
        moves._check_balance()
        return moves

    def write(self, vals):
        if vals.keys() - {"note", "due_date"}:
            raise UserError(
                self.env._("The key ledger is not rewritten. Enter a move the other way.")
            )
        return super().write(vals)

    def _check_balance(self):
        for key, moves in self.grouped("key_id").items():
            key.invalidate_recordset(["move_ids"])
            if key.quantity_available < 0:
                raise UserError(
                    self.env._(
                        "Key %(key)s: there are not so many in stock. Receive keys first, or "
                        "enter a smaller number.",
                        key=key.display_name,
                    )
                )
            for partner in moves.partner_id:
                if key._held_by(partner)[key.id] < 0:
                    raise UserError(
                        self.env._(
                            "Key %(key)s: %(person)s does not have so many. Check the ledger.",
                            key=key.display_name,
                            person=partner.name,
                        )
                    )


class PropertyKeyHolding(models.Model):
    """Who has which keys today: the report of what is out."""

    _name = "property.key.holding"
    _description = "Keys out"
    _auto = False
    _order = "community_id, unit_id, key_id"
    _rec_name = "key_id"

    key_id = fields.Many2one("property.key", readonly=True)
    kind = fields.Selection(related="key_id.kind")
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    quantity = fields.Integer(readonly=True)
    since_at = fields.Datetime(string="Since", readonly=True)
    due_date = fields.Date(string="Back by", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(move.id) AS id, move.key_id, key.community_id, key.company_id, key.unit_id,
                   move.partner_id,
                   SUM(CASE WHEN move.kind = 'issue' THEN move.quantity
                            ELSE -move.quantity END) AS quantity,
                   MAX(move.moved_at) FILTER (WHERE move.kind = 'issue') AS since_at,
                   MIN(move.due_date) FILTER (WHERE move.kind = 'issue') AS due_date
              FROM property_key_move move
              JOIN property_key key ON key.id = move.key_id
             WHERE move.partner_id IS NOT NULL AND move.kind IN ('issue', 'return', 'loss')
             GROUP BY move.key_id, key.community_id, key.company_id, key.unit_id, move.partner_id
            HAVING SUM(CASE WHEN move.kind = 'issue' THEN move.quantity ELSE -move.quantity END) > 0
            """
        )

    def action_return(self):
        """Take these keys back."""
        self.ensure_one()
        action = self.key_id.action_return()
        action["context"].update(
            {"default_partner_id": self.partner_id.id, "default_quantity": self.quantity}
        )
        return action
