import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

export const RETRY = 3000;
const TRIES = 5;
const SIGNED_OUT = "odoo.http.SessionExpiredException";

// what the server says about the parcel itself; anything else is a fault of the way there
const REFUSALS = [
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.RedirectWarning",
];

/**
 * Check-ins that wait for the server. Each carries a key: sent twice, it is saved once. The queue
 * survives a reload of the page and is worked off one by one, in the order of the scans. What the
 * server refused is kept with its reason until somebody corrects it or puts it aside.
 */
export class ScanQueue {
    /**
     * @param {string} name of the place in the local storage
     * @param {(vals: object) => Promise<object>} send one check-in
     * @param {{onDone: Function, onFail: Function, onChange: Function}} hooks
     */
    constructor(name, send, hooks) {
        this.name = name;
        this.send = send;
        this.hooks = hooks;
        this.isOffline = false;
        this.isRunning = false;
        this.trouble = "";
        const known = this.read();
        this.jobs = known.filter((job) => !job.refused);
        this.refused = known.filter((job) => job.refused);
        this.wake = () => this.run();
        browser.addEventListener("online", this.wake);
    }

    destroy() {
        this.isDestroyed = true;
        browser.removeEventListener("online", this.wake);
        browser.clearTimeout(this.timer);
    }

    read() {
        try {
            const jobs = JSON.parse(browser.localStorage.getItem(this.name));
            return Array.isArray(jobs) ? jobs.filter((job) => job && job.key) : [];
        } catch {
            return [];
        }
    }

    /** Keep a job, or forget it, without touching what another window of the desk keeps. */
    keep(key, job) {
        const others = this.read().filter((one) => one.key !== key);
        try {
            browser.localStorage.setItem(
                this.name,
                JSON.stringify(job ? [...others, job] : others)
            );
        } catch {
            // a full storage: the job stays in this window and goes out from here
        }
        this.hooks.onChange();
    }

    static makeKey() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    push(vals) {
        const job = { ...vals, key: ScanQueue.makeKey() };
        this.jobs.push(job);
        this.keep(job.key, job);
        this.run();
        return job;
    }

    has(waybill) {
        return this.jobs.some((job) => job.waybill === waybill);
    }

    /** Forget a refused check-in. */
    drop(key) {
        this.refused = this.refused.filter((job) => job.key !== key);
        this.keep(key);
    }

    /** Tell whether to give a job back to the clerk; one that only fails stops no others for long. */
    isRefusal(error, job) {
        if (REFUSALS.includes(error?.exceptionName)) {
            return true;
        }
        if (!error?.exceptionName || error.exceptionName === SIGNED_OUT) {
            return false;
        }
        this.tries = this.failing === job.key ? this.tries + 1 : 1;
        this.failing = job.key;
        return this.tries >= TRIES;
    }

    async run() {
        if (this.isRunning || this.isDestroyed) {
            return;
        }
        this.isRunning = true;
        browser.clearTimeout(this.timer);
        while (this.jobs.length && !this.isDestroyed) {
            const job = this.jobs[0];
            let answer, error;
            try {
                answer = await this.send(job);
            } catch (caught) {
                if (!this.isRefusal(caught, job)) {
                    this.isOffline =
                        caught instanceof ConnectionLostError || caught instanceof TypeError;
                    this.trouble = this.isOffline ? "" : caught?.data?.message || String(caught);
                    this.hooks.onChange();
                    this.timer = browser.setTimeout(() => this.run(), RETRY);
                    break;
                }
                error = caught;
            }
            this.isOffline = false;
            this.trouble = "";
            this.jobs.shift();
            if (error) {
                job.refused = error.data?.message || error.message || String(error);
                this.refused.unshift(job);
                this.keep(job.key, job);
                this.hooks.onFail(job);
            } else {
                this.keep(job.key);
                this.hooks.onDone(job, answer);
            }
        }
        this.isRunning = false;
        this.hooks.onChange();
    }
}
