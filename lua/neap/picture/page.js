// page.js - puts the page together: panels of policies, tools, theme, tables.

const MOST_IN_TABLE = 300;

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const byId = (id) => document.getElementById(id);

// What is said at the pointer. Names are text, never markup.
class Tip {
  constructor() {
    this.box = byId("tip");
  }

  show([head, ...lines], x, y) {
    this.box.replaceChildren(make("b", head), ...lines.map((line) => make("p", line)));
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const left = x + 14 + width > innerWidth - 8 ? x - width - 14 : x + 14;
    const top = y + 16 + height > innerHeight - 8 ? y - height - 12 : y + 16;
    this.box.style.transform = `translate(${Math.max(8, Math.min(left, innerWidth - width - 8))}px,`
      + `${Math.max(8, top)}px)`;
  }

  hide() {
    this.box.hidden = true;
  }
}

class Page {
  constructor(run) {
    this.run = run;
    this.view = new View(run.from, run.to);
    this.tip = new Tip();
    this.panels = [];
    this.view.listeners.push(() => this.tellRange(), () => this.draw());
  }

  say(text) {
    byId("said").textContent = text;
  }

  draw() {
    for (const panel of this.panels) for (const chart of panel.charts) chart.later();
  }

  open() {
    const { run } = this, only = run.policies[0];
    byId("title").textContent = run.title;
    byId("about").textContent = `${plural(only.count, "task")} on ${plural(only.cpus, "cpu")}, `
      + `quantum ${duration(only.quantum)}, ${duration(run.to - run.from)}`;
    this.tellNotes();
    this.offerPolicies();
    this.makeLegend();
    this.makeFigures();
    byId("there").checked = only.count > 500;
    this.listen();
    this.showPanels();
    this.view.fit();
  }

  tellNotes() {
    const notes = this.run.note ? [this.run.note] : [];
    if (this.run.joined) {
      notes.push(`This run is long: turns within ${duration(this.run.joined)} of each other are `
        + "drawn as one, as high as their share.");
    }
    for (const policy of this.run.policies) {
      if (policy.count > policy.tasks.length) {
        notes.push(`${policy.name}: the first ${policy.tasks.length} of ${policy.count} tasks.`);
      }
    }
    byId("note").textContent = notes.join(" ");
    byId("note").hidden = !notes.length;
  }

  // Which policies are shown; one needs no choice.
  offerPolicies() {
    const field = byId("policies");
    field.hidden = this.run.policies.length < 2;
    if (field.hidden) field.style.display = "none";
    this.run.policies.forEach((policy, i) => {
      const label = make("label"), box = make("input", undefined, { type: "checkbox" });
      policy.isShown = box.checked = i < 4;
      box.addEventListener("change", () => {
        policy.isShown = box.checked;
        this.showPanels();
      });
      label.append(box, policy.name);
      field.append(label);
    });
  }

  showPanels() {
    this.panels = [];
    byId("panels").replaceChildren(...this.run.policies.filter((policy) => policy.isShown)
      .map((policy) => this.makePanel(policy)));
    if (!this.panels.length) byId("panels").append(make("p", "No policy is chosen."));
    this.draw();
  }

  makePanel(policy) {
    const timeline = new Timeline(this, policy), shares = new Shares(this, policy);
    const waits = new Waits(this, policy);
    this.panels.push({ timeline, charts: [timeline, shares, waits] });
    const panel = make("section", undefined, { class: "panel", "aria-label": policy.name });
    const head = make("div", undefined, { class: "head" });
    head.append(make("h2", policy.name),
      make("span", `${plural(policy.count, "task")}, ${plural(policy.cpus, "cpu")}`,
        { class: "soft" }));
    panel.append(head, timeline.box, make("h3", "Shares of the cpus"), shares.canvas, shares.keys(),
      make("h3", "Waits at a stretch: how many were how long"), waits.canvas,
      this.makeTasks(policy));
    return panel;
  }

  // The tasks as a table, made when it is opened.
  makeTasks(policy) {
    const details = make("details"), box = make("div", undefined, { class: "scroll", tabindex: "0",
      role: "region", "aria-label": `Tasks under ${policy.name}` });
    const n = Math.min(policy.tasks.length, MOST_IN_TABLE);
    details.append(make("summary", n < policy.count ? `The first ${n} tasks as a table`
      : "Tasks as a table"), box);
    details.addEventListener("toggle", () => {
      if (box.firstChild) return;
      const table = make("table"), head = table.createTHead().insertRow();
      for (const title of ["task", "came", "ended", "ran", "waited", "longest wait", "weight",
        "priority"]) {
        head.append(make("th", title, { scope: "col" }));
      }
      const body = table.createTBody();
      const step = (this.run.to - this.run.from) / 1e4;
      for (const task of policy.tasks.slice(0, n)) {
        const row = body.insertRow();
        row.append(make("th", task.name, { scope: "row" }));
        for (const text of [instant(task.start, step),
          task.end === undefined ? "-" : instant(task.end, step), duration(task.cpuNs),
          duration(task.waited), task.longest === undefined ? "-" : duration(task.longest),
          task.weight, task.priority]) {
          row.append(make("td", text));
        }
      }
      box.append(table);
    });
    return details;
  }

  makeLegend() {
    const legend = byId("legend"), shown = Math.min(this.run.cpus, PALETTE);
    const add = (text, colour, kind = "") => {
      const swatch = make("i", undefined, { class: `swatch ${kind}` });
      if (colour) swatch.style.background = colour;
      const item = make("span");
      item.append(swatch, text);
      legend.append(item);
    };
    for (let cpu = 0; cpu < shown; cpu++) {
      add(this.run.cpus === 1 ? "runs" : `cpu ${cpu}`, `var(--c${cpu})`);
    }
    add("waits", null, "waits");
    add("sleeps", null, "sleeps");
  }

  // The figures in one table, or in two that stand side by side where there is room.
  makeFigures() {
    const { figures, policies } = this.run;
    const each = policies.length <= 3 ? Math.ceil(figures.length / 2) : figures.length;
    for (let i = 0; i < figures.length; i += each) {
      byId("figures").append(this.makeTable(figures.slice(i, i + each)));
    }
  }

  makeTable(figures) {
    const table = make("table"), head = table.createTHead().insertRow();
    head.append(make("th", "", { "aria-label": "figure", scope: "col" }));
    for (const policy of this.run.policies) head.append(make("th", policy.name, { scope: "col" }));
    const body = table.createTBody();
    for (const figure of figures) {
      const row = body.insertRow();
      row.append(make("th", figure.title, { scope: "row" }));
      figure.texts.forEach((text, i) => {
        const isBest = figure.best.includes(i), cell = make("td", isBest ? `${text} ` : text);
        if (isBest) {
          cell.className = "best";
          cell.append(make("span", "★", { "aria-label": "best", role: "img" }));
        }
        row.append(cell);
      });
    }
    return table;
  }

  tellRange() {
    const { from, to } = this.view, step = (to - from) / 1000;
    byId("range").textContent =
      `${instant(from, step)} to ${instant(to, step)} (${duration(to - from)})`;
  }

  listen() {
    const actions = { in: () => this.view.zoom(0.5), out: () => this.view.zoom(2),
      fit: () => this.view.fit(), left: () => this.view.move(-0.3),
      right: () => this.view.move(0.3) };
    for (const button of document.querySelectorAll("[data-do]")) {
      button.addEventListener("click", actions[button.dataset.do]);
    }
    byId("find").addEventListener("input", () => this.draw());
    byId("there").addEventListener("change", () => this.draw());
    const system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
    const isDark = () => root.dataset.theme === "dark" || (!root.dataset.theme && system.matches);
    const retint = () => {
      byId("theme").textContent = isDark() ? "Light" : "Dark";
      colours.forget();
      this.draw();
    };
    byId("theme").addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      retint();
    });
    system.addEventListener("change", retint);
    addEventListener("resize", () => this.draw());
    retint();
  }
}

new Page(new Run(JSON.parse(byId("data").textContent))).open();
