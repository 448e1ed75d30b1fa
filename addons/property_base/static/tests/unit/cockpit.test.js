import { expect, test } from "@odoo/hoot";
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

async function mountCockpit() {
    let value = 3;
    onRpc("property.cockpit", "load_cockpit", ({ kwargs }) => {
        expect.step(`load ${kwargs.community_ids}`);
        return {
            communities: [
                { id: 1, name: "Garden" },
                { id: 2, name: "Tower" },
            ],
            community_ids: kwargs.community_ids,
            charts: [],
            lists: [],
            sections: [
                {
                    key: "quality",
                    name: "Data quality",
                    tiles: [
                        {
                            key: "no_area",
                            name: "Units without area",
                            value: value--,
                            icon: "fa-home",
                            tone: "red",
                            note: "",
                            alert: true,
                            action: { type: "test", domain: [["area_m2", "=", 0]] },
                        },
                    ],
                },
            ],
        };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag: "property_cockpit" });
    await animationFrame();
    expect.verifySteps(["load "]);
}

test("a figure that moved is shown", async () => {
    await mountCockpit();
    expect(".o_cockpit_value").toHaveText("3");
    await contains("button[title='Refresh']").click();
    await animationFrame();
    expect.verifySteps(["load "]);
    expect(".o_cockpit_value").toHaveText("2");
    expect(".o_cockpit_tile").toHaveClass("o_cockpit_changed");
});

test("the community is chosen and a tile opens its list", async () => {
    await mountCockpit();
    await contains("select[name='community']").select("2");
    await animationFrame();
    expect.verifySteps(["load 2"]);
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(JSON.stringify(action.domain)),
    });
    await contains(".o_cockpit_tile").click();
    expect.verifySteps(['[["area_m2","=",0]]']);
});
