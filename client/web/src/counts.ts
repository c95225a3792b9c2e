// How often each code occurred. The order of the slots is that of every implementation, so that all make the same bytes.
import { ceil, floor, min } from "./numbers.js";

export const CODES_MAX = 512;
export const EVENTS_MAX = 1000000;
const SLOTS = CODES_MAX + 1; // the last one is for INT32_MIN, which has no key in the core in C
const INT32_MIN = -2147483648;

export interface Share {
  codes: number[];
  counts: number[];
  events: number;
}

/** A sum that stays exact: it saturates at 2^53 - 1. */
export function saturating(sum: number): number {
  return min(sum, Number.MAX_SAFE_INTEGER);
}

export class Counts {
  /** No event is older. */
  since = 0;
  private readonly used = new Uint8Array(SLOTS);
  private readonly codes = new Int32Array(SLOTS);
  private readonly counts = new Float64Array(SLOTS);

  /** Counts events of a code; false if there is no slot left for it. REQUIRES: `code` is an int32. */
  add(code: number, count: number): boolean {
    if (code === INT32_MIN) return this.addAt(CODES_MAX, code, count);
    let index = Math.imul(code, 0x9e3779b1) >>> 23;
    for (let probe = 0; probe < CODES_MAX; ++probe, index = (index + 1) % CODES_MAX) {
      if (!this.used[index] || this.codes[index] === code) return this.addAt(index, code, count);
    }
    return false;
  }

  private addAt(index: number, code: number, count: number): boolean {
    this.used[index] = 1;
    this.codes[index] = code;
    this.counts[index] = saturating(this.counts[index] + count);
    return true;
  }

  /** Puts a code into a slot of its own: for counts that come back in the order in which they were stored. */
  append(index: number, code: number, count: number): boolean {
    return index < SLOTS && this.addAt(index, code, count);
  }

  sum(): number {
    let sum = 0;
    for (let i = 0; i < SLOTS; ++i) sum += this.counts[i];
    return saturating(sum);
  }

  /** Keeps the slots of the codes, so that their order does not change. */
  zero(): void {
    this.counts.fill(0);
  }

  /** Calls `visit` for each code with events, in the order of the slots. */
  each(visit: (code: number, count: number) => void): void {
    for (let i = 0; i < SLOTS; ++i) {
      if (this.counts[i] > 0) visit(this.codes[i], this.counts[i]);
    }
  }

  /** Takes at most EVENTS_MAX events. If there are more, each code gives its share, so that no code waits for another. */
  take(): Share {
    const taken: Share = { codes: [], counts: [], events: 0 };
    const all = this.sum();
    const share = all <= EVENTS_MAX ? 1 : (EVENTS_MAX - CODES_MAX) / all;
    for (let i = 0; i < SLOTS && taken.codes.length < CODES_MAX; ++i) {
      let part = this.counts[i];
      if (all > EVENTS_MAX) part = min(part, floor(part * share) + 1);
      part = min(part, EVENTS_MAX - taken.events);
      if (part === 0) continue;
      this.counts[i] -= part;
      taken.codes.push(this.codes[i]);
      taken.counts.push(part);
      taken.events += part;
    }
    return taken;
  }
}

/** How many batches `events` need at least. */
export function batchesOf(events: number): number {
  if (events <= EVENTS_MAX) return events === 0 ? 0 : 1;
  return ceil(events / (EVENTS_MAX - CODES_MAX));
}

// gmewatch.v1.ClientLoss.Reason
export const TOO_MANY_CODES = 1;
export const EXPIRED = 2;
export const REJECTED = 3;
export const SPOOL_FULL = 4;
export const REASONS = 5;

/** Lost events, by reason. */
export type Losses = number[];

export function noLosses(): Losses {
  return [0, 0, 0, 0, 0];
}

export function addLosses(to: Losses, more: Losses): void {
  more.forEach((events, reason) => (to[reason] = saturating(to[reason] + events)));
}

export function hasLosses(losses: Losses): boolean {
  return losses.some((events) => events > 0);
}
