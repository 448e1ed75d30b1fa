import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { RPCError, ConnectionLostError } from "@web/core/network/rpc";
import { PhotoQueue, fitInto } from "@property_workorder/technician/photo_queue";
import { isRefusal } from "@property_workorder/technician/technician";

describe.current.tags("headless");

/** As much of a browser's database as the queue uses, kept outside of the queue like the real one. */
class FakeDatabase {
    constructor() {
        this.rows = new Map();
        this.isFull = false;
        this.hasStore = false;
    }

    open() {
        const request = {};
        const store = {
            put: (row) => this.rows.set(row.key, structuredClone(row)),
            delete: (key) => this.rows.delete(key),
            getAll: () => [...this.rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
        };
        request.result = {
            createObjectStore: () => (this.hasStore = true),
            close: () => {},
            transaction: (_name, mode) => {
                const transaction = {
                    objectStore: () => ({
                        put: (row) => ({ result: this.isFull || store.put(row) }),
                        delete: (key) => ({ result: store.delete(key) }),
                        getAll: () => ({ result: store.getAll() }),
                    }),
                };
                Promise.resolve().then(() => {
                    if (this.isFull && mode === "readwrite") {
                        transaction.error = new Error("QuotaExceededError");
                        transaction.onabort();
                    } else {
                        transaction.oncomplete();
                    }
                });
                return transaction;
            },
        };
        Promise.resolve().then(() => {
            this.hasStore || request.onupgradeneeded();
            request.onsuccess();
        });
        return request;
    }
}

function photo(key) {
    return { key, id: 7, kind: "after", image: `image of ${key}` };
}

function refused(name = "odoo.exceptions.UserError") {
    const error = new RPCError("no picture");
    error.exceptionName = name;
    return error;
}

let database, queue;
beforeEach(async () => {
    database = new FakeDatabase();
    queue = new PhotoQueue(database);
});

async function keys() {
    return (await queue.all()).map((one) => one.key);
}

test("photos are sent in their order and then gone", async () => {
    const sent = [];
    expect(await queue.add(photo("1"))).toBe(true);
    await queue.add(photo("2"));
    const outcome = await queue.flush(async (one) => sent.push(one.image), isRefusal);
    expect(sent).toEqual(["image of 1", "image of 2"]);
    expect(outcome).toEqual({ sent: 2, left: 0, refused: [], error: null });
    expect(await keys()).toEqual([]);
});

test("in a dead spot they stay, also when the page is opened anew", async () => {
    await queue.add(photo("1"));
    await queue.add(photo("2"));
    let calls = 0;
    const lost = new ConnectionLostError("/");
    const outcome = await queue.flush(async () => {
        calls++;
        throw lost;
    }, isRefusal);
    expect(calls).toBe(1, { message: "the first failure stops the round" });
    expect(outcome.left).toBe(2);
    expect(outcome.error).toBe(lost);
    queue = new PhotoQueue(database);
    expect(await keys()).toEqual(["1", "2"]);
    expect((await queue.flush(async () => {}, isRefusal)).sent).toBe(2);
});

test("what the server refuses is reported and does not block the others", async () => {
    await queue.add(photo("1"));
    await queue.add(photo("2"));
    const outcome = await queue.flush(async (one) => {
        if (one.key === "1") {
            throw refused();
        }
    }, isRefusal);
    expect(outcome.sent).toBe(1);
    expect(outcome.left).toBe(0);
    expect(outcome.refused.map(({ photo }) => photo.key)).toEqual(["1"]);
    expect(await keys()).toEqual([]);
});

test("a session that has ended or a server that breaks loses nothing", async () => {
    await queue.add(photo("1"));
    for (const error of [
        refused("odoo.http.SessionExpiredException"),
        refused("psycopg2.OperationalError"),
        new Error("502"),
    ]) {
        expect(isRefusal(error)).toBe(false);
        const outcome = await queue.flush(async () => {
            throw error;
        }, isRefusal);
        expect(outcome.left).toBe(1);
    }
    expect(await keys()).toEqual(["1"]);
});

test("two rounds at once send each photo once", async () => {
    const sent = [];
    await queue.add(photo("1"));
    let release;
    const gate = new Promise((resolve) => (release = resolve));
    const send = async (one) => {
        sent.push(one.key);
        await gate;
    };
    const first = queue.flush(send, isRefusal);
    const second = queue.flush(send, isRefusal);
    await queue.add(photo("2"));
    release();
    expect((await first).sent).toBe(2, { message: "what came meanwhile is sent too" });
    expect(await second).toBe(await first);
    expect(sent).toEqual(["1", "2"]);
});

test("a photo taken twice under one key is one photo", async () => {
    await queue.add(photo("1"));
    await queue.add(photo("1"));
    expect(await keys()).toEqual(["1"]);
});

test("where the browser keeps nothing they wait in memory", async () => {
    database.isFull = true;
    expect(await queue.add(photo("1"))).toBe(false);
    expect(await keys()).toEqual(["1"]);
    const none = new PhotoQueue({
        open() {
            throw new Error("no database in a private window");
        },
    });
    expect(await none.add(photo("2"))).toBe(false);
    expect((await none.flush(async () => {}, isRefusal)).sent).toBe(1);
    expect(await none.all()).toEqual([]);
});

test("photos shrink into the limit and never grow", async () => {
    expect(fitInto(4000, 3000, 1600)).toEqual([1600, 1200]);
    expect(fitInto(3000, 4000, 1600)).toEqual([1200, 1600]);
    expect(fitInto(800, 600, 1600)).toEqual([800, 600]);
    expect(fitInto(100000, 1, 1600)).toEqual([1600, 1]);
});
