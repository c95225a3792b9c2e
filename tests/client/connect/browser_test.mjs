// Connect's client for browsers in Chromium, on a page of another origin, against a real gmewatchd:
// usage: GMEWATCHD=PROGRAM DESCRIPTORS=FILE node --test browser_test.mjs
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Code } from "@connectrpc/connect";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";
import { Site } from "../web/site.mjs";

const PAGE = '<!DOCTYPE html><html lang="en"><head><title>game</title><link rel="icon" href="data:,"><script type="module" src="/page.mjs"></script></head></html>';

let pages; // the server of the page
let site;
let profile;
let browser;

async function serve() {
  const entryPoints = [new URL("page.mjs", import.meta.url).pathname];
  const bundle = await build({ entryPoints, bundle: true, write: false, format: "esm", target: "es2022" });
  const files = {
    "/": ["text/html", PAGE],
    "/page.mjs": ["text/javascript", bundle.outputFiles[0].text],
    "/descriptors": ["application/octet-stream", readFileSync(process.env.DESCRIPTORS)],
  };
  pages = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.setHeader("Content-Type", type).end(body);
  });
  await new Promise((done) => pages.listen(0, "127.0.0.1", done));
}

before(async () => {
  await serve();
  site = new Site();
  site.more = "quotas: {session_events_per_minute: 60, session_events_burst: 3}\n";
  await site.start(process.env.GMEWATCHD, [`http://127.0.0.1:${pages.address().port}`]);
  profile = mkdtempSync(join(tmpdir(), "gmewatch-profile-"));
  browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", userDataDir: profile, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(async () => {
  await browser?.close();
  await site?.stop();
  pages?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

/** A tab with window.report, on the page that may report or on another one. */
async function open(t, host = "127.0.0.1") {
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(`http://${host}:${pages.address().port}/`);
  await tab.waitForFunction("window.report");
  return (...call) => tab.evaluate((...all) => window.report(...all), site.url, ...call);
}

test("a page of an allowed origin reports in Protobuf and in JSON, and is counted once", async (t) => {
  const report = await open(t);
  for (const json of [false, true, false]) assert.deepEqual(await report("one", 1, [1005, 0], { json }), { acknowledged: 1 });
  assert.deepEqual(await report("one", 2, [1005], { json: true }), { acknowledged: 2 });
  await site.until("errors 1005", 2, () => site.errors("1005"));
});

test("a page sends a key, and reads errors with their details", async (t) => {
  const report = await open(t);
  const headers = { Authorization: "Bearer the-only-key" };
  assert.equal((await report("keyed", 1, [1006], { app: "keyed" })).code, Code.Unauthenticated);
  assert.deepEqual(await report("keyed", 1, [1006], { headers }), { acknowledged: 1 });
  const invalid = await report("two", 0, [1006]);
  assert.deepEqual([invalid.code, invalid.fields], [Code.InvalidArgument, ["sequence"]]);
  assert.deepEqual(await report("two", 1, [1, 1, 1, 1, 1, 1]), { acknowledged: 1 });
  const more = await report("two", 2, [1]);
  assert.deepEqual([more.code, more.retry.length], [Code.ResourceExhausted, 1], more.message);
  assert.ok(more.retry[0] >= 1);
});

test("a page of another origin gets no answer to read, and is not counted", async (t) => {
  const report = await open(t, "localhost");
  const answer = await report("three", 1, [1007]);
  assert.equal(answer.acknowledged, undefined);
  assert.match(answer.message, /Failed to fetch/);
  assert.equal(await site.errors("1007"), 0);
});
