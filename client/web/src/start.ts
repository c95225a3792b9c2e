// Connects a client to where it runs: timers, HTTP, storage, the life cycle of a page or mini game.
import { Client } from "./client.js";
import type { Consent, Options } from "./options.js";
import { cryptoRandom, findSpool, findPost, makeClock, weakRandom, ownAlone, watchLife } from "./platform.js";
import { max, min } from "./numbers.js";

const TIMER_MAX = 3600000; // setTimeout takes 31 bits

export interface StartOptions extends Options {
  /** The name of the spool in the storage: "gmewatch.APP" unless given. */
  spoolName?: string;
}

class RunningClient extends Client {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private endWatch: () => void = () => undefined;
  private readonly note: string;
  // Until it is known whether another tab has the spool, consent waits here and counts are kept in memory.
  private waiting: Consent | undefined;
  private spoolIsKnown = true;

  constructor(options: StartOptions) {
    const { app, consent, spoolName = `gmewatch.${app}` } = options;
    const shares = options.spool === undefined;
    const spool = shares ? findSpool(spoolName) : options.spool;
    const random = options.random || (cryptoRandom(1) ? cryptoRandom : weakRandom);
    const wake = () => this.runIn(0);
    super({ post: findPost(), clock: makeClock(), ...options, random, spool, wake, consent: shares && spool ? "unknown" : consent });
    this.note = random === weakRandom ? "no crypto.getRandomValues: session ids come from Math.random" : "";
    this.endWatch = watchLife(() => this.pause(), () => this.run(), (available) => this.setNetwork(available));
    if (shares && !spool) this.dropSpool("no spool: there is no storage");
    if (shares && spool) {
      this.spoolIsKnown = false;
      this.waiting = consent;
      ownAlone(spoolName, (obstacle) => this.onSpoolKnown(obstacle));
    }
    this.run();
  }

  override setConsent(consent: Consent): void {
    this.waiting = consent;
    if (this.spoolIsKnown || consent !== "granted") super.setConsent(consent);
  }

  override error(): string {
    return [super.error(), this.note].filter(Boolean).join("; ");
  }

  override stop(): void {
    this.endWatch();
    clearTimeout(this.timer);
    super.stop();
  }

  private onSpoolKnown(obstacle: string): void {
    this.spoolIsKnown = true;
    if (obstacle) this.dropSpool(obstacle);
    if (this.waiting !== undefined) super.setConsent(this.waiting);
  }

  private run(): void {
    const next = this.tick();
    clearTimeout(this.timer);
    if (next !== Infinity) this.runIn(next - this.clock());
  }

  private runIn(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), max(0, min(milliseconds, TIMER_MAX)));
  }
}

/** A client that sends by itself. What is not given is found: fetch, XMLHttpRequest or the mini game's request, and its storage. */
export function start(options: StartOptions): Client {
  return new RunningClient(options);
}
