// Feeds each check of faults.mjs pages without a fault and pages with one, so that no check can stop working unnoticed.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { axeFaults, keyboardFaults, missingTexts, stumbles, watch } from "./faults.mjs";

const WELL = '<h1>All is well</h1><p>Read <a href="./more">more</a>.</p><bdi>&lt;b&gt;</bdi>';
const page = (main, style = "") =>
  `<!DOCTYPE html><html lang="en"><head><title>t</title><link rel="icon" href="data:,"><style>${style}</style></head><body><main>${main}</main></body></html>`;

let browser;
let server;
let html;
before(async () => {
  server = createServer((_, response) => response.setHeader("Content-Type", "text/html; charset=utf-8").end(html));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});
after(async () => {
  await browser.close();
  server.close();
});

// The faults that `find` and watch() report for this page.
async function faultsOf(find, main, style) {
  html = page(main, style);
  const address = `127.0.0.1:${server.address().port}`;
  const tab = await browser.newPage();
  const seen = [];
  watch(tab, address, seen);
  await tab.setViewport({ width: 360, height: 740 });
  await tab.goto(`http://${address}/`, { waitUntil: "load" });
  const found = await find(tab);
  await tab.close();
  return [...found, ...seen];
}

async function reports(find, expected, main, style) {
  const found = await faultsOf(find, main, style);
  assert.ok(
    found.some((fault) => fault.includes(expected)),
    `"${expected}" is not among ${JSON.stringify(found)}`,
  );
}

const nothing = async () => [];

test("a page without a fault has none", async () => {
  const all = async (tab) => [
    ...(await stumbles(tab)),
    ...(await axeFaults(tab)),
    ...(await missingTexts(tab, ["<b>"])),
    ...(await keyboardFaults(tab)),
  ];
  assert.deepEqual(await faultsOf(all, WELL), []);
});

test("console messages, script errors and foreign requests are reported", async () => {
  await reports(nothing, "console: broken", `${WELL}<script>console.error("broken")</script>`);
  await reports(nothing, "console: odd", `${WELL}<script>console.warn("odd")</script>`);
  await reports(nothing, "script: thrown", `${WELL}<script>throw new Error("thrown")</script>`);
  await reports(nothing, "asks for http://127.0.0.1:9/x.png", `${WELL}<img alt="" src="http://127.0.0.1:9/x.png">`);
});

test("layout, headings and text that became markup are reported", async () => {
  await reports(stumbles, "500 px wide on 360", `${WELL}<p>wide</p>`, "body { margin: 0 } p { width: 500px }");
  await reports(stumbles, "not exactly one h1", "<p>nothing</p>");
  await reports(stumbles, "not exactly one h1", `${WELL}<h1>another</h1>`);
  await reports(stumbles, "a hostile string ran", `${WELL}<script>window.hostile = 1</script>`);
  await reports(stumbles, "<IMG> in main", `${WELL}<img alt="" src="data:,">`);
  await reports(stumbles, "<SCRIPT> in main", `${WELL}<script></script>`);
  await reports(stumbles, "attribute onfocus", `${WELL}<a href="./" onfocus="1">x</a>`);
  await reports(stumbles, "href javascript:1", `${WELL}<a href="javascript:1">x</a>`);
});

test("what axe-core rejects is reported", async () => {
  await reports(axeFaults, "axe: color-contrast", `${WELL}<p>pale</p>`, "p { color: #ddd; background: #fff }");
  await reports(axeFaults, "axe: heading-order", `${WELL}<h3>a step too far</h3>`);
  await reports(axeFaults, "axe: svg-img-alt", `${WELL}<svg role="img"></svg>`);
  await reports(axeFaults, "axe: link-name", `${WELL}<a href="./"></a>`);
});

test("what Tab does not reach or does not show is reported", async () => {
  await reports(keyboardFaults, "nothing can be reached", "<h1>no link</h1>");
  await reports(keyboardFaults, "Tab does not reach <a href", `${WELL}<a href="./" tabindex="-1">left out</a>`);
  await reports(keyboardFaults, "Tab does not reach <a href", `${WELL}<a href="./" tabindex="1">before its turn</a>`);
  await reports(keyboardFaults, "is not visible on <a href", WELL, "a { outline: none }");
});

test("a text that is missing, hidden or has become an element is reported", async () => {
  const find = (tab) => missingTexts(tab, ["<b>bold</b>"]);
  const is = "is not shown as text: <b>bold</b>";
  await reports(find, is, WELL);
  await reports(find, is, `${WELL}<bdi><b>bold</b></bdi>`);
  await reports(find, is, `${WELL}<bdi>&amp;lt;b&amp;gt;bold&lt;/b&gt;</bdi>`);
  await reports(find, is, `${WELL}<bdi hidden>&lt;b&gt;bold&lt;/b&gt;</bdi>`);
  assert.deepEqual(await faultsOf(find, `${WELL}<bdi>&lt;b&gt;bold&lt;/b&gt;</bdi>`), []);
});
