import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MEMORY_KEY = "property_base.cockpit";
const CHANNEL = "property_cockpit";
const NOTIFICATION = "property.cockpit/changed";
/** At most one reload in this time, however many records change. */
export const THROTTLE = 3000;
/** Slow reload for what changes by the clock, and when the live connection is lost. */
export const POLL = 120000;

/** What is going on in the communities, right now; every figure opens the list behind it. */
export class Cockpit extends Component {
    static template = "property_base.Cockpit";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.display = { controlPanel: {} };
        this.formatInteger = formatInteger;
        this.state = useState({
            community: this.restore(),
            communities: [],
            sections: [],
            charts: [],
            lists: [],
            updatedAt: null,
            changed: [],
            isLive: true,
            isLoading: true,
        });
        useSetupAction({ getLocalState: () => ({ community: this.state.community }) });
        this.onChanged = this.onChanged.bind(this);
        this.bus.addChannel(CHANNEL);
        this.bus.subscribe(NOTIFICATION, this.onChanged);
        useBus(this.bus, "BUS:DISCONNECT", () => (this.state.isLive = false));
        useBus(this.bus, "BUS:RECONNECT", () => {
            this.state.isLive = true;
            this.load();
        });
        this.poll = browser.setInterval(() => {
            if (document.visibilityState === "visible") {
                this.load();
            }
        }, POLL);
        onWillUnmount(() => {
            this.isDestroyed = true;
            browser.clearInterval(this.poll);
            browser.clearTimeout(this.pending);
            this.bus.unsubscribe(NOTIFICATION, this.onChanged);
            this.bus.deleteChannel(CHANNEL);
        });
        onWillStart(() => this.load());
    }

    restore() {
        if (this.props.state) {
            return this.props.state.community;
        }
        return Number(browser.localStorage.getItem(MEMORY_KEY)) || false;
    }

    async load() {
        const community = this.state.community;
        const data = await this.orm.silent.call("property.cockpit", "load_cockpit", [], {
            community_ids: community ? [community] : [],
        });
        if (this.isDestroyed || community !== this.state.community) {
            return;
        }
        const before = this.values();
        Object.assign(this.state, data, {
            community: data.community_ids[0] || false,
            updatedAt: luxon.DateTime.now(),
            isLoading: false,
        });
        const after = this.values();
        this.state.changed = Object.keys(after).filter(
            (key) => key in before && before[key] !== after[key]
        );
    }

    /** Figures by tile, to show which ones moved. */
    values() {
        return Object.fromEntries(
            this.state.sections.flatMap((section) =>
                section.tiles.map((tile) => [tile.key, tile.value])
            )
        );
    }

    onChanged({ community_id }) {
        if (this.state.community && community_id !== this.state.community) {
            return;
        }
        if (!this.pending) {
            this.pending = browser.setTimeout(() => {
                this.pending = null;
                this.load();
            }, THROTTLE);
        }
    }

    onCommunityChange(ev) {
        this.state.community = Number(ev.target.value) || false;
        browser.localStorage.setItem(MEMORY_KEY, this.state.community || "");
        return this.load();
    }

    open(action) {
        return this.action.doAction(action);
    }

    openRow(list, row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: list.action.res_model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    openBoard() {
        return this.action.doAction("property_base.property_board_action");
    }

    get updatedTime() {
        return this.state.updatedAt?.toFormat("HH:mm") || "";
    }

    rowDate(list, row) {
        return list.date_type === "datetime"
            ? deserializeDateTime(row.date).toFormat("HH:mm")
            : deserializeDate(row.date).toFormat("MM-dd");
    }

    percent(chart, part) {
        return chart.total ? (100 * part.count) / chart.total : 0;
    }

    percentText(chart, part) {
        const percent = this.percent(chart, part);
        return percent && percent < 1 ? "<1%" : `${Math.round(percent)}%`;
    }

    tileClass(tile) {
        return {
            [`o_board_tone_${tile.tone}`]: true,
            o_cockpit_calm: !tile.value,
            o_cockpit_alert: tile.alert && tile.value,
            o_cockpit_changed: this.state.changed.includes(tile.key),
        };
    }
}

registry.category("actions").add("property_cockpit", Cockpit);
