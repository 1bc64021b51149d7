// model.js - the data of the page as tasks that can be asked what they did when.
//
// All times are ns. A task's spans are columns of equal length: from, to, cpu (-1: asleep), ran.

const ASLEEP = -1;
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "us"]];

// Text.

// Three significant digits: "1.23s", "45.6ms".
function duration(ns) {
  if (ns >= 60e9) {
    const s = Math.floor(ns / 1e9);
    return s >= 3600 ? `${Math.floor(s / 3600)}h${Math.floor((s % 3600) / 60)}m`
      : `${Math.floor(s / 60)}m${s % 60}s`;
  }
  for (const [size, word] of UNITS) {
    const n = ns / size;
    if (n >= 0.9995) return n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0) + word;
  }
  return `${Math.round(ns)}ns`;
}

// A time of which steps of `step` can be told apart.
function instant(ns, step) {
  if (Math.abs(ns) < step / 1e6) return "0";
  const [size, word] = UNITS.find(([unit]) => Math.abs(ns) >= unit) || [1, "ns"];
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / size) - 1e-9)));
  const text = (ns / size).toFixed(digits);
  return (digits ? text.replace(/\.?0+$/, "") : text) + word;
}

// 1, 2 or 5 times a power of ten, so that there are at most `most` steps.
function niceStep(span, most) {
  const least = span / Math.max(1, most);
  const unit = 10 ** Math.floor(Math.log10(least));
  return unit * ([1, 2, 5].find((digit) => digit * unit >= least * 0.999999) || 10);
}

function plural(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

// The index of the first of `list` that is greater than `value`.
function after(list, value) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] > value) high = middle; else low = middle + 1;
  }
  return low;
}

class Task {
  constructor(data, unit, isExact) {
    Object.assign(this, { name: data.name, id: data.id, start: data.from, end: data.to,
      last: data.last, weight: data.weight, priority: data.priority, cpuNs: data.cpu || 0,
      waited: data.waited || 0, longest: data.longest, says: data.says || {} });
    const stride = isExact ? 3 : 4, numbers = data.spans, n = numbers.length / stride;
    this.from = new Float64Array(n);
    this.to = new Float64Array(n);
    this.cpu = new Int16Array(n);
    this.ran = new Float64Array(n);
    this.ranBefore = new Float64Array(n + 1);
    for (let i = 0, at = 0; i < n; i++) {
      const k = i * stride;
      this.from[i] = at + numbers[k] * unit;
      this.to[i] = at = this.from[i] + numbers[k + 1] * unit;
      this.cpu[i] = numbers[k + 2];
      this.ran[i] = isExact ? (this.cpu[i] === ASLEEP ? 0 : at - this.from[i])
        : numbers[k + 3] * unit;
      this.ranBefore[i + 1] = this.ranBefore[i] + this.ran[i];
    }
  }

  // What it does at an instant: { state, from, to, cpu, ran, index }; index is that of the span, or
  // of a wait the one that comes next. null: it is not there.
  at(ns) {
    if (ns < this.start || ns >= Math.max(this.last, this.start + 1)) return null;
    const next = after(this.to, ns);
    if (next < this.from.length && this.from[next] <= ns) return this.span(next);
    return { state: "waits", index: next, ran: 0,
      from: next ? this.to[next - 1] : this.start,
      to: next < this.from.length ? this.from[next] : this.last };
  }

  span(i) {
    return { state: this.cpu[i] === ASLEEP ? "sleeps" : "runs", index: i, from: this.from[i],
      to: this.to[i], cpu: this.cpu[i], ran: this.ran[i] };
  }

  // CPU time up to an instant.
  ranUntil(ns) {
    const i = after(this.to, ns);
    if (i >= this.from.length || this.from[i] >= ns) return this.ranBefore[i];
    return this.ranBefore[i]
      + this.ran[i] * (ns - this.from[i]) / (this.to[i] - this.from[i]);
  }

  ranIn(from, to) {
    return this.ranUntil(to) - this.ranUntil(from);
  }

  // How long it was ready before span i.
  waitBefore(i) {
    return this.from[i] - (i ? this.to[i - 1] : this.start);
  }
}

class Policy {
  constructor(data, unit) {
    Object.assign(this, { name: data.name, cpus: data.cpus, quantum: data.quantum,
      known: data.known, isExact: data.exact, count: data.count, waits: data.waits });
    this.tasks = data.tasks.map((task) => new Task(task, unit, data.exact));
  }

  // Who had the cpus from one instant to another: [[name, ns]], most first.
  whoRan(from, to, most) {
    const list = [];
    for (const task of this.tasks) {
      const ns = task.start < to && task.last > from ? task.ranIn(from, to) : 0;
      if (ns > 0) list.push([task.name, ns]);
    }
    return list.sort((a, b) => b[1] - a[1]).slice(0, most);
  }

  // Why a task is where it is, line by line; the first is a headline.
  explain(task, now) {
    const length = now.to - now.from, lines = [`${task.name} (task ${task.id})`];
    const span = `from ${instant(now.from, length / 100)} to ${instant(now.to, length / 100)}`;
    if (now.state === "runs") {
      const isWhole = now.ran >= length * 0.999;
      lines.push(`ran ${isWhole ? "" : `${duration(now.ran)} in `}${duration(length)} on cpu `
        + `${now.cpu}, ${span}`);
      if (!isWhole) lines.push("short turns, drawn as one");
      else lines.push(this.before(task, now.index));
      lines.push(`cpu so far ${duration(task.ranUntil(now.to))} of ${duration(task.cpuNs)}`);
    } else if (now.state === "waits") {
      lines.push(`waited ${duration(length)}, ${span}`);
      const others = this.whoRan(now.from, now.to, 3);
      if (others.length) {
        lines.push("meanwhile ran "
          + others.map(([name, ns]) => `${name} ${duration(ns)}`).join(", "));
      }
      lines.push(`cpu so far ${duration(task.ranUntil(now.from))} of ${duration(task.cpuNs)}`);
    } else {
      lines.push(`slept ${duration(length)}, ${span}`);
    }
    lines.push(`weight ${task.weight}, priority ${task.priority}`);
    if (task.says[now.index] && now.state === "runs") {
      lines.push(`${this.name} says: ${task.says[now.index]}`);
    }
    return lines;
  }

  before(task, i) {
    const wait = task.waitBefore(i);
    if (wait > 0) return `had waited ${duration(wait)} for this turn`;
    if (i > 0 && task.cpu[i - 1] === ASLEEP) return "got the cpu at once when it woke up";
    return i > 0 ? "went on at once" : "got the cpu at once when it came";
  }
}

// What tasks are called that are of one kind: "user12" and "user3 (night)" are both "user".
function kindOf(name) {
  return name.replace(/[\s#._-]*\d.*$/, "") || name;
}

// The tasks by what they are drawn as in shares: each by itself while there are few, else by kind;
// if all are of one kind, those that ran most.
// The same for all policies: a map from names to numbers, in order of cpu time; and the titles.
function groupsOf(policies, most) {
  const names = new Set(), total = new Map(), sizes = new Map();
  for (const policy of policies) for (const task of policy.tasks) names.add(task.name);
  const kinds = new Set([...names].map(kindOf));
  const keyOf = names.size <= most || kinds.size === 1 ? (name) => name : kindOf;
  for (const policy of policies) {
    const here = new Map();
    for (const { name, cpuNs } of policy.tasks) {
      const key = keyOf(name);
      total.set(key, (total.get(key) || 0) + cpuNs);
      here.set(key, (here.get(key) || 0) + 1);
    }
    for (const [key, n] of here) sizes.set(key, Math.max(n, sizes.get(key) || 0));
  }
  const keys = [...total.keys()], isMany = keys.length > most;
  if (isMany) keys.sort((a, b) => total.get(b) - total.get(a));
  const titles = keys.slice(0, most)
    .map((key) => sizes.get(key) > 1 ? `${key} (${sizes.get(key)})` : key);
  if (isMany) titles.push(`others (${keys.slice(most).reduce((n, key) => n + sizes.get(key), 0)})`);
  const number = new Map(keys.map((key, i) => [key, Math.min(i, most)]));
  return { titles, of: (task) => number.get(keyOf(task.name)), most };
}

class Run {
  constructor(data) {
    Object.assign(this, { title: data.title, note: data.note, from: data.from, to: data.to,
      joined: data.joined, figures: data.figures });
    this.policies = data.policies.map((policy) => new Policy(policy, data.unit));
    this.groups = groupsOf(this.policies, 8);
    this.cpus = Math.max(...this.policies.map((policy) => policy.cpus));
  }
}
