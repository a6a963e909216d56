// Looks at HTML reports in a real browser, and tells what it saw as one JSON object.
//
//   node look-at-report.mjs CHROMIUM DIRECTORY        DIRECTORY holds mixed.html, hostile.html, blind.html, large.html and many.html
//
// Nothing is judged here: the tests that read the object know what is right.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, directory] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const address = (name, fragment = "") => `file://${directory}/${name}.html${fragment}`;
const profile = await mkdtemp(join(tmpdir(), "look-at-report-"));
const seen = { console: [], requests: [], dialogs: [], widths: {}, axe: {} };

const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
  permissions: ["clipboard-read", "clipboard-write"],
  acceptDownloads: true,
});
context.setDefaultTimeout(8000);
const watch = (page, name) => {
  page.on("console", (message) => seen.console.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`${name}: ${error.message}`));
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.message()); return dialog.dismiss(); });
};
const open = async (name, fragment) => {
  const page = await context.newPage();
  watch(page, name);
  await page.goto(address(name, fragment));
  return page;
};
const rows = (page) => page.locator("#list tbody tr:not(.detail)").count();
const count = (page) => page.locator("#count").textContent();
const cells = (page, column) => page.locator(`#list tbody tr:not(.detail) td:nth-child(${column})`).allTextContents();
const opened = (page) => page.evaluate(() => { for (const node of document.querySelectorAll("details")) node.open = true; });

try {
  for (const name of ["mixed", "hostile", "blind", "large", "many"]) {
    const page = await open(name);
    seen.widths[name] = {};
    for (const width of [390, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      seen.widths[name][width] = await page.evaluate(() => document.documentElement.scrollWidth);
      if (name !== "large") {
        await opened(page);
        seen.widths[name][`${width} opened`] = await page.evaluate(() => document.documentElement.scrollWidth);
      }
    }
    await page.close();
  }

  // Filter, fragment and live region
  const page = await open("mixed");
  await page.setViewportSize({ width: 1440, height: 900 });
  seen.filter = { all: await count(page) };
  await page.locator('input[name="status"][value="fail"]').check();
  await page.locator('input[name="severity"][value="critical"]').check();
  await page.locator('input[name="text"]').fill("STCLAIMS");
  await page.waitForURL(/text=/);
  Object.assign(seen.filter, {
    narrowed: await count(page), rows: await rows(page), fragment: new URL(page.url()).hash,
    live: await page.locator("#count").getAttribute("aria-live"), statuses: await cells(page, 1),
  });
  const again = await open("mixed", seen.filter.fragment);
  seen.filter.again = await count(again);
  seen.filter.checked = await again.locator('input[name="status"]:checked').evaluateAll((boxes) => boxes.map((box) => box.value));
  await again.close();
  await page.locator('input[name="text"]').fill("no such thing");
  await page.waitForFunction(() => document.querySelector("#count").textContent.startsWith("No finding"));
  seen.filter.none = await count(page);
  await page.locator('button[type="reset"]').click();
  await page.waitForFunction((text) => document.querySelector("#count").textContent === text, seen.filter.all);
  await page.locator('.tile [data-view*="family=TLS&status=fail"] a').click();
  await page.waitForURL(/family=TLS/);
  seen.filter.byTile = await count(page);
  await page.goto(address("mixed", "#findings?rule=DI-LOG-001"));
  seen.filter.byRule = await count(page);
  await page.locator('select[name="subscription"] option').last().getAttribute("value").then((value) =>
    page.locator('select[name="subscription"]').selectOption(value));
  await page.waitForURL(/subscription=/);
  seen.filter.bySubscription = new URL(page.url()).hash;

  // Sorting
  await page.goto(address("mixed", "#findings"));
  const sorted = async (column) => {
    await page.locator(`[data-sort="${column}"] button`).click();
    return page.locator(`[data-sort="${column}"]`).getAttribute("aria-sort");
  };
  seen.sort = { up: await sorted("resource"), ascending: await page.locator("#list tbody button").allTextContents() };
  seen.sort.down = await sorted("resource");
  seen.sort.descending = await page.locator("#list tbody button").allTextContents();
  seen.sort.fragment = new URL(page.url()).hash;

  // Keyboard: a row of the list and a row of what to do first
  const row = page.locator("#list tbody button").first();
  await row.focus();
  await page.keyboard.press("Enter");
  seen.keyboard = { expanded: await row.getAttribute("aria-expanded"), detail: await page.locator("#list .detail").textContent() };
  await page.keyboard.press("Space");
  seen.keyboard.closed = await page.locator("#list .detail").count();
  await page.locator("#g-DI-TLS-001 .row summary").first().focus();
  await page.keyboard.press("Enter");
  seen.keyboard.details = await page.locator("#g-DI-TLS-001 .row").first().evaluate((node) => node.open);
  await page.goto(address("mixed"));
  await page.keyboard.press("Tab");
  seen.keyboard.first = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  seen.keyboard.skipped = await page.evaluate(() => document.activeElement.id);
  const linked = await page.locator(".row").nth(3).getAttribute("id");
  await page.goto(address("mixed", `#${linked}`));
  seen.keyboard.linked = await page.locator(`#${linked}`).evaluate((node) => node.open);

  // Copying and saving
  await page.goto(address("mixed", "#g-DI-TLS-001"));
  await page.locator("#g-DI-TLS-001 .row summary").first().click();
  const copy = page.locator("#g-DI-TLS-001 pre + button.copy").first();
  await copy.click();
  await page.waitForFunction(() => [...document.querySelectorAll("button.copy")].some((button) => button.textContent === "Copied"));
  seen.copied = await page.evaluate(() => navigator.clipboard.readText());
  const saved = async (tab, name) => {
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.locator(`button[name="${name}"]`).click()]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  };
  seen.json = await saved(page, "json");
  await page.close();

  // Hostile names
  const hostile = await open("hostile");
  await opened(hostile);
  seen.hostile = {
    csv: await saved(hostile, "csv"),
    names: await hostile.locator("#list tbody button").allTextContents(),
    elements: await hostile.evaluate(() => [...document.querySelectorAll("img, iframe, object, embed, script, [onload], [onerror]")].map((node) => node.tagName)),
  };
  await hostile.locator("#list tbody button").first().click();
  await hostile.close();

  // A large list is shown in pages
  const large = await open("large");
  seen.large = { first: await rows(large), count: await count(large) };
  await large.locator("#more").click();
  seen.large.more = await rows(large);
  seen.large.focused = await large.evaluate(() => document.activeElement === document.querySelectorAll("#list tbody tr:not(.detail) button")[100]);

  // A link to a finding that stands nowhere but in the data, from outside and from its own row
  const fingerprint = await large.evaluate(() => JSON.parse(document.querySelector("#data").textContent).findings.at(-1)[4]);
  await large.close();
  const alone = async (tab) => ({
    rows: await rows(tab), count: await count(tab), detail: (await tab.locator("#list .detail").allTextContents()).join(" "),
    seen: await tab.evaluate(() => document.querySelector("#findings").getBoundingClientRect().top < innerHeight),
  });
  const sent = await open("large", `#f-${fingerprint}`);
  seen.link = { fingerprint, sent: await alone(sent), href: await sent.locator('#list .detail a[href^="#f-"]').getAttribute("href") };
  await sent.locator('button[type="reset"]').click();
  await sent.waitForFunction(() => document.querySelector("#count").textContent.startsWith("5000 of 5000"));
  seen.link.cleared = new URL(sent.url()).hash;
  await sent.evaluate((hash) => { location.hash = hash; }, `#f-${fingerprint}`);
  await sent.waitForSelector("#list .detail");
  seen.link.followed = await alone(sent);
  await sent.locator('input[name="status"][value="fail"]').check();
  await sent.waitForFunction(() => document.querySelector("#count").textContent.startsWith("2"));
  seen.link.filtered = { count: await count(sent), hash: new URL(sent.url()).hash };
  await sent.evaluate(() => { location.hash = "#f-nothing"; });
  seen.link.nothing = await count(sent);
  await sent.close();

  // Paper has the first of a large list, and says so
  const paper = await open("large");
  await paper.evaluate(() => dispatchEvent(new Event("beforeprint")));
  seen.paper = { rows: await rows(paper), count: await count(paper) };
  await paper.close();

  // What a filter lets through is what is saved
  const part = await open("large", "#findings?text=stdocuments00499");
  seen.part = { csv: await saved(part, "csv"), json: await saved(part, "json"), count: await count(part) };
  await part.close();

  // Many rules: what is less severe is folded away, a link opens it; a link to a rule opens its text
  const many = await open("many");
  const folded = many.locator(".lesser");
  seen.many = { folded: !(await folded.evaluate((node) => node.open)), shown: await many.locator(".group:visible").count() };
  seen.many.all = await many.locator(".group").count();
  await many.locator(".index a").last().click();
  await many.waitForFunction(() => document.querySelector(".lesser").open);
  seen.many.opened = await many.locator(".group").last().isVisible();
  await many.locator(".group .meta a.rule").first().click();
  await many.waitForFunction(() => document.querySelector(".about[open]"));
  seen.many.rule = await many.evaluate(() => document.querySelector(".about[open]").closest("tr").id);
  seen.many.about = await many.locator(".about[open]").textContent();
  await many.emulateMedia({ media: "print" });
  await many.evaluate(() => { document.querySelector(".lesser").open = false; });
  seen.many.printed = { last: await many.locator(".group").last().isVisible(), about: await many.locator(".about[open] p").first().isVisible() };
  await many.close();

  // Without JavaScript: the worst with all detail, the others by name, all by number
  const plain = await (await chromium.launch({ executablePath, headless: true, args: ["--headless", "--no-sandbox", "--disable-gpu"] })).newPage({ javaScriptEnabled: false });
  await plain.goto(address("large"));
  seen.plain = {
    rows: await plain.locator("details.row").count(), told: await plain.locator("noscript").count(),
    filter: await plain.locator(".filter").isVisible(), counts: await plain.locator(".facts .tally").innerText(),
  };
  await plain.context().browser().close();

  // Accessibility, light and dark, with everything open
  for (const name of ["mixed", "blind"]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(name);
      await page.emulateMedia({ colorScheme });
      await opened(page);
      if (name === "mixed") await page.locator("#list tbody button").first().click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      seen.axe[`${name} ${colorScheme}`] = violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.html).slice(0, 5) }));
      await page.close();
    }
  }

  // Print
  const print = await open("mixed");
  for (const format of ["A4", "Letter"]) seen[format] = (await print.pdf({ format })).toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  await print.emulateMedia({ media: "print" });
  seen.printed = {
    detail: await print.locator("#g-DI-TLS-001 .evidence").first().isVisible(),
    why: await print.locator("#g-DI-TLS-001 .notes p").first().isVisible(),
    navigation: await print.locator(".contents").isVisible(),
  };
  seen.printed.heading = await print.evaluate(() => getComputedStyle(document.querySelector("[data-sort=status]"), "::before").content);
  seen.printed.counted = await print.locator("#count").isVisible();
  await print.emulateMedia({ media: "print", colorScheme: "dark" });
  seen.printed.paper = await print.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await print.emulateMedia({ media: "screen", colorScheme: "dark" });
  seen.dark = await print.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await print.emulateMedia({ media: "screen", colorScheme: "light" });
  seen.light = await print.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await print.close();
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
process.stdout.write(JSON.stringify(seen));
