import { Component, onMounted, onWillStart, onWillUnmount, markup, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { SignatureDialog } from "@web/core/signature/signature_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PhotoQueue, shrink } from "./photo_queue";

const REFUSALS = ["UserError", "ValidationError", "AccessError", "MissingError"].map(
    (name) => `odoo.exceptions.${name}`
);

/** Tell whether the server will never take it: no picture, an order that is gone. */
export function isRefusal(error) {
    return error instanceof RPCError && REFUSALS.includes(error.exceptionName);
}

/** The jobs of a technician on the phone: one thumb, large buttons, photos without a network. */
export class TechnicianList extends Component {
    static template = "property_workorder.TechnicianList";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.queue = new PhotoQueue();
        this.state = useState({
            tab: "mine",
            data: null,
            open: null,
            form: null,
            busy: false,
            waiting: 0,
            offline: !navigator.onLine,
        });
        this.onLine = () => {
            this.state.offline = false;
            this.flush();
            this.load();
        };
        this.onOffline = () => (this.state.offline = true);
        onWillStart(() => this.load());
        onMounted(() => {
            window.addEventListener("online", this.onLine);
            window.addEventListener("offline", this.onOffline);
            this.flush();
        });
        onWillUnmount(() => {
            window.removeEventListener("online", this.onLine);
            window.removeEventListener("offline", this.onOffline);
        });
    }

    get cards() {
        return this.state.data ? this.state.data[this.state.tab] : [];
    }

    async load() {
        try {
            this.state.data = await this.orm.call("property.workorder", "get_technician_list", []);
            this.state.offline = false;
        } catch (error) {
            this.lost(error);
        }
    }

    lost(error) {
        if (!(error instanceof ConnectionLostError)) {
            throw error;
        }
        this.state.offline = true;
    }

    html(text) {
        // cleaned by the server: a Html field of the order
        return markup(text);
    }

    due(card) {
        return card.due ? deserializeDateTime(card.due).toRelative() : "";
    }

    moment(text) {
        return deserializeDateTime(text).toFormat("MM-dd HH:mm");
    }

    toggle(card) {
        this.state.open = this.state.open === card.id ? null : card.id;
        this.state.form = null;
    }

    async step(card, step, values = {}) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            this.state.data = await this.orm.call("property.workorder", "technician_step", [
                [card.id],
                step,
                values,
            ]);
            this.state.form = null;
            if (step === "grab") {
                Object.assign(this.state, { tab: "mine", open: card.id });
            }
            if (step === "finish") {
                this.state.open = null;
                this.notification.add(_t("%(order)s is done", { order: card.name }), {
                    type: "success",
                });
            }
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
                this.notification.add(_t("No network. Press again when you are connected."), {
                    type: "warning",
                });
            } else {
                throw error;
            }
        } finally {
            this.state.busy = false;
        }
    }

    ask(kind) {
        this.state.form = { kind, reason: "part", note: "", result: "", cleaned: false, materials: [] };
    }

    addMaterial() {
        const first = this.state.data.materials[0];
        if (first) {
            this.state.form.materials.push({ product_id: first.id, quantity: 1 });
        }
    }

    sign() {
        this.dialog.add(SignatureDialog, {
            defaultName: "",
            nameAndSignatureProps: { mode: "draw", noInputName: false },
            uploadSignature: ({ name, signatureImage }) => {
                this.state.form.signature = signatureImage.split(",")[1];
                this.state.form.signed_by = name;
            },
        });
    }

    async photo(card, kind, event) {
        const files = [...event.target.files];
        event.target.value = "";
        for (const file of files) {
            let image;
            try {
                image = await shrink(file);
            } catch {
                this.notification.add(_t("%(file)s is no picture.", { file: file.name }), {
                    type: "danger",
                });
                continue;
            }
            const key = `${card.id}-${Date.now()}-${Math.random().toString(36).slice(2, 10)}`;
            const isKept = await this.queue.add({ key, id: card.id, kind, image });
            if (!isKept) {
                this.notification.add(
                    _t("This browser keeps no photos. Leave the page open until they are sent."),
                    { type: "warning" }
                );
            }
        }
        await this.flush();
    }

    async flush() {
        const outcome = await this.queue.flush(
            async (photo) => {
                await this.orm.silent.call("property.workorder", "technician_photo", [
                    [photo.id],
                    photo.key,
                    photo.kind,
                    photo.image,
                ]);
            },
            isRefusal
        );
        this.state.waiting = outcome.left;
        for (const refused of outcome.refused) {
            this.notification.add(refused.error.data?.message || refused.error.message, {
                type: "danger",
            });
        }
        if (outcome.left) {
            this.state.offline = outcome.error instanceof ConnectionLostError;
        } else if (outcome.sent) {
            this.notification.add(_t("%(count)s photos sent", { count: outcome.sent }), {
                type: "success",
            });
            await this.load();
        }
    }

    /** What somebody finds on his way is a request like any other. */
    report() {
        return this.action.doAction("property_workorder.property_workorder_desk_action", {
            additionalContext: { default_channel: "staff" },
        });
    }

    openForm(card) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.workorder",
            res_id: card.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("property_workorder.technician", TechnicianList);
