// The client in TypeScript in Chromium, on a page of another origin, against a real gmewatchd:
// usage: GMEWATCHD=PROGRAM node --test browser_test.mjs
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { Site } from "./site.mjs";

const PROGRAM = process.env.GMEWATCHD;
const BUNDLE = readFileSync(new URL("../../../client/web/build/gmewatch.mjs", import.meta.url), "utf8");
const PAGE = '<!DOCTYPE html><html lang="en"><head><title>game</title><link rel="icon" href="data:,"></head><body>game</body></html>';

let pages; // the server of the page
let origin;
let site;
let profile;
let browser;

const launch = () => puppeteer.launch({ executablePath: "/usr/bin/chromium", userDataDir: profile, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

before(async () => {
  assert.ok(PROGRAM, "GMEWATCHD names the program");
  pages = createServer((request, response) => {
    const isScript = request.url.endsWith(".mjs");
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html").end(isScript ? BUNDLE : PAGE);
  });
  await new Promise((done) => pages.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${pages.address().port}`;
  site = await new Site().start(PROGRAM, [origin]);
  profile = mkdtempSync(join(tmpdir(), "gmewatch-profile-"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  pages?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

/** A tab with a client, window.watch. */
async function open(options = {}, from = browser) {
  const tab = await from.newPage();
  await tab.goto(`${origin}/`);
  await begin(tab, options);
  return tab;
}

const begin = (tab, options) =>
  tab.evaluate(
    async (url, more) => {
      const { start } = await import("/gmewatch.mjs");
      window.watch = start({ url, app: "demo", region: "eu", consent: "granted", platform: "web", firstFlushMs: 200, flushMs: 200, initialBackoffMs: 20, maxBackoffMs: 200, spoolName: "test", ...more });
      return window.watch.error();
    },
    site.url,
    options,
  );

const report = (tab, code, count) => tab.evaluate((...event) => window.watch.report(...event), code, count);
const stats = (tab) => tab.evaluate(() => window.watch.stats());
// How many slots the spool of the page has.
const slots = (tab) => tab.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("test.")).length);

test("a page of an allowed origin reports, and its counts are counted once", async (t) => {
  const tab = await open();
  t.after(() => tab.close());
  await report(tab, 1005, 3);
  await site.until("errors 1005", 3, () => site.errors("1005"));
  await site.until("pending", 0, async () => (await stats(tab)).pendingEvents);
  const found = await stats(tab);
  assert.deepEqual([found.acknowledgedEvents, found.lastError, found.spoolFailures], [3, "", 0]);
});

test("a tab that is left sends what it has", async () => {
  const tab = await open({ firstFlushMs: 3600000, spoolName: "left" });
  await report(tab, 1006, 4);
  await tab.goto("about:blank");
  await site.until("errors 1006", 4, () => site.errors("1006"));
  await tab.close();
});

test("a tab that is hidden sends what it has", async (t) => {
  const tab = await open({ firstFlushMs: 3600000, spoolName: "hidden" });
  t.after(() => tab.close());
  await report(tab, 1007, 4);
  await tab.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await site.until("errors 1007", 4, () => site.errors("1007"));
});

test("a browser that is killed loses nothing stored and doubles nothing", { timeout: 120000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gmewatch-profile-"));
  const own = () => puppeteer.launch({ executablePath: "/usr/bin/chromium", userDataDir: folder, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  let game = await own();
  let tab = await open({ firstFlushMs: 3600000, url: "http://127.0.0.1:1" }, game); // nobody listens there
  await report(tab, 10001, 6);
  await tab.evaluate(() => window.watch.pause());
  assert.equal((await stats(tab)).spoolFailures, 0);
  // Chromium writes localStorage to the disk by itself; a page that is left makes it do so.
  await tab.goto("about:blank");
  await new Promise((done) => setTimeout(done, 6000)); // Chromium says nowhere that its disk has it
  const gone = new Promise((done) => game.process().once("exit", done));
  game.process().kill("SIGKILL");
  await gone;
  game = await own();
  tab = await open({}, game);
  await site.until("restored", 6, async () => (await stats(tab)).restoredEvents);
  await site.until("errors 10001", 6, () => site.errors("10001"));
  await site.until("pending", 0, async () => (await stats(tab)).pendingEvents);
  assert.equal(await site.errors("10001"), 6);
  await game.close();
  rmSync(folder, { recursive: true, force: true });
});

test("two tabs do not share a session: the second goes without a spool and says so", async (t) => {
  const first = await open();
  const second = await open();
  t.after(() => Promise.all([first.close(), second.close()]));
  for (const tab of [first, second]) await report(tab, 10002, 5);
  await site.until("errors 10002", 10, () => site.errors("10002"));
  assert.equal((await stats(first)).spoolFailures, 0);
  assert.equal((await stats(second)).spoolFailures, 1);
});

test("before consent the page asks for nothing and stores nothing; after denial nothing stays", async (t) => {
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(`${origin}/`);
  await tab.evaluate(() => localStorage.clear());
  const asked = [];
  tab.on("request", (request) => request.url().startsWith(site.url) && asked.push(request.method()));
  await begin(tab, { consent: "unknown" });
  await report(tab, 10003, 2);
  await tab.evaluate(() => window.watch.flush());
  await new Promise((done) => setTimeout(done, 1000)); // nothing is what is waited for
  assert.deepEqual([asked.length, await slots(tab)], [0, 0]);
  await tab.evaluate(() => window.watch.setConsent("granted"));
  await site.until("errors 10003", 2, () => site.errors("10003"));
  assert.ok((await slots(tab)) > 0);
  await report(tab, 10003, 9);
  await tab.evaluate(() => window.watch.setConsent("denied"));
  assert.equal(await slots(tab), 0);
  await tab.evaluate(() => window.watch.setConsent("granted"));
  await report(tab, 10004, 1);
  await site.until("errors 10004", 1, () => site.errors("10004"));
  assert.equal(await site.errors("10003"), 2);
});

test("a page of another origin keeps its counts and says that there was no answer", async (t) => {
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(`http://localhost:${pages.address().port}/`);
  await begin(tab, {});
  await report(tab, 10005, 2);
  await site.until("a failed attempt", true, async () => (await stats(tab)).batchesFailed > 0);
  const found = await stats(tab);
  assert.match(found.lastError, /no answer/);
  assert.equal(found.pendingEvents, 2);
});

test("without a network there is no attempt; its return sends at once", async (t) => {
  const tab = await open();
  t.after(() => tab.close());
  await tab.setOfflineMode(true);
  await report(tab, 10010, 2);
  await new Promise((done) => setTimeout(done, 800)); // nothing is what is waited for
  assert.equal((await stats(tab)).batchesSent, 0);
  await tab.setOfflineMode(false);
  await site.until("errors 10010", 2, () => site.errors("10010"));
});

test("XMLHttpRequest, as Cocos has it, carries the same bytes", async (t) => {
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(`${origin}/`);
  await tab.evaluate(() => delete window.fetch);
  await begin(tab, {});
  await report(tab, 10011, 2);
  await site.until("errors 10011", 2, () => site.errors("10011"));
});

test("a mini game's request and storage carry the same bytes", async (t) => {
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(`${origin}/`);
  await tab.evaluate(() => {
    window.stored = {};
    window.listeners = {};
    window.wx = {
      request({ url, method, header, data, responseType, success, fail }) {
        if (!(data instanceof ArrayBuffer) || responseType !== "arraybuffer") throw new Error("a mini game takes an ArrayBuffer");
        const controller = new AbortController();
        fetch(url, { method, headers: header, body: data, signal: controller.signal })
          .then(async (answer) => success({ statusCode: answer.status, data: await answer.arrayBuffer() }))
          .catch(() => fail({ errMsg: "request:fail" }));
        return { abort: () => controller.abort() };
      },
      getStorageSync: (key) => window.stored[key] ?? "",
      setStorageSync: (key, value) => (window.stored[key] = value),
      removeStorageSync: (key) => delete window.stored[key],
      onHide: (listener) => (window.listeners.hide = listener),
      onShow: (listener) => (window.listeners.show = listener),
      onNetworkStatusChange: (listener) => (window.listeners.network = listener),
    };
  });
  await begin(tab, { firstFlushMs: 3600000 });
  await report(tab, 10006, 2);
  await tab.evaluate(() => window.listeners.hide());
  await site.until("errors 10006", 2, () => site.errors("10006"));
  await site.until("pending", 0, async () => (await stats(tab)).pendingEvents);
  assert.deepEqual(await tab.evaluate(() => Object.keys(window.stored).sort()), ["test.0", "test.1"]);
  await tab.evaluate(() => window.listeners.network({ isConnected: false }));
  const sent = (await stats(tab)).batchesSent;
  await report(tab, 10007, 1);
  await tab.evaluate(() => window.listeners.hide());
  assert.equal((await stats(tab)).batchesSent, sent);
});
