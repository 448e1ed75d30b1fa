import { Component, onMounted, onWillStart, useExternalListener, useRef, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "property.cashier.payment";
const NOTES = [100, 50, 20, 10, 5, 1, 0.5, 0.1];

function cents(value) {
    return Math.round((Number(value) || 0) * 100);
}

/** The cashier's desk: find a unit, see what is owed, take money, hand out the receipt. */
export class CashierDesk extends Component {
    static template = "property_fees.CashierDesk";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.search = useRef("search");
        this.tendered = useRef("tendered");
        this.notes = NOTES;
        this.state = useState({
            loaded: false,
            shift: false,
            start: {},
            query: "",
            results: [],
            searched: false,
            cursor: 0,
            unit: false,
            pay: this.emptyPayment(),
            done: false,
            closing: false,
            busy: false,
        });
        this.searchSoon = useDebounced(() => this.find(), 200);
        onWillStart(() => this.load());
        onMounted(() => this.focusSearch());
        useExternalListener(window, "keydown", (event) => this.onKey(event), { capture: true });
    }

    // ---- data

    async load() {
        const start = await this.orm.call(MODEL, "desk_start", []);
        this.state.start = start;
        this.state.shift = start.shift;
        this.state.opening = { community_id: start.community_id, cash: start.opening_cash };
        this.state.loaded = true;
        const unit = this.props.action.params?.unit_id || this.props.action.context?.active_unit_id;
        if (unit && start.shift) {
            await this.choose(unit);
        }
    }

    emptyPayment() {
        return {
            method: "cash",
            amount: null,
            tendered: "",
            reference: "",
            value_date: "",
            partner_id: false,
            payer_name: "",
            prepaid: "",
            prepaid_item_id: false,
            surplus: "change",
            deposit_kind: "",
            deposit_amount: "",
            deposit_note: "",
        };
    }

    money(value) {
        return formatMonetary(value || 0, { currencyId: this.state.start.currency_id });
    }

    async call(method, args) {
        this.state.busy = true;
        try {
            return await this.orm.call(MODEL, method, args);
        } finally {
            this.state.busy = false;
        }
    }

    // ---- shift

    async openShift() {
        const { community_id, cash } = this.state.opening;
        this.state.shift = await this.call("desk_open_shift", [
            Number(community_id),
            Number(cash) || 0,
        ]);
        this.focusSearch();
    }

    async askClose() {
        const start = await this.orm.call(MODEL, "desk_start", []);
        this.state.shift = start.shift;
        this.state.closing = {
            counts: Object.fromEntries(NOTES.map((note) => [note, ""])),
            counted: "",
            banked: "",
            reason: "",
        };
    }

    get counted() {
        const closing = this.state.closing;
        const byNotes = NOTES.reduce(
            (sum, note) => sum + cents(note) * (parseInt(closing.counts[note]) || 0),
            0
        );
        return (byNotes || cents(closing.counted)) / 100;
    }

    get countedDifference() {
        return (cents(this.counted) - cents(this.state.shift.expected_cash)) / 100;
    }

    async closeShift() {
        const closing = this.state.closing;
        const shift = this.state.shift.id;
        await this.call("desk_close_shift", [
            shift,
            {
                counted_cash: this.counted,
                banked_cash: Number(closing.banked) || 0,
                difference_reason: closing.reason,
                denominations: closing.counts,
            },
        ]);
        this.state.closing = false;
        await this.print("property.cashier.shift", shift);
        await this.reset();
        await this.load();
    }

    // ---- search

    focusSearch() {
        this.search.el?.focus();
        this.search.el?.select();
    }

    onQuery(event) {
        this.state.query = event.target.value;
        this.searchSoon();
    }

    async find() {
        const query = this.state.query.trim();
        if (query.length < 2) {
            this.state.results = [];
            this.state.searched = false;
            return;
        }
        const results = await this.orm.silent.call(MODEL, "desk_search", [query]);
        if (query !== this.state.query.trim()) {
            return; // a later word is under way
        }
        this.state.results = results;
        this.state.cursor = 0;
        this.state.searched = true;
    }

    async onSearchKey(event) {
        const last = this.state.results.length - 1;
        if (event.key === "ArrowDown") {
            this.state.cursor = Math.min(this.state.cursor + 1, last);
            event.preventDefault();
        } else if (event.key === "ArrowUp") {
            this.state.cursor = Math.max(this.state.cursor - 1, 0);
            event.preventDefault();
        } else if (event.key === "Enter") {
            event.preventDefault();
            if (!this.state.searched) {
                await this.find();
            }
            const found = this.state.results[this.state.cursor];
            if (found) {
                await this.choose(found.id);
            }
        }
    }

    async choose(unitId, keep = false) {
        const pay = keep ? this.state.pay : this.emptyPayment();
        const unit = await this.call("desk_unit", [unitId, pay.value_date || false]);
        for (const line of unit.lines) {
            line.selected = true;
        }
        for (const deposit of unit.deposits) {
            deposit.selected = deposit.state === "draft";
        }
        pay.partner_id = unit.lines[0]?.partner_id || unit.payers[0]?.id || false;
        Object.assign(this.state, { unit, pay, done: false, results: [], searched: false });
        this.state.query = unit.name;
        setTimeout(() => this.tendered.el?.focus(), 0);
    }

    async reset() {
        Object.assign(this.state, {
            unit: false,
            done: false,
            query: "",
            results: [],
            searched: false,
            pay: this.emptyPayment(),
        });
        setTimeout(() => this.focusSearch(), 0);
    }

    // ---- amounts, in whole cents

    get owedCents() {
        return this.state.unit.lines.reduce(
            (sum, line) => sum + (line.selected ? cents(line.amount_residual) + cents(line.late) : 0),
            0
        );
    }

    get depositCents() {
        const chosen = this.state.unit.deposits.reduce(
            (sum, one) => sum + (one.selected && one.state === "draft" ? cents(one.amount) : 0),
            0
        );
        return chosen + (this.state.pay.deposit_kind ? cents(this.state.pay.deposit_amount) : 0);
    }

    get dueCents() {
        return this.owedCents + this.depositCents;
    }

    /** What is paid towards bills and deposits: all that is chosen unless a part was typed. */
    get amountCents() {
        const typed = this.state.pay.amount;
        return typed === null || typed === "" ? this.dueCents : cents(typed);
    }

    get restCents() {
        return Math.max(this.amountCents - this.dueCents, 0);
    }

    get changeCents() {
        const given = cents(this.state.pay.tendered);
        const total = this.amountCents + cents(this.state.pay.prepaid);
        return this.state.pay.method === "cash" && given ? given - total : 0;
    }

    get keepsChange() {
        return this.state.pay.surplus === "prepaid" && this.changeCents > 0;
    }

    get prepaidCents() {
        const kept = this.keepsChange ? this.changeCents : 0;
        return cents(this.state.pay.prepaid) + this.restCents + kept;
    }

    get totalCents() {
        return Math.min(this.amountCents, this.dueCents) + this.prepaidCents;
    }

    get isPart() {
        return this.amountCents < this.dueCents;
    }

    get canPay() {
        return !this.state.busy && this.totalCents > 0 && this.changeCents >= 0;
    }

    get totalDue() {
        return this.state.unit.lines.reduce(
            (sum, line) => sum + cents(line.amount_residual) + cents(line.late),
            0
        );
    }

    get totalLate() {
        return this.state.unit.lines.reduce((sum, line) => sum + cents(line.late), 0);
    }

    cash(value) {
        return this.money(value / 100);
    }

    setMethod(method) {
        this.state.pay.method = method;
        setTimeout(() => this.tendered.el?.focus(), 0);
    }

    toggle(line) {
        line.selected = !line.selected;
        this.state.pay.amount = null;
    }

    toggleAll() {
        const all = this.state.unit.lines.every((line) => line.selected);
        for (const line of this.state.unit.lines) {
            line.selected = !all;
        }
        this.state.pay.amount = null;
    }

    async onValueDate() {
        await this.choose(this.state.unit.id, true);
    }

    // ---- act

    async take(print) {
        if (!this.canPay) {
            return;
        }
        const { unit, pay } = this.state;
        const vals = {
            unit_id: unit.id,
            partner_id: Number(pay.partner_id) || false,
            payer_name: pay.payer_name,
            bill_ids: unit.lines.filter((line) => line.selected).map((line) => line.id),
            deposit_ids: unit.deposits
                .filter((one) => one.selected && one.state === "draft")
                .map((one) => one.id),
            amount: Math.min(this.amountCents, this.dueCents) / 100,
            prepaid: this.prepaidCents / 100,
            prepaid_item_id: Number(pay.prepaid_item_id) || false,
            surplus: this.prepaidCents ? "prepaid" : "refuse",
            method: pay.method,
            reference: pay.reference,
            tendered: pay.method === "cash" ? Number(pay.tendered) || 0 : 0,
            value_date: pay.value_date || false,
        };
        if (pay.deposit_kind && cents(pay.deposit_amount)) {
            vals.deposit = {
                kind: pay.deposit_kind,
                amount: Number(pay.deposit_amount),
                description: pay.deposit_note,
            };
        }
        const receipt = await this.call("desk_pay", [vals]);
        this.state.done = receipt;
        const start = await this.orm.call(MODEL, "desk_start", []);
        this.state.shift = start.shift;
        if (print) {
            await this.print("property.receipt", receipt.id);
        }
    }

    async usePrepaid(account) {
        const used = await this.call("desk_use_prepaid", [account.id]);
        this.notification.add(_t("%s paid out of the prepaid account", this.money(used)), {
            type: "success",
        });
        await this.choose(this.state.unit.id);
    }

    async print(model, id) {
        const action = await this.orm.call(model, "action_print", [[id]]);
        await this.action.doAction(action);
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
            target: "new",
        });
    }

    askWaiver() {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Ask for a waiver of late fees"),
                res_model: "property.late.fee.waiver",
                views: [[false, "form"]],
                target: "new",
                context: { default_unit_id: this.state.unit.id },
            },
            { onClose: () => this.choose(this.state.unit.id) }
        );
    }

    exit() {
        const leave = () => this.action.doAction("property_fees.property_cashier_shift_action", {
            clearBreadcrumbs: true,
        });
        if (this.state.unit && !this.state.done && this.state.pay.tendered) {
            this.dialog.add(ConfirmationDialog, {
                body: _t("The payment has not been taken. Leave the desk?"),
                confirm: leave,
                confirmLabel: _t("Leave"),
                cancel: () => {},
            });
        } else {
            leave();
        }
    }

    // ---- keyboard

    onKey(event) {
        if (document.querySelector(".modal.show, .o_dialog") || !this.state.shift) {
            return;
        }
        if (event.key === "F2") {
            event.preventDefault();
            this.state.done ? this.reset() : this.focusSearch();
        } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            if (this.state.closing) {
                this.state.closing = false;
            } else {
                this.reset();
            }
        } else if (event.key === "Enter" && event.ctrlKey && this.state.unit && !this.state.done) {
            event.preventDefault();
            event.stopPropagation();
            this.take(true);
        } else if (event.altKey && /^Digit[1-9]$/.test(event.code) && this.state.unit) {
            const method = this.state.start.methods[Number(event.code.slice(5)) - 1];
            if (method) {
                event.preventDefault();
                event.stopPropagation();
                this.setMethod(method.value);
            }
        } else if (event.key === "Enter" && this.state.done) {
            event.preventDefault();
            this.reset();
        }
    }
}

registry.category("actions").add("property_fees.cashier_desk", CashierDesk);
