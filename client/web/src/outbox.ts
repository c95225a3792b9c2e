// What is counted, what is in flight, and what an answer does to it. It does no I/O; times are given to it.
import { CODE_NAMES, type Outcome, UNAVAILABLE } from "./answer.js";
import { type Detail, encodeBatch, encodeCounts, encodeSession, encodeTail, sessionIsOfApp } from "./batch.js";
import { addLosses, batchesOf, Counts, EXPIRED, hasLosses, noLosses, REJECTED, saturating, SPOOL_FULL, TOO_MANY_CODES } from "./counts.js";
import type { Checked } from "./options.js";
import { Pacing } from "./pacing.js";
import type { Flight, Restored, State } from "./spool_slot.js";
import { newStats } from "./stats.js";
import { printableUtf8 } from "./text.js";
import { int64Halves } from "./wire.js";
import { min } from "./numbers.js";

const DETAILS_MAX = 16;
const LOSSES_MAX = 1000000000000; // of a reason in a batch
const ID_SIZE = 16;
const NO_BYTES = new Uint8Array(0);

export class Outbox implements State {
  readonly pacing: Pacing;
  stats = newStats();
  session = NO_BYTES;
  settledSequence = 0;
  counts = new Counts();
  restored: Counts | undefined;
  losses = noLosses();
  flight: Flight | undefined;
  /** Batches made, settled, and the like. */
  transitions = 0;
  private details: Detail[] = [];

  constructor(
    private readonly options: Checked,
    private readonly random: (size: number) => Uint8Array | undefined,
    seed: number,
    now: number,
  ) {
    this.pacing = new Pacing(options, seed);
    this.pacing.restart(now);
    this.counts.since = now;
  }

  /** REQUIRES: `code` is an int32, `events` a whole number. */
  report(code: number, events: number): void {
    this.stats.reportedEvents = saturating(this.stats.reportedEvents + events);
    if (!this.counts.add(code, events)) this.lost(TOO_MANY_CODES, events);
  }

  detail(code: number, operation: string, underlyingCode: number | bigint | string): void {
    if (this.details.length === DETAILS_MAX) return;
    this.details.push({ code, operation: printableUtf8(operation, 64), underlying: int64Halves(underlyingCode) });
  }

  pendingEvents(): number {
    return this.counts.sum() + (this.flight ? this.flight.events : 0) + (this.restored ? this.restored.sum() : 0);
  }

  /** What changes with each change that a spool must have. */
  mark(): string {
    return this.transitions + " " + this.stats.reportedEvents;
  }

  nextAttempt(): number {
    return this.pacing.nextAttempt(this.flight !== undefined);
  }

  /** The batch to send now, made if none is in flight; undefined if nothing is pending. `onMade`: before a new one is sent. */
  attempt(now: number, onMade: () => void): Uint8Array | undefined {
    if (this.flight && now - this.flight.made >= this.options.horizonMs) this.giveUp(this.flight, now);
    if (!this.flight) {
      this.makeBatch(now);
      // If the game ends between the request and its answer, the next run asks again with the same number.
      if (this.flight) onMade();
    }
    return this.flight && encodeBatch(this.session, this.flight, now);
  }

  /** The answer to the batch in flight, or the lack of one. */
  settle(outcome: Outcome, now: number): void {
    const { flight, pacing, stats } = this;
    if (!flight) return;
    const acknowledged = outcome.code === 0 && outcome.acknowledged >= flight.sequence;
    if (outcome.minInterval !== undefined) pacing.minInterval = outcome.minInterval;
    this.describe(outcome, acknowledged, flight);
    if (acknowledged) {
      stats.acknowledgedEvents += flight.events;
      pacing.onAcknowledged();
      this.onSettled(flight, now);
    } else if (outcome.isVerdict) {
      stats.rejectedEvents += flight.events;
      this.loseFlight(flight, REJECTED);
      this.onSettled(flight, now);
      pacing.onRejected(now);
    } else {
      ++stats.batchesFailed;
      const asked = outcome.retry !== undefined ? outcome.retry : outcome.code === 0 ? pacing.minInterval : 0;
      pacing.onFailure(now, outcome.needsOperator === true, asked);
    }
  }

  /** Until all that is pending now is settled, attempts wait neither for the interval nor for a long back-off. */
  expedite(): void {
    let batches = batchesOf(this.counts.sum()) + (this.restored ? batchesOf(this.restored.sum()) : 0);
    if (batches === 0 && hasLosses(this.losses)) batches = 1;
    this.pacing.expedite(batches + (this.flight ? 1 : 0));
  }

  /** Drops what is counted and in flight. */
  forget(now: number): void {
    this.counts.zero();
    this.counts.since = now;
    this.details = [];
    this.losses = noLosses();
    this.forgetSession();
    this.stats = newStats();
    ++this.transitions;
  }

  /** Takes over what an earlier run left. False: it was written for another app, so its counts are given up. */
  restore(found: Restored): boolean {
    const events = saturating((found.flight ? found.flight.events : 0) + (found.restored ? found.restored.sum() : 0));
    const all = events + found.leftOut;
    this.stats.reportedEvents += all;
    this.stats.restoredEvents += all + found.counts.sum();
    addLosses(this.losses, found.losses);
    this.lost(SPOOL_FULL, found.leftOut);
    this.counts.since = min(this.counts.since, found.counts.since);
    found.counts.each((code, count) => this.report(code, count));
    if (found.session.length > 0 && !sessionIsOfApp(found.session, this.options.app)) {
      this.lost(EXPIRED, events);
      return false;
    }
    this.session = found.session;
    this.settledSequence = found.settledSequence;
    this.flight = found.flight;
    this.restored = found.restored;
    this.finishOld();
    return true;
  }

  private lost(reason: number, events: number): void {
    this.losses[reason] = saturating(this.losses[reason] + events);
    this.stats.lostEvents = saturating(this.stats.lostEvents + events);
  }

  private forgetSession(): void {
    this.session = NO_BYTES;
    this.settledSequence = 0;
    this.flight = undefined;
    this.restored = undefined;
  }

  /** The old session is finished once nothing of it is left; the next batch begins the session of this run. */
  private finishOld(): void {
    if (this.restored && !this.flight && this.restored.sum() === 0) this.forgetSession();
  }

  private onSettled(flight: Flight, now: number): void {
    this.settledSequence = flight.sequence;
    this.flight = undefined;
    this.pacing.onSettled(now);
    ++this.transitions;
    this.finishOld();
  }

  /** Never acknowledged: the next batch carries its losses again, and its events as lost. */
  private loseFlight(flight: Flight, reason: number): void {
    addLosses(this.losses, flight.losses);
    this.losses[reason] = saturating(this.losses[reason] + flight.events);
  }

  private giveUp(flight: Flight, now: number): void {
    this.stats.lostEvents = saturating(this.stats.lostEvents + flight.events);
    this.loseFlight(flight, EXPIRED);
    this.onSettled(flight, now);
  }

  private makeBatch(now: number): void {
    this.pacing.advanceFlushTick(now);
    const from = this.restored || this.counts;
    if (from.sum() === 0 && !hasLosses(this.losses)) {
      from.since = now;
      this.pacing.expedited = 0;
      return;
    }
    if (this.session.length === 0 && !this.beginSession(now)) return;
    const share = from.take();
    const losses = this.losses.map((events) => min(events, LOSSES_MAX));
    this.losses = this.losses.map((events, reason) => events - losses[reason]);
    const details = this.restored ? [] : this.details.splice(0);
    this.flight = {
      sequence: this.settledSequence + 1,
      events: share.events,
      made: now,
      oldest: from.since,
      losses,
      counts: encodeCounts(share),
      tail: encodeTail(losses, details),
    };
    // Events that did not fit into this batch are as old as those that did.
    if (from.sum() === 0) from.since = now;
    ++this.transitions;
  }

  /** Draws the id of this run; false if there are no random bytes, or obviously wrong ones. */
  private beginSession(now: number): boolean {
    const id = this.random(ID_SIZE);
    if (!id || id.length !== ID_SIZE || id.every((byte) => byte === id[0])) {
      this.stats.lastError = "no random bytes for a session id; nothing is sent without one, and it is tried again";
      this.pacing.onNoSession(now);
      return false;
    }
    this.session = encodeSession(id, this.options);
    this.settledSequence = 0;
    return true;
  }

  private describe(outcome: Outcome, acknowledged: boolean, flight: Flight): void {
    const { stats } = this;
    stats.lastHttpStatus = outcome.httpStatus;
    stats.lastCode = CODE_NAMES[outcome.code === 0 && !acknowledged ? UNAVAILABLE : outcome.code];
    stats.lastError =
      acknowledged ? ""
      : outcome.code === 0 ? `the server acknowledged batch ${outcome.acknowledged}, not yet ${flight.sequence}`
      : `${CODE_NAMES[outcome.code]}: ${outcome.text}`;
  }
}
