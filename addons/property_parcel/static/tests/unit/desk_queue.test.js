import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, tick } from "@odoo/hoot-mock";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { RETRY, ScanQueue } from "@property_parcel/desk/desk_queue";

describe.current.tags("headless");

const NAME = "test.queue";
let sent, server, done, refused;

function makeQueue() {
    const queue = new ScanQueue(
        NAME,
        async (job) => {
            sent.push(job);
            return server(job);
        },
        {
            onDone: (job) => done.push(job.waybill),
            onFail: (job) => refused.push(job.waybill),
            onChange: () => {},
        }
    );
    return queue;
}

function kept() {
    return JSON.parse(browser.localStorage.getItem(NAME) || "[]").map((job) => job.waybill);
}

function fault(name, message = "no") {
    const error = new RPCError(message);
    error.exceptionName = name;
    error.data = { message };
    return error;
}

async function settle() {
    for (let turn = 0; turn < 6; turn++) {
        await tick();
    }
}

beforeEach(() => {
    browser.localStorage.removeItem(NAME);
    sent = [];
    done = [];
    refused = [];
    server = () => ({});
});

test("check-ins go out in the order of the scans, each with its own key", async () => {
    const queue = makeQueue();
    queue.push({ waybill: "A1" });
    queue.push({ waybill: "A2" });
    await settle();
    expect(done).toEqual(["A1", "A2"]);
    expect(kept()).toEqual([]);
    expect(new Set(sent.map((job) => job.key)).size).toBe(2);
    expect(sent[0].key).toHaveLength(32);
});

test("without network nothing is lost and the same key goes out again", async () => {
    server = () => {
        throw new ConnectionLostError("x");
    };
    const queue = makeQueue();
    queue.push({ waybill: "A1" });
    queue.push({ waybill: "A2" });
    await settle();
    expect(queue.isOffline).toBe(true);
    expect(queue.has("A1")).toBe(true);
    expect(kept()).toEqual(["A1", "A2"]);
    const key = sent[0].key;
    server = () => ({});
    await advanceTime(RETRY + 10);
    await settle();
    expect(done).toEqual(["A1", "A2"]);
    expect(queue.isOffline).toBe(false);
    expect(sent.filter((job) => job.waybill === "A1").map((job) => job.key)).toEqual([key, key]);
    expect(kept()).toEqual([]);
});

test("a reload of the page goes on where it was", async () => {
    server = () => {
        throw new TypeError("Failed to fetch");
    };
    const first = makeQueue();
    first.push({ waybill: "A1" });
    await settle();
    first.destroy();
    server = () => ({});
    const second = makeQueue();
    await second.run();
    await settle();
    expect(done).toEqual(["A1"]);
    expect(new Set(sent.map((job) => job.key)).size).toBe(1);
});

test("a refusal is kept with its reason and stops no other", async () => {
    server = (job) => {
        if (job.waybill === "BAD") {
            throw fault("odoo.exceptions.UserError", "half a barcode");
        }
        return {};
    };
    const queue = makeQueue();
    queue.push({ waybill: "BAD" });
    queue.push({ waybill: "A2" });
    await settle();
    expect(refused).toEqual(["BAD"]);
    expect(done).toEqual(["A2"]);
    expect(queue.has("BAD")).toBe(false);
    expect(kept()).toEqual(["BAD"]);
    queue.destroy();
    const again = makeQueue();
    expect(again.jobs).toEqual([]);
    expect(again.refused.map((job) => job.refused)).toEqual(["half a barcode"]);
    again.drop(again.refused[0].key);
    expect(kept()).toEqual([]);
});

test("a lost session or a broken server keeps the parcels", async () => {
    server = () => {
        throw fault("odoo.http.SessionExpiredException", "signed out");
    };
    const queue = makeQueue();
    queue.push({ waybill: "A1" });
    for (let turn = 0; turn < 8; turn++) {
        await settle();
        await advanceTime(RETRY + 10);
    }
    expect(queue.trouble).toBe("signed out");
    expect(kept()).toEqual(["A1"]);
    expect(refused).toEqual([]);
    server = (job) => {
        if (job.waybill === "A1") {
            throw fault("builtins.KeyError", "oops");
        }
        return {};
    };
    queue.push({ waybill: "A2" });
    for (let turn = 0; turn < 8; turn++) {
        await settle();
        await advanceTime(RETRY + 10);
    }
    expect(refused).toEqual(["A1"]);
    expect(done).toEqual(["A2"]);
});

test("two windows of the desk do not forget each other's parcels", async () => {
    server = () => {
        throw new ConnectionLostError("x");
    };
    const left = makeQueue();
    const right = makeQueue();
    left.push({ waybill: "L1" });
    right.push({ waybill: "R1" });
    await settle();
    expect(kept()).toEqual(["L1", "R1"]);
    server = () => ({});
    await advanceTime(RETRY + 10);
    await settle();
    expect(done.sort()).toEqual(["L1", "R1"]);
    expect(kept()).toEqual([]);
});

test("a storage with rubbish in it is an empty queue", () => {
    for (const rubbish of ["{", "5", '{"a": 1}', "[null, 3]"]) {
        browser.localStorage.setItem(NAME, rubbish);
        expect(makeQueue().jobs).toEqual([]);
    }
});
