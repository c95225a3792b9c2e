// The bytes of a ReportRequest.
import { type Losses, type Share } from "./counts.js";
import type { Checked } from "./options.js";
import type { Flight } from "./spool_slot.js";
import { Reader, Writer } from "./wire.js";
import { floor, max } from "./numbers.js";

export interface Detail {
  code: number;
  operation: Uint8Array;
  underlying: { high: number; low: number };
}

export function encodeSession(id: Uint8Array, options: Checked): Uint8Array {
  const out = new Writer();
  [id, options.app, options.region, ...options.versions].forEach((bytes, i) => out.text(i + 1, bytes));
  return Uint8Array.from(out.bytes);
}

export function sessionIsOfApp(session: Uint8Array, app: Uint8Array): boolean {
  let right = false;
  const message = new Reader(session);
  message.fields((field, _, bytes) => {
    if (field === 2 && bytes) right = bytes.rest().join() === app.join();
  });
  return right && !message.bad;
}

export function encodeCounts(share: Share): Uint8Array {
  const out = new Writer();
  if (share.codes.length > 0) {
    const codes = new Writer();
    share.codes.forEach((code) => codes.int32(code));
    out.message(3, codes.bytes);
    const counts = new Writer();
    share.counts.forEach((count) => counts.varint(count));
    out.message(4, counts.bytes);
  }
  return Uint8Array.from(out.bytes);
}

/** What follows the age: lost events, details. */
export function encodeTail(losses: Losses, details: Detail[]): Uint8Array {
  const out = new Writer();
  losses.forEach((events, reason) => {
    if (events === 0) return;
    const loss = new Writer();
    loss.number(1, reason);
    loss.number(2, events);
    out.message(6, loss.bytes);
  });
  for (const { code, operation, underlying } of details) {
    const detail = new Writer();
    detail.number64(1, code >> 31 >>> 0, code >>> 0);
    detail.text(2, operation);
    detail.number64(3, underlying.high, underlying.low);
    out.message(7, detail.bytes);
  }
  return Uint8Array.from(out.bytes);
}

/** The batch in flight with its age of now: nothing else changes between two attempts. */
export function encodeBatch(session: Uint8Array, flight: Flight, now: number): Uint8Array {
  const out = new Writer();
  out.text(1, session);
  out.number(2, flight.sequence);
  out.raw(flight.counts);
  const age = new Writer();
  const milliseconds = max(0, now - flight.oldest);
  age.number(1, floor(milliseconds / 1000));
  age.number(2, (milliseconds % 1000) * 1000000);
  out.message(5, age.bytes);
  out.raw(flight.tail);
  return Uint8Array.from(out.bytes);
}
