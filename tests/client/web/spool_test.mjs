// What the client in TypeScript promises of its spool and of consent, beyond the transcripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertBalanced, batchOf, World } from "./world.mjs";

test("a kill at each byte of a write loses nothing stored and doubles nothing", () => {
  for (let cut = 0; cut <= 90; ++cut) {
    const world = new World();
    world.start().report(1005, 3);
    world.runTo(10000); // batch 1 is on its way, and stored
    assert.equal(world.requests.length, 1);
    world.acknowledge(1);
    world.client.report(7, 2);
    world.runTo(25000); // stored as well
    world.cut = cut;
    world.client.report(8, 5);
    world.runTo(40000); // the write of 8 is cut off
    world.cut = undefined;
    world.start();
    const restored = world.client.stats().restoredEvents;
    assert.ok(restored === 2 || restored === 7, `cut ${cut}: ${restored}`);
    world.requests = [];
    world.runTo(50000);
    const batch = batchOf(world.requests[0]);
    assert.equal(batch.sequence, 2, `cut ${cut}`);
    assert.equal(batch.counts.reduce((a, b) => a + b), restored);
    world.acknowledge(2);
    assert.equal(world.client.stats().pendingEvents, 0);
    assertBalanced(world.client);
  }
});

test("a spool with any wrong byte is not read as another state", () => {
  const world = new World();
  world.start().report(1005, 3);
  world.runTo(10000);
  const [whole] = world.slots.filter(Boolean);
  for (let at = 0; at < whole.length; ++at) {
    const broken = Uint8Array.from(whole);
    broken[at] ^= 0x55;
    world.slots = [broken, undefined];
    assert.equal(world.start().stats().restoredEvents, 0, `byte ${at}`);
  }
  world.slots = [whole, undefined];
  assert.equal(world.start().stats().restoredEvents, 3);
});

test("a spool of another app is given up, counted as lost and said", () => {
  const world = new World();
  world.start().report(1005, 3);
  world.runTo(10000);
  const client = world.start({ app: "other-game" });
  assert.match(client.stats().lastError, /another app/);
  assert.equal(client.stats().lostEvents, 3);
  assertBalanced(client);
  world.runTo(200000);
  assert.deepEqual(batchOf(world.requests.at(-1)).losses, [[2, 3]]);
});

test("a spool that throws stops no counting", () => {
  const world = new World();
  const full = () => {
    throw new Error("QuotaExceededError");
  };
  const client = world.start({ spool: { load: full, store: full, erase: full } });
  client.report(1005);
  world.runTo(10000);
  assert.equal(world.requests.length, 1);
  assert.ok(client.stats().spoolFailures > 0);
  assert.match(client.stats().lastError, /QuotaExceededError/);
});

test("a spool that cannot be read is not written over in this run, and a denial deletes it all the same", () => {
  const world = new World();
  world.start().report(1005, 3);
  world.runTo(10000);
  const slots = () => Array.from(world.slots);
  const stored = slots();
  const spoolWithout = (broken) => ({
    load: (slot) => {
      if (slot === broken) throw new Error("SecurityError");
      return world.slots[slot];
    },
    store: (slot, bytes) => (world.slots[slot] = bytes),
    erase: () => (world.slots = []),
  });
  for (const slot of [0, 1]) {
    const client = world.start({ spool: spoolWithout(slot) });
    client.report(1006, 2);
    client.pause();
    world.runTo(world.now + 100000);
    world.acknowledge(1);
    client.stop();
    assert.deepEqual(slots(), stored, `slot ${slot}`);
    const { spoolWrites, spoolFailures, restoredEvents, acknowledgedEvents } = client.stats();
    assert.deepEqual([spoolWrites, spoolFailures, restoredEvents, acknowledgedEvents], [0, 1, 0, 2]);
  }
  assert.equal(world.start().stats().restoredEvents, 3, "the next run reads it");
  const client = world.start({ spool: spoolWithout(0) });
  assert.match(client.stats().lastError, /cannot be read.*SecurityError/);
  client.setConsent("denied");
  assert.deepEqual(world.slots, []);
  client.setConsent("granted");
  client.report(1007);
  client.pause();
  assert.equal(client.stats().spoolWrites, 1, "nothing is left that a write could replace");
});

test("two slots hold all codes, and what finds no room is reported as SPOOL_FULL", () => {
  const world = new World();
  world.start();
  for (let code = 0; code < 512; ++code) world.client.report(2000000000 + code, 4294967295);
  world.runTo(10000); // part of it is in flight; the rest of the session is stored with it
  assert.ok(world.slots.every((slot) => slot === undefined || slot.length <= 16000));
  const reported = world.client.stats().reportedEvents;
  const client = world.start();
  assert.equal(client.stats().restoredEvents, reported);
  assertBalanced(client);
});

test("before consent nothing is stored, drawn or sent; after denial nothing stays", () => {
  const world = new World();
  const client = world.start({ consent: "unknown" });
  client.report(1005, 3);
  world.runTo(3600000);
  client.pause();
  assert.deepEqual([world.requests.length, world.slots.length, world.drawn], [0, 0, 0]);
  client.setConsent("granted");
  world.runTo(3610000);
  assert.equal(world.requests.length, 1);
  client.setConsent("denied");
  assert.deepEqual(world.slots, []);
  assert.equal(world.cancelled, 1);
  client.report(1005);
  world.answer(200, Uint8Array.from([0x08, 1]));
  world.runTo(7200000);
  assert.equal(world.requests.length, 1);
  assert.equal(client.stats().reportedEvents, 0);
  client.setConsent("granted");
  client.report(4);
  world.runTo(7300000);
  assert.notEqual(batchOf(world.requests[1]).id, batchOf(world.requests[0]).id);
  assert.deepEqual(batchOf(world.requests[1]).codes, [4]);
});
