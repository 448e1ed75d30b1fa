# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2.errors import UniqueViolation

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from ..rules.binding import clean_code
from ..rules.personal import mask_phone
from .portal import PropertyPortal

MAX_FILES = 5
MAX_FILE_BYTES = 10 * 1024 * 1024
MIME_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic")


class PropertyBindingPortal(PropertyPortal):
    """Requests to be linked to a unit.

    Answers never tell whether a unit exists or who lives there.
    """

    def _get_binding_communities(self):
        """Return the communities in which a unit may be asked for, as sudo."""
        # sudo: names of communities and buildings are public, nothing else is shown
        return request.env["property.community"].sudo().search([])

    def _get_own_bindings(self):
        # sudo: the domain is the right itself
        return request.env["property.binding"].sudo().search([("user_id", "=", request.env.uid)])

    @http.route("/my/binding", type="http", auth="user", methods=["GET", "POST"], website=True)
    def property_binding(self, community_id=None, **post):
        """Show the form and own requests, or take a request."""
        communities = self._get_binding_communities()
        chosen = communities.filtered(lambda item: str(item.id) == str(community_id))
        if request.httprequest.method == "POST":
            return self._submit_binding(chosen, post)
        if len(communities) == 1:
            chosen = communities
        units = self._get_property_units()
        role_field = request.env["property.binding"]._fields["role"]
        return request.render(
            "property_base.portal_my_binding",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_binding",
                "communities": communities,
                "community": chosen,
                "buildings": chosen.building_ids,
                "roles": role_field._description_selection(request.env),
                "bindings": self._get_own_bindings(),
                "to_confirm": self._get_bindings_to_confirm(units),
                "partner": request.env.user.partner_id,
                "mask_phone": mask_phone,
                "typed": request.session.pop("property_binding_form", None) or {},
            },
        )

    def _submit_binding(self, community, post):
        url = f"/my/binding?community_id={community.id}" if community else "/my/binding"
        building = community.building_ids.filtered(
            lambda item: str(item.id) == post.get("building_id")
        )
        if not building:
            return self._property_redirect(
                url, error=request.env._("Choose your community and building.")
            )
        entrance, number = (clean_code(post.get(name)) for name in ("entrance", "number"))
        linked = self._get_property_units().filtered(
            lambda unit: (
                unit.building_id == building
                and (unit.entrance or "") == entrance
                and unit.number == number
            )
        )
        try:
            if linked:
                raise UserError(request.env._("This unit is linked to your account already."))
            files = self._read_documents()
            with request.env.cr.savepoint():
                binding = (
                    request.env["property.binding"]
                    .sudo()  # sudo: portal users have no right on requests, not even to read
                    ._submit(request.env.user, building, post)
                )
                self._attach_documents(binding, files)
        except UserError as error:
            request.session["property_binding_form"] = {
                name: post.get(name, "")
                for name in ("building_id", "entrance", "number", "role", "name", "note")
            }
            return self._property_redirect(url, error=str(error))
        except UniqueViolation:
            return self._property_redirect(
                url,
                error=request.env._(
                    "You have asked for this unit already. Please wait for the answer."
                ),
            )
        return self._property_redirect(
            "/my/binding",
            message=request.env._(
                "Your request has been received. We compare it with the register and tell you by "
                "e-mail."
            ),
        )

    def _read_documents(self):
        """Return the uploaded documents.

        :return: list of ``(name, content)``
        :raise UserError: when there are too many, or one is too large or no document
        """
        files = []
        uploads = [item for item in request.httprequest.files.getlist("documents") if item.filename]
        if len(uploads) > MAX_FILES:
            raise UserError(request.env._("Send at most %(count)s documents.", count=MAX_FILES))
        for upload in uploads:
            content = upload.stream.read(MAX_FILE_BYTES + 1)
            if len(content) > MAX_FILE_BYTES:
                raise UserError(
                    request.env._("%(name)s is larger than 10 MB.", name=upload.filename)
                )
            if guess_mimetype(content) not in MIME_TYPES:
                raise UserError(
                    request.env._(
                        "%(name)s is neither a picture nor a PDF document.", name=upload.filename
                    )
                )
            files.append((upload.filename, content))
        return files

    def _attach_documents(self, binding_sudo, files):
        binding_sudo.attachment_ids = (
            request.env["ir.attachment"]
            .sudo()  # sudo: the documents belong to the request, which staff read
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        "res_model": binding_sudo._name,
                        "res_id": binding_sudo.id,
                    }
                    for name, content in files
                ]
            )
        )

    @http.route(
        "/my/binding/<int:binding_id>/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_binding_withdraw(self, binding_id, **post):
        """Take an own request back."""
        binding = self._get_own_bindings().filtered(
            lambda item: item.id == binding_id and item.state in ("submitted", "confirmed")
        )
        if not binding:
            return request.redirect("/my/binding")
        binding._withdraw()
        return self._property_redirect(
            "/my/binding", message=request.env._("Your request has been withdrawn.")
        )

    @http.route(
        "/my/binding/<int:binding_id>/<any(confirm,refuse):decision>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_binding_decide(self, binding_id, decision, **post):
        """Confirm or refuse a member of the household, as an owner of the unit."""
        binding = self._get_bindings_to_confirm(self._get_property_units()).filtered(
            lambda item: item.id == binding_id
        )
        if not binding:
            return request.redirect("/my/binding")
        try:
            with request.env.cr.savepoint():
                if decision == "confirm":
                    binding._confirm_by_owner(request.env.user)
                    message = request.env._("%(name)s is confirmed.", name=binding.asker_name)
                else:
                    binding.refuse_reason = request.env._("Your details could not be confirmed.")
                    binding._decide("refused", request.env.user)
                    message = request.env._("%(name)s is refused.", name=binding.asker_name)
        except UserError:
            return self._property_redirect(
                "/my/binding",
                error=request.env._(
                    "This could not be completed here. The property staff will look at it."
                ),
            )
        return self._property_redirect("/my/binding", message=message)
