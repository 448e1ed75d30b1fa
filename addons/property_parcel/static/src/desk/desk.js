import { Component, onMounted, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { escape } from "@web/core/utils/strings";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { cleanScan, guessCarriers, propose } from "./desk_match";
import { ScanQueue } from "./desk_queue";

const MODEL = "property.parcel";
const MEMORY = "property_parcel.desk";
const RECENT = 12;
const ASK_AFTER = 200;

/** Full-screen desk for a scanner that types: waybill, addressee, place; code to hand out. */
export class ParcelDesk extends Component {
    static template = "property_parcel.Desk";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.input = useRef("input");
        this.hasCamera = isBarcodeScannerSupported();
        const memory = this.restore();
        this.state = useState({
            mode: "in",
            step: "waybill",
            text: "",
            station: memory.station || false,
            print: memory.print !== false,
            stations: [],
            carriers: [],
            sizes: [],
            banner: "",
            counts: {},
            draft: {},
            choices: [],
            selected: 0,
            slot: "",
            message: null,
            recent: [],
            failed: [],
            waiting: 0,
            isOffline: false,
            trouble: "",
            traced: [],
            found: [],
            neighbours: [],
            byCode: false,
        });
        this.directory = [];
        this.isWhole = false;
        this.queue = new ScanQueue(
            `${MEMORY}.queue`,
            (vals) => this.orm.silent.call(MODEL, "desk_check_in", [vals]),
            {
                onDone: (job, answer) => this.onCheckedIn(answer),
                onFail: (job) => this.say("danger", `${job.waybill}: ${job.refused}`),
                onChange: () => this.onQueueChange(),
            }
        );
        this.onKey = this.onKey.bind(this);
        onWillStart(() => this.load());
        onMounted(() => {
            browser.addEventListener("keydown", this.onKey, true);
            this.focus();
            this.onQueueChange();
            this.queue.run();
            this.loadDirectory();
        });
        onWillUnmount(() => {
            browser.clearTimeout(this.asking);
            browser.removeEventListener("keydown", this.onKey, true);
            this.queue.destroy();
        });
    }

    restore() {
        try {
            return JSON.parse(browser.localStorage.getItem(MEMORY)) || {};
        } catch {
            return {};
        }
    }

    remember() {
        browser.localStorage.setItem(
            MEMORY,
            JSON.stringify({ station: this.state.station, print: this.state.print })
        );
    }

    async load() {
        const { station, ...rest } = await this.orm.call(MODEL, "desk_load", [
            this.state.station || null,
        ]);
        Object.assign(this.state, rest, { station });
        this.remember();
    }

    /** Fetch who lives where page by page, for proposals without the network; up to a limit. */
    async loadDirectory() {
        const station = this.state.station;
        this.directory = [];
        this.isWhole = false;
        let next = 0;
        do {
            let page;
            try {
                page = await this.orm.silent.call(MODEL, "desk_directory", [station, next]);
            } catch {
                return; // what is typed is looked up by the server
            }
            if (station !== this.state.station || this.queue.isDestroyed) {
                return;
            }
            this.directory.push(...page.rows);
            next = page.next;
            if (next && this.directory.length >= page.limit) {
                return;
            }
        } while (next);
        this.isWhole = true;
    }

    onQueueChange() {
        this.state.waiting = this.queue.jobs.length;
        this.state.isOffline = this.queue.isOffline;
        this.state.trouble = this.queue.trouble;
        this.state.failed = [...this.queue.refused];
    }

    focus() {
        this.input.el?.focus();
    }

    say(kind, text) {
        this.state.message = text ? { kind, text } : null;
    }

    // --- keys -------------------------------------------------------------------------------

    onKey(ev) {
        if (document.querySelector(".modal.show, .o_dialog")) {
            return;
        }
        const acts = {
            Escape: () => this.restart(),
            F2: () => this.toggleMode(),
            F3: () => this.setMode("ask"),
            F4: () => this.nextSize(),
            F8: () => this.printAgain(),
            F9: () => this.scanWithCamera(),
            ArrowDown: () => this.select(1),
            ArrowUp: () => this.select(-1),
        };
        const act = acts[ev.key];
        if (act) {
            ev.preventDefault();
            ev.stopPropagation();
            act();
        } else if (document.activeElement !== this.input.el && ev.key.length === 1) {
            this.focus();
        }
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        if (this.state.mode === "in" && this.state.step === "addressee") {
            this.proposePeople();
        }
    }

    async onEnter(ev) {
        if (ev.key !== "Enter") {
            return;
        }
        ev.preventDefault();
        const text = this.state.text.trim();
        this.state.text = "";
        await this.enter(text);
    }

    async enter(text) {
        if (this.state.mode === "out") {
            return this.enterOut(text);
        }
        if (this.state.mode === "ask") {
            return this.enterAsk(text);
        }
        const step = {
            waybill: () => this.enterWaybill(text),
            carrier: () => this.enterCarrier(text),
            addressee: () => this.enterAddressee(text),
            slot: () => this.enterSlot(text),
        }[this.state.step];
        await step();
        this.focus();
    }

    select(by) {
        const { mode, found, traced, choices } = this.state;
        const count = { out: found, ask: traced, in: choices }[mode].length;
        if (count) {
            this.state.selected = (this.state.selected + by + count) % count;
        }
    }

    restart() {
        Object.assign(this.state, {
            step: "waybill",
            text: "",
            draft: {},
            choices: [],
            selected: 0,
            slot: "",
            found: [],
            neighbours: [],
            traced: [],
            byCode: false,
        });
        this.code = "";
        this.say();
        this.focus();
    }

    toggleMode() {
        this.setMode(this.state.mode === "in" ? "out" : "in");
    }

    setMode(mode) {
        this.state.mode = mode;
        this.restart();
    }

    nextSize() {
        const keys = this.state.sizes.map((size) => size.id);
        const now = keys.indexOf(this.state.draft.size || "small");
        this.setSize(keys[(now + 1) % keys.length]);
    }

    setSize(size) {
        this.state.draft.size = size;
        if (this.state.step === "slot") {
            this.proposeSlot();
        }
        this.focus();
    }

    async changeStation(ev) {
        this.state.station = Number(ev.target.value);
        this.restart();
        await this.load();
        this.loadDirectory();
        this.focus();
    }

    togglePrint() {
        this.state.print = !this.state.print;
        this.remember();
        this.focus();
    }

    async scanWithCamera() {
        if (!this.hasCamera) {
            return;
        }
        const code = await scanBarcode(this.env);
        if (code) {
            await this.enter(code);
        }
    }

    // --- check-in -----------------------------------------------------------------------------

    async enterWaybill(text) {
        if (!text) {
            return;
        }
        this.say();
        let scan;
        try {
            scan = await this.orm.silent.call(MODEL, "desk_scan", [this.state.station, text]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                return this.say("danger", this.words(error));
            }
            this.state.isOffline = true;
            scan = this.scanOffline(text);
            if (!scan) {
                return this.say("danger", _t("This is no waybill number. Scan it again."));
            }
        }
        if (this.queue.has(scan.waybill)) {
            return this.say("danger", _t("This parcel was scanned a moment ago."));
        }
        if (scan.problem) {
            this.say("danger", scan.problem);
            if (scan.known?.length) {
                return;
            }
        }
        const draft = { waybill: scan.waybill, size: this.state.draft.size || "small" };
        this.state.draft = draft;
        if (scan.expected) {
            return this.confirmExpected(scan.expected);
        }
        const carriers = this.state.carriers.filter((one) => scan.carrier_ids.includes(one.id));
        if (!carriers.length) {
            this.state.choices = this.state.carriers;
            this.state.selected = 0;
            this.state.step = "carrier";
            return;
        }
        this.setCarrier(carriers[0]);
    }

    scanOffline(text) {
        const waybill = cleanScan(text);
        return (
            waybill && {
                waybill,
                carrier_ids: guessCarriers(this.state.carriers, waybill).map((one) => one.id),
            }
        );
    }

    /** Somebody announced it: whose name is on the label is looked at all the same. */
    confirmExpected(expected) {
        const carrier = { id: expected.carrier_id, name: expected.carrier };
        this.setCarrier(carrier);
        if (expected.unit_id || expected.partner_id) {
            const { unit_id, partner_id, unit, addressee, tail } = expected;
            this.state.choices = [{ unit_id, partner_id, unit, name: addressee, tail }];
            this.say("info", _t("Announced. Press Enter when the label names the same addressee."));
        }
    }

    setCarrier(carrier) {
        this.state.draft.carrier_id = carrier.id;
        this.state.draft.carrier = carrier.name;
        this.state.choices = [];
        this.state.selected = 0;
        this.state.step = "addressee";
    }

    enterCarrier(text) {
        const key = text.toUpperCase();
        const typed = this.state.carriers.find(
            (one) => one.code.toUpperCase() === key || one.name === text
        );
        const chosen = typed || (!text && this.state.choices[this.state.selected]);
        if (chosen) {
            this.state.draft.force = true;
            this.say();
            this.setCarrier(chosen);
        } else {
            this.say("danger", _t("Choose the courier company with the arrows, or type its letters."));
        }
    }

    proposePeople() {
        const text = this.state.text;
        this.state.choices = propose(this.directory, text);
        this.state.selected = 0;
        browser.clearTimeout(this.asking);
        if (!this.isWhole && text.trim().length > 1) {
            this.asking = browser.setTimeout(async () => {
                const choices = await this.askPeople(text).catch(() => null);
                if (choices && text === this.state.text && this.state.step === "addressee") {
                    this.state.choices = choices;
                    this.state.selected = 0;
                }
            }, ASK_AFTER);
        }
    }

    askPeople(text) {
        return this.orm.silent.call(MODEL, "desk_propose", [this.state.station, text]);
    }

    async enterAddressee(text) {
        browser.clearTimeout(this.asking);
        let choices = this.state.choices;
        if (text && !choices.length) {
            choices = propose(this.directory, text);
        }
        if (text && (!choices.length || !this.isWhole)) {
            const chosen = choices[this.state.selected];
            try {
                choices = await this.askPeople(text);
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    return this.say("danger", this.words(error));
                }
                if (!choices.length && /\d/.test(text)) {
                    // found when the network is back, or refused with the reason
                    return this.setAddressee({ text, unit: text });
                }
            }
            if (this.state.selected && chosen) {
                choices = [chosen];
                this.state.selected = 0;
            }
        }
        if (choices.length) {
            return this.setAddressee(choices[Math.min(this.state.selected, choices.length - 1)]);
        }
        if (!text) {
            return;
        }
        if (/\d/.test(text)) {
            return this.say(
                "danger",
                _t("Nobody here fits “%s”. Type unit, name or the end of the phone.", text)
            );
        }
        this.say("warning", _t("Nobody here has this name: it is kept as written."));
        return this.setAddressee({ name: text, unit: "", free: true });
    }

    async setAddressee(person) {
        this.state.choices = [];
        this.state.selected = 0;
        Object.assign(
            this.state.draft,
            person.free
                ? { name: person.name, unit: person.name }
                : person.text
                ? { text: person.text, unit: person.text }
                : { unit_id: person.unit_id, partner_id: person.partner_id, unit: person.unit }
        );
        this.state.step = "slot";
        this.focus();
        await this.proposeSlot();
    }

    async proposeSlot() {
        try {
            this.state.slot = await this.orm.silent.call(MODEL, "desk_slot", [
                this.state.station,
                this.state.draft.size,
                this.state.draft.unit_id || null,
            ]);
        } catch {
            this.state.slot = "";
        }
    }

    enterSlot(text) {
        this.submit(text ? { slot: text } : {});
    }

    submit(more) {
        const { waybill, carrier_id, unit_id, partner_id, name, text, size, force } =
            this.state.draft;
        const vals = { waybill, carrier_id, unit_id, partner_id, name, text, size, force, ...more };
        this.restart();
        this.queue.push({ ...vals, station_id: this.state.station });
    }

    onCheckedIn(answer) {
        this.state.recent = [answer, ...this.state.recent.filter((one) => one.id !== answer.id)].slice(
            0,
            RECENT
        );
        if (!answer.repeated) {
            const key = answer.state === "quarantined" ? "quarantined" : "waiting";
            this.state.counts[key] = (this.state.counts[key] || 0) + 1;
        }
        if (answer.warnings.length) {
            this.say("warning", answer.warnings.join(" "));
        } else if (this.state.step === "waybill") {
            this.say("success", `${answer.slot || "–"} · ${answer.unit || answer.addressee}`);
        }
        if (this.state.print && !answer.repeated) {
            this.printLabel(answer);
        }
    }

    correct(job) {
        this.queue.drop(job.key);
        this.setMode("in");
        this.state.text = job.waybill;
        this.focus();
    }

    again(job) {
        this.queue.drop(job.key);
        const { key, refused, ...vals } = job;
        this.queue.push(vals);
        this.focus();
    }

    drop(job) {
        this.queue.drop(job.key);
        this.focus();
    }

    words(error) {
        return error?.data?.message || error?.message || String(error);
    }

    // --- labels -------------------------------------------------------------------------------

    printAgain() {
        if (this.state.recent.length) {
            this.printLabel(this.state.recent[0]);
        }
    }

    /** Print through a hidden frame: with a kiosk printer the label comes without a dialogue. */
    printLabel(parcel) {
        const frame = document.createElement("iframe");
        frame.className = "o_parcel_label_frame";
        document.body.appendChild(frame);
        const code = encodeURIComponent(parcel.number);
        const tail = parcel.tail || parcel.waybill_tail;
        frame.srcdoc = `<!doctype html><style>
            @page { size: 60mm 40mm; margin: 0 } body { margin: 0; font-family: sans-serif }
            div.l { width: 54mm; height: 34mm; padding: 3mm; position: relative; overflow: hidden }
            .s { font-size: 24pt; font-weight: 700; line-height: 1 }
            .t { font-size: 20pt; font-weight: 700; margin-top: 3mm }
            .f { position: absolute; bottom: 2mm; left: 3mm; right: 3mm; font-size: 8pt;
                 border-top: 1px solid #000; display: flex; justify-content: space-between }
            img { position: absolute; top: 2mm; right: 2mm; width: 18mm; height: 18mm }
            </style><div class="l"><div class="s">${escape(parcel.slot || parcel.station)}</div>
            <div class="t">${escape(tail)}</div>
            <img src="/report/barcode/?barcode_type=QR&value=${code}&width=180&height=180">
            <div class="f"><span>${escape(parcel.carrier_code)} …${escape(parcel.waybill_tail)}</span>
            <span>${escape(parcel.cod ? "COD" : "")}</span><span>${escape(parcel.number)}</span></div>
            </div>`;
        frame.onload = () => {
            frame.contentWindow.focus();
            frame.contentWindow.print();
            browser.setTimeout(() => frame.remove(), 60000);
            this.focus();
        };
    }

    // --- hand-out -----------------------------------------------------------------------------

    async enterOut(text) {
        const { found, byCode } = this.state;
        if (!text && found.length) {
            const parcel = found[this.state.selected];
            return byCode && !parcel.cod ? this.handOut(parcel) : this.openCollect(parcel);
        }
        if (!text) {
            return;
        }
        this.say();
        try {
            const answer = await this.orm.silent.call(MODEL, "desk_find", [
                this.state.station,
                text,
            ]);
            Object.assign(this.state, {
                found: answer.parcels,
                neighbours: answer.neighbours,
                byCode: answer.by_code,
                selected: 0,
            });
            this.code = answer.by_code ? text : "";
            if (!answer.parcels.length) {
                this.say("danger", _t("Nothing waits here for “%s”.", text));
            }
        } catch (error) {
            this.say(
                "danger",
                error instanceof ConnectionLostError
                    ? _t("No network: nothing is handed out until it is back.")
                    : this.words(error)
            );
        }
        this.focus();
    }

    async handOut(parcel) {
        try {
            await this.orm.silent.call(MODEL, "desk_collect", [parcel.id, { code: this.code }]);
        } catch (error) {
            const isLost = error instanceof ConnectionLostError;
            if (!isLost && error.exceptionName === "odoo.exceptions.UserError" && this.code) {
                this.say("danger", this.words(error));
            } else {
                this.say("danger", isLost ? _t("No network: try again.") : this.words(error));
            }
            return this.focus();
        }
        const { neighbours } = this.state;
        this.restart();
        const key = parcel.state === "overdue" ? "overdue" : "waiting";
        this.state.counts[key] = Math.max(0, (this.state.counts[key] || 0) - 1);
        this.say("success", _t("Handed out: %s", `${parcel.slot || ""} ${parcel.unit}`));
        this.state.found = neighbours;
        return this.focus();
    }

    async openCollect(parcel) {
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Hand out"),
                res_model: "property.parcel.collect",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_parcel_id: parcel.id,
                    default_method: this.code ? "code" : "identity",
                    default_code: this.code || false,
                },
            },
            {
                onClose: async () => {
                    this.restart();
                    await this.load();
                    this.focus();
                },
            }
        );
    }

    // --- enquiry ------------------------------------------------------------------------------

    /** Somebody asks on the phone: whatever became of a parcel, with its trail. */
    async enterAsk(text) {
        if (!text) {
            const parcel = this.state.traced[this.state.selected];
            return parcel && this.openParcel(parcel);
        }
        this.say();
        try {
            this.state.traced = await this.orm.silent.call(MODEL, "desk_trace", [
                this.state.station,
                text,
            ]);
            this.state.selected = 0;
            if (!this.state.traced.length) {
                this.say("danger", _t("No parcel is known for “%s”.", text));
            }
        } catch (error) {
            this.say(
                "danger",
                error instanceof ConnectionLostError
                    ? _t("No network: try again.")
                    : this.words(error)
            );
        }
        return this.focus();
    }

    openParcel(parcel) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: parcel.id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    openBulk() {
        return this.action.doAction("property_parcel.property_parcel_bulk_action", {
            onClose: () => this.load().then(() => this.focus()),
        });
    }

    leave() {
        return this.action.doAction("property_parcel.property_parcel_action", {
            clearBreadcrumbs: true,
        });
    }
}

registry.category("actions").add("property_parcel.desk", ParcelDesk);
