# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PropertyFlowMixin(models.AbstractModel):
    """Let the state of a record change through its buttons only.

    A model that inherits this has a ``state`` selection. Writing it directly, from the web client
    or by RPC, is refused, so that no gate can be walked around; methods use ``_set_state``.
    """

    _name = "property.flow.mixin"
    _description = "State changed by buttons only"

    @api.model_create_multi
    def create(self, vals_list):
        first = self.default_get(["state"]).get("state")
        for vals in vals_list:
            if vals.get("state", first) != first:
                raise UserError(
                    self.env._("A new record starts at its first step. Use the buttons to move it.")
                )
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals and any(record.state != vals["state"] for record in self):
            raise UserError(
                self.env._(
                    "The state of %(record)s changes through its buttons, which check that the "
                    "step may be taken.",
                    record=", ".join(self.mapped("display_name")),
                )
            )
        return super().write(vals)

    def _set_state(self, state, **vals):
        """Move the records to ``state``, past the guard of ``write``; tracking is kept.

        :param state: the new state
        :param vals: further values written in the same act
        """
        return super().write({"state": state, **vals})

    def _lock_flow(self):
        """Serialise steps on these records, and see what another user has just done.

        The row is locked for the rest of the transaction. Where another transaction changed it
        after this one began, the database refuses the lock and the request is run again.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self.invalidate_recordset(["state"])
