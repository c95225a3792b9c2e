// When the next attempt is allowed: intervals, back-off with full jitter, what the server asks for. Milliseconds of one clock that
// never goes back.
import { floor, max, min } from "./numbers.js";

export interface Intervals {
  firstFlushMs: number;
  flushMs: number;
  initialBackoffMs: number;
  maxBackoffMs: number;
}

const LONG_AGO = -4503599627370496;
const MODULUS = 2147483647;

export class Pacing {
  serverAllows = LONG_AGO;
  backoffEnds = LONG_AGO;
  minInterval = 0;
  /** Batches that do not wait for the interval. */
  expedited = 0;
  private flushTick = 0;
  private lastFailure = LONG_AGO;
  private ticked = false;
  private bound: number;
  private state: number;

  constructor(
    private readonly intervals: Intervals,
    seed: number,
  ) {
    this.bound = intervals.initialBackoffMs;
    this.state = seed % MODULUS || 1;
  }

  restart(now: number): void {
    this.flushTick = now + this.intervals.firstFlushMs;
    this.ticked = false;
    this.serverAllows = LONG_AGO;
    this.backoffEnds = LONG_AGO;
    this.lastFailure = LONG_AGO;
    this.minInterval = 0;
    this.expedited = 0;
    this.bound = this.intervals.initialBackoffMs;
  }

  /** A random part of `whole`, at least 1 ms. */
  private partOf(whole: number): number {
    this.state = (this.state * 48271) % MODULUS;
    const product = whole * this.state;
    return max(1, (product - (product % MODULUS)) / MODULUS);
  }

  private nextPause(): number {
    const pause = this.partOf(this.bound);
    this.bound = min(this.bound * 2, this.intervals.maxBackoffMs);
    return pause;
  }

  /** For a failure that needs an operator. */
  private longestPause(): number {
    const half = floor(this.intervals.maxBackoffMs / 2);
    return half + this.partOf(half);
  }

  nextAttempt(inFlight: boolean): number {
    const allowed = max(this.serverAllows, this.backoffEnds);
    return inFlight || this.expedited > 0 ? allowed : max(allowed, this.flushTick);
  }

  advanceFlushTick(now: number): void {
    if (this.flushTick > now) return;
    // The first interval is the same for all clients. The second is random, so that clients that were started together do not
    // report in step.
    this.flushTick += this.ticked ? this.intervals.flushMs : this.partOf(this.intervals.flushMs);
    this.ticked = true;
    if (this.flushTick <= now) this.flushTick = now + this.intervals.flushMs;
  }

  onSettled(now: number): void {
    this.serverAllows = max(this.serverAllows, now + this.minInterval);
    if (this.expedited > 0) --this.expedited;
  }

  onAcknowledged(): void {
    this.bound = this.intervals.initialBackoffMs;
  }

  /** So that a server that rejects everything gets fewer and fewer batches. */
  onRejected(now: number): void {
    this.lastFailure = now;
    this.backoffEnds = now + this.nextPause();
  }

  /** No session can begin yet. */
  onNoSession(now: number): void {
    this.backoffEnds = now + this.nextPause();
  }

  /** `asked` is the server's delay; the jitter is added to it, because all clients get the same one. */
  onFailure(now: number, needsOperator: boolean, asked: number): void {
    this.lastFailure = now;
    // A flush has no time to wait for an operator.
    const pause = needsOperator && this.expedited === 0 ? this.longestPause() : this.nextPause();
    this.serverAllows = now + asked;
    this.backoffEnds = this.serverAllows + pause;
  }

  /** `batches` that are pending now wait neither for the interval nor for a long back-off. */
  expedite(batches: number): void {
    this.expedited = max(this.expedited, batches);
    if (this.expedited === 0) return;
    this.bound = this.intervals.initialBackoffMs;
    this.backoffEnds = min(this.backoffEnds, this.lastFailure + this.intervals.initialBackoffMs);
  }

  onNetworkBack(now: number): void {
    this.bound = this.intervals.initialBackoffMs;
    if (this.backoffEnds > now) this.backoffEnds = min(this.backoffEnds, now + this.partOf(this.bound));
  }
}
