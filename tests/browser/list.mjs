// The page of the lists.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { assert, assertSame } from "./harness.mjs";

const ROWS = "#ranking tbody tr";
const READY = "#detail[data-ready]";

const ranks = (page) => page.$$eval(`${ROWS} .c-rank .place`, (all) => all.map((one) => Number(one.textContent)));
const refreshed = (page) => page.evaluate(() => performance.getEntriesByName("slotcast-refresh", "measure").at(-1).duration);
// Time from a keystroke in the search box to the frame with the results.
const searchTime = (page, text) => page.evaluate(async (text) => {
  const box = document.getElementById("find");
  const from = performance.now();
  box.value = text;
  box.dispatchEvent(new Event("input"));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
  return performance.now() - from;
}, text);
const rows = (page) => page.evaluate(() => JSON.parse(document.getElementById("rows").textContent));
const shown = async (page) => Number((await page.textContent("#shown")).match(/\d[\d,]*/g).map((n) => n.replace(/,/g, "")).reduce((a, b) => Math.min(a, b)));
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

export async function checkList(harness, file) {
  const check = (name, act) => harness.check(name, act);
  const page = await harness.open(file);
  const data = await rows(page);
  const columns = data.lists[0].columns;
  const total = columns.rank.length;

  await check("table", async () => {
    await page.waitForSelector(ROWS);
    const at = await page.evaluate(() => performance.getEntriesByName("slotcast-first-table")[0].startTime);
    const first = await ranks(page);
    assertSame(first.slice(0, 5), columns.rank.slice(0, 5), "the first rows");
    assert(at < 1000, `the first table took ${at} ms`);
    return `first table after ${Math.round(at)} ms, ${total} rows, ${(statSync(file).size / 1e6).toFixed(2)} MB`;
  });
  await check("readings", () => readings(page, file));
  await check("sort", () => sorts(page, columns));
  await check("filter by text", () => filtersText(page, columns, total));
  await check("filter by category and maker", () => filtersNames(page, data, columns));
  await check("filter by flag", () => filtersFlag(page, data, columns));
  await check("more rows on scrolling", () => scrolls(page, total));
  await check("column choice", () => choosesColumns(page));
  await check("detail by mouse", () => detailByMouse(page, columns));
  await check("detail by keyboard", () => detailByKeyboard(page));
  await check("language", () => changesLanguage(page));
  await check("theme", () => changesTheme(page));
  await check("print", () => prints(harness, file, total));
  await check("no error", () => harness.assertNoErrors());
  await page.context().close();
  for (const theme of ["light", "dark"]) {
    for (const language of ["ko", "en"]) { await looks(harness, file, theme, language); }
  }
  await looksNarrow(harness, file);
  await check("no request, no error", () => harness.assertNoErrors());
}

// Every cell of the first rows has the text that the exporter expects.
async function readings(page, file) {
  const path = file.replace(/\.html$/, ".readings.json");
  if (!existsSync(path)) { return "no readings"; }
  const expected = JSON.parse(readFileSync(path, "utf8"));
  const found = await page.$$eval(ROWS, (all) => all.map((row) => {
    const texts = (kind) => Array.from(row.querySelectorAll(`.c-${kind} .line`), (one) => one.textContent.replaceAll("\u2060", ""));
    return { id: row.querySelector(".c-product code").textContent, p_hit: texts("p_hit")[0], demand: texts("demand"), threshold: texts("threshold")[0], price: texts("price")[0], amount: texts("amount")[0] };
  }));
  for (const [index, row] of found.entries()) {
    const own = expected[index];
    assertSame(row.id, own.id, "id");
    assertSame(row.p_hit, own.p_hit, "p_hit");
    assertSame(row.demand, own.demand ? [own.demand[0], `${own.demand[1]}–${own.demand[2]}`] : [], "demand");
    assertSame(row.threshold, own.threshold, "threshold");
    assertSame(row.price, own.price ?? undefined, "price");
    assertSame(row.amount, own.expected_amount ?? undefined, "expected amount");
  }
  return `${found.length} rows`;
}

async function sorts(page, columns) {
  const times = [];
  const heads = await page.$$eval("#ranking thead th", (all) => all.map((one) => one.className.match(/c-(\w+)/)[1]));
  for (const key of heads) {
    await page.click(`#ranking thead .c-${key} button`);
    times.push(await refreshed(page));
    assert(await page.getAttribute(`#ranking thead .c-${key}`, "aria-sort"), `${key} has an aria-sort`);
  }
  const values = { price: columns.price, p_hit: columns.p_hit, demand: columns.demand_p50 };
  for (const [key, numbers] of Object.entries(values)) {
    for (const order of [1, -1]) {
      await page.evaluate(([key, order]) => {
        const select = document.getElementById("sort");
        select.value = `${key} ${order}`;
        select.dispatchEvent(new Event("change"));
      }, [key, order]);
      const expected = columns.rank.map((rank, i) => [numbers[i], rank])
        .sort((a, b) => (a[0] === null) - (b[0] === null) || (a[0] === null ? 0 : order * (a[0] - b[0])) || a[1] - b[1])
        .map((pair) => pair[1]);
      assertSame((await ranks(page)).slice(0, 30), expected.slice(0, 30), `${key} ${order}`);
    }
  }
  await page.click("#ranking thead .c-rank button");
  assertSame((await ranks(page))[0], 1, "sorted by rank again");
  return `slowest of ${times.length}: ${Math.max(...times).toFixed(0)} ms`;
}

async function filtersText(page, columns, total) {
  const title = columns.title[0];
  const took = await searchTime(page, title.slice(0, 4));
  assert((await ranks(page)).includes(columns.rank[0]), "search by the start of a title");
  const left = await shown(page);
  assert(left >= 1 && (total < 50 || left < total), `${left} of ${total} are shown`);
  await page.fill("#find", columns.candidate_id[total - 1]);
  assertSame(await shown(page), 1, "one row per id");
  if (columns.title.some((one) => one.includes("머그컵"))) {
    for (const words of ["ㅁㄱㅋ", "머그커", "머ㄱ", "머그컵".normalize("NFD")]) {
      await page.fill("#find", words);
      assert((await page.textContent("#ranking tbody")).includes("머그컵"), `${words} finds 머그컵`);
    }
  }
  await page.fill("#find", "없는 말 zzzz");
  assertSame(await page.isVisible("#nothing"), true, "message for an empty result");
  await page.click("#clear");
  assertSame(await shown(page), total, "all rows after clearing");
  return `${took.toFixed(0)} ms per search`;
}

async function filtersNames(page, data, columns) {
  const category = columns.category.find((one) => one !== null);
  await page.selectOption("#category", String(category));
  const took = await refreshed(page);
  assertSame(await shown(page), columns.category.filter((one) => one === category).length, "rows of the category");
  await page.click("#clear");
  const maker = columns.maker_name.find((one) => one !== null);
  await page.fill("#maker", data.makers[maker].replace(/[\r\n]/g, ""));
  const left = await shown(page);
  assert(left >= 1, "rows of the maker");
  await page.click("#clear");
  return `${took.toFixed(0)} ms`;
}

async function filtersFlag(page, data, columns) {
  const flag = await page.getAttribute("#flags button", "data-flag");
  const bit = data.flags.indexOf(flag);
  await page.click(`#flags button[data-flag="${flag}"]`);
  const took = await refreshed(page);
  assertSame(await shown(page), columns.flags.filter((all) => (all >> bit) & 1).length, `rows with ${flag}`);
  const expected = columns.p_hit.filter((p, i) => (columns.flags[i] >> bit) & 1).reduce((a, b) => a + b, 0);
  assert((await page.textContent("#shown-expected")).replace(/,/g, "").includes(expected.toFixed(1).replace(/\.0$/, "")), "the sum of the probabilities of the rows");
  await page.click("#clear");
  return `${took.toFixed(0)} ms`;
}

async function scrolls(page, total) {
  for (let tries = 0; tries < 12; tries += 1) {
    const before = (await page.$$(ROWS)).length;
    if (before >= Math.min(total, 300)) { return `${before} rows`; }
    await page.evaluate(() => { const box = document.getElementById("scroller"); box.scrollTop = box.scrollHeight; });
    await page.waitForTimeout(80);
  }
  throw new Error("scrolling added no rows");
}

async function choosesColumns(page) {
  await page.click("#columns summary");
  const first = page.locator("#column-list input").first();
  const was = await first.isChecked();
  await first.click();
  const count = await page.locator("#ranking thead th").count();
  await page.reload({ waitUntil: "load" });
  assertSame(await page.locator("#ranking thead th").count(), count, "the choice after a reload");
  await page.click("#columns summary");
  assertSame(await page.locator("#column-list input").first().isChecked(), !was, "the menu after a reload");
  await page.click("#column-list button");
  await page.keyboard.press("Escape");
}

async function detailByMouse(page, columns) {
  const from = performance.now();
  await page.click(`${ROWS} .c-product .open`);
  await page.waitForSelector(READY);
  const took = performance.now() - from;
  assertSame(await page.getAttribute("#detail", "data-ready"), columns.candidate_id[0], "the first offer is open");
  assertSame(await page.locator("#detail section h3").count(), 8, "sections of the detail");
  const text = await page.textContent("#detail");
  assert(!/NaN|undefined|null|Infinity/.test(text), "no invalid number");
  assert((await page.locator("#detail svg.chart").count()) >= 1, "a chart");
  await page.click("#detail .close");
  assertSame(await page.isVisible("#detail"), false, "the detail after closing");
  assertSame(await page.evaluate(() => document.activeElement.className), "open", "the focus after closing");
  return `${took.toFixed(0)} ms`;
}

async function detailByKeyboard(page) {
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  assertSame(await page.getAttribute(`${ROWS}.current`, "data-row"), "1", "the current row");
  await page.keyboard.press("Enter");
  await page.waitForSelector(READY);
  const first = await page.getAttribute("#detail", "data-ready");
  await page.keyboard.press("j");
  await page.waitForFunction((id) => document.querySelector("#detail[data-ready]")?.dataset.ready !== id, first);
  await page.keyboard.press("Escape");
  assertSame(await page.isVisible("#detail"), false, "Escape closes");
  await page.keyboard.press("/");
  assertSame(await page.evaluate(() => document.activeElement.id), "find", "the focus after `/`");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assertSame(await page.isVisible("#help"), true, "the help opens");
  await page.keyboard.press("Escape");
  assertSame(await page.isVisible("#help"), false, "the help closes");
}

async function changesLanguage(page) {
  const head = () => page.textContent("#ranking thead .c-p_hit");
  await page.click('[data-language="ko"]');
  assertSame(await head(), "달성 확률", "Korean");
  await page.click('[data-language="en"]');
  assertSame(await head(), "Hit probability", "English");
  await page.reload({ waitUntil: "load" });
  assertSame(await head(), "Hit probability", "the choice after a reload");
  await page.click('[data-language="ko"]');
}

async function changesTheme(page) {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.click("#theme");
  const dark = await background();
  assert(light !== dark, "a different background");
  await page.reload({ waitUntil: "load" });
  assertSame(await background(), dark, "the choice after a reload");
  await page.click("#theme");
}

async function prints(harness, file, total) {
  if (total > 1500) { return "skipped: too many pages"; }
  const page = await harness.open(file);
  const path = harness.shots ? join(harness.shots, "list.pdf") : undefined;
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false, path });
  assert(pdf.length > 10_000, "the file size");
  assertSame((await page.$$(ROWS)).length, total, "printed rows");
  await page.context().close();
  return `${(pdf.length / 1e3).toFixed(0)} kB`;
}

async function looks(harness, file, theme, language) {
  const name = `${theme}-${language}`;
  const page = await harness.open(file, { theme });
  await page.click(`[data-language="${language}"]`);
  await harness.shoot(page, `list-${name}`);
  await harness.check(`accessible ${name}`, () => harness.accessible(page));
  await page.click(`${ROWS} .c-product .open`);
  await page.waitForSelector(READY);
  await harness.shoot(page, `detail-${name}`);
  await harness.check(`accessible ${name} with the detail open`, () => harness.accessible(page));
  await harness.check(`width ${name}`, async () => { assertSame(await overflow(page), 0, "overflow"); });
  if (harness.shots) {
    await page.evaluate(() => { document.getElementById("detail").scrollTop = 760; });
    await harness.shoot(page, `detail-lower-${name}`);
    await page.click("#detail .close");
    await page.evaluate(() => document.querySelector(".reviews, .score").scrollIntoView());
    await harness.shoot(page, `below-${name}`);
  }
  await page.context().close();
}

async function looksNarrow(harness, file) {
  const page = await harness.open(file, { width: 360, height: 740 });
  await harness.check("phone", async () => {
    assertSame(await overflow(page), 0, "overflow");
    await harness.shoot(page, "phone");
    await page.evaluate(() => document.getElementById("scroller").scrollIntoView());
    await harness.shoot(page, "phone-list");
    await page.click(`${ROWS} .c-product .open`);
    await page.waitForSelector(READY);
    assertSame(await overflow(page), 0, "overflow with the detail open");
    await harness.shoot(page, "phone-detail");
    await page.evaluate(() => { document.getElementById("detail").scrollTop = 700; });
    await harness.shoot(page, "phone-detail-lower");
  });
  await harness.check("accessible phone", () => harness.accessible(page));
  await page.context().close();
}
