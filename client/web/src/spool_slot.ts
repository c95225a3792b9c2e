// The bytes of a slot of the spool: the state of a client, and a checksum.
import { Reader, Writer } from "./wire.js";
import { Counts, type Losses, noLosses } from "./counts.js";
import { max, min } from "./numbers.js";

const SLOT_MAX = 16000;
const HEAD = 32;
const VERSION = 1;
const AGE_MAX = 31622400000; // a year; a longer age is cut to this
const COUNTS_ROOM = 64; // what follows the counts fits into this
const MAGIC = 0x57454d47; // "GMEW"
const SESSION_MAX = 384;

/** The batch on its way, encoded but for its age. */
export interface Flight {
  sequence: number;
  events: number;
  made: number; // the horizon counts from here
  oldest: number; // the age counts from here
  losses: Losses;
  counts: Uint8Array;
  tail: Uint8Array;
}

export interface State {
  session: Uint8Array; // encoded; empty: none has begun
  settledSequence: number;
  losses: Losses;
  flight: Flight | undefined;
  restored: Counts | undefined; // counts of that session, if it is one of an earlier run
  counts: Counts; // of this run
}

export function crc32c(bytes: ArrayLike<number>): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; ++i) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** The words of the head: magic, version, generation, size, checksum. */
function headOf(slot: Uint8Array): DataView {
  return new DataView(slot.buffer, slot.byteOffset);
}

/** Writes an age and as many counts as there is room for. Returns the events that were left out. */
function putCounts(out: Writer, counts: Counts, now: number): number {
  let leftOut = 0;
  out.varint(max(0, now - counts.since));
  counts.each((code, count) => {
    if (SLOT_MAX - HEAD - out.bytes.length < COUNTS_ROOM) {
      leftOut += count;
      return;
    }
    out.varint(count);
    out.varint(((code << 1) ^ (code >> 31)) >>> 0);
  });
  out.varint(0);
  return leftOut;
}

function putFlight(out: Writer, flight: Flight | undefined, now: number): void {
  out.varint(flight ? 1 : 0);
  if (!flight) return;
  for (const number of [flight.sequence, flight.events, max(0, now - flight.made), max(0, now - flight.oldest), ...flight.losses])
    out.varint(number);
  for (const bytes of [flight.counts, flight.tail]) {
    out.varint(bytes.length);
    out.raw(bytes);
  }
}

/** "GMEW", version, generation, size, CRC-32C of the slot with zeros in its place; then the state, in varints. */
export function encodeSlot(state: State, generation: number, now: number, wall: number): Uint8Array {
  const out = new Writer();
  const { session, restored } = state;
  out.varint(max(0, wall));
  out.varint(session.length);
  out.raw(session);
  out.varint(state.settledSequence);
  state.losses.forEach((events) => out.varint(events));
  putFlight(out, state.flight, now);
  // The counts of that session, then those that have none yet.
  let leftOut = 0;
  if (session.length > 0) leftOut += putCounts(out, restored || state.counts, now);
  if (session.length === 0 || restored) {
    leftOut += putCounts(out, state.counts, now);
  } else {
    out.raw([0, 0]); // an age and an end mark
  }
  out.varint(leftOut);
  const slot = new Uint8Array(HEAD + out.bytes.length);
  slot.set(out.bytes, HEAD);
  const head = headOf(slot);
  [MAGIC, VERSION, generation, slot.length, 0].forEach((word, i) => head.setUint32(4 * i, word, true));
  head.setUint32(16, crc32c(slot), true);
  return slot;
}

/** The generation of a slot that was written to its end; else undefined. */
export function generationOf(slot: Uint8Array | undefined): number | undefined {
  if (!slot || slot.length < HEAD) return undefined;
  const [magic, version, generation, size, crc] = [0, 4, 8, 12, 16].map((at) => headOf(slot).getUint32(at, true));
  if (magic !== MAGIC || version !== VERSION || size < HEAD || size > slot.length) return undefined;
  const copy = slot.slice(0, size);
  headOf(copy).setUint32(16, 0);
  return crc32c(copy) === crc ? generation : undefined;
}

export interface Restored extends State {
  /** Events whose counts found no room. */
  leftOut: number;
}

/** The state in a slot; undefined if it is of another version of this library. REQUIRES: generationOf(slot) is not undefined. */
export function decodeSlot(slot: Uint8Array, now: number, wall: number): Restored | undefined {
  const message = new Reader(slot, HEAD, headOf(slot).getUint32(12, true));
  const passed = max(0, min(wall - message.varint(), AGE_MAX));
  const time = () => now - passed - min(message.varint(), AGE_MAX);
  const losses = () => noLosses().map(() => message.varint());
  const bytes = () => Uint8Array.from(message.part(message.varint()).rest());
  const counts = () => {
    const found = new Counts();
    found.since = time();
    for (let index = 0; ; ++index) {
      const count = message.varint();
      if (message.bad || count === 0) return found;
      const zigzag = message.varint();
      if (!found.append(index, (zigzag >>> 1) ^ -(zigzag & 1), count)) message.bad = true;
    }
  };
  const session = bytes();
  const settledSequence = message.varint();
  const lost = losses();
  let flight: Flight | undefined;
  if (message.varint() === 1) {
    const [sequence, events] = [message.varint(), message.varint()];
    flight = { sequence, events, made: time(), oldest: time(), losses: losses(), counts: bytes(), tail: bytes() };
  }
  const hasSession = session.length > 0;
  const restored = hasSession ? counts() : undefined;
  const own = counts();
  const leftOut = message.varint();
  const fits = hasSession && session.length <= SESSION_MAX && settledSequence < Number.MAX_SAFE_INTEGER - 1;
  if (message.bad || (flight && !fits) || session.length > SESSION_MAX) return undefined;
  return { session, settledSequence, losses: lost, flight, restored, counts: own, leftOut };
}
