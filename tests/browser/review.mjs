// The review page of a closed slot.

import { join } from "node:path";
import { assert, assertSame } from "./harness.mjs";

export async function checkReview(harness, file) {
  const page = await harness.open(file);
  const rows = () => page.$$eval("#reviewed-table tbody tr", (all) => all.map((row) => Number(row.cells[0].dataset.value)));
  await harness.check("review table", async () => {
    const order = await rows();
    assert(order.length > 0, "rows");
    await page.click("#reviewed-table thead th:last-child button");
    const errors = await page.$$eval("#reviewed-table tbody tr", (all) => all.map((row) => Number(row.cells[7].dataset.value)));
    assertSame(errors, errors.slice().sort((a, b) => a - b), "sorted by the last column");
    return `${order.length} rows`;
  });
  await harness.check("review language", async () => {
    await page.click('[data-language="en"]');
    assert((await page.innerText("main")).includes("Largest misses"), "English");
    await page.click('[data-language="ko"]');
    assert((await page.innerText("main")).includes("예측이 빗나간 상품"), "Korean");
  });
  await harness.check("review print", async () => {
    const pdf = await page.pdf({ preferCSSPageSize: true, path: harness.shots ? join(harness.shots, "review.pdf") : undefined });
    assert(pdf.length > 10_000, "the file size");
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
    assertSame(await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, "overflow");
    await harness.shoot(narrow, "review-phone");
  });
  await narrow.context().close();
  await harness.check("review: no request, no error", () => harness.assertNoErrors());
}
