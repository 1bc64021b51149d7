// charts.js - shares of the cpus over time, and how long the waits were.

// The colours of tasks are those of cpus in another order, the rest is grey.
const OF_GROUPS = [2, 3, 5, 4, 6, 1, 0, 7];

// Stacked areas of the groups of tasks.
class Shares extends Chart {
  constructor(page, policy) {
    super(page, `Shares of the cpus over time under ${policy.name}; the tables tell the same.`);
    this.policy = policy;
    this.height = 150;
    this.groups = page.run.groups;
    this.series = this.groups.titles.map(() => []);
    for (const task of policy.tasks) this.series[this.groups.of(task)].push(task);
  }

  colour(i) {
    return i < this.groups.most ? `c${OF_GROUPS[i]}` : "rest";
  }

  // The legend: who has which colour.
  keys() {
    const list = make("div", undefined, { class: "keys" });
    this.groups.titles.forEach((title, i) => {
      const key = make("span"), swatch = make("i", undefined, { class: "swatch" });
      swatch.style.background = `var(--${this.colour(i)})`;
      key.append(swatch, title);
      list.append(key);
    });
    return list;
  }

  // The steps of the view: for each series its shares.
  count() {
    const width = this.policy.tasks.length > 100 ? 4 : 2;
    const bins = Math.max(10, Math.floor(this.plot / width));
    const each = (this.view.to - this.view.from) / bins;
    return { bins, shares: this.series.map((tasks) => {
      const sums = new Float64Array(bins);
      for (const task of tasks) {
        const first = Math.max(0, Math.floor((task.start - this.view.from) / each));
        const last = Math.min(bins, Math.ceil((task.last - this.view.from) / each));
        if (first >= last) continue;
        let ran = task.ranUntil(this.view.from + first * each);
        for (let b = first; b < last; b++) {
          const until = task.ranUntil(this.view.from + (b + 1) * each);
          sums[b] += (until - ran) / (each * this.policy.cpus);
          ran = until;
        }
      }
      return sums;
    }) };
  }

  draw(context) {
    const top = 6, bottom = this.height - 20, room = bottom - top;
    const { bins, shares } = this.count(), base = new Float64Array(bins);
    context.fillStyle = colours.get("raised");
    context.fillRect(this.gutter, top, this.plot, room);
    this.axis(context, top, bottom + 3, this.height - 8);
    shares.forEach((sums, i) => {
      context.fillStyle = colours.get(this.colour(i));
      for (let b = 0; b < bins; b++) {
        if (sums[b] <= 0) continue;
        const x = Math.round(this.gutter + b * this.plot / bins);
        const next = Math.round(this.gutter + (b + 1) * this.plot / bins);
        const high = bottom - room * Math.min(1, base[b] + sums[b]), low = bottom - room * base[b];
        context.fillRect(x, high, next - x, low - high);
        base[b] += sums[b];
      }
    });
    context.fillStyle = colours.get("soft");
    context.textAlign = "right";
    for (const share of [0, 0.5, 1]) {
      context.fillText(`${100 * share}%`, this.gutter - 8,
        Math.max(top + 6, Math.min(bottom - 4, bottom - room * share)));
    }
  }

  hover(event) {
    if (event.offsetX < this.gutter || event.offsetX > this.gutter + this.plot) return this.leave();
    const each = 4 * (this.view.to - this.view.from) / this.plot, at = this.time(event.offsetX);
    const from = Math.max(this.view.first, at - each / 2), to = from + each;
    const list = this.policy.whoRan(from, to, 8), whole = each * this.policy.cpus;
    const lines = [`about ${instant(at, each / 10)}`];
    for (const [name, ns] of list) lines.push(`${name} ${(100 * ns / whole).toFixed(0)}%`);
    if (!list.length) lines.push("nobody ran");
    this.page.tip.show(lines, event.clientX, event.clientY);
  }
}

// A bar for each bucket of 1, 2, 5, 10, ...
class Waits extends Chart {
  constructor(page, policy) {
    const total = policy.waits.reduce((sum, [, count]) => sum + count, 0);
    super(page, `How long the ${plural(total, "wait")} under ${policy.name} were.`);
    this.policy = policy;
    this.total = total;
    this.height = 140;
  }

  bar(i) {
    const each = Math.min(64, this.plot / Math.max(1, this.policy.waits.length));
    return { x: this.gutter + i * each, each };
  }

  draw(context) {
    const top = 18, bottom = this.height - 20, waits = this.policy.waits;
    context.fillStyle = colours.get("line");
    context.fillRect(this.gutter, bottom, this.plot, 1);
    context.fillStyle = colours.get("soft");
    context.textAlign = "left";
    if (!this.total) {
      context.fillText("nobody waited", this.gutter + 4, (top + bottom) / 2);
      return;
    }
    const most = Math.max(...waits.map(([, count]) => count));
    waits.forEach(([upTo, count], i) => {
      const { x, each } = this.bar(i);
      const height = count ? Math.max(2, count / most * (bottom - top)) : 0;
      context.fillStyle = colours.get("c0");
      context.fillRect(x + 1, bottom - height, each - 2, height);
      context.fillStyle = colours.get("soft");
      context.textAlign = "center";
      if (count && context.measureText(count).width < each) {
        context.fillText(count, x + each / 2, bottom - height - 8);
      }
      const isLast = i === waits.length - 1 && (i === 0 || !/^1/.test(String(waits[i - 1][0])));
      const isLabelled = each > 44 || /^1/.test(String(upTo)) || isLast;
      if (isLabelled) context.fillText(`≤${instant(upTo, upTo)}`, x + each / 2, bottom + 12);
    });
  }

  hover(event) {
    const { each } = this.bar(0), i = Math.floor((event.offsetX - this.gutter) / each);
    const bucket = this.policy.waits[i];
    if (!bucket) return this.leave();
    const [upTo, count] = bucket, below = i ? this.policy.waits[i - 1][0] : 0;
    this.page.tip.show([plural(count, "wait"),
      below ? `longer than ${instant(below, below)}, up to ${instant(upTo, upTo)}`
        : `up to ${instant(upTo, upTo)}`,
      `${(100 * count / this.total).toFixed(1)}% of ${this.total}`], event.clientX, event.clientY);
  }
}
