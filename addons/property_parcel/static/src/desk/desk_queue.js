import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

export const RETRY = 3000;

/**
 * Check-ins that wait for the server. Each carries a key: sent twice, it is saved once. The queue
 * survives a reload of the page and is worked off one by one, in the order of the scans.
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
        this.jobs = this.read();
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
            return JSON.parse(browser.localStorage.getItem(this.name)) || [];
        } catch {
            return [];
        }
    }

    write() {
        browser.localStorage.setItem(this.name, JSON.stringify(this.jobs));
        this.hooks.onChange();
    }

    static makeKey() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    push(vals) {
        const job = { ...vals, key: ScanQueue.makeKey() };
        this.jobs.push(job);
        this.write();
        this.run();
        return job;
    }

    has(waybill) {
        return this.jobs.some((job) => job.waybill === waybill);
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
                if (caught instanceof ConnectionLostError || caught instanceof TypeError) {
                    this.isOffline = true;
                    this.hooks.onChange();
                    this.timer = browser.setTimeout(() => this.run(), RETRY);
                    break;
                }
                error = caught;
            }
            this.isOffline = false;
            this.jobs.shift();
            this.write();
            if (error) {
                this.hooks.onFail(job, error);
            } else {
                this.hooks.onDone(job, answer);
            }
        }
        this.isRunning = false;
        this.hooks.onChange();
    }
}
