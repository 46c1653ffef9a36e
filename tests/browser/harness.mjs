// A browser, its pages, and one line per check.

import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// SLOTCAST_BROWSER names a folder with the packages; the default is this one.
const packages = createRequire(join(process.env.SLOTCAST_BROWSER ?? import.meta.dirname, "package.json"));
const { chromium } = packages("playwright-core");
const AXE = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { width: 1680, height: 950 };

export class Harness {
  constructor(shots) {
    this.shots = shots;
    this.failed = 0;
    this.errors = [];
    if (shots) { mkdirSync(shots, { recursive: true }); }
  }

  async start() {
    this.browser = await chromium.launch({
      executablePath: process.env.SLOTCAST_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    });
  }

  async stop() { await this.browser.close(); }

  // A new page. Requests of other addresses, console messages and errors are collected.
  async open(file, { width = DESKTOP.width, height = DESKTOP.height, theme = "light", reload = false } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: "ko-KR" });
    const page = await context.newPage();
    const address = pathToFileURL(file).href;
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== address) { this.errors.push(`request of ${request.url().slice(0, 200)}`); }
    });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") { this.errors.push(`console: ${message.text()}`); }
    });
    page.on("pageerror", (error) => this.errors.push(`error: ${error.stack || error.message}`));
    page.on("dialog", (dialog) => { this.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    await page.goto(address, { waitUntil: "load" });
    if (reload) { await page.reload({ waitUntil: "load" }); }
    return page;
  }

  // One check: `act` must not throw. Its return value is printed.
  async check(name, act) {
    const from = performance.now();
    try {
      const details = await act();
      console.log(`ok ${name} ${Math.round(performance.now() - from)} ms${details ? ` (${details})` : ""}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED ${name}: ${error.message}`);
    }
  }

  async shoot(page, name) {
    if (this.shots) { await page.screenshot({ path: join(this.shots, `${name}.png`) }); }
  }

  // No serious or critical finding of axe.
  async accessible(page) {
    await page.evaluate(AXE);
    const findings = await page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ["violations"] });
      return result.violations.map((one) => ({
        id: one.id, impact: one.impact,
        where: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1, 2).join("").trim()}`),
      }));
    });
    const severe = findings.filter((one) => one.impact === "serious" || one.impact === "critical");
    if (severe.length) { throw new Error(JSON.stringify(severe, null, 1)); }
    return findings.length ? `minor: ${findings.map((one) => one.id).join(", ")}` : "";
  }

  // No error since the last call.
  assertNoErrors() {
    const errors = this.errors.splice(0);
    if (errors.length) { throw new Error(errors.slice(0, 5).join("\n")); }
  }
}

export function assertSame(found, expected, what) {
  const [left, right] = [found, expected].map((value) => JSON.stringify(value));
  if (left !== right) { throw new Error(`${what}: ${left}, not ${right}`); }
}

export function assert(condition, what) {
  if (!condition) { throw new Error(what); }
}
