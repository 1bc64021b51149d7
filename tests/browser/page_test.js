// page_test.js - the page and the SVG of a simulation, in a real browser without a window.
// ctest timeout: 180
//
// Each test is a sentence; what it needs is opened by it, and closed when it is over. The pages are
// those of 4 tasks and of 200, in both colour schemes, at 1200 and at 600 pixels.
"use strict";
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const { chromium } = require("playwright-core");

const DEADLINE = 150000; // ms, of all tests
const SCHEMES = ["light", "dark"], WIDTHS = [1200, 600], SIZES = ["four", "many"];
const NASTY = `</script><img src=x onerror="document.title='hurt'">"'&`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "neap-page-"));
const tests = [];
let browser;

function test(name, run) {
  tests.push({ name, run });
}

// The pictures.

const file = (name) => path.join(folder, name);

function simulate(name, workload, ...options) {
  execFileSync(process.env.NEAP, ["sim", ...options, "--html", file(`${name}.html`),
    "--svg", file(`${name}.svg`), workload], { stdio: "ignore", timeout: 60000 });
}

function makePictures() {
  fs.writeFileSync(file("many.lua"), `return function(w)
    for i = 1, 200 do
      if i % 3 == 0 then
        w:add { name = "batch job " .. i, work = "150ms", arrival = i * 5000000, weight = 50 }
      else
        w:interactive { name = "user" .. i .. (i % 10 == 1 and " with a rather long name" or ""),
          run = "3ms", think = "600ms", rounds = 15, arrival = i * 10000000 }
      end
    end
  end`);
  fs.writeFileSync(file("nasty.lua"),
    `return { { name = [==[${NASTY}]==], work = "50ms" }, { name = "b", work = "50ms" } }`);
  simulate("four", "examples/workloads/textbook/srtf.lua", "-p", "fifo", "-p", "srtf");
  simulate("many", file("many.lua"), "-j", "2", "-p", "fair", "-p", "rr");
  simulate("nasty", file("nasty.lua"), "-p", "rr");
}

// A page, with all that it said and asked for.
async function open(name, colorScheme = "light", width = 1200) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.setDefaultTimeout(30000);
  page.words = [];
  page.on("console", (message) => page.words.push(message.text()));
  page.on("pageerror", (error) => page.words.push(error.stack));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) page.words.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${file(name)}`);
  await drawn(page);
  return page;
}

// What was asked to be drawn has been.
function drawn(page) {
  return page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));
  }));
}

async function inAll(extension, look, schemes = SCHEMES) {
  for (const size of SIZES) {
    for (const scheme of schemes) {
      for (const width of WIDTHS) {
        const what = `${size} tasks, ${scheme}, ${width} pixels`;
        const page = await open(`${size}.${extension}`, scheme, width);
        try {
          await look(page, what, { size, scheme, width });
        } finally {
          await page.close();
        }
      }
    }
  }
}

// What the timeline says of a task in a row, at a share of the time.
async function hover(page, row, share) {
  const canvas = page.locator(".rows canvas").first(), box = await canvas.boundingBox();
  const [gutter, plot, height] = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const left = parseFloat(style.getPropertyValue("--gutter")) * parseFloat(style.fontSize);
    const canvas = document.querySelector(".rows canvas");
    const { tasks } = JSON.parse(document.getElementById("data").textContent).policies[0];
    return [left, canvas.clientWidth - left - 14, tasks.length <= 30 ? 24 : 18];
  });
  await page.mouse.move(box.x + gutter + plot * share, box.y + 26 + height * (row + 0.5));
  const tip = page.locator("#tip");
  return await tip.isVisible() ? tip.innerText() : "";
}

const range = (page) => page.locator("#range").innerText();

// The page.

test("it opens without a complaint, fits the window, and all of it is there", () => inAll("html",
  async (page, what) => {
    assert.deepStrictEqual(page.words, [], what);
    assert.strictEqual(await page.locator(".panel").count(), 2, what);
    const drawings = await page.evaluate(() => [...document.querySelectorAll("canvas")].map((one) => {
      const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }));
    assert.strictEqual(drawings.length, 6, what); // timeline, shares and waits of two policies
    assert.ok(drawings.every((colours) => colours > 5), `${what}: ${drawings}`);
    assert.match(await page.locator("#figures tbody tr").first().innerText(), /turnaround, mean/);
    assert.ok(await page.locator("#figures tbody tr").count() > 20, what);
    assert.ok(await page.locator("#figures td.best").count() > 5, what);
    await page.locator("summary").first().click();
    await page.locator("details td").first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), what);
  }));

test("who points at a turn is told why it ran, at a wait who ran meanwhile", async () => {
  const page = await open("four.html");
  const ran = await hover(page, 2, 0.6);
  assert.match(ran, /P3 \(task 3\)/);
  assert.match(ran, /ran 90\.0ms on cpu 0, from 120ms to 210ms/);
  assert.match(ran, /had waited 100ms for this turn/);
  assert.match(ran, /weight 100, priority 5/);
  const waited = await hover(page, 3, 0.5);
  assert.match(waited, /waited 180ms/);
  assert.match(waited, /meanwhile ran P3 90\.0ms, P1 50\.0ms, P2 40\.0ms/);
  assert.strictEqual(await hover(page, 0, 0.9), "");
  await page.close();
});

test("with many tasks, too, at 600 pixels in the dark", async () => {
  const page = await open("many.html", "dark", 600);
  assert.match(await hover(page, 1, 0.1), /batch job 3 \(task 2\)/);
  await page.close();
});

test("the wheel, the buttons and the keys zoom, and back", async () => {
  const page = await open("four.html");
  const whole = await range(page);
  assert.strictEqual(whole, "0 to 260ms (260ms)");
  await page.getByRole("button", { name: "Zoom in" }).click();
  assert.match(await range(page), /\(130ms\)/);
  await page.getByRole("button", { name: "All" }).click();
  assert.strictEqual(await range(page), whole);
  await hover(page, 1, 0.5);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await page.waitForFunction((text) => document.getElementById("range").textContent !== text, whole);
  await page.locator(".rows canvas").first().focus();
  await page.keyboard.press("0");
  assert.strictEqual(await range(page), whole);
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  assert.match(await range(page), /^91ms to 221ms/);
  await page.close();
});

test("a drag moves the timeline, with Shift it zooms into a part", async () => {
  const page = await open("four.html");
  const box = await page.locator(".rows canvas").first().boundingBox();
  async function drag(from, to) {
    await page.mouse.move(box.x + from, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + to, box.y + 60, { steps: 3 });
    await page.mouse.up();
  }
  await page.keyboard.down("Shift");
  await drag(200, 300);
  await page.keyboard.up("Shift");
  const part = await range(page);
  assert.match(part, /\((6|5)\d\.\dms\)/);
  await drag(300, 250);
  assert.notStrictEqual(await range(page), part);
  await page.close();
});

test("the keys choose tasks and turns, which are shown and said", async () => {
  const page = await open("many.html");
  await page.locator(".rows canvas").first().focus();
  for (const key of ["ArrowDown", "ArrowDown", "."]) await page.keyboard.press(key);
  assert.match(await page.locator("#said").innerText(), /batch job 3/);
  assert.match(await page.locator("#tip").innerText(), /batch job 3/);
  for (let i = 0; i < 60; i++) await page.keyboard.press("ArrowDown");
  await drawn(page);
  assert.ok(await page.evaluate(() => document.querySelector(".rows").scrollTop > 300));
  await page.close();
});

test("policies can be left out, tasks be found", async () => {
  const page = await open("many.html");
  await page.getByRole("checkbox", { name: "round_robin" }).uncheck();
  assert.strictEqual(await page.locator(".panel").count(), 1);
  await page.getByLabel("Find tasks by name").fill("job 99");
  await drawn(page);
  assert.match(await hover(page, 0, 0.1), /batch job 99/);
  await page.close();
});

test("names are text and nothing else", async () => {
  const page = await open("nasty.html");
  assert.deepStrictEqual(page.words, []);
  assert.strictEqual(await page.locator("img").count(), 0);
  assert.ok((await hover(page, 0, 0.05)).includes(NASTY));
  assert.strictEqual(await page.title(), `${file("nasty.lua")} - neap`);
  await page.close();
});

// The contrast of two colours (WCAG 2), of "rgb(...)".
function contrast(a, b) {
  const [x, y] = [a, b].map((text) => {
    const [red, green, blue] = text.match(/[\d.]+/g).map((n) => {
      const share = n / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

test("texts and marks stand out in light and in dark, by the system or the switch", async () => {
  for (const scheme of SCHEMES) {
    const page = await open("four.html", scheme);
    const seen = [];
    for (let turn = 0; turn < 2; turn++) {
      const colours = await page.evaluate(() => Object.fromEntries(["ground", "raised", "text", "soft",
        "accent", "wait", "best", "c0"].map((name) => {
        colours.forget();
        return [name, colours.get(name)];
      })));
      seen.push(colours.ground);
      for (const name of ["text", "soft", "accent"]) {
        for (const ground of ["ground", "raised", "best"]) {
          const ratio = contrast(colours[name], colours[ground]);
          assert.ok(ratio >= 4.5, `${scheme}: ${name} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
      for (const name of ["wait", "c0"]) {
        assert.ok(contrast(colours[name], colours.raised) >= 3, `${scheme}: ${name}`);
      }
      await page.locator("#theme").click();
    }
    assert.notStrictEqual(seen[0], seen[1]);
    assert.strictEqual(contrast(seen[0], "rgb(0,0,0)") > 10, scheme === "light");
    await page.close();
  }
});

// The SVG.

test("no label of the SVG overlaps another or is cut, and it fits the window", () => inAll("svg",
  async (page, what, { width }) => {
    assert.deepStrictEqual(page.words, [], what);
    const { texts, picture } = await page.evaluate(() => {
      const box = (element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom, text: element.textContent };
      };
      return { texts: [...document.querySelectorAll("text")].map(box),
        picture: box(document.documentElement) };
    });
    assert.ok(picture.right - picture.left <= width && texts.length > 20, what);
    texts.sort((a, b) => a.top - b.top);
    texts.forEach((a, i) => {
      assert.ok(a.left >= picture.left && a.right <= picture.right, `${what}: ${a.text} is cut`);
      for (let k = i + 1; k < texts.length && texts[k].top < a.bottom; k++) {
        const b = texts[k], overlap = Math.min(a.bottom, b.bottom) - b.top;
        const beside = a.right <= b.left || b.right <= a.left;
        // a line's box has room above and below its letters
        assert.ok(beside || overlap < 0.35 * (a.bottom - a.top), `${what}: ${a.text} and ${b.text}`);
      }
    });
  }, ["dark"]));

async function main() {
  const deadline = setTimeout(() => {
    console.log("not ok: it has taken too long");
    process.exit(1); // which ends the browser, too
  }, DEADLINE);
  let failed = 0;
  try {
    makePictures();
    browser = await chromium.launch({ executablePath: process.env.NEAP_TEST_BROWSER,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    for (const { name, run } of tests) {
      try {
        await run();
        console.log(`ok: ${name}`);
      } catch (error) {
        failed++;
        console.log(`not ok: ${name}\n${error.stack}`);
      }
    }
  } finally {
    if (browser) await browser.close();
    fs.rmSync(folder, { recursive: true, force: true });
    clearTimeout(deadline);
  }
  console.log(`${tests.length} tests, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
  console.log(error.stack);
  process.exitCode = 1;
});
