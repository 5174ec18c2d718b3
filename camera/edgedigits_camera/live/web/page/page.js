import { draw, parts } from "./picture.js";

const $ = (id) => document.getElementById(id);
const MOST_SHOWN = 60, MOST_NOTES = 200;
const now = { reading: null, image: null, boxes: null, patches: new Map(), noted: ["", 0], paused: false, lost: false, least: 0 };

// The picture -------------------------------------------------------------------------------------------------------

let watching = null;

async function watch() {
  const mine = (watching = new AbortController());
  for (let pause = 500; watching === mine; pause = Math.min(2 * pause, 5000)) {
    try {
      const answer = await fetch("stream.mjpg?boxes=0", { signal: mine.signal });
      if (answer.ok) {
        for await (const part of parts(answer.body)) {
          pause = 250;
          await show(part);
        }
      }
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function unwatch() {
  watching?.abort();
  watching = null;
}

async function show({ boxes, jpeg }) {
  const image = await createImageBitmap(jpeg);
  now.image?.close();
  Object.assign(now, { image, boxes });
  $("snapshot").disabled = false;
  redraw();
}

function redraw() {
  if (now.image) draw($("picture"), now.image, now.boxes, now.least);
}

// What is read ------------------------------------------------------------------------------------------------------

let listening = null;

function listen() {
  listening = new EventSource("events");
  listening.onopen = () => lose(false);
  listening.onerror = () => lose(true);
  listening.addEventListener("reading", ({ data }) => {
    now.reading = JSON.parse(data);
    render();
  });
  listening.addEventListener("patches", ({ data }) => {
    for (const [track, pixels] of Object.entries(JSON.parse(data))) now.patches.set(Number(track), pixels);
    renderDigits();
  });
  listening.addEventListener("change", ({ data, lastEventId }) => {
    // A page that comes back is told again what it has noted.
    const run = lastEventId.split("-")[0];
    const change = JSON.parse(data);
    if (now.noted[0] === run && change.number <= now.noted[1]) return;
    now.noted = [run, change.number];
    note(change);
  });
}

function unlisten() {
  listening?.close();
  listening = null;
}

function lose(lost) {
  now.lost = lost;
  renderState();
  // After a refusal the browser does not try again by itself.
  if (lost && listening?.readyState === EventSource.CLOSED) setTimeout(() => listening?.readyState === EventSource.CLOSED && listen(), 3000);
}

function render() {
  renderState();
  renderLines();
  renderDigits();
  renderFigures();
}

function renderState() {
  const source = now.reading?.source;
  const waits = source && source.waiting_s !== null;
  const [kind, words] = now.lost
    ? ["lost", "no connection, trying again"]
    : now.paused
      ? ["paused", "paused"]
      : waits
        ? ["waiting", `waiting for ${source.title}, ${Math.round(source.waiting_s)} s`]
        : source && now.reading.index !== null
          ? ["live", source.title]
          : ["waiting", "waiting for the first picture"];
  $("state").dataset.kind = kind;
  // Seconds that go by are not read out one by one.
  $("state").ariaLive = kind === "waiting" ? "off" : "polite";
  put($("state"), words);
  $("veil").hidden = kind === "live" || (kind === "paused" && Boolean(now.image));
  put($("veil"), waits && source.reason ? `${words} (${source.reason})` : words);
}

const sureOnes = () => (now.reading?.digits ?? []).filter((digit) => digit.confidence >= now.least);

function renderLines() {
  if (!now.reading) return;
  const lines = new Map();
  for (const digit of sureOnes()) lines.set(digit.line, [...(lines.get(digit.line) ?? []), digit]);
  const key = [...lines.values()].map((line) => line.map((d) => d.digit + (d.confidence < 0.9 ? "?" : "")).join("")).join(" ");
  if ($("lines").dataset.key === key && $("lines").childElementCount) return;
  $("lines").dataset.key = key;
  $("lines").style.setProperty("--longest", String(Math.max(1, ...[...lines.values()].map((line) => line.length))));
  const rows = [...lines.values()].map((line) =>
    element("p", {}, ...line.map((digit) => element("span", { className: digit.confidence < 0.9 ? "unsure" : "sure" }, String(digit.digit)))),
  );
  $("lines").replaceChildren(...(rows.length ? rows : [element("p", { className: "none" }, "no digits")]));
  const text = [...lines.values()].map((line) => line.map((d) => d.digit).join("")).join(", ");
  $("picture").ariaLabel = text ? `Live picture; reads ${text}` : "Live picture; no digits";
  saySoon(text || "no digits");
}

let saying = 0;

function saySoon(text) {
  clearTimeout(saying);
  // Digits that come and go are not read out, digits that stay are: one by one, not as a number.
  saying = setTimeout(() => put($("said"), text.replace(/\d(?=\d)/g, "$& ")), 800);
}

function renderDigits() {
  const digits = sureOnes();
  const shown = digits.slice(0, MOST_SHOWN);
  const list = $("digits");
  while (list.childElementCount > shown.length) list.lastElementChild.remove();
  shown.forEach((digit, place) => renderDigit(list.children[place] ?? list.appendChild(card()), digit));
  $("more").hidden = digits.length <= MOST_SHOWN;
  put($("more"), `and ${digits.length - MOST_SHOWN} more`);
  const present = new Set((now.reading?.digits ?? []).map((digit) => digit.track));
  for (const track of now.patches.keys()) if (!present.has(track)) now.patches.delete(track);
}

function card() {
  const best = [0, 1, 2].map(() => element("li", {}, element("span"), element("span", { className: "bar", ariaHidden: "true" }, element("span")), element("span", { className: "percent" })));
  return element("li", {}, element("canvas", { width: 28, height: 28, role: "img" }), element("ol", { className: "best" }, ...best));
}

function renderDigit(item, digit) {
  const [canvas, best] = item.children;
  canvas.ariaLabel = `Ink of the ${digit.digit}, as the network sees it`;
  best.ariaLabel = `Best guesses for the ${digit.digit}`;
  [...best.children].forEach((row, place) => {
    const [guess, likely] = digit.best[place] ?? [null, 0];
    const percent = Math.floor(100 * likely);
    row.hidden = guess === null;
    put(row.children[0], String(guess));
    row.children[1].firstElementChild.style.width = `${percent}%`;
    put(row.children[2], `${percent}%`);
  });
  const pixels = now.patches.get(digit.track) ?? "";
  if (canvas.dataset.pixels !== pixels) {
    canvas.dataset.pixels = pixels;
    drawPatch(canvas, atob(pixels));
  }
}

function drawPatch(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  for (let at = 0; at < pixels.length; at++) image.data.fill(pixels.charCodeAt(at), 4 * at, 4 * at + 3);
  for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
  context.putImageData(image, 0, 0);
}

function renderFigures() {
  const { fps, latency_ms: latency, temperature_c: temperature, stages_ms: stages = {} } = now.reading;
  put($("fps"), fps === undefined ? "–" : `${fps.toFixed(1)} a second`);
  put($("latency"), latency === undefined ? "–" : `${latency.toFixed(0)} ms`);
  $("explain").hidden = !now.reading.explains;
  $("temperature-row").hidden = temperature === null;
  put($("temperature"), temperature === null ? "–" : `${temperature.toFixed(0)} °C`);
  const rows = Object.entries(stages);
  const most = Math.max(...rows.map(([, time]) => time), 0.01);
  $("stages-section").hidden = !rows.length;
  const body = $("stages");
  while (body.childElementCount > rows.length) body.lastElementChild.remove();
  rows.forEach(([name, time], place) => {
    const row = body.children[place] ?? body.appendChild(element("tr", {}, element("th", { scope: "row" }), element("td", { ariaHidden: "true" }, element("span", { className: "bar" }, element("span"))), element("td")));
    put(row.children[0], name);
    row.querySelector(".bar > span").style.width = `${(100 * time) / most}%`;
    put(row.children[2], `${time.toFixed(1)} ms`);
  });
}

function note(event) {
  const what = event.kind === "changed" ? [element("b", {}, `${event.before} → ${event.digit}`)] : [element("b", {}, String(event.digit))];
  const at = new Date(event.at);
  $("history").prepend(
    element("li", {},
      element("time", { dateTime: event.at }, at.toLocaleTimeString([], { hour12: false })),
      element("span", {}, ...what, ` ${event.kind}`),
      element("span", { className: "where" }, event.line ? `in ${event.line}` : ""),
    ),
  );
  while ($("history").childElementCount > MOST_NOTES) $("history").lastElementChild.remove();
}

// What a person does ------------------------------------------------------------------------------------------------

function setPaused(paused) {
  now.paused = paused;
  $("pause").ariaPressed = String(paused);
  $("answers").classList.toggle("paused", paused);
  follow();
  renderState();
}

/** A page that is paused or not looked at costs the program nothing. */
function follow() {
  const wanted = !now.paused && !document.hidden;
  if (wanted && !watching) {
    watch();
    listen();
  } else if (!wanted && watching) {
    unwatch();
    unlisten();
  }
}

function setLeast(percent) {
  now.least = percent / 100;
  $("threshold").value = String(percent);
  put($("threshold-text"), `${percent} %`);
  store("least", String(percent));
  renderLines();
  renderDigits();
  redraw();
}

function snapshot() {
  $("picture").toBlob((blob) => {
    const name = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    const link = element("a", { href: URL.createObjectURL(blob), download: `edgedigits-${name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }, "image/png");
}

async function explain() {
  const link = $("explained-link");
  link.hidden = true;
  put($("explained-state"), "drawing …");
  $("explained").showModal();
  try {
    const answer = await fetch("explain.jpg");
    if (!answer.ok) throw new Error((await answer.text()).trim());
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(await answer.blob());
    $("explained-picture").src = link.href;
    await $("explained-picture").decode();
    link.hidden = false;
    put($("explained-state"), "");
  } catch (error) {
    put($("explained-state"), `It cannot be drawn: ${error.message}`);
  }
}

const KEYS = {
  p: () => setPaused(!now.paused),
  s: () => $("snapshot").disabled || snapshot(),
  e: () => $("explain").hidden || explain(),
  "?": () => $("helping").showModal(),
  "+": () => setLeast(Math.min(99, Number($("threshold").value) + 5)),
  "-": () => setLeast(Math.max(0, Number($("threshold").value) - 5)),
};

function pressed(event) {
  if (!$("shortcuts").checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (document.querySelector("dialog[open]") || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}

// Small things ------------------------------------------------------------------------------------------------------

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// A browser that keeps nothing refuses both.
function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function store(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // it holds until the page is closed
  }
}

$("pause").onclick = () => setPaused(!now.paused);
$("snapshot").onclick = snapshot;
$("explain").onclick = explain;
$("help").onclick = () => $("helping").showModal();
$("threshold").oninput = () => setLeast(Number($("threshold").value));
$("shortcuts").checked = stored("shortcuts") !== "no";
$("shortcuts").onchange = () => store("shortcuts", $("shortcuts").checked ? "yes" : "no");
document.addEventListener("keydown", pressed);
document.addEventListener("visibilitychange", follow);
setLeast(Math.min(99, Math.max(0, Number(stored("least")) || 0)));
follow();
