// Times HTML pages in a real browser, in turns, and tells the seconds as one JSON object.
//
//   node time-pages.mjs CHROMIUM RUNS PAGE…
//
// Of each page: to the first paint, to the end of loading, and, where the page has the list of all findings, from a change of
// the order of the whole list to the list sorted so, and from the last key of a search to the list that answers it. Each run is a new tab.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, runs, ...pages] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), "time-pages-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
context.setDefaultTimeout(120000);
const seconds = Object.fromEntries(pages.map((page) => [page, []]));

// Until the next frame after something was done, which is when a reader sees it.
const until = (page, act) => page.evaluate(async (body) => {
  const started = performance.now();
  const list = document.querySelector("#list tbody");
  const changed = new Promise((resolve) => { new MutationObserver(resolve).observe(list, { childList: true }); });
  new Function(body)();
  await changed;
  await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
  return (performance.now() - started) / 1000;
}, act);

try {
  for (let run = 0; run < Number(runs); run += 1) {
    for (const address of pages) {
      const page = await context.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`file://${address}`, { waitUntil: "load" });
      const taken = await page.evaluate(async () => {
        await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
        const ready = performance.now();
        const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? ready;
        return { paint: paint / 1000, ready: ready / 1000 };
      });
      if (await page.locator("#list tbody tr").count() && await page.locator(".filter").count()) {
        taken.sort = await until(page, 'document.querySelector("[data-sort=resource] button").click();');
        taken.search = await until(page, 'const field = document.querySelector("input[name=text]"); field.value = "4999"; field.dispatchEvent(new Event("input", { bubbles: true }));');
      }
      seconds[address].push(taken);
      await page.close();
    }
  }
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
process.stdout.write(JSON.stringify(seconds));
