// Finds the faults of a page that a person would stumble over. Each function returns a list of faults in words, empty if there
// is no fault. faults_test.mjs feeds each of them a page that is broken.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Watches a tab as long as it lives: console messages, scripts that fail, requests to other hosts. Must be called before the
// tab loads a page; adds faults to `faults` as they happen.
export function watch(tab, address, faults, expectedStatus = 200) {
  tab.on("console", (message) => {
    // Chromium itself logs an answer 404.
    if (expectedStatus === 404 && message.text().includes("404")) return;
    if (["error", "warn", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  tab.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  tab.on("request", (request) => {
    const own = request.url().startsWith(`http://${address}/`) || request.url().startsWith("data:");
    if (!own) faults.push(`asks for ${request.url()}`);
  });
}

// Layout, headings, and text that became markup.
export function stumbles(tab) {
  return tab.evaluate(() => {
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
  });
}

// Headings, labels, contrast and the like. The debugger runs axe, so the page's own policy stays in force.
export async function axeFaults(tab) {
  await tab.evaluate(AXE);
  const { violations } = await tab.evaluate(() => window.axe.run());
  return violations.map(({ id, help, nodes }) => `axe: ${id}: ${help}: ${nodes.map((node) => node.html).join(" ").slice(0, 300)}`);
}

// The Tab key reaches every link and everything that unfolds, in reading order, and the focus is visible.
export async function keyboardFaults(tab) {
  const expected = await tab.evaluate(() => {
    const found = [...document.querySelectorAll("a, button, summary, [tabindex]")].filter((one) => one.checkVisibility());
    found.forEach((one, at) => (one.dataset.at = at));
    return found.map((one) => one.outerHTML.slice(0, 80));
  });
  if (expected.length === 0) return ["nothing can be reached with Tab"];
  const faults = [];
  for (let at = 0; at < expected.length && faults.length === 0; ++at) {
    await tab.keyboard.press("Tab");
    const now = await tab.evaluate(() => {
      const { dataset } = document.activeElement;
      const style = getComputedStyle(document.activeElement);
      return { at: Number(dataset.at), shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 };
    });
    if (now.at !== at) faults.push(`Tab does not reach ${expected[at]}`);
    else if (!now.shown) faults.push(`the focus is not visible on ${expected[at]}`);
  }
  return faults;
}

// Each of `texts` is there to the letter, isolated in <bdi>, and visible.
export async function missingTexts(tab, texts) {
  const seen = await tab.evaluate(() =>
    [...document.querySelectorAll("bdi")].filter((unit) => unit.checkVisibility()).map((unit) => unit.textContent),
  );
  return texts.filter((text) => !seen.includes(text)).map((text) => `is not shown as text: ${text}`);
}
