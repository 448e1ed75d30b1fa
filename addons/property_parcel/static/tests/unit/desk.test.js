import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, tick } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    makeMockServer,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { browser } from "@web/core/browser/browser";
import { ParcelDesk } from "@property_parcel/desk/desk";

defineMailModels();

const PEOPLE = [
    [7, "3-1-1203", 11, "王小明", "1234"],
    [8, "3-1-1204", 12, "赵敏", "5678"],
];
let calls, isOnline;

function described(vals) {
    return {
        id: calls.length,
        number: `P${calls.length}`,
        waybill: vals.waybill,
        waybill_tail: vals.waybill.slice(-4),
        carrier: "Swift",
        carrier_code: "SW",
        station: "South gate",
        unit: "3-1-1203",
        addressee: "王**",
        tail: "1234",
        slot: vals.slot || "A-01",
        state: "waiting",
        state_name: "Waiting",
        warnings: [],
        cod: "",
    };
}

beforeEach(() => {
    calls = [];
    isOnline = true;
    patchWithCleanup(rpc, {
        _rpc(url, ...args) {
            return isOnline
                ? super._rpc(url, ...args)
                : Promise.reject(new ConnectionLostError(url));
        },
    });
    browser.localStorage.clear();
    browser.localStorage.setItem("property_parcel.desk", JSON.stringify({ print: false }));
    onRpc("property.parcel", "desk_load", () => ({
        stations: [{ id: 1, name: "South gate" }],
        station: 1,
        carriers: [{ id: 5, name: "Swift", code: "SW", prefixes: ["SW"], licence: "valid" }],
        sizes: [
            { id: "small", name: "Small" },
            { id: "large", name: "Large" },
        ],
        banner: "",
        counts: { waiting: 3 },
    }));
    onRpc("property.parcel", "desk_directory", ({ args }) => ({
        rows: args[1] ? PEOPLE.slice(1) : PEOPLE.slice(0, 1),
        next: args[1] ? 0 : 7,
        limit: 99,
    }));
    onRpc("property.parcel", "desk_scan", ({ args }) => ({
        waybill: args[1].trim(),
        carrier_ids: [5],
        expected: false,
        known: [],
        problem: "",
    }));
    onRpc("property.parcel", "desk_slot", () => "A-01");
    onRpc("property.parcel", "desk_check_in", ({ args }) => {
        calls.push(args[0]);
        return described(args[0]);
    });
});

async function open() {
    await makeMockServer();
    await mountWithCleanup(ParcelDesk, { props: { action: {}, actionId: 1 } });
    await settle();
}

async function settle() {
    for (let turn = 0; turn < 10; turn++) {
        await tick();
    }
    await animationFrame();
}

async function scan(text) {
    const input = queryFirst(".o_parcel_input");
    input.focus();
    if (text) {
        await contains(".o_parcel_input").edit(text, { confirm: false });
    }
    await press("Enter");
    await settle();
}

test("three scans take a parcel in", async () => {
    await open();
    expect(".o_parcel_input").toBeFocused();
    await scan("SW0000000001");
    expect(".o_parcel_steps li:eq(1)").toHaveClass("active");
    await scan("1203");
    expect(".o_parcel_steps li:eq(2)").toHaveClass("active");
    await scan("");
    expect(calls).toHaveLength(1);
    expect([calls[0].waybill, calls[0].unit_id, calls[0].partner_id]).toEqual(["SW0000000001", 7, 11]);
    expect(".o_parcel_recent button").toHaveCount(1);
});

test("the second page of the directory is there as well", async () => {
    await open();
    await scan("SW0000000002");
    await scan("5678");
    await scan("B-02");
    expect([calls[0].unit_id, calls[0].slot]).toEqual([8, "B-02"]);
});

test("a network gap: scanned on, sent once when it is back", async () => {
    await open();
    isOnline = false;
    for (const number of ["SW0000000003", "SW0000000004"]) {
        await scan(number);
        await scan("1203");
        await scan("");
    }
    expect(".o_parcel_offline").toHaveCount(1);
    expect(calls).toHaveLength(0);
    await scan("SW0000000003");
    expect(".o_parcel_message").toHaveText("This parcel was scanned a moment ago.");
    isOnline = true;
    await advanceTime(4000);
    await settle();
    expect(calls.map((one) => one.waybill)).toEqual(["SW0000000003", "SW0000000004"]);
    expect(".o_parcel_offline").toHaveCount(0);
});

test("noise in a network gap is no parcel, a unit that is not known waits for the server", async () => {
    await open();
    isOnline = false;
    await scan("#%&!");
    expect(".o_parcel_message").toHaveText("This is no waybill number. Scan it again.");
    expect(".o_parcel_steps li:eq(0)").toHaveClass("active");
    await scan("SW0000000005");
    await scan("9-9-9999");
    await scan("");
    isOnline = true;
    await advanceTime(4000);
    await settle();
    expect(calls[0].text).toBe("9-9-9999");
});

test("an announced parcel is looked at before it is taken in", async () => {
    onRpc("property.parcel", "desk_scan", ({ args }) => ({
        waybill: args[1],
        carrier_ids: [5],
        expected: {
            carrier_id: 5,
            carrier: "Swift",
            unit_id: 8,
            partner_id: 12,
            unit: "3-1-1204",
            addressee: "赵*",
            tail: "5678",
        },
        known: [],
        problem: "",
    }));
    await open();
    await scan("SW0000000007");
    expect(calls).toHaveLength(0);
    expect(".o_parcel_choices button").toHaveCount(1);
    await scan("");
    await scan("");
    expect([calls[0].unit_id, calls[0].partner_id]).toEqual([8, 12]);
});

test("an enquiry shows the trail", async () => {
    onRpc("property.parcel", "desk_trace", () => [
        {
            ...described({ waybill: "SW0000000006" }),
            trail: [{ at: "2026-03-02 10:00", kind: "Checked in", user: "Luo", note: "" }],
        },
    ]);
    await open();
    await press("F3");
    await settle();
    await scan("0006");
    expect(queryAllTexts(".o_parcel_traced li")).toHaveLength(1);
    expect(".o_parcel_traced li").toHaveText(/Checked in/);
});
