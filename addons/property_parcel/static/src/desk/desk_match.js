/** What the desk can tell without the network: clean a scan, guess a carrier, propose people. */

const SHORTEST = 6;
const LONGEST = 32;

/** Return the waybill number in a scan, or "" when there is none; the server checks again. */
export function cleanScan(raw) {
    let text = (raw || "").normalize("NFKC").replace(/[\p{C}\p{Z}]/gu, "");
    text = text.replace(/^\][A-Za-z][0-9A-Za-z]/, "").toUpperCase();
    const link = text.match(/[?&/](?:WAYBILL(?:NO)?|MAILNO|BILLCODE|NU|NO|CODE|P)[=/]([A-Z0-9-]{6,40})/);
    if (text.includes("://")) {
        text = link ? link[1] : "";
    }
    text = text.replace(/^[-*.,;:'"]+|[-*.,;:'"]+$/g, "");
    for (const times of [2, 3]) {
        const part = text.length / times;
        if (part >= 10 && Number.isInteger(part) && text === text.slice(0, part).repeat(times)) {
            text = text.slice(0, part);
        }
    }
    const fits = /^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(text) && /\d/.test(text);
    return fits && text.length >= SHORTEST && text.length <= LONGEST ? text : "";
}

/** Return the carriers whose numbers begin like this, the longest beginning first. */
export function guessCarriers(carriers, number) {
    return carriers
        .map((carrier) => [
            Math.max(
                0,
                ...carrier.prefixes
                    .filter((prefix) => number.startsWith(prefix))
                    .map((prefix) => prefix.length)
            ),
            carrier,
        ])
        .filter(([length]) => length)
        .sort((a, b) => b[0] - a[0])
        .map(([, carrier]) => carrier);
}

export function fold(text) {
    return (text || "")
        .normalize("NFKC")
        .toLowerCase()
        .replace(/[\s\-_·.#,，号室栋座幢单元]+/g, "");
}

function points([, unit, , name, tail], word) {
    const key = fold(word);
    if (!key) {
        return 0;
    }
    const place = fold(unit);
    const who = fold(name);
    const digits = /^\d+$/.test(key);
    if (key === place) {
        return 60;
    }
    if (key === who) {
        return 55;
    }
    if (digits && tail && (key.length === 4 || key.length >= 7) && key.endsWith(tail)) {
        return 45;
    }
    if (digits && key.length >= 3 && place.endsWith(key)) {
        return 42;
    }
    if (!digits && who.startsWith(key)) {
        return key.length >= 2 ? 25 : 10;
    }
    if (!digits && key.length >= 2 && (who.includes(key) || place.includes(key))) {
        return 15;
    }
    return 0;
}

/** Return the people of the directory that fit what was typed, the best first. */
export function propose(directory, text, limit = 6) {
    const words = (text || "").split(/[\s,，;/]+/).filter((word) => fold(word));
    if (!words.length) {
        return [];
    }
    const found = [];
    for (const row of directory) {
        let total = 0;
        for (const word of words) {
            const part = points(row, word);
            if (!part) {
                total = 0;
                break;
            }
            total += part;
        }
        if (total) {
            found.push([total, row]);
        }
    }
    found.sort((a, b) => b[0] - a[0] || a[1][1].localeCompare(b[1][1]));
    return found.slice(0, limit).map(([, [unit_id, unit, partner_id, name, tail]]) => ({
        unit_id,
        unit,
        partner_id: partner_id || false,
        name,
        tail,
    }));
}
