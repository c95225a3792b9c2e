// The client in TypeScript against a real gmewatchd, in node: usage: GMEWATCHD=PROGRAM node --test live_test.mjs
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Site } from "./site.mjs";

const PROGRAM = process.env.GMEWATCHD;
const GAME = new URL("one_game.mjs", import.meta.url).pathname;

let site;
before(async () => {
  assert.ok(PROGRAM, "GMEWATCHD names the program");
  site = await new Site().start(PROGRAM);
});
after(() => site?.stop());

class Game {
  constructor(directory, ...options) {
    this.process = spawn("node", [GAME, site.url, directory, ...options], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((done) => this.process.once("exit", done));
  }

  async call(line) {
    this.process.stdin.write(`${line}\n`);
    return JSON.parse((await this.lines.next()).value);
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}

function directory(t) {
  const made = mkdtempSync(join(tmpdir(), "gmewatch-game-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

test("reports are counted once", async (t) => {
  const game = new Game(directory(t));
  t.after(() => game.kill());
  await game.call("report 1005 3");
  await game.call("report -2147483648 1");
  await game.call("report 0 40");
  await site.until("errors 1005", 3, () => site.errors("1005"));
  await site.until("pending", 0, async () => (await game.call("stats")).pendingEvents);
  const stats = await game.call("stats");
  assert.deepEqual([stats.acknowledgedEvents, stats.lastCode, stats.lastError], [44, "ok", ""]);
});

test("a game killed at any moment loses nothing stored and doubles nothing", { timeout: 120000 }, async (t) => {
  const seed = Number(process.env.GMEWATCH_SEED ?? Date.now() % 100000);
  let state = seed || 1;
  const random = (limit) => (state = (state * 48271) % 2147483647) % limit;
  const spool = directory(t);
  let stored = 0;
  for (let run = 0; run < 12; ++run) {
    const game = new Game(spool);
    await game.call("stats");
    for (let i = random(6); i >= 0; --i) {
      const events = 1 + random(50);
      await game.call(`report 10001 ${events}`);
      await game.call("pause"); // what is reported is stored from here on
      stored += events;
      await new Promise((done) => setTimeout(done, random(150)));
    }
    await game.kill();
  }
  const last = new Game(spool);
  t.after(() => last.kill());
  await site.until(`errors 10001 (seed ${seed})`, stored, () => site.errors("10001"));
  await site.until("pending", 0, async () => (await last.call("stats")).pendingEvents);
  assert.equal(await site.errors("10001"), stored);
});

test("a gmewatchd that is killed and started again has every count once", { timeout: 120000 }, async (t) => {
  const game = new Game(directory(t));
  t.after(() => game.kill());
  let reported = 0;
  for (let run = 0; run < 4; ++run) {
    for (let i = 0; i < 10; ++i) {
      await game.call("report 1006 5");
      reported += 5;
      await new Promise((done) => setTimeout(done, 20));
    }
    await site.kill();
    await game.call("report 1006 1");
    ++reported;
    await site.start(PROGRAM, [], site.connect);
  }
  await site.until("errors 1006", reported, () => site.errors("1006"));
  await site.until("pending", 0, async () => (await game.call("stats")).pendingEvents);
  assert.equal((await game.call("stats")).acknowledgedEvents, reported);
});

test("a wrong key is said, and its counts are kept until the right one is there", async (t) => {
  const spool = directory(t);
  const wrong = new Game(spool, 'app="keyed"', 'key="wrong"');
  await wrong.call("report 1005 7");
  await site.until("the error", "unauthenticated", async () => (await wrong.call("stats")).lastCode);
  assert.equal((await wrong.call("stats")).pendingEvents, 7);
  await wrong.kill();
  const right = new Game(spool, 'app="keyed"', 'key="the-only-key"');
  t.after(() => right.kill());
  await site.until("errors 1005 of keyed", 7, () => site.errors("1005", "keyed"));
});

test("a batch that gmewatchd rejects is reported as lost", async (t) => {
  const game = new Game(directory(t), 'region="nowhere"');
  t.after(() => game.kill());
  await game.call("report 1005 2");
  const stats = async () => game.call("stats");
  await site.until("an answer", true, async () => (await stats()).lastHttpStatus > 0);
  const found = await stats();
  assert.notEqual(found.lastCode, "ok");
  assert.equal(found.acknowledgedEvents + found.rejectedEvents + found.lostEvents + found.pendingEvents, found.reportedEvents);
});
