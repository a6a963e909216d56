// The page reads without this script. It filters and sorts the list of all findings, saves it, copies and opens rows.
// Texts reach the page as text nodes only.
"use strict";
(() => {
  const STATUS = ["fail", "unknown", "waived", "pass"];
  const MARKS = { fail: "●", unknown: "◐", waived: "◇", pass: "○" };
  const SEVERITY = ["critical", "high", "medium", "low"];
  const PAGE = 100;
  const PRINTED = 1000;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const make = (tag, content = [], attributes = {}) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...[content].flat());
    return node;
  };

  const copyable = (node, what) => {
    const button = make("button", "Copy", { type: "button", class: "copy", "aria-label": `Copy ${what}` });
    button.addEventListener("click", async () => {
      button.textContent = (await copy(node.textContent)) ? "Copied" : "Press Ctrl+C";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    node.after(button);
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = make("textarea", text);
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  };
  for (const node of all("[data-copy]")) copyable(node, node.dataset.copy === "id" ? "the id" : `the snippet, ${node.dataset.copy}`);

  // A link to a row opens it, what it is folded away in, and, in a table of rules, the text about the rule.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return false;
    for (let node = target; node; node = node.parentElement) if (node instanceof HTMLDetailsElement) node.open = true;
    const about = find(".about", target);
    if (about) about.open = true;
    target.scrollIntoView();
    return true;
  };

  const form = find(".filter");
  if (!form) {
    openTarget();
    addEventListener("hashchange", openTarget);
    return;
  }

  // The data: texts that recur stand once and are named by their number.
  const data = JSON.parse(find("#data").textContent);
  const first = new Set(data.first);
  const rules = data.rules.map(([id, title, severity, family]) => ({ id, title, severity, family }));
  const resources = data.resources.map((numbers) => {
    const [above, last, own, type, region] = [data.texts[numbers[0]], numbers[1], numbers[2], data.texts[numbers[3]], data.texts[numbers[4]]];
    const id = above === undefined ? last : `${above}/${last}`;
    const name = own === 0 ? last : own;
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(id)?.[1].toLowerCase() ?? "";
    const group = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "";
    return { id, name, type, region, subscription, group };
  });
  const findings = data.findings.map(([rule, status, resource, message, fingerprint, evidence]) => ({
    rule: rules[rule], status: STATUS[status], resource: resources[resource], message, fingerprint, evidence,
  }));
  const evidenceOf = (finding) => finding.evidence.map((numbers) => {
    const [path, read, asked, source] = numbers.map((number) => data.texts[number]);
    return { path, read, asked, source };
  });
  const haystack = (finding) => (finding.words ??= [
    finding.rule.id, finding.rule.title, finding.resource.id, finding.resource.name, finding.resource.region, finding.message,
  ].join("\n").toLowerCase());

  const list = find("#list");
  const body = find("tbody", list);
  const more = find("#more");
  const count = find("#count");
  const controls = form.elements;
  const named = new Map(resources.filter((item) => /^\/subscriptions\/[^/]+$/i.test(item.id)).map((item) => [item.subscription, item.name]));
  for (const subscription of [...new Set(resources.map((item) => item.subscription))].filter(Boolean).sort()) {
    const name = named.get(subscription);
    controls.subscription.append(make("option", name && name !== subscription ? `${name} (${subscription})` : subscription, { value: subscription }));
  }

  const KEYS = {
    status: (item) => STATUS.indexOf(item.status),
    severity: (item) => SEVERITY.indexOf(item.rule.severity),
    resource: (item) => item.resource.name.toLowerCase(),
    rule: (item) => item.rule.id,
    message: (item) => item.message,
  };
  const ORDER = ["status", "severity", "rule", "resource"];
  let sort = "status";
  let view = findings;
  let shown = 0;

  const compare = (left, right) => (left < right ? -1 : left > right ? 1 : 0);
  const read = () => {
    const values = new FormData(form);
    return {
      status: values.getAll("status"), severity: values.getAll("severity"), family: values.get("family") ?? "",
      subscription: values.get("subscription") ?? "", text: values.get("text") ?? "", rule: form.dataset.rule ?? "",
      only: form.dataset.only ?? "",
    };
  };

  const update = () => {
    const wanted = read();
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    const key = sort.replace("-", "");
    const sign = sort.startsWith("-") ? -1 : 1;
    view = findings.filter((item) =>
      (!wanted.status.length || wanted.status.includes(item.status)) &&
      (!wanted.severity.length || wanted.severity.includes(item.rule.severity)) &&
      (!wanted.family || item.rule.family === wanted.family) &&
      (!wanted.rule || item.rule.id === wanted.rule) &&
      (!wanted.only || item.fingerprint === wanted.only) &&
      (!wanted.subscription || item.resource.subscription === wanted.subscription) &&
      words.every((word) => haystack(item).includes(word)));
    view.sort((left, right) => sign * compare(KEYS[key](left), KEYS[key](right)) ||
      ORDER.reduce((found, name) => found || compare(KEYS[name](left), KEYS[name](right)), 0));
    for (const heading of all("[data-sort]", list)) {
      if (heading.dataset.sort === key) heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    }
    body.replaceChildren();
    shown = 0;
    show(PAGE);
  };

  const show = (number) => {
    body.append(...view.slice(shown, shown + number).map(row));
    shown = Math.min(shown + number, view.length);
    more.hidden = shown >= view.length;
    more.textContent = `Show ${Math.min(PAGE, view.length - shown)} more`;
    const rule = form.dataset.rule ? ` of rule ${form.dataset.rule}` : form.dataset.only ? ", the one that the address names" : "";
    const part = shown < view.length ? `, the first ${shown} shown` : "";
    count.textContent = view.length
      ? `${view.length} of ${findings.length} findings${rule}${part}`
      : `No finding${rule} fits this filter, out of ${findings.length}`;
  };

  const cell = (label, ...content) => make("td", content, { "data-label": label });
  const quiet = (text) => make("span", text, { class: "quiet" });
  const row = (item) => {
    const open = make("button", item.resource.name, { type: "button", "aria-expanded": "false" });
    const status = make("span", [make("span", MARKS[item.status], { class: "mark", "aria-hidden": "true" }), `\u00a0${item.status}`], { class: `st ${item.status}` });
    const place = [item.resource.region, item.resource.group].filter(Boolean).join(", ");
    const line = make("tr", [
      cell("Status", status),
      cell("Severity", item.rule.severity),
      cell("Resource", open, make("span", place, { class: "quiet under" })),
      cell("Rule", make("span", item.rule.id, { class: "rule" }), ` ${item.rule.title}`),
      cell("Found", item.message),
    ]);
    open.addEventListener("click", () => {
      const opened = open.getAttribute("aria-expanded") === "true";
      open.setAttribute("aria-expanded", String(!opened));
      line.classList.toggle("opened", !opened);
      if (opened) line.nextSibling.remove();
      else line.after(detail(item));
    });
    return line;
  };

  const detail = (item) => {
    const id = make("code", item.resource.id, { class: "id" });
    const inside = make("div", [make("p", id, { class: "ids" })]);
    copyable(id, "the id");
    for (const piece of evidenceOf(item)) {
      const pair = (name, ...content) => make("div", [make("dt", name), make("dd", content)]);
      inside.append(make("dl", [
        pair("Property", make("code", piece.path)),
        pair("Read", make("span", piece.read, { class: "value" })),
        pair("Asked", piece.asked),
        pair("Source", quiet(piece.source || "not recorded")),
      ], { class: "evidence" }));
    }
    const links = [quiet("Fingerprint "), make("code", item.fingerprint), " · ", make("a", "Link to this finding", { href: `#f-${item.fingerprint}` })];
    if (first.has(item.rule.id)) links.push(" · ", make("a", "How to fix it", { href: `#g-${item.rule.id}` }));
    links.push(" · ", make("a", "About the rule", { href: `#rule-${item.rule.id}` }));
    inside.append(make("p", links));
    return make("tr", make("td", inside, { colspan: "5" }), { class: "detail" });
  };

  // The filter stands in the fragment of the address: #findings?status=fail&text=…
  const write = () => {
    const wanted = read();
    const query = new URLSearchParams();
    for (const name of ["status", "severity"]) if (wanted[name].length) query.set(name, wanted[name].join(","));
    for (const name of ["family", "subscription", "rule", "text"]) if (wanted[name]) query.set(name, wanted[name]);
    if (sort !== "status") query.set("sort", sort);
    const text = query.toString();
    history.replaceState(null, "", text ? `#findings?${text}` : "#findings");
  };
  const take = () => {
    const [place, text = ""] = location.hash.slice(1).split("?");
    if (place !== "findings") return openTarget() || one(place);
    const query = new URLSearchParams(text);
    for (const name of ["status", "severity"]) {
      const wanted = (query.get(name) ?? "").split(",");
      for (const box of all(`input[name="${name}"]`, form)) box.checked = wanted.includes(box.value);
    }
    for (const name of ["family", "subscription", "text"]) controls[name].value = query.get(name) ?? "";
    form.dataset.rule = query.get("rule") ?? "";
    form.dataset.only = "";
    const key = query.get("sort") ?? "status";
    sort = key.replace("-", "") in KEYS ? key : "status";
    update();
    find("#findings").scrollIntoView();
  };

  // A finding that is written out nowhere else is shown alone in the list, opened: #f-FINGERPRINT
  const one = (place) => {
    const fingerprint = place.replace(/^f-/, "");
    if (!findings.some((item) => item.fingerprint === fingerprint)) return;
    form.reset();
    form.dataset.rule = "";
    form.dataset.only = fingerprint;
    update();
    find("button", body).click();
    find("#findings").scrollIntoView();
  };

  let waiting = 0;
  const changed = () => { form.dataset.only = ""; write(); update(); };
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, event.target.name === "text" ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  find("[type=reset]", form).addEventListener("click", () => {
    form.dataset.rule = "";
    setTimeout(changed);
  });
  more.addEventListener("click", () => {
    const next = shown;
    show(PAGE);
    find("button", all("tr:not(.detail)", body)[next])?.focus();
  });
  for (const heading of all("[data-sort]", list)) {
    find("button", heading).addEventListener("click", () => {
      sort = sort === heading.dataset.sort ? `-${heading.dataset.sort}` : heading.dataset.sort;
      changed();
    });
  }

  // Saving the view. A cell of a table program that starts like a formula would be run as one.
  const save = (name, type, content) => {
    const link = make("a", [], { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const flat = (item) => ({
    status: item.status, severity: item.rule.severity, rule: item.rule.id, title: item.rule.title, resource: item.resource.name,
    id: item.resource.id, type: item.resource.type, region: item.resource.region, message: item.message, fingerprint: item.fingerprint,
  });
  const quoted = (text) => `"${(/^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  controls.csv.addEventListener("click", () => {
    const lines = view.map((item) => Object.values(flat(item)).map(quoted).join(","));
    const head = Object.keys(flat(findings[0])).map(quoted).join(",");
    save("findings.csv", "text/csv;charset=utf-8", `\ufeff${[head, ...lines].join("\r\n")}\r\n`);
  });
  controls.json.addEventListener("click", () => {
    save("findings.json", "application/json", `${JSON.stringify(view.map((item) => ({ ...flat(item), evidence: evidenceOf(item) })), null, 2)}\n`);
  });

  // Counts elsewhere on the page lead to the view that shows them.
  for (const node of all("[data-view]")) {
    const link = make("a", [...node.childNodes], { href: `#findings?${node.dataset.view}` });
    node.append(link);
  }

  addEventListener("beforeprint", () => { if (shown < view.length) show(PRINTED - shown); });
  addEventListener("hashchange", take);
  form.hidden = false;
  list.hidden = false;
  update();
  if (location.hash) take();
})();
