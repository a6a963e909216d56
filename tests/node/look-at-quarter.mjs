// Looks at reports of a period in a real browser, and tells what it saw as one JSON object.
//
//   node look-at-quarter.mjs CHROMIUM DIRECTORY        DIRECTORY holds quarter.html and hostile.html
//
// Nothing is judged here: the test that reads the object knows what is right.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, directory] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const seen = { console: [], requests: [], widths: {}, axe: {}, heights: {} };
const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
try {
  for (const name of ["quarter", "hostile"]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ colorScheme, bypassCSP: true });
      const page = await context.newPage();
      page.on("console", (message) => seen.console.push(`${name}: ${message.text()}`));
      page.on("pageerror", (error) => seen.console.push(`${name}: ${error.message}`));
      page.on("request", (request) => seen.requests.push(request.url()));
      await page.goto(`file://${directory}/${name}.html`);
      for (const width of [390, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        seen.widths[`${name} ${colorScheme} ${width}`] = [width, await page.evaluate(() => document.documentElement.scrollWidth)];
      }
      seen.heights[`${name} ${colorScheme}`] = await page.evaluate(
        () => [...document.querySelectorAll(".calendar tbody svg, .trend svg")].map((node) => node.getBoundingClientRect().height),
      );
      await page.evaluate(axe);
      seen.axe[`${name} ${colorScheme}`] = await page.evaluate(
        async () => (await axe.run(document)).violations.map((found) => `${found.id}: ${found.nodes[0].html.slice(0, 200)}`),
      );
      await context.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
