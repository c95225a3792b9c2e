// What counts survive a killed or ended game in: two slots, written in turn, each with a checksum. Nobody needs to finish a write: a
// slot that was cut off is ignored, and the other one is what the next run finds.
import { decodeSlot, encodeSlot, generationOf, type Restored, type State } from "./spool_slot.js";

/** Where the two slots are: in localStorage, a mini game's storage, or what the game gives. Calls that throw have failed. */
export interface SpoolStore {
  load(slot: number): Uint8Array | undefined;
  store(slot: number, bytes: Uint8Array): void;
  erase(): void;
}

export class Spool {
  /** When it is written if something has changed. */
  due = Infinity;
  private loaded = false;
  private generation = 0;
  private mark = ""; // of what it has

  constructor(
    private readonly store: SpoolStore,
    private readonly wall: () => number,
    private readonly everyMs: number,
  ) {}

  restart(now: number): void {
    this.due = now + this.everyMs;
  }

  isStale(mark: string): boolean {
    return this.mark !== mark;
  }

  /** Throws what the storage throws. */
  write(state: State, mark: string, now: number): void {
    this.mark = mark;
    this.restart(now);
    const generation = (this.generation + 1) >>> 0;
    // The slot of the generation before stays as it is.
    this.store.store(generation % 2, encodeSlot(state, generation, now, this.wall()));
    this.generation = generation;
  }

  /** What the last run left, once; null: it is of another version. Throws what the storage throws. */
  read(now: number): Restored | undefined | null {
    if (this.loaded) return undefined;
    this.loaded = true;
    const slots = [0, 1].map((slot) => this.store.load(slot)).map((slot) => ({ slot, generation: generationOf(slot) }));
    const whole = slots.filter((slot) => slot.generation !== undefined);
    if (whole.length === 0) return undefined;
    const newest = whole.reduce((a, b) => (((b.generation! - a.generation!) | 0) > 0 ? b : a));
    this.generation = newest.generation!;
    return decodeSlot(newest.slot!, now, this.wall()) || null;
  }

  erase(): void {
    this.loaded = true;
    this.due = Infinity;
    this.store.erase();
  }
}
