import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();

function cell(id, entrance, floor, number, value, owner = "") {
    const name = `3-${entrance}-${number}`;
    return { id, entrance, floor, number, name, value, owner, area: 89.5, note: "" };
}

const UNITS = [
    cell(1, "1", 2, "201", "occupied", "Wang Fang"),
    cell(2, "1", 2, "202", "vacant"),
    cell(3, "1", 1, "101", "occupied", "Li Na"),
    cell(4, "1", 1, "102", "occupied"),
];

function values(...rows) {
    return rows.map(([value, label]) => ({ value, label, tone: "green", icon: "fa-user" }));
}

async function mountBoard() {
    onRpc("property.building", "load_board", ({ kwargs }) => {
        expect.step(`${kwargs.building_id || "all"}/${kwargs.layer}`);
        return {
            communities: [{ id: 1, name: "Garden" }],
            community_id: 1,
            building_options: [{ id: 7, name: "Building 3" }],
            building_id: kwargs.building_id,
            layers: [
                {
                    key: "state",
                    name: "State",
                    values: values(["occupied", "Occupied"], ["vacant", "Vacant"]),
                },
                { key: "usage", name: "Usage", values: values(["occupied", "Other"]) },
            ],
            layer: kwargs.layer,
            buildings: [{ id: 7, name: "Building 3", code: "3", keeper: "Chen", units: UNITS }],
        };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "property_board",
        params: { building_id: 7, community_id: 1 },
    });
    await animationFrame();
}

test("the board draws floors, counts and owners", async () => {
    await mountBoard();
    expect.verifySteps(["7/state"]);
    expect(queryAllTexts(".o_board_table tbody .o_board_floor")).toEqual(["2", "1"]);
    expect(queryAllTexts(".o_board_chip .o_board_count")).toEqual(["3", "1"]);
    expect(".o_board_cell[data-id='1']").toHaveText(/201\s+89.50 m²\s+Wang Fang/);
    expect(".o_board_cell[data-id='1']").toHaveAttribute(
        "aria-label",
        "3-1-201 · Occupied · 89.50 m² · Wang Fang"
    );
});

test("legend and search dim what does not match", async () => {
    await mountBoard();
    expect.verifySteps(["7/state"]);
    await contains(".o_board_chip[data-value='vacant']").click();
    expect(".o_board_dim").toHaveCount(3);
    expect(".o_board_chip[data-value='vacant']").toHaveAttribute("aria-pressed", "true");
    expect(".o_board_match").toHaveText("1 of 4 units");
    await contains(".o_board_chip[data-value='vacant']").click();
    await contains(".o_board_search input").edit("li n", { confirm: false });
    expect(".o_board_cell:not(.o_board_dim)").toHaveCount(1);
    expect(".o_board_cell:not(.o_board_dim)").toHaveAttribute("data-id", "3");
});

test("arrow keys walk over the units and the layer can be changed", async () => {
    await mountBoard();
    queryFirst(".o_board_cell[data-id='1']").focus();
    await press("ArrowDown");
    expect(document.activeElement.dataset.id).toBe("3");
    await press("ArrowRight");
    expect(document.activeElement.dataset.id).toBe("4");
    await press("ArrowUp");
    expect(document.activeElement.dataset.id).toBe("2");
    await contains("select[name='layer']").select("usage");
    expect.verifySteps(["7/state", "7/usage"]);
    expect(".o_board_chip").toHaveCount(1);
});

test("a click opens the unit", async () => {
    await mountBoard();
    patchWithCleanup(getService("action"), {
        doAction: ({ res_model, res_id }) => expect.step(`${res_model} ${res_id}`),
    });
    await contains(".o_board_cell[data-id='4']").click();
    expect.verifySteps(["7/state", "property.unit 4"]);
});
