// Checks the triage page of a running gmewatchd in headless Chromium, at the widths of a phone and of a desktop, light and
// dark: it has no fault that faults.mjs finds, its script refreshes it, and it says so when it cannot be refreshed.
//
//   node look.mjs --address=HOST:PORT --code=1005 [--hostile=FILE] [--pictures=DIR]
//
// Pages: /, /codes/, /codes/CODE and one that does not exist. Each line of FILE is a text that clients have sent with CODE;
// the page of CODE must show it as it is, and it would set window.hostile if it could. Exit status 0 if there is no fault;
// else each fault is a line on standard error.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";
import { axeFaults, keyboardFaults, missingTexts, stumbles, watch } from "./faults.mjs";

const { values: options } = parseArgs({
  options: {
    address: { type: "string" },
    code: { type: "string", default: "1005" },
    hostile: { type: "string", default: "" },
    pictures: { type: "string", default: "" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});

const WIDTHS = { phone: { width: 360, height: 740, isMobile: true, hasTouch: true }, desktop: { width: 1366, height: 768 } };
const SCHEMES = ["light", "dark"];
const HOSTILE = options.hostile ? readFileSync(options.hostile, "utf8").split("\n").filter(Boolean) : [];
const PAGES = {
  home: { path: "/" },
  codes: { path: "/codes/" },
  code: { path: `/codes/${options.code}`, texts: HOSTILE },
  missing: { path: "/codes/<img src=x onerror=window.hostile=1>", status: 404 },
};

const faults = [];

const launch = () =>
  puppeteer.launch({ executablePath: options.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

async function open(browser, where, page, size, scheme = "light") {
  const tab = await browser.newPage();
  const status = page.status ?? 200;
  const found = { push: (what) => faults.push(`${where}: ${what}`) };
  watch(tab, options.address, found, status);
  await tab.setViewport(size);
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const answer = await tab.goto(`http://${options.address}${page.path}`, { waitUntil: "load" });
  if (answer.status() !== status) found.push(`status ${answer.status()}, not ${status}`);
  return tab;
}

async function check(browser, name, page, width, scheme) {
  const where = `${page.path} ${width} ${scheme}`;
  const tab = await open(browser, where, page, WIDTHS[width], scheme);
  const found = [...(await stumbles(tab)), ...(await axeFaults(tab)), ...(await missingTexts(tab, page.texts ?? []))];
  if (options.pictures) {
    await tab.screenshot({ path: `${options.pictures}/${name}-${width}-${scheme}.png` });
    await tab.screenshot({ path: `${options.pictures}/${name}-${width}-${scheme}-full.png`, fullPage: true });
  }
  // Colours and widths do not matter to it.
  if (width === "desktop" && scheme === "light") found.push(...(await keyboardFaults(tab)));
  faults.push(...found.map((what) => `${where}: ${what}`));
  await tab.close();
}

// The page refreshes itself without moving under the reader, and says so when the daemon does not answer. It runs in a browser
// of its own, because a page also refreshes itself when people come back to it from another tab.
async function checkRenewal(browser) {
  const where = "renewal";
  const tab = await open(browser, where, PAGES.code, WIDTHS.phone);
  const place = await tab.evaluate(() => {
    document.querySelector("main").dataset.old = "yes";
    scrollTo(0, 300);
    return scrollY;
  });
  await tab.waitForFunction(() => document.querySelector("main").dataset.old === undefined, { timeout: 25000 });
  if ((await tab.evaluate(() => scrollY)) !== place) faults.push(`${where}: the page moved`);
  if (await tab.evaluate(() => !document.getElementById("stale").hidden)) faults.push(`${where}: says that it is out of date`);
  tab.removeAllListeners("console");
  await tab.setOfflineMode(true);
  await tab.waitForFunction(() => !document.getElementById("stale").hidden, { timeout: 25000 });
  await tab.setOfflineMode(false);
  await tab.waitForFunction(() => document.getElementById("stale").hidden, { timeout: 25000 });
  await tab.close();
}

// Without its script the page has everything too.
async function checkWithoutScript(browser) {
  const tab = await browser.newPage();
  await tab.setJavaScriptEnabled(false);
  await tab.goto(`http://${options.address}/`, { waitUntil: "load" });
  const text = await tab.$eval("main", (main) => main.innerText);
  if (!text.includes("How far these numbers can be trusted")) faults.push("without script: the page is not complete");
  await tab.close();
}

if (!existsSync(options.chromium)) throw new Error(`${options.chromium} does not exist`);
if (options.pictures) mkdirSync(options.pictures, { recursive: true });
const browser = await launch();
const other = await launch();
try {
  // It waits most of the time, so the other checks run meanwhile.
  const renewal = checkRenewal(other).catch((error) => faults.push(`renewal: ${error.message}`));
  for (const [name, page] of Object.entries(PAGES)) {
    for (const width of Object.keys(WIDTHS)) {
      for (const scheme of SCHEMES) await check(browser, name, page, width, scheme);
    }
  }
  await checkWithoutScript(browser);
  await renewal;
} finally {
  await Promise.all([browser.close(), other.close()]);
}
for (const line of faults) console.error(line);
process.exit(faults.length === 0 ? 0 : 1);
