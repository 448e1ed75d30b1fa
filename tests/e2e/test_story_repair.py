# SPDX-License-Identifier: LGPL-3.0-or-later
"""A repair on screen: the owner reports, the dispatcher sends, the technician works, the manager
reads the report; a paid service is accepted before it is done.
"""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect


def unit_id(site, name):
    return site.call(
        "property.unit", "search", [("name", "=", name), ("community_id.code", "=", "GOP")]
    )[0]


def photo(size=(640, 480)):
    stream = io.BytesIO()
    Image.new("RGB", size, (90, 120, 160)).save(stream, "JPEG")
    return {"name": "tap.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}


@pytest.fixture(scope="module")
def desk(site):
    """Return the records that a site has before the first call: team, technician, service."""
    (dispatcher,) = site.call("res.users", "search", [("login", "=", "e2e_dispatcher")])
    (technician,) = site.call("res.users", "search", [("login", "=", "e2e_technician")])
    (team,) = site.call(
        "property.workorder.team",
        "create",
        [{"name": "Engineering", "leader_id": dispatcher, "dispatch": "assign"}],
    )
    skills = site.call("property.technician.skill", "search", [])
    site.call(
        "property.technician",
        "create",
        [
            {
                "user_id": technician,
                "roster": "always",
                "team_ids": [[6, 0, [team]]],
                "skill_ids": [[6, 0, skills]],
            }
        ],
    )
    site.call(
        "property.paid.service", "create", [{"name": "Change a tap", "price": 60, "group": "water"}]
    )
    return {"team": team, "technician": technician}


def report(client, site, text, lang="zh_CN"):
    window = client("e2e_owner", size="phone", lang=lang, to="/my")
    window.goto("/my/requests/new")
    page = window.page
    tap = site.call("property.workorder.category", "search", [("code", "=", "101")])[0]
    # nothing is chosen: the form says so and keeps what was entered
    page.fill("#request_description", text)
    page.locator("form.o_workorder_form button[type=submit]").click()
    expect(page.locator("#request_pick_missing")).to_be_visible()
    if not page.locator(".o_workorder_place[open]").count():
        page.locator(".o_workorder_place summary").first.click()
    page.locator(f"label[for=category_{tap}]").click()
    expect(page.locator(".o_workorder_chosen").first).not_to_be_empty()
    expect(page.locator("#request_pick_missing")).to_be_hidden()
    expect(page.locator("[data-need=phone]")).to_be_visible()
    page.fill("#request_description", text)
    page.set_input_files("#request_photos", [photo()])
    assert window.fits(), "the form is wider than the window"
    window.screenshot(f"repair-form-{lang}")
    page.locator("form.o_workorder_form button[type=submit]").click()
    window.quiet()
    (order,) = site.call("property.workorder", "search", [("subject", "=", text)])
    return window, order


def sign(window):
    """Let the resident sign on the screen of the phone."""
    page = window.page
    page.locator(".o_wt_body .o_wt_sign").click()
    dialog = page.locator(".modal-dialog")
    dialog.locator("input[name=signer]").fill("Li Ming")
    box = dialog.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + step * 14, box["y"] + box["height"] * (0.3 + step % 3 / 5))
    page.mouse.up()
    window.screenshot("repair-phone-sign")
    dialog.locator("footer .btn-primary").click()
    expect(page.locator(".o_wt_body .o_wt_sign.btn-success")).to_be_visible()


def state(site, order):
    return site.call("property.workorder", "read", [order], ["state"])[0]["state"]


def test_a_repair_from_report_to_rating(client, site, desk):
    owner, order = report(client, site, "Tap in the kitchen drips")
    owner.screenshot("repair-sent")
    assert site.call("property.workorder", "read", [order], ["evidence_count"])[0]["evidence_count"]
    owner.page.locator(f"form[action='/my/requests/{order}/urge'] button").click()
    owner.quiet()

    dispatcher = client("e2e_dispatcher", lang="zh_CN")
    dispatcher.open_record("property.workorder", order)
    dispatcher.button("action_accept")
    dispatcher.expect_no_error()
    assert state(site, order) == "accepted"
    dispatcher.open_action("property_workorder.property_workorder_board_action")
    card = dispatcher.page.locator(".o_wb_card", has_text="Tap in the kitchen drips")
    expect(card).to_be_visible()
    dispatcher.screenshot("repair-board")
    card.locator("button").click()
    dispatcher.page.locator(".o_wb_person").first.click()
    dispatcher.quiet()
    dispatcher.expect_no_error()
    assert state(site, order) == "dispatched"

    technician = client("e2e_technician", size="phone", lang="zh_CN")
    technician.open_action("property_workorder.property_workorder_technician_action")
    page = technician.page
    page.locator(".o_wt_head").first.click()
    technician.screenshot("repair-phone")
    page.locator(".o_wt_body .btn-primary.btn-lg").click()
    technician.quiet()
    assert state(site, order) == "in_progress"
    page.locator(".o_wt_body input[type=file]").nth(1).set_input_files([photo()])
    expect(page.locator(".o_notification")).to_be_visible()
    technician.quiet()
    page.locator(".o_wt_body .btn-success").click()
    page.locator(".o_wt_body textarea").fill("New washer")
    page.locator("#cleaned").check()
    sign(technician)
    technician.screenshot("repair-phone-finish")
    page.locator(".o_wt_body form button[type=submit]").click()
    technician.quiet()
    technician.expect_no_error()
    assert state(site, order) == "done"

    owner.goto(f"/my/requests/{order}")
    assert "New washer" in owner.text()
    owner.screenshot("repair-done")
    owner.page.locator("label[for=star_5]").click()
    owner.page.locator(f"form[action='/my/requests/{order}/rate'] button").click()
    owner.quiet()
    assert state(site, order) == "closed"
    owner.screenshot("repair-rated")


def test_a_service_is_done_after_its_price_is_accepted(client, site, desk):
    owner = client("e2e_owner", size="phone", lang="zh_CN", to="/my")
    owner.goto("/my/services")
    owner.page.locator("details summary", has_text="Change a tap").click()
    owner.screenshot("service-list")
    form = owner.page.locator("details[open] form")
    form.locator("input[name=phone]").fill("13800138001")
    form.locator("button[type=submit]").click()
    owner.quiet()
    owner.screenshot("service-quote")
    (order,) = site.call("property.workorder", "search", [("kind", "=", "service")])
    owner.page.locator("form[action*='/accept'] button").click()
    owner.quiet()
    (found,) = site.call("property.workorder", "read", [order], ["amount_accepted", "bearer"])
    assert (found["amount_accepted"], found["bearer"]) == (60, "resident")
    owner.screenshot("service-accepted")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_screens_of_the_office(client, site, desk, lang, size):
    window = client("e2e_manager", size=size, lang=lang)
    for name in (
        "property_workorder_action",
        "property_workorder_desk_action",
        "property_workorder_board_action",
        "property_incident_action",
        "property_workorder_report_action",
        "property_sla_policy_action",
    ):
        window.open_action(f"property_workorder.{name}")
        window.expect_no_error()
        window.screenshot(f"office-{name.removeprefix('property_')}")
    window.open_action("property_workorder.property_workorder_action", viewType="kanban")
    window.expect_no_error()
    window.screenshot("office-kanban")


def test_a_neighbour_sees_nothing(client, site, desk):
    (order,) = site.call(
        "property.workorder", "search", [("subject", "=", "Tap in the kitchen drips")], 0, 1
    )
    window = client("e2e_neighbour", size="phone", to="/my")
    window.goto(f"/my/requests/{order}")
    assert "Tap in the kitchen" not in window.text()


def test_findings_become_the_job_of_the_month(client, site, desk):
    """Paint and plaster are gathered; a fault of works under warranty goes to who did them."""
    surface = site.ref("property_workorder.category_common_surface_finding")
    roof = site.ref("property_workorder.category_common_structure_roof")
    structure = site.ref("property_workorder.category_common_structure")
    unit = unit_id(site, "3-1-1001")
    (place,) = site.call("property.unit", "read", [unit], ["building_id", "community_id"])
    building, community = place["building_id"][0], place["community_id"][0]
    site.call(
        "property.workorder",
        "create",
        [
            {
                "category_id": surface,
                "community_id": community,
                "building_id": building,
                "subject": f"Paint comes off, floor {floor}",
                "channel": "patrol",
            }
            for floor in (3, 7)
        ],
    )
    maker = site.call("res.partner", "create", [{"name": "Roofs Ltd.", "is_company": True}])[0]
    site.call(
        "property.workorder.project",
        "create",
        [
            {
                "name": "Roof works",
                "community_id": community,
                "partner_id": maker,
                "building_ids": [[6, 0, [building]]],
                "category_ids": [[6, 0, [structure]]],
                "completed_date": "2026-01-31",
                "warranty_end_date": "2099-12-31",
            }
        ],
    )
    dispatcher = client("e2e_dispatcher", lang="zh_CN")
    dispatcher.open_action("property_workorder.property_workorder_gather_action")
    expect(dispatcher.page.get_by_text("Paint comes off, floor 3")).to_be_visible()
    dispatcher.screenshot("gather-wizard")
    dispatcher.button("action_gather")
    dispatcher.expect_no_error()
    dispatcher.screenshot("gather-job")
    jobs = site.call("property.workorder", "search", [("gather_month_date", "!=", False)])
    (job,) = site.call("property.workorder", "read", jobs, ["gathered_count", "state"])
    assert (job["gathered_count"], job["state"]) == (2, "accepted")

    (leak,) = site.call(
        "property.workorder",
        "create",
        [{"category_id": roof, "community_id": community, "building_id": building,
          "subject": "Roof leaks again"}],
    )  # fmt: skip
    (found,) = site.call(
        "property.workorder", "read", [leak], ["competence", "responsible_partner_id"]
    )
    assert found["competence"] == "contractor"
    assert found["responsible_partner_id"][0] == maker
    dispatcher.open_record("property.workorder", leak)
    dispatcher.expect_no_error()
    dispatcher.screenshot("project-fault")
