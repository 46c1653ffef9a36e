// Opens pages in Chromium and checks their behavior:
//
//     node check.mjs PAGE.html [REVIEW.html] [--shots DIR]
//
// Prints one line per check. The exit code is 1 if a check failed. `SLOTCAST_CHROMIUM` names another browser.

import { resolve } from "node:path";
import { Harness } from "./harness.mjs";
import { checkList } from "./list.mjs";
import { checkReview } from "./review.mjs";

const words = process.argv.slice(2);
const at = words.indexOf("--shots");
const [, shots] = at < 0 ? [] : words.splice(at, 2);
const [page, review] = words;
if (!page) {
  console.error("usage: node check.mjs PAGE.html [REVIEW.html] [--shots DIR]");
  process.exit(2);
}

const harness = new Harness(shots && resolve(shots));
await harness.start();
try {
  await checkList(harness, resolve(page));
  if (review) { await checkReview(harness, resolve(review)); }
} finally {
  await harness.stop();
}
if (harness.failed) {
  console.log(`${harness.failed} failed`);
  process.exitCode = 1;
}
