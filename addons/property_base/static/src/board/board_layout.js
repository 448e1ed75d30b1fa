/**
 * Arranges the units of a building as people see it from the street: entrances side by side,
 * the top floor first, and the flats of one stack above each other. Pure functions, no Owl.
 */

const collator = new Intl.Collator(undefined, { numeric: true });

/** The position in the stack: 3 for 1203 on floor 12, or null when the number does not say. */
export function stackOf(unit) {
    const floor = String(Math.abs(unit.floor));
    const number = String(unit.number);
    if (unit.floor && /^\d+$/.test(number) && number.length > floor.length) {
        if (number.replace(/^0+/, "").startsWith(floor)) {
            return Number(number.replace(/^0+/, "").slice(floor.length));
        }
    }
    return null;
}

/**
 * One column per stack when every number names a different one on its floor, else the units of a
 * floor in order.
 */
function layoutEntrance(code, units) {
    const places = units.map((unit) => [unit, stackOf(unit)]);
    const taken = new Set(places.map(([unit, stack]) => `${unit.floor}/${stack}`));
    const aligned =
        places.every(([, stack]) => stack !== null) && taken.size === units.length;
    let stacks = [];
    if (aligned) {
        stacks = [...new Set(places.map(([, stack]) => stack))].sort((a, b) => a - b);
    }
    const rows = new Map();
    for (const [unit, stack] of places) {
        if (!rows.has(unit.floor)) {
            rows.set(unit.floor, []);
        }
        if (aligned) {
            rows.get(unit.floor)[stacks.indexOf(stack)] = unit;
        } else {
            rows.get(unit.floor).push(unit);
        }
    }
    let width = stacks.length;
    if (!aligned) {
        for (const row of rows.values()) {
            row.sort((a, b) => collator.compare(a.number, b.number));
            width = Math.max(width, row.length);
        }
    }
    return { code, rows, width, count: units.length };
}

/**
 * @param {Object[]} units units of one building
 * @returns {{entrances: Object[], floors: Object[], extras: Object[]}} floors from the top; each
 *  has `cells`, one per column over all entrances, with null where there is no unit. Shops and
 *  others without an entrance stand apart in `extras`, unless the building has no entrance at all.
 */
export function layoutBuilding(units) {
    const hasEntrances = units.some((unit) => unit.entrance);
    const byEntrance = new Map();
    const byFloor = new Map();
    for (const unit of units) {
        const apart = hasEntrances && !unit.entrance;
        const [groups, key] = apart ? [byFloor, unit.floor] : [byEntrance, unit.entrance];
        if (!groups.has(key)) {
            groups.set(key, []);
        }
        groups.get(key).push(unit);
    }
    const entrances = [...byEntrance.keys()]
        .sort(collator.compare)
        .map((code) => layoutEntrance(code, byEntrance.get(code)));
    const numbers = new Set(entrances.flatMap((entrance) => [...entrance.rows.keys()]));
    const floors = [...numbers]
        .sort((a, b) => b - a)
        .map((floor) => ({ floor, cells: rowCells(floor, entrances) }));
    const extras = [...byFloor.keys()]
        .sort((a, b) => b - a)
        .map((floor, index) => ({
            floor,
            row: floors.length + index,
            units: byFloor
                .get(floor)
                .sort((first, second) => collator.compare(first.number, second.number)),
        }));
    return { entrances, floors, extras };
}

function rowCells(floor, entrances) {
    return entrances.flatMap((entrance, index) => {
        const row = entrance.rows.get(floor) || [];
        return Array.from({ length: entrance.width }, (_, column) => ({
            key: `${entrance.code}/${column}`,
            unit: row[column] || null,
            isFirst: index > 0 && column === 0,
        }));
    });
}

/** Number of units per value of the layer. */
export function countValues(buildings) {
    const counts = {};
    for (const building of buildings) {
        for (const unit of building.units) {
            counts[unit.value] = (counts[unit.value] || 0) + 1;
        }
    }
    return counts;
}

/** Whether the unit's name, number or owner contains what was typed. */
export function matchesSearch(unit, text) {
    const wanted = text.trim().toLowerCase();
    return (
        !wanted ||
        unit.name.toLowerCase().includes(wanted) ||
        unit.owner.toLowerCase().includes(wanted)
    );
}
