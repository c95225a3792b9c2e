// Looks at the triage page of a running gmewatchd in headless Chromium, at the widths of a phone and of a desktop, light
// and dark: no error or warning in the console, nothing that axe-core objects to, nothing that sticks out at the side, no
// text that became an element, and what the script promises: the page renews itself, and says when it cannot.
//
//   node look.mjs --address=HOST:PORT --code=1005 [--pictures=DIR]
//
// Pages: /, /codes/, /codes/CODE and one that there is not. Hostile strings hold the mark HOSTILE and would set
// window.hostile. Exit status 0 where all is well; else each fault is a line on standard error.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";

const { values: options } = parseArgs({
  options: {
    address: { type: "string" },
    code: { type: "string", default: "1005" },
    pictures: { type: "string", default: "" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = { phone: { width: 375, height: 667, isMobile: true, hasTouch: true }, desktop: { width: 1366, height: 768 } };
const SCHEMES = ["light", "dark"];
const PAGES = {
  home: { path: "/", status: 200 },
  codes: { path: "/codes/", status: 200 },
  code: { path: `/codes/${options.code}`, status: 200 },
  missing: { path: "/codes/HOSTILE<img src=x onerror=window.hostile=1>", status: 404 },
};

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);

function watch(page, where, status) {
  page.on("console", (message) => {
    // Chromium itself says that a page answered 404.
    if (status === 404 && message.text().includes("404")) return;
    if (["error", "warn", "warning"].includes(message.type())) fault(where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(where, `script: ${error.message}`));
  page.on("request", (request) => {
    const own = request.url().startsWith(`http://${options.address}/`) || request.url().startsWith("data:");
    if (!own) fault(where, `asks for ${request.url()}`);
  });
}

// In the page: what a person would stumble over.
function stumbles() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth} px wide on ${root.clientWidth}`);
  if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
  if (window.hostile !== undefined) found.push("a hostile string ran");
  for (const element of document.querySelectorAll("main *")) {
    if (["IMG", "SCRIPT", "IFRAME", "OBJECT", "STYLE", "FORM", "INPUT"].includes(element.tagName)) {
      found.push(`<${element.tagName}> in main`);
    }
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith("on")) found.push(`attribute ${attribute.name}`);
      if (attribute.name === "href" && !/^(https?:\/\/|\.\.?\/|#)/.test(attribute.value)) found.push(`href ${attribute.value}`);
    }
  }
  return found;
}

async function open(browser, where, page, size, scheme) {
  const tab = await browser.newPage();
  watch(tab, where, page.status);
  await tab.setViewport(size);
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const answer = await tab.goto(`http://${options.address}${page.path}`, { waitUntil: "load" });
  if (answer.status() !== page.status) fault(where, `status ${answer.status()}, not ${page.status}`);
  return tab;
}

async function check(browser, name, page, width, scheme) {
  const where = `${page.path} ${width} ${scheme}`;
  const tab = await open(browser, where, page, WIDTHS[width], scheme);
  for (const found of await tab.evaluate(stumbles)) fault(where, found);
  // Through the debugger, so that the page's own policy stays as it is.
  await tab.evaluate(AXE);
  const axe = await tab.evaluate(() => window.axe.run());
  for (const violation of axe.violations) {
    fault(where, `axe: ${violation.id}: ${violation.help}: ${violation.nodes.map((node) => node.html).join(" ").slice(0, 300)}`);
  }
  if (options.pictures) {
    await tab.screenshot({ path: `${options.pictures}/${name}-${width}-${scheme}.png` });
    await tab.screenshot({ path: `${options.pictures}/${name}-${width}-${scheme}-full.png`, fullPage: true });
  }
  await tab.close();
}

// Hostile strings are there to be read, as what clients sent.
async function checkHostile(browser) {
  const where = `${PAGES.code.path} hostile`;
  const tab = await open(browser, where, PAGES.code, WIDTHS.desktop, "light");
  const seen = await tab.evaluate(() => [...document.querySelectorAll("bdi")].map((unit) => unit.textContent));
  if (!seen.some((text) => text.includes("HOSTILE") && text.includes("<"))) fault(where, "is not shown as text");
  await tab.close();
}

// The page renews itself without moving under who reads it, and says so when nobody answers.
async function checkRenewal(browser) {
  const where = "renewal";
  const tab = await browser.newPage();
  watch(tab, where, 200);
  await tab.setViewport(WIDTHS.phone);
  await tab.goto(`http://${options.address}${PAGES.code.path}`, { waitUntil: "load" });
  const place = await tab.evaluate(() => {
    document.querySelector("main").dataset.old = "yes";
    scrollTo(0, 300);
    return scrollY;
  });
  await tab.waitForFunction(() => document.querySelector("main").dataset.old === undefined, { timeout: 25000 });
  if ((await tab.evaluate(() => scrollY)) !== place) fault(where, "the page moved");
  if (await tab.evaluate(() => !document.getElementById("stale").hidden)) fault(where, "says that it is old");
  tab.removeAllListeners("console");
  await tab.setOfflineMode(true);
  await tab.waitForFunction(() => !document.getElementById("stale").hidden, { timeout: 25000 });
  await tab.setOfflineMode(false);
  await tab.waitForFunction(() => document.getElementById("stale").hidden, { timeout: 25000 });
  await tab.close();
}

// Without the script all is there, too.
async function checkWithoutScript(browser) {
  const where = "without script";
  const tab = await browser.newPage();
  await tab.setJavaScriptEnabled(false);
  await tab.goto(`http://${options.address}/`, { waitUntil: "load" });
  const text = await tab.$eval("main", (main) => main.innerText);
  if (!text.includes("How far these numbers can be trusted")) fault(where, "the page is not whole");
  await tab.close();
}

if (!existsSync(options.chromium)) throw new Error(`${options.chromium} is not there`);
if (options.pictures) mkdirSync(options.pictures, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: options.chromium,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const renewal = checkRenewal(browser);
  for (const [name, page] of Object.entries(PAGES)) {
    for (const width of Object.keys(WIDTHS)) {
      for (const scheme of SCHEMES) await check(browser, name, page, width, scheme);
    }
  }
  await checkHostile(browser);
  await checkWithoutScript(browser);
  await renewal;
} finally {
  await browser.close();
}
for (const line of faults) console.error(line);
process.exit(faults.length === 0 ? 0 : 1);
