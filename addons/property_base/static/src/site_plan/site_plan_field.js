import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { imageUrl } from "@web/core/utils/urls";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

import { useRef, useState } from "@odoo/owl";

const DRAG_THRESHOLD_PX = 4;

/**
 * Pins on the site plan of a community: a click on the plan sets a pin, a click on a pin opens it,
 * dragging moves it. The list of the pins stays below, it serves keyboard and screen reader.
 */
export class SitePlanField extends X2ManyField {
    static template = "property_base.SitePlanField";
    static props = {
        ...X2ManyField.props,
        imageField: { type: String, optional: true },
    };
    static defaultProps = { imageField: "site_plan" };

    setup() {
        super.setup();
        this.plan = useRef("plan");
        this.drag = useState({ id: null, x: 0, y: 0, moved: false });
    }

    get planUrl() {
        const { record, imageField } = this.props;
        const value = record.data[imageField];
        if (!value) {
            return null;
        }
        // a fresh upload is base64, a stored picture only its size
        if (value.length > 64) {
            return `data:image;base64,${value}`;
        }
        return imageUrl(record.resModel, record.resId, imageField, {
            unique: record.data.write_date,
        });
    }

    get canMove() {
        return !this.props.readonly && this.activeActions.write !== false;
    }

    get pins() {
        return this.list.records.map((record) => {
            const dragged = this.drag.id === record.id;
            const x = dragged ? this.drag.x : record.data.x_percent;
            const y = dragged ? this.drag.y : record.data.y_percent;
            return {
                id: record.id,
                record,
                name: record.data.name || "",
                className: `o_property_pin_${record.data.kind}`,
                style: `left: ${x}%; top: ${y}%`,
            };
        });
    }

    getPosition(ev) {
        const box = this.plan.el.getBoundingClientRect();
        const percent = (value, size) =>
            Math.round(Math.min(100, Math.max(0, (value / size) * 100)) * 1000) / 1000;
        return {
            x: percent(ev.clientX - box.left, box.width),
            y: percent(ev.clientY - box.top, box.height),
        };
    }

    onPlanClick(ev) {
        if (!this.canCreate) {
            return;
        }
        const { x, y } = this.getPosition(ev);
        this.onAdd({ context: { default_x_percent: x, default_y_percent: y } });
    }

    onPinPointerDown(ev, pin) {
        if (!this.canMove || ev.button !== 0) {
            return;
        }
        ev.currentTarget.setPointerCapture(ev.pointerId);
        this.start = { clientX: ev.clientX, clientY: ev.clientY };
        Object.assign(this.drag, {
            id: pin.id,
            x: pin.record.data.x_percent,
            y: pin.record.data.y_percent,
            moved: false,
        });
    }

    onPinPointerMove(ev, pin) {
        if (this.drag.id !== pin.id) {
            return;
        }
        const distance = Math.hypot(
            ev.clientX - this.start.clientX,
            ev.clientY - this.start.clientY
        );
        if (this.drag.moved || distance > DRAG_THRESHOLD_PX) {
            Object.assign(this.drag, this.getPosition(ev), { moved: true });
        }
    }

    async onPinPointerUp(pin) {
        if (this.drag.id !== pin.id) {
            return;
        }
        const { x, y, moved } = this.drag;
        if (moved) {
            await pin.record.update({ x_percent: x, y_percent: y });
            this.justMoved = true;
        }
        this.drag.id = null;
    }

    onPinPointerCancel() {
        this.drag.id = null;
    }

    onPinClick(pin) {
        if (this.justMoved) {
            this.justMoved = false;
            return;
        }
        this.openRecord(pin.record);
    }
}

export const sitePlanField = {
    ...x2ManyField,
    component: SitePlanField,
    displayName: _t("Site plan"),
    supportedTypes: ["one2many"],
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...x2ManyField.extractProps(fieldInfo, dynamicInfo),
        imageField: fieldInfo.options.image_field,
    }),
};

registry.category("fields").add("property_site_plan", sitePlanField);
