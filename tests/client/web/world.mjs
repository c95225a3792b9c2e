// A client with a clock, a server and a spool that tests hold in their hands.
import assert from "node:assert/strict";
import { Client } from "../../../client/web/build/gmewatch.mjs";

export class World {
  now = 0;
  wall = 1700000000000;
  slots = [];
  requests = [];
  cancelled = 0;
  drawn = 0;

  /** A client on this world's spool; what an earlier one has not stored is gone, as after a kill. */
  start(options = {}) {
    this.answer = undefined;
    this.client = new Client({
      url: "https://gmewatch.example.com",
      app: "demo",
      region: "eu",
      consent: "granted",
      seed: 7,
      clock: () => this.now,
      wallClock: () => this.wall + this.now,
      random: (size) => Uint8Array.from({ length: size }, (_, i) => (this.drawn++ * 31 + i * 7) & 255),
      spool: {
        load: (slot) => this.slots[slot],
        store: (slot, bytes) => (this.slots[slot] = this.cut === undefined ? bytes : this.torn(slot, bytes)),
        erase: () => (this.slots = []),
      },
      post: (request, onAnswer) => {
        this.requests.push(request);
        this.answer = onAnswer;
        return () => ++this.cancelled;
      },
      ...options,
    });
    return this.client;
  }

  /** A write that the end of the process cut off after `cut` bytes. */
  torn(slot, bytes) {
    const torn = Uint8Array.from(this.slots[slot] ?? []);
    const written = bytes.subarray(0, this.cut);
    const all = new Uint8Array(Math.max(torn.length, written.length));
    all.set(torn);
    all.set(written);
    return all;
  }

  /** Ticks at each time at which the client wants to, up to `time`. */
  runTo(time) {
    for (let next = this.client.tick(); next <= time; next = this.client.tick()) this.now = Math.max(next, this.now + 1);
    this.now = time;
    return this.client.tick();
  }

  /** Answers the last request, as gmewatchd would: batch `sequence` is counted. */
  acknowledge(sequence) {
    this.answer(200, Uint8Array.from([0x08, sequence]));
    return this.client.tick();
  }
}

/** The fields of a Protobuf message: [number, value or bytes]. */
export function fieldsOf(bytes) {
  const fields = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = varint();
    if (tag % 8 === 0) fields.push([tag >> 3, number]);
    else fields.push([tag >> 3, bytes.subarray(at, (at += Number(number)))]);
  }
  return fields;
}

/** What a ReportRequest says. */
export function batchOf(request) {
  const batch = { losses: [] };
  const varints = (bytes) => fieldsOf(Uint8Array.from([...bytes].flatMap((byte, i) => (i === 0 || bytes[i - 1] < 128 ? [8, byte] : [byte])))).map(([, value]) => Number(BigInt.asIntN(64, value)));
  for (const [field, value] of fieldsOf(request.body)) {
    if (field === 1) batch.id = Buffer.from(fieldsOf(value)[0][1]).toString("hex");
    if (field === 2) batch.sequence = Number(value);
    if (field === 3) batch.codes = varints(value);
    if (field === 4) batch.counts = varints(value);
    if (field === 5) batch.age = fieldsOf(value).reduce((all, [unit, number]) => all + Number(number) * (unit === 1 ? 1000 : 1e-6), 0);
    if (field === 6) batch.losses.push(fieldsOf(value).map(([, number]) => Number(number)));
  }
  return batch;
}

/** No event is in two places, and none is missing. */
export function assertBalanced(client) {
  const stats = client.stats();
  const { acknowledgedEvents, rejectedEvents, lostEvents, pendingEvents, reportedEvents } = stats;
  assert.equal(acknowledgedEvents + rejectedEvents + lostEvents + pendingEvents, reportedEvents, JSON.stringify(stats));
}
