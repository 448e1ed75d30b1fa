import { describe, expect, test } from "@odoo/hoot";
import { cleanScan, fold, guessCarriers, propose } from "@property_parcel/desk/desk_match";

describe.current.tags("headless");

const DIRECTORY = [
    [1, "3-1-1203", 11, "王小明", "1234"],
    [1, "3-1-1203", 12, "赵敏", "5678"],
    [2, "3-1-1204", 13, "王伟", "1203"],
    [3, "12-2-0301", 0, "", ""],
];

function found(text) {
    return propose(DIRECTORY, text).map((one) => `${one.unit} ${one.name}`.trim());
}

test("a scanner's noise is taken off", () => {
    for (const raw of [
        "SF0000000000001",
        " sf0000000000001\r\n",
        "]C1SF0000000000001",
        "*SF0000000000001*",
        "ＳＦ００００００００００００１",
        "\u0002SF0000000000001\u0003",
        "SF0000000000001SF0000000000001",
        "https://example.com/t?waybill=SF0000000000001&x=1",
    ]) {
        expect(cleanScan(raw)).toBe("SF0000000000001");
    }
});

test("what is no waybill is none", () => {
    for (const raw of ["", null, "#%&!", "SF12", "ABCDEFGH", "https://example.com/", "1 2"]) {
        expect(cleanScan(raw)).toBe("");
    }
    expect(cleanScan(`SF${"1".repeat(40)}`)).toBe("");
});

test("the longest beginning names the carrier", () => {
    const carriers = [
        { id: 1, prefixes: ["S"] },
        { id: 2, prefixes: ["SF", "77"] },
        { id: 3, prefixes: [] },
    ];
    expect(guessCarriers(carriers, "SF123").map((one) => one.id)).toEqual([2, 1]);
    expect(guessCarriers(carriers, "773").map((one) => one.id)).toEqual([2]);
    expect(guessCarriers(carriers, "99")).toEqual([]);
});

test("a unit is found however it is written", () => {
    expect(fold("3栋1单元1203室")).toBe("311203");
    for (const text of ["3-1-1203", "311203", "3栋1单元1203室", "3·1·1203"]) {
        expect(found(text)).toEqual(["3-1-1203 王小明", "3-1-1203 赵敏"]);
    }
});

test("a tail that is also a room offers both", () => {
    expect(found("1203").sort()).toEqual(["3-1-1203 王小明", "3-1-1203 赵敏", "3-1-1204 王伟"]);
});

test("every word must fit", () => {
    expect(found("1203 赵敏")).toEqual(["3-1-1203 赵敏"]);
    expect(found("1203 李")).toEqual([]);
    expect(found("5678")).toEqual(["3-1-1203 赵敏"]);
    expect(found("0301")).toEqual(["12-2-0301"]);
    expect(found("")).toEqual([]);
    expect(found(" - ")).toEqual([]);
});

test("not more than what fits on the screen, numbers of nobody", () => {
    const many = Array.from({ length: 50 }, (_one, at) => [at, `1-1-${at}`, at, "王", "0000"]);
    expect(propose(many, "王")).toHaveLength(6);
    expect(propose(DIRECTORY, "0301")[0].partner_id).toBe(false);
});
