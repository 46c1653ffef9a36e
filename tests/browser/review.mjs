// The page of a slot that has closed.

import { join } from "node:path";
import { holds, same } from "./harness.mjs";

export async function checkReview(harness, file) {
  const page = await harness.open(file);
  const rows = () => page.$$eval("#reviewed-table tbody tr", (all) => all.map((row) => Number(row.cells[0].dataset.value)));
  await harness.check("review table", async () => {
    const order = await rows();
    holds(order.length > 0, "there are rows");
    await page.click("#reviewed-table thead th:last-child button");
    const gaps = await page.$$eval("#reviewed-table tbody tr", (all) => all.map((row) => Number(row.cells[7].dataset.value)));
    same(gaps, gaps.slice().sort((a, b) => a - b), "by the gap");
    return `${order.length} rows`;
  });
  await harness.check("review language", async () => {
    await page.click('[data-language="en"]');
    holds((await page.innerText("main")).includes("What was wrong"), "English");
    await page.click('[data-language="ko"]');
    holds((await page.innerText("main")).includes("무엇이 빗나갔나"), "Korean");
  });
  await harness.check("review print", async () => {
    const pdf = await page.pdf({ preferCSSPageSize: true, path: harness.shots ? join(harness.shots, "review.pdf") : undefined });
    holds(pdf.length > 10_000, "the file holds something");
  });
  await page.context().close();
  for (const theme of ["light", "dark"]) {
    const own = await harness.open(file, { theme });
    await harness.shoot(own, `review-${theme}`);
    await harness.check(`review accessible ${theme}`, () => harness.accessible(own));
    await own.context().close();
  }
  const narrow = await harness.open(file, { width: 360, height: 740 });
  await harness.check("review phone", async () => {
    same(await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, "overflow");
    await harness.shoot(narrow, "review-phone");
  });
  await narrow.context().close();
  await harness.check("review: no request, no error", () => harness.quiet());
}
