import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Value of a parameter: yes/no and choices are picked from a list, everything else is typed. */
export class ParameterValueField extends Component {
    static template = "property_base.ParameterValueField";
    static props = { ...standardFieldProps };

    get choices() {
        const { kind, options } = this.props.record.data;
        if (kind === "boolean") {
            return [
                ["true", _t("Yes")],
                ["false", _t("No")],
            ];
        }
        return kind === "selection" ? options || [] : null;
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get label() {
        const choice = this.choices?.find(([value]) => value === this.value);
        return choice ? choice[1] : this.value;
    }

    get inputMode() {
        return this.props.record.data.kind === "text" ? "text" : "decimal";
    }

    onChange(ev) {
        const value = ev.target.value.trim();
        return this.props.record.update({ [this.props.name]: value || false });
    }
}

registry.category("fields").add("property_parameter_value", {
    component: ParameterValueField,
    displayName: _t("Value of a parameter"),
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "kind", type: "selection", readonly: true },
        { name: "options", type: "json", readonly: true },
    ],
});
