// timeline.js - a canvas that keeps its size and colours, and the timeline of a policy on it.

const PALETTE = 8;

// What part of the run all charts show; they are told when it changes.
class View {
  constructor(from, to) {
    Object.assign(this, { first: from, end: to, from, to, listeners: [] });
    this.least = Math.max(10, (to - from) / 1e6);
  }

  set(from, to) {
    const span = Math.min(Math.max(to - from, this.least), this.end - this.first);
    this.from = Math.min(Math.max(from, this.first), this.end - span);
    this.to = this.from + span;
    for (const listener of this.listeners) listener();
  }

  // Zooms by a factor; the instant `at` stays where it is.
  zoom(factor, at = (this.from + this.to) / 2) {
    this.set(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  move(share) {
    const by = (this.to - this.from) * share;
    this.set(this.from + by, this.to + by);
  }

  fit() {
    this.set(this.first, this.end);
  }
}

// The colours of the page as a canvas knows them, looked up once for each theme.
const colours = {
  known: new Map(),
  get(name) {
    if (!this.known.has(name)) {
      const probe = document.createElement("i");
      probe.style.color = `var(--${name})`;
      document.body.append(probe);
      this.known.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return this.known.get(name);
  },
  cpu(n) { return this.get(`c${n % PALETTE}`); },
  forget() { this.known.clear(); },
};

// A canvas with a gutter at its left and time along x; who derives from it draws.
class Chart {
  constructor(page, label) {
    this.page = page;
    this.view = page.view;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-label", label);
    this.canvas.setAttribute("role", "img");
    this.height = 100;
    this.width = 0;
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.leave());
    new ResizeObserver(() => this.later()).observe(this.canvas);
  }

  // Draws before the next picture is shown, once however often it is asked.
  later() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = null;
      if (!this.canvas.isConnected) return;
      this.fitCanvas();
      this.draw(this.canvas.getContext("2d"));
    });
  }

  fitCanvas() {
    const scale = window.devicePixelRatio || 1, style = getComputedStyle(document.documentElement);
    this.canvas.style.height = `${this.height}px`;
    this.width = this.canvas.clientWidth;
    this.gutter = Math.round(
      parseFloat(style.getPropertyValue("--gutter")) * parseFloat(style.fontSize));
    this.plot = Math.max(50, this.width - this.gutter - 14);
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "middle";
  }

  x(ns) {
    return this.gutter + (ns - this.view.from) / (this.view.to - this.view.from) * this.plot;
  }

  time(x) {
    return this.view.from + (x - this.gutter) / this.plot * (this.view.to - this.view.from);
  }

  // Lines from `top` to `bottom`, and their times written above or below.
  axis(context, top, bottom, textY) {
    const step = niceStep(this.view.to - this.view.from, this.plot / 80);
    context.textAlign = "center";
    const first = Math.ceil(this.view.from / step - 1e-9), last = this.view.to / step + 1e-9;
    for (let k = first; k <= last; k++) {
      const x = Math.round(this.x(k * step)) + 0.5;
      context.fillStyle = colours.get("grid");
      context.fillRect(x - 0.5, top, 1, bottom - top);
      if (textY === null) continue;
      const text = instant(k * step, step), half = context.measureText(text).width / 2;
      context.fillStyle = colours.get("soft");
      context.fillText(text, Math.min(x, this.width - half - 1), textY);
    }
  }

  // Text that ends in dots where it has no room.
  write(context, text, x, y, room) {
    if (context.measureText(text).width > room) {
      let length = text.length;
      const cut = () => `${text.slice(0, length)}…`;
      while (length > 1 && context.measureText(cut()).width > room) length--;
      text = cut();
    }
    context.fillText(text, x, y);
  }

  leave() {
    this.page.tip.hide();
  }
}

const AXIS = 26; // above the rows

class Timeline extends Chart {
  constructor(page, policy) {
    super(page, `Timeline of ${policy.name}: which task ran when. The arrow keys move it.`);
    this.policy = policy;
    this.rows = policy.tasks;
    this.chosen = null; // { row, span }
    this.box = document.createElement("div");
    this.box.className = "rows";
    this.filler = document.createElement("div");
    this.box.append(this.canvas, this.filler);
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", "timeline");
    this.box.addEventListener("scroll", () => this.later());
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("dblclick", (event) => {
      this.view.zoom(0.25, this.time(event.offsetX));
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => { this.chosen = null; this.leave(); this.later(); });
  }

  // The tasks that are asked for: by name, and if so wished those that are there in the view.
  filter() {
    const wanted = byId("find").value.trim().toLowerCase(), { from, to } = this.view;
    const all = !byId("there").checked;
    const rows = this.policy.tasks.filter((task) => task.name.toLowerCase().includes(wanted)
      && (all || (task.start < to && task.last > from)));
    if (rows.length !== this.rows.length) this.chosen = null;
    this.rows = rows;
  }

  // The canvas is as high as what is seen of the rows, the filler makes up for the rest.
  fitCanvas() {
    this.filter();
    this.row = this.policy.tasks.length <= 30 ? 24 : 18;
    const all = AXIS + this.rows.length * this.row + 6;
    this.height = Math.min(all, Math.max(160, Math.floor(window.innerHeight * 0.62)));
    this.filler.style.height = `${all - this.height}px`;
    super.fitCanvas();
  }

  draw(context) {
    const top = this.box.scrollTop, first = Math.floor(top / this.row);
    const last = Math.min(this.rows.length, first + Math.ceil(this.height / this.row) + 1);
    context.save();
    context.beginPath();
    context.rect(0, AXIS, this.width, this.height - AXIS);
    context.clip();
    context.fillStyle = colours.get("raised");
    for (let i = first + first % 2; i < last; i += 2) {
      context.fillRect(0, this.y(i), this.width, this.row);
    }
    this.axis(context, AXIS, this.height, null);
    for (let i = first; i < last; i++) this.drawRow(context, this.rows[i], this.y(i), i);
    this.drawUnknown(context);
    context.restore();
    this.axis(context, AXIS - 4, AXIS, 12);
    if (this.selection) {
      context.fillStyle = colours.get("accent");
      context.globalAlpha = 0.2;
      const [a, b] = this.selection;
      context.fillRect(Math.min(a, b), AXIS, Math.abs(b - a), this.height - AXIS);
      context.globalAlpha = 1;
    }
  }

  y(i) {
    return AXIS + i * this.row - this.box.scrollTop;
  }

  drawRow(context, task, y, i) {
    const isChosen = this.chosen && this.chosen.row === i;
    context.fillStyle = colours.get(isChosen ? "accent" : "text");
    context.textAlign = "left";
    this.write(context, task.name, 6, y + this.row / 2, this.gutter - 16);
    context.save();
    context.beginPath();
    context.rect(this.gutter - 1, y, this.plot + 2, this.row);
    context.clip();
    const first = after(task.to, this.view.from), last = after(task.from, this.view.to);
    if (last - first > this.plot) this.drawFolded(context, task, y, first, last);
    else this.drawSpans(context, task, y, first, last);
    if (isChosen && this.chosen.span) {
      const { from, to } = this.chosen.span;
      context.strokeStyle = colours.get("accent");
      context.lineWidth = 2;
      context.strokeRect(this.x(from), y + 2, Math.max(2, this.x(to) - this.x(from)), this.row - 4);
    }
    context.restore();
  }

  // Waiting is a line, sleeping a dotted one.
  line(context, from, to, y, isDotted) {
    const a = Math.max(this.gutter - 4, this.x(from)), b = Math.min(this.width, this.x(to));
    if (b <= a) return;
    context.strokeStyle = colours.get("wait");
    context.lineWidth = 1.5;
    context.setLineDash(isDotted ? [1.5, 3.5] : []);
    context.beginPath();
    context.moveTo(a, y + this.row / 2);
    context.lineTo(b, y + this.row / 2);
    context.stroke();
    context.setLineDash([]);
  }

  drawSpans(context, task, y, first, last) {
    const pad = this.row > 20 ? 4 : 3, room = this.row - 2 * pad;
    let at = first ? task.to[first - 1] : task.start;
    for (let i = first; i < last; i++) {
      if (task.from[i] > at) this.line(context, at, task.from[i], y, false);
      const length = task.to[i] - task.from[i];
      if (task.cpu[i] === ASLEEP) {
        this.line(context, task.from[i], task.to[i], y, true);
      } else {
        const share = Math.max(0.35, task.ran[i] / length);
        if (share < 0.999) this.line(context, task.from[i], task.to[i], y, false);
        const x = Math.max(this.gutter - 2, this.x(task.from[i]));
        context.fillStyle = colours.cpu(task.cpu[i]);
        context.fillRect(x, y + pad + room * (1 - share),
          Math.max(1, Math.min(this.width, this.x(task.to[i])) - x), room * share);
      }
      at = task.to[i];
    }
    const end = last < task.from.length ? task.from[last] : task.last;
    if (end > at) this.line(context, at, end, y, false);
  }

  // More spans than pixels: the height of a pixel's block is its share of the cpu.
  drawFolded(context, task, y, first, last) {
    const pad = this.row > 20 ? 4 : 3, room = this.row - 2 * pad;
    const each = (this.view.to - this.view.from) / this.plot;
    const from = Math.max(this.view.from, task.start), to = Math.min(this.view.to, task.last);
    this.line(context, from, to, y, task.cpu[first] === ASLEEP && task.cpu[last - 1] === ASLEEP);
    for (let x = Math.floor(this.x(from)); x < this.x(to); x++) {
      const since = this.time(x), ran = task.ranIn(since, since + each);
      if (ran <= 0) continue;
      const i = Math.min(after(task.to, since), last - 1);
      const turn = task.cpu[i] === ASLEEP && i + 1 < last ? i + 1 : i;
      const share = Math.max(0.35, Math.min(1, ran / each));
      context.fillStyle = colours.cpu(Math.max(0, task.cpu[turn]));
      context.fillRect(x, y + pad + room * (1 - share), 1, room * share);
    }
  }

  drawUnknown(context) {
    if (this.policy.known === undefined || this.policy.known >= this.view.to) return;
    const x = Math.max(this.gutter, this.x(this.policy.known));
    context.fillStyle = colours.get("grid");
    context.fillRect(x, AXIS, this.gutter + this.plot - x, this.height - AXIS);
    context.fillStyle = colours.get("soft");
    context.textAlign = "left";
    this.write(context, "not kept", x + 6, AXIS + 12, this.gutter + this.plot - x - 8);
  }

  // Pointer.

  hover(event) {
    if (this.dragging) return;
    const i = Math.floor((event.offsetY - AXIS + this.box.scrollTop) / this.row);
    const task = event.offsetY >= AXIS ? this.rows[i] : null;
    const isName = event.offsetX < this.gutter;
    const now = task && !isName ? task.at(this.time(event.offsetX)) : null;
    if (now) this.page.tip.show(this.policy.explain(task, now), event.clientX, event.clientY);
    else if (task && isName) this.page.tip.show(this.about(task), event.clientX, event.clientY);
    else this.leave();
  }

  about(task) {
    const step = (this.view.end - this.view.first) / 1e4;
    const end = task.end === undefined ? "has not ended"
      : `ended ${duration(task.end - task.start)} later`;
    const lines = [`${task.name} (task ${task.id})`, `came at ${instant(task.start, step)}, ${end}`,
      `ran ${duration(task.cpuNs)}, waited ${duration(task.waited)}`,
      `weight ${task.weight}, priority ${task.priority}`];
    if (task.longest !== undefined) lines.splice(3, 0, `longest wait ${duration(task.longest)}`);
    return lines;
  }

  wheel(event) {
    const zooms = event.ctrlKey || event.metaKey || document.activeElement === this.canvas;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.view.move((event.deltaX || event.deltaY) / this.plot);
    } else if (zooms) {
      event.preventDefault();
      const by = Math.max(-1, Math.min(1, event.deltaY / 250));
      this.view.zoom(Math.exp(by), this.time(event.offsetX));
    }
  }

  // Drag moves; with Shift it marks what to zoom into.
  grab(event) {
    if (event.button !== 0) return;
    const start = { x: event.offsetX, y: event.clientY, from: this.view.from, to: this.view.to,
      top: this.box.scrollTop };
    const each = (start.to - start.from) / this.plot;
    this.dragging = true;
    this.leave();
    this.canvas.setPointerCapture(event.pointerId);
    const move = (to) => {
      if (event.shiftKey) {
        this.selection = [start.x, to.offsetX];
        this.later();
        return;
      }
      const by = (start.x - to.offsetX) * each;
      this.view.set(start.from + by, start.to + by);
      if (event.pointerType === "mouse") this.box.scrollTop = start.top + start.y - to.clientY;
    };
    const end = () => {
      this.dragging = false;
      this.canvas.removeEventListener("pointermove", move);
      const marked = this.selection;
      this.selection = null;
      if (marked && Math.abs(marked[1] - marked[0]) > 3) {
        this.view.set(this.time(Math.min(...marked)), this.time(Math.max(...marked)));
      }
      this.later();
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", end, { once: true });
    this.canvas.addEventListener("pointercancel", end, { once: true });
  }

  // Keys.

  key(event) {
    const actions = {
      ArrowLeft: () => this.view.move(-0.2), ArrowRight: () => this.view.move(0.2),
      "+": () => this.view.zoom(0.5), "=": () => this.view.zoom(0.5),
      "-": () => this.view.zoom(2), 0: () => this.view.fit(), Home: () => this.view.fit(),
      ArrowUp: () => this.choose(-1, 0), ArrowDown: () => this.choose(1, 0),
      ",": () => this.choose(0, -1), ".": () => this.choose(0, 1),
      Escape: () => { this.chosen = null; this.leave(); this.later(); },
    };
    const act = actions[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  // Another row, or the next turn or sleep of this one; it is shown and said.
  choose(rows, spans) {
    if (!this.rows.length) return;
    const before = this.chosen || { row: rows > 0 ? -1 : 0, index: -1 };
    const row = Math.max(0, Math.min(this.rows.length - 1, before.row + rows));
    const task = this.rows[row];
    let index = rows ? after(task.to, this.view.from) : before.index + spans;
    index = Math.max(0, Math.min(task.from.length - 1, index));
    const span = task.from.length ? task.span(index) : null;
    this.chosen = { row, index, span };
    if (span && (span.to < this.view.from || span.from > this.view.to)) {
      const half = (this.view.to - this.view.from) / 2;
      this.view.set(span.from - half, span.from + half);
    }
    const y = row * this.row;
    if (y < this.box.scrollTop) this.box.scrollTop = y;
    const room = this.height - AXIS - this.row;
    if (y > this.box.scrollTop + room) this.box.scrollTop = y - room;
    this.later();
    const lines = span ? this.policy.explain(task, span) : this.about(task);
    const box = this.canvas.getBoundingClientRect();
    const x = span ? Math.max(this.gutter, Math.min(this.width, this.x(span.from))) : this.gutter;
    this.page.tip.show(lines, box.left + x, box.top + this.y(row) + this.row);
    this.page.say(lines.join(". "));
  }
}
