// Each check of faults.mjs is fed pages that are well and pages with one fault, so that none can die silently.
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

// What `find` says of this page, and what watch() saw of it.
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

async function isTold(find, expected, main, style) {
  const found = await faultsOf(find, main, style);
  assert.ok(
    found.some((fault) => fault.includes(expected)),
    `"${expected}" is not among ${JSON.stringify(found)}`,
  );
}

const nothing = async () => [];

test("a page that is well has no fault", async () => {
  const all = async (tab) => [
    ...(await stumbles(tab)),
    ...(await axeFaults(tab)),
    ...(await missingTexts(tab, ["<b>"])),
    ...(await keyboardFaults(tab)),
  ];
  assert.deepEqual(await faultsOf(all, WELL), []);
});

test("what happens in the tab is told", async () => {
  await isTold(nothing, "console: broken", `${WELL}<script>console.error("broken")</script>`);
  await isTold(nothing, "console: odd", `${WELL}<script>console.warn("odd")</script>`);
  await isTold(nothing, "script: thrown", `${WELL}<script>throw new Error("thrown")</script>`);
  await isTold(nothing, "asks for http://127.0.0.1:9/x.png", `${WELL}<img alt="" src="http://127.0.0.1:9/x.png">`);
});

test("layout, headings and text that became something else are told", async () => {
  await isTold(stumbles, "500 px wide on 360", `${WELL}<p>wide</p>`, "body { margin: 0 } p { width: 500px }");
  await isTold(stumbles, "not exactly one h1", "<p>nothing</p>");
  await isTold(stumbles, "not exactly one h1", `${WELL}<h1>another</h1>`);
  await isTold(stumbles, "a hostile string ran", `${WELL}<script>window.hostile = 1</script>`);
  await isTold(stumbles, "<IMG> in main", `${WELL}<img alt="" src="data:,">`);
  await isTold(stumbles, "<SCRIPT> in main", `${WELL}<script></script>`);
  await isTold(stumbles, "attribute onfocus", `${WELL}<a href="./" onfocus="1">x</a>`);
  await isTold(stumbles, "href javascript:1", `${WELL}<a href="javascript:1">x</a>`);
});

test("what axe-core objects to is told", async () => {
  await isTold(axeFaults, "axe: color-contrast", `${WELL}<p>pale</p>`, "p { color: #ddd; background: #fff }");
  await isTold(axeFaults, "axe: heading-order", `${WELL}<h3>a step too far</h3>`);
  await isTold(axeFaults, "axe: svg-img-alt", `${WELL}<svg role="img"></svg>`);
  await isTold(axeFaults, "axe: link-name", `${WELL}<a href="./"></a>`);
});

test("what Tab does not reach or does not show is told", async () => {
  await isTold(keyboardFaults, "nothing can be reached", "<h1>no link</h1>");
  await isTold(keyboardFaults, "Tab does not reach <a href", `${WELL}<a href="./" tabindex="-1">left out</a>`);
  await isTold(keyboardFaults, "Tab does not reach <a href", `${WELL}<a href="./" tabindex="1">before its turn</a>`);
  await isTold(keyboardFaults, "is not to be seen on <a href", WELL, "a { outline: none }");
});

test("a text that is not there, is hidden or has become an element is told", async () => {
  const find = (tab) => missingTexts(tab, ["<b>bold</b>"]);
  const is = "is not shown as text: <b>bold</b>";
  await isTold(find, is, WELL);
  await isTold(find, is, `${WELL}<bdi><b>bold</b></bdi>`);
  await isTold(find, is, `${WELL}<bdi>&amp;lt;b&amp;gt;bold&lt;/b&gt;</bdi>`);
  await isTold(find, is, `${WELL}<bdi hidden>&lt;b&gt;bold&lt;/b&gt;</bdi>`);
  assert.deepEqual(await faultsOf(find, `${WELL}<bdi>&lt;b&gt;bold&lt;/b&gt;</bdi>`), []);
});
