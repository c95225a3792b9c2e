// What the client in TypeScript promises beyond the transcripts; it is tested as it is published.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { isPrintable } from "../../../client/web/build/modules/text.js";
import { makeClock } from "../../../client/web/build/modules/platform.js";
import { assertBalanced, batchOf, World } from "./world.mjs";

const ROOT = new URL("../../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");

test("it has no dependencies and is smaller than 10 KiB", () => {
  const description = JSON.parse(read("client/web/package.json"));
  assert.equal(description.dependencies, undefined);
  assert.deepEqual(Object.keys(description.devDependencies), ["typescript"]);
  for (const file of ["gmewatch.mjs", "gmewatch.cjs"]) {
    const size = gzipSync(read(`client/web/build/${file}`), { level: 9 }).length;
    assert.ok(size < 10240, `${file} has ${size} bytes`);
  }
});

test("it works with require(), as mini games do", () => {
  const required = createRequire(import.meta.url)("../../../client/web/build/gmewatch.cjs");
  assert.deepEqual(Object.keys(required).sort(), ["Client", "start"]);
});

test("it knows the same hidden characters as the core in C, over all code points", () => {
  const table = /kHidden\[\]\[2\] = \{([\s\S]*?)\};/.exec(read("client/c/gmewatch.c"))[1];
  const ranges = [...table.matchAll(/\{(0x[0-9a-f]+),\s*(0x[0-9a-f]+)\}/g)].map(([, first, last]) => [Number(first), Number(last)]);
  assert.ok(ranges.length > 30);
  const hidden = new Set();
  for (const [first, last] of ranges) for (let point = first; point <= last; ++point) hidden.add(point);
  for (let point = 0; point <= 0x10ffff; ++point) {
    if (isPrintable(point) === hidden.has(point)) assert.fail(`U+${point.toString(16)}`);
  }
});

test("what is no code or no count is not counted, and never a success", () => {
  const world = new World();
  const client = world.start();
  for (const code of [undefined, null, NaN, Infinity, "0", "1005", 1.5, 2147483648, {}, []]) client.report(code);
  for (const count of [0, -1, NaN, Infinity, 4294967296, null]) client.report(1005, count);
  assert.equal(client.stats().uncountable, 16);
  assert.equal(client.stats().reportedEvents, 0);
  client.report(-2147483648);
  client.report(2147483647, 4294967295);
  assert.equal(client.stats().reportedEvents, 4294967296);
  assertBalanced(client);
});

test("a request has the URL, the headers and the time of the Connect protocol", () => {
  const world = new World();
  world.start({ url: "https://gmewatch.example.com/voice/", key: "secret" }).report(1005);
  world.runTo(10000);
  const [{ url, headers, timeoutMs }] = world.requests;
  assert.equal(url, "https://gmewatch.example.com/voice/gmewatch.v1.ErrorReporting/Report");
  assert.deepEqual(headers, { "Content-Type": "application/proto", "Connect-Protocol-Version": "1", Authorization: "Bearer secret" });
  assert.equal(timeoutMs, 15000);
});

test("without random bytes no session begins and nothing is lost", () => {
  for (const random of [() => undefined, (size) => new Uint8Array(size), () => new Uint8Array(4).fill(3)]) {
    const world = new World();
    const client = world.start({ random });
    client.report(1005);
    world.runTo(3600000);
    assert.equal(world.requests.length, 0);
    assert.match(client.stats().lastError, /random/);
    assert.equal(client.stats().pendingEvents, 1);
  }
});

test("wrong options are named; a wrong version or duration is corrected and counting goes on", () => {
  const of = (options) => new World().start(options);
  for (const [options, words] of [
    [{ url: "gmewatch.example.com" }, /url is "gmewatch.example.com"; allowed: http/],
    [{ url: "https://" }, /url/],
    [{ url: undefined }, /url is "undefined"/],
    [{ app: "all" }, /reserved/],
    [{ app: "a b" }, /app is "a b"; allowed: 1 to 64/],
    [{ region: undefined }, /region/],
    [{ key: "two words" }, /key is "\*\*\*"/],
    [{ post: undefined }, /post/],
  ]) {
    const client = of(options);
    assert.match(client.error(), words);
    assert.match(client.error(), /nothing is counted/);
    client.report(1005);
    assert.equal(client.stats().reportedEvents, 0);
    assert.equal(client.tick(), Infinity);
  }
  const client = of({ appVersion: "1.0\u202e", platform: "x".repeat(70), flushMs: 1, timeoutMs: NaN });
  assert.match(client.error(), /appVersion.*"1\.0\?\?\?".*platform.*flushMs is 1; allowed: 10 to 3600000; it is taken as 10/s);
  client.report(1005);
  assert.equal(client.stats().reportedEvents, 1);
  assert.equal(of({}).error(), "");
});

test("a transport that throws, or answers at once, is an answer like any other", () => {
  const world = new World();
  let posts = 0;
  const client = world.start({
    post: (request, onAnswer) => {
      if (++posts === 1) throw new Error("no sockets");
      onAnswer(200, Uint8Array.from([0x08, posts - 1]));
    },
  });
  client.report(1005, 2);
  world.runTo(10000);
  assert.match(client.stats().lastError, /no sockets/);
  world.runTo(100000);
  assert.equal(client.stats().acknowledgedEvents, 2);
  assertBalanced(client);
});

test("an answer that comes after its time, or twice, changes nothing", () => {
  const world = new World();
  const client = world.start();
  client.report(1005);
  world.runTo(10000);
  const late = world.answer;
  world.runTo(60000);
  assert.ok(world.requests.length >= 2);
  late(200, Uint8Array.from([0x08, 1]));
  client.tick();
  assert.equal(client.stats().acknowledgedEvents, 0);
  world.acknowledge(1);
  world.answer(200, Uint8Array.from([0x08, 9]));
  client.tick();
  assert.equal(client.stats().acknowledgedEvents, 1);
  assertBalanced(client);
});

test("the clock goes on in a sleep that performance.now() does not count, and never goes back", () => {
  let wall = 1700000000000;
  const clock = makeClock(() => wall);
  const begin = clock();
  wall += 8 * 3600000;
  const afterSleep = clock();
  assert.ok(afterSleep - begin >= 8 * 3600000);
  wall -= 24 * 3600000;
  assert.ok(clock() >= afterSleep);
  wall += 1000;
  assert.ok(clock() >= afterSleep + 1000);
});

test("half a million random calls keep the balance, and every batch is within the limits of the wire", () => {
  const seed = Number(process.env.GMEWATCH_SEED ?? Date.now() % 1000000);
  let state = seed || 1;
  const random = (limit) => (state = (state * 48271) % 2147483647) % limit;
  const world = new World();
  world.start();
  let sent = 0;
  for (let call = 0; call < 20000; ++call) {
    const kind = random(100);
    if (kind < 60) for (let i = 0; i < 40; ++i) world.client.report(random(900), 1 + random(3000));
    else if (kind < 62) world.client.detail(random(5000), "EnterRoom", random(99));
    else if (kind < 64) world.client.flush();
    else if (kind < 66) world.client.pause();
    else if (kind < 67) world.start();
    else if (kind < 69) world.client.setNetwork(random(2) === 0);
    else world.now += random(40000);
    world.client.tick();
    if (world.requests.length > sent) {
      const { codes = [], counts = [], age } = batchOf(world.requests[sent]);
      assert.ok(world.requests[sent].body.length <= 10688 && codes.length <= 512 && codes.length === counts.length, `seed ${seed}`);
      assert.ok(counts.every((count) => count > 0) && counts.reduce((a, b) => a + b, 0) <= 1000000 && age >= 0, `seed ${seed}`);
      const { sequence } = batchOf(world.requests[sent]);
      ++sent;
      if (random(3) > 0) world.answer?.(200, Uint8Array.from([0x08, ...(sequence < 128 ? [sequence] : [(sequence & 127) | 128, sequence >> 7])]));
      else if (random(2) > 0) world.answer?.(0, "no network");
      world.client.tick();
    }
    if (call % 50 === 0) assertBalanced(world.client);
  }
  assertBalanced(world.client);
  assert.ok(sent > 100, `seed ${seed}: ${sent}`);
});
