// A client: the calls of a game, consent, the one request, the spool. It starts no timer and does no I/O but through its options;
// start.ts connects it to a browser, an engine or a mini game. tests/client/vectors has what it does, to the byte.
import { DEADLINE_EXCEEDED, readAnswer } from "./answer.js";
import { type Checked, checkOptions, type Consent, type Options } from "./options.js";
import { Outbox } from "./outbox.js";
import { Spool } from "./spool.js";
import type { Stats } from "./stats.js";
import { printableUtf8 } from "./text.js";
import { floor, max, min } from "./numbers.js";

const ANSWER_MAX = 4096;
const COUNT_MAX = 4294967295;
const ROUNDS = 8; // a transport that answers at once must not keep the frame

function isInt32(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

export class Client {
  private readonly checked: Checked;
  private readonly outbox: Outbox;
  private off: boolean;
  private counting: boolean;
  private consent: Consent = "unknown";
  private network: boolean;
  private now: number;
  private next = Infinity;
  private busy = false;

  // Calls that wait for the next tick.
  private wanted: Consent | undefined;
  private networkChanged = false;
  private flushing = false;
  private pausing = false;

  // The one request: what gives it up; undefined: none is on its way.
  private asked: { end?: (() => void) | void } | undefined;
  private answerDue = 0;
  private answer: { status: number; body: Uint8Array } | undefined;
  private spool: Spool | undefined;
  private unread: Spool | undefined; // it could not be read, so it is not written over

  constructor(private readonly options: Options) {
    this.checked = checkOptions(options);
    this.off = this.checked.off;
    this.counting = !this.off;
    this.network = options.network !== false;
    const wall = () => floor(options.wallClock ? options.wallClock() : Date.now());
    this.spool = options.spool ? new Spool(options.spool, wall, this.checked.spoolMs) : undefined;
    this.now = this.clock();
    const random = options.random || (() => undefined);
    const drawn = options.seed ? undefined : random(4);
    const seed = options.seed || (drawn ? drawn.reduce((all, byte) => all * 256 + byte, 0) : this.now + 1);
    this.outbox = new Outbox(this.checked, random, seed, this.now);
    if (!this.off) this.changeConsent(options.consent || "unknown");
    this.next = this.nextTime();
  }

  /** Counts `count` events of `code`; 0 is a success. What is no code or no count, such as undefined, is not counted: stats().uncountable. */
  report(code: number, count = 1): void {
    if (!isInt32(code) || !(count >= 1 && count <= COUNT_MAX)) {
      ++this.outbox.stats.uncountable;
    } else if (this.counting) {
      this.outbox.report(code, floor(count));
    }
  }

  /** Adds a detail to an event that report() counts: the SDK call, the code in the SDK's log (as digits, if it is beyond 2^53). */
  detail(code: number, operation = "", underlyingCode: number | bigint | string = 0): void {
    if (this.counting && isInt32(code)) this.outbox.detail(code, String(operation), underlyingCode);
  }

  /** Sends what is pending without waiting for the interval; the server's delays still count. */
  flush(): void {
    this.flushing = true;
    this.wake();
  }

  /** The game goes to the background: writes the spool, then as flush(). */
  pause(): void {
    this.pausing = true;
    this.tick(); // nothing may run later
    this.wake();
  }

  setConsent(consent: Consent): void {
    this.wanted = consent;
    this.tick(); // nothing is kept after a denial, and what is reported after a consent counts
    this.wake();
  }

  setNetwork(available: boolean): void {
    if (this.network === available) return;
    this.network = available;
    this.networkChanged = true;
    this.wake();
  }

  /** Goes without a spool, and says why. */
  dropSpool(why: string): void {
    this.spool = undefined;
    this.failSpool(why);
  }

  stats(): Stats {
    return { ...this.outbox.stats, pendingEvents: this.outbox.pendingEvents() };
  }

  /** What is wrong with the options: the field, its value, what is allowed, and what was done. Empty if nothing is. */
  error(): string {
    return this.checked.error;
  }

  /** Its clock, in milliseconds. */
  clock(): number {
    return floor(this.options.clock ? this.options.clock() : Date.now());
  }

  /** Does what is due. Returns when it has something to do next, by its clock; Infinity: not before another call. */
  tick(): number {
    if (this.off) return Infinity;
    if (this.busy) return this.now;
    this.now = max(this.now, this.clock());
    if (this.now >= this.next || this.isCalled()) {
      this.busy = true;
      try {
        this.work();
      } finally {
        this.busy = false;
      }
      this.next = this.nextTime();
    }
    return this.isCalled() ? this.now : this.next;
  }

  /** Gives the request up and writes the spool; sends nothing. No call has an effect afterwards. */
  stop(): void {
    if (this.off) return;
    this.now = max(this.now, this.clock());
    this.obey();
    this.takeAnswer();
    this.cancel();
    if (this.consent === "granted" && this.spoolIsStale()) this.writeSpool();
    this.counting = false;
    this.off = true;
  }

  private wake(): void {
    if (!this.off && this.options.wake) this.options.wake();
  }

  private isCalled(): boolean {
    return this.wanted !== undefined || this.networkChanged || this.flushing || this.pausing || this.answer !== undefined;
  }

  private work(): void {
    const pausing = this.pausing;
    this.obey();
    if (this.consent !== "granted") {
      this.answer = undefined;
      return;
    }
    let answered = false;
    for (let round = 0; round < ROUNDS; ++round) {
      const taken = this.takeAnswer();
      answered = answered || taken;
      if (!this.attempt() && !taken) break;
    }
    const isDue = this.spool !== undefined && this.now >= this.spool.due;
    if ((isDue || answered || pausing) && this.spoolIsStale()) this.writeSpool();
    if (isDue && this.spool) this.spool.restart(this.now);
  }

  private nextTime(): number {
    if (this.off || this.consent !== "granted") return Infinity;
    const attempt = this.asked ? this.answerDue : this.network ? this.outbox.nextAttempt() : Infinity;
    return this.spool ? min(attempt, this.spool.due) : attempt;
  }

  /** Carries out the calls since the last tick. */
  private obey(): void {
    const { wanted, networkChanged } = this;
    const flushing = this.flushing || this.pausing;
    this.wanted = undefined;
    this.networkChanged = this.flushing = this.pausing = false;
    if (wanted !== undefined) this.changeConsent(wanted);
    if (this.consent !== "granted") return;
    if (networkChanged && this.network) this.outbox.pacing.onNetworkBack(this.now);
    if (flushing) this.outbox.expedite();
  }

  private changeConsent(consent: Consent): void {
    const before = this.consent;
    this.consent = consent;
    if (consent === before) return;
    if (consent === "denied") {
      this.counting = false;
      this.cancel();
      this.outbox.forget(this.now);
      this.spool = this.spool || this.unread;
      this.trySpool("deleted", (spool) => spool.erase());
      return;
    }
    if (before === "denied") this.outbox.forget(this.now); // stats of the time without consent
    this.counting = true;
    if (consent !== "granted") return;
    this.outbox.pacing.restart(this.now);
    this.takeOver();
  }

  /** One attempt, if it is time for one. Returns whether something was sent. */
  private attempt(): boolean {
    if (this.asked || !this.network || this.outbox.nextAttempt() > this.now) return false;
    const body = this.outbox.attempt(this.now, () => this.writeSpool());
    if (!body) return false;
    const request: { end?: (() => void) | void } = {};
    const onAnswer = (status: number, answer: Uint8Array | string) => {
      if (request !== this.asked || this.answer) return;
      this.answer = { status, body: typeof answer === "string" ? printableUtf8(answer, ANSWER_MAX) : answer.subarray(0, ANSWER_MAX) };
      if (!this.busy) this.wake();
    };
    this.asked = request;
    this.answerDue = this.now + this.checked.timeoutMs;
    ++this.outbox.stats.batchesSent;
    const { url, headers, timeoutMs } = this.checked;
    try {
      request.end = this.options.post!({ url, headers, body, timeoutMs }, onAnswer);
    } catch (error) {
      onAnswer(0, `not started: ${error}`);
    }
    return true;
  }

  private cancel(): void {
    const { asked, answer } = this;
    this.asked = this.answer = undefined;
    if (asked && asked.end && !answer) asked.end();
  }

  /** Takes the answer, or the lack of one after the time for it. Returns whether there was one. */
  private takeAnswer(): boolean {
    const { answer } = this;
    if (answer) {
      this.asked = this.answer = undefined;
      const { flight } = this.outbox;
      this.outbox.settle(readAnswer(answer.status, answer.body, flight ? flight.sequence : 0), this.now);
      return true;
    }
    if (!this.asked || this.now < this.answerDue) return false;
    this.cancel();
    const text = `no answer within timeoutMs (${this.checked.timeoutMs} ms); check the network, then url`;
    this.outbox.settle({ code: DEADLINE_EXCEEDED, acknowledged: 0, httpStatus: 0, text }, this.now);
    return true;
  }

  private failSpool(why: string): void {
    const { stats } = this.outbox;
    ++stats.spoolFailures;
    stats.lastError = stats.lastError || why;
  }

  private trySpool(what: string, use: (spool: Spool) => void): void {
    try {
      if (this.spool) use(this.spool);
    } catch (error) {
      this.failSpool(`the spool cannot be ${what}: ${error}`);
    }
  }

  private spoolIsStale(): boolean {
    return this.spool !== undefined && this.spool.isStale(this.outbox.mark());
  }

  private writeSpool(): void {
    this.trySpool("written", (spool) => {
      spool.write(this.outbox, this.outbox.mark(), this.now);
      ++this.outbox.stats.spoolWrites;
    });
  }

  /** Takes over what the last run left. */
  private takeOver(): void {
    const { spool } = this;
    if (!spool) return;
    spool.restart(this.now);
    let found;
    try {
      found = spool.read(this.now);
    } catch (error) {
      this.unread = spool;
      this.dropSpool(`the spool cannot be read, so this run goes without: ${error}`);
    }
    if (found === null) this.failSpool("the spool is of another version, so its counts are lost");
    if (!found) return;
    // What was in flight waits as long as a first batch does.
    const { pacing } = this.outbox;
    pacing.serverAllows = max(pacing.serverAllows, this.now + this.checked.firstFlushMs);
    if (!this.outbox.restore(found)) this.failSpool("the spool is of another app, so its counts are given up; let each app have its own");
  }
}
