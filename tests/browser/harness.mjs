// A browser, its pages, and one line a check.

import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { width: 1680, height: 950 };

export class Harness {
  constructor(shots) {
    this.shots = shots;
    this.failed = 0;
    this.complaints = [];
    if (shots) { mkdirSync(shots, { recursive: true }); }
  }

  async start() {
    this.browser = await chromium.launch({
      executablePath: process.env.SLOTCAST_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    });
  }

  async stop() { await this.browser.close(); }

  // A page of its own, which may ask for nothing but its file and must not complain.
  async open(file, { width = DESKTOP.width, height = DESKTOP.height, theme = "light", reload = false } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: "ko-KR" });
    const page = await context.newPage();
    const address = pathToFileURL(file).href;
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== address) { this.complaints.push(`request of ${request.url().slice(0, 200)}`); }
    });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") { this.complaints.push(`console: ${message.text()}`); }
    });
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.stack || error.message}`));
    page.on("dialog", (dialog) => { this.complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    await page.goto(address, { waitUntil: "load" });
    if (reload) { await page.reload({ waitUntil: "load" }); }
    return page;
  }

  // One check: what it does must not throw. What it returns is printed.
  async check(name, act) {
    const from = performance.now();
    try {
      const said = await act();
      console.log(`ok ${name} ${Math.round(performance.now() - from)} ms${said ? ` (${said})` : ""}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED ${name}: ${error.message}`);
    }
  }

  async shoot(page, name) {
    if (this.shots) { await page.screenshot({ path: join(this.shots, `${name}.png`) }); }
  }

  // No finding that keeps anybody out.
  async accessible(page) {
    await page.evaluate(AXE);
    const findings = await page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ["violations"] });
      return result.violations.map((one) => ({
        id: one.id, impact: one.impact,
        where: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1, 2).join("").trim()}`),
      }));
    });
    const grave = findings.filter((one) => one.impact === "serious" || one.impact === "critical");
    if (grave.length) { throw new Error(JSON.stringify(grave, null, 1)); }
    return findings.length ? `lesser: ${findings.map((one) => one.id).join(", ")}` : "";
  }

  quiet() {
    const said = this.complaints.splice(0);
    if (said.length) { throw new Error(said.slice(0, 5).join("\n")); }
  }
}

export function same(found, wanted, what) {
  const [left, right] = [found, wanted].map((value) => JSON.stringify(value));
  if (left !== right) { throw new Error(`${what}: ${left}, not ${right}`); }
}

export function holds(condition, what) {
  if (!condition) { throw new Error(what); }
}
