import { describe, expect, test } from "@odoo/hoot";
import {
    countValues,
    layoutBuilding,
    matchesSearch,
    stackOf,
} from "@property_base/board/board_layout";

describe.current.tags("headless");

function unit(entrance, floor, number, values = {}) {
    const name = [entrance, number].filter(Boolean).join("-");
    return { id: Number(floor) * 1000, entrance, floor, number, name, owner: "", ...values };
}

function numbers(layout) {
    return layout.floors.map(({ floor, cells }) => [
        floor,
        ...cells.map((cell) => cell.unit?.number || "-"),
    ]);
}

test("floors stand from the top, entrances side by side", () => {
    const layout = layoutBuilding([
        unit("10", 1, "101"),
        unit("2", 1, "101"),
        unit("2", 2, "201"),
        unit("2", 2, "202"),
        unit("2", 1, "102"),
    ]);
    expect(layout.entrances.map(({ code, width }) => [code, width])).toEqual([
        ["2", 2],
        ["10", 1],
    ]);
    expect(numbers(layout)).toEqual([
        [2, "201", "202", "-"],
        [1, "101", "102", "101"],
    ]);
    expect(layout.floors[1].cells.map((cell) => cell.isFirst)).toEqual([false, false, true]);
});

test("a missing flat leaves its place in the stack empty", () => {
    const layout = layoutBuilding([
        unit("1", 12, "1201"),
        unit("1", 12, "1203"),
        unit("1", 11, "1102"),
    ]);
    expect(numbers(layout)).toEqual([
        [12, "1201", "-", "1203"],
        [11, "-", "1102", "-"],
    ]);
});

test("numbers that name no stack are put in order", () => {
    const layout = layoutBuilding([unit("1", 1, "B10"), unit("1", 1, "B2"), unit("1", 2, "A")]);
    expect(numbers(layout)).toEqual([
        [2, "A", "-"],
        [1, "B2", "B10"],
    ]);
});

test("shops without entrance stand apart from the stairwells", () => {
    const layout = layoutBuilding([unit("1", 2, "201"), unit("", 1, "S2"), unit("", 1, "S1")]);
    expect(numbers(layout)).toEqual([[2, "201"]]);
    expect(layout.extras.map((line) => [line.floor, line.row])).toEqual([[1, 1]]);
    expect(layout.extras[0].units.map((item) => item.number)).toEqual(["S1", "S2"]);
});

test("a building without entrances is one chart", () => {
    const layout = layoutBuilding([unit("", 1, "101"), unit("", -1, "B1")]);
    expect(layout.extras).toEqual([]);
    expect(numbers(layout).map(([floor]) => floor)).toEqual([1, -1]);
});

test("the stack comes from the number only when it begins with the floor", () => {
    expect(stackOf(unit("1", 12, "1203"))).toBe(3);
    expect(stackOf(unit("1", 3, "0302"))).toBe(2);
    expect(stackOf(unit("1", 12, "903"))).toBe(null);
    expect(stackOf(unit("1", 1, "A1"))).toBe(null);
    expect(stackOf(unit("1", 0, "001"))).toBe(null);
});

test("values are counted over all buildings", () => {
    const sold = { value: "sold" };
    expect(
        countValues([{ units: [sold, { value: "vacant" }] }, { units: [sold] }])
    ).toEqual({ sold: 2, vacant: 1 });
});

test("search finds number and owner, not case", () => {
    const item = unit("1", 12, "1203A", { owner: "王芳" });
    expect(matchesSearch(item, "1203a ")).toBe(true);
    expect(matchesSearch(item, "王")).toBe(true);
    expect(matchesSearch(item, "李")).toBe(false);
    expect(matchesSearch(item, "  ")).toBe(true);
});
