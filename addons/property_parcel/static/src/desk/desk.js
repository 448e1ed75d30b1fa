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
            found: [],
            neighbours: [],
            byCode: false,
        });
        this.directory = [];
        this.queue = new ScanQueue(
            `${MEMORY}.queue`,
            (vals) => this.orm.silent.call(MODEL, "desk_check_in", [vals]),
            {
                onDone: (job, answer) => this.onCheckedIn(answer),
                onFail: (job, error) => this.onRefused(job, error),
                onChange: () => this.onQueueChange(),
            }
        );
        this.onKey = this.onKey.bind(this);
        onWillStart(() => this.load());
        onMounted(() => {
            browser.addEventListener("keydown", this.onKey, true);
            this.focus();
            this.queue.run();
        });
        onWillUnmount(() => {
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
        const { directory, station, ...rest } = await this.orm.call(MODEL, "desk_load", [
            this.state.station || null,
        ]);
        this.directory = directory;
        Object.assign(this.state, rest, { station });
        this.remember();
    }

    onQueueChange() {
        this.state.waiting = this.queue.jobs.length;
        this.state.isOffline = this.queue.isOffline;
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
        const count =
            this.state.mode === "out" ? this.state.found.length : this.state.choices.length;
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
            byCode: false,
        });
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
            draft.carrier_id = scan.expected.carrier_id;
            return this.submit({});
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
        this.state.choices = propose(this.directory, this.state.text);
        this.state.selected = 0;
    }

    async enterAddressee(text) {
        let choices = this.state.choices;
        if (text && !choices.length) {
            choices = propose(this.directory, text);
        }
        if (text && !choices.length) {
            try {
                choices = await this.orm.silent.call(MODEL, "desk_propose", [
                    this.state.station,
                    text,
                ]);
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    return this.say("danger", this.words(error));
                }
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
        const { waybill, carrier_id, unit_id, partner_id, name, size, force } = this.state.draft;
        const vals = { waybill, carrier_id, unit_id, partner_id, name, size, force, ...more };
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

    onRefused(job, error) {
        this.state.failed = [{ job, message: this.words(error) }, ...this.state.failed];
        this.say("danger", `${job.waybill}: ${this.words(error)}`);
    }

    correct(index) {
        const [{ job }] = this.state.failed.splice(index, 1);
        this.setMode("in");
        this.state.text = job.waybill;
        this.focus();
    }

    drop(index) {
        this.state.failed.splice(index, 1);
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
        this.state.counts.waiting = Math.max(0, (this.state.counts.waiting || 0) - 1);
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
