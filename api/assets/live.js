// The live ledger: reads recent entries over REST, goes on from their position over the WebSocket, and draws at most
// once per animation frame. Texts are set as text, never as markup.
"use strict";

const ROWS_MAX = 200; // rows of the table: what a person scrolls through; the page stays light for days
const FIRST_ROWS = 50; // rows that are there before the first live entry
const FRESH_MS = 1500; // how long a new row stands out
const SUMMARY_MS = 10000; // how often a screen reader is told what came
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10000;
const SILENCE_FACTOR = 3; // heartbeats that may fail to come before the connection counts as lost

const $ = (id) => document.getElementById(id);
const view = Object.fromEntries(
  ["entries", "lines", "debits", "credits", "balance", "state", "behind", "pause", "held", "log", "rows", "empty",
    "company", "source", "filters", "entry", "close", "entry-title", "entry-subtitle", "entry-lines", "entry-totals",
    "entry-facts"].map((id) => [id, $(id)]),
);

const totals = { entries: 0, lines: 0, debit: 0n, credit: 0n };
const shown = new Map(); // entry_id -> row
let held = []; // entries that wait for the next frame, or for the end of a pause, oldest first
let heldCount = 0; // how many came during the pause, those that were dropped included
let paused = false;
let position = null;
let socket = null;
let generation = 0; // counts subscriptions: what an older one says is passed over
let failures = 0;
let heartbeatMs = 5000;
let heardAt = 0;
let behindMs = null;
let frame = 0;
let summary = { entries: 0, since: Date.now() };

// --- money: whole cents, never a float -----------------------------------------------------------------------------
function cents(text) {
  const negative = text.startsWith("-");
  const [whole, part = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole) * 100n + BigInt(part.padEnd(2, "0"));
  return negative ? -value : value;
}

function money(value) {
  const text = (value < 0n ? -value : value).toString().padStart(3, "0");
  const whole = text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0n ? "-" : ""}${whole}.${text.slice(-2)}`;
}

const count = (value) => value.toLocaleString("en-US");

// --- what comes ----------------------------------------------------------------------------------------------------
function take(entries) {
  for (const entry of entries) {
    totals.entries += 1;
    totals.lines += entry.lines.length;
    totals.debit += cents(entry.total_debit);
    totals.credit += cents(entry.total_credit);
    summary.entries += 1;
    held.push(entry);
  }
  heldCount += entries.length;
  // What would be pushed out of the table at once need not be kept.
  if (held.length > ROWS_MAX) held = held.slice(-ROWS_MAX);
  draw();
}

function draw() {
  if (frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    drawTotals();
    if (paused) drawHeld();
    else drawRows();
  });
}

function drawTotals() {
  view.entries.textContent = count(totals.entries);
  view.lines.textContent = `${count(totals.lines)} lines since opening`;
  view.debits.textContent = money(totals.debit);
  view.credits.textContent = money(totals.credit);
  const balanced = totals.debit === totals.credit;
  view.balance.textContent = balanced ? "= credits" : `off by ${money(totals.debit - totals.credit)}`;
  view.balance.className = `badge ${balanced ? "good" : "bad"}`;
}

// While paused, only what came is told.
function drawHeld() {
  view.held.hidden = heldCount === 0;
  view.held.textContent = `${count(heldCount)} new`;
}

function drawRows(className = "fresh") {
  view.held.hidden = true;
  const fresh = document.createDocumentFragment();
  const rows = [];
  // Partitions come interleaved; ids rise with the time of entry.
  held.sort((a, b) => (a.entry_id < b.entry_id ? 1 : -1));
  for (const entry of held) {
    if (shown.has(entry.entry_id)) continue;
    const row = rowOf(entry, className);
    shown.set(entry.entry_id, row);
    rows.push(row);
    fresh.append(row);
  }
  held = [];
  heldCount = 0;
  view.rows.prepend(fresh);
  while (view.rows.rows.length > ROWS_MAX) {
    const last = view.rows.rows[view.rows.rows.length - 1];
    shown.delete(last.dataset.id);
    last.remove();
  }
  view.empty.hidden = view.rows.rows.length > 0;
  if (rows.length) setTimeout(() => rows.forEach((row) => row.classList.remove("fresh")), FRESH_MS);
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function timeOf(instant) {
  const narrow = window.innerWidth <= 560;
  return narrow ? instant.slice(11, 19) : `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
}

function rowOf(entry, className) {
  const row = element("tr", undefined, className);
  row.dataset.id = entry.entry_id;
  row.entry = entry;
  row.append(element("td", timeOf(entry.entered_at), "time"));
  row.append(element("td", entry.company_code, "company"));
  row.append(element("td", String(entry.entry_number), "number"));
  const source = element("td", undefined, "source");
  source.append(element("span", entry.source, "chip"));
  row.append(source);
  const what = element("td", undefined, "what");
  const open = element("button", entry.description);
  open.type = "button";
  open.title = `${entry.description} (${entry.lines.length} lines)`;
  what.append(open);
  row.append(what);
  row.append(element("td", money(cents(entry.total_debit)), "amount"));
  return row;
}

// --- one entry -----------------------------------------------------------------------------------------------------
function detailsOf(line) {
  const facts = [];
  if (line.quantity) facts.push(`${line.quantity} ${line.unit_of_measure ?? ""}`.trim());
  if (line.unit_price) facts.push(`at ${line.unit_price}`);
  for (const [name, label] of [["product", ""], ["well_id", "well "], ["lease_id", "lease "], ["owner_id", "owner "],
    ["counterparty_id", "with "], ["afe_number", "AFE "], ["jib_code", "JIB "], ["cost_center", "cost centre "],
    ["tax_code", "tax "]]) {
    if (line[name]) facts.push(label + line[name]);
  }
  return facts.join(" · ");
}

function show(entry) {
  view["entry-title"].textContent = entry.description;
  view["entry-subtitle"].textContent =
    `Company ${entry.company_code}, entry ${entry.entry_number} of ${entry.fiscal_year}, posted ${entry.posting_date}`;
  view["entry-lines"].replaceChildren(...entry.lines.map((line) => {
    const row = element("tr");
    row.append(element("td", String(line.line_number), "number"));
    row.append(element("td", line.account_code));
    const details = element("td", line.text ?? "");
    details.append(element("small", detailsOf(line)));
    row.append(details);
    const amount = money(cents(line.amount));
    row.append(element("td", line.side === "DEBIT" ? amount : "", "amount"));
    row.append(element("td", line.side === "CREDIT" ? amount : "", "amount"));
    return row;
  }));
  const total = element("tr");
  total.append(element("td", "", "number"), element("td", "Total"), element("td", entry.currency));
  total.append(element("td", money(cents(entry.total_debit)), "amount"));
  total.append(element("td", money(cents(entry.total_credit)), "amount"));
  view["entry-totals"].replaceChildren(total);
  const facts = [["Source", `${entry.source}, ${entry.transaction_type}`], ["Entered", `${entry.entered_at} by ${entry.created_by}`],
    ["Validated", entry.record.validated_at], ["Document", entry.source_document], ["Entry id", entry.entry_id],
    ["Record", `partition ${entry.record.partition}, offset ${entry.record.offset}, batch ${entry.record.batch}`]];
  view["entry-facts"].replaceChildren(...facts.filter(([, text]) => text).flatMap(([name, text]) =>
    [element("dt", name), element("dd", text)]));
  history.replaceState(null, "", `#${entry.entry_id}`);
  view.entry.showModal();
}

// An entry has an address of its own, so that it can be passed on.
async function showAddressed() {
  const id = location.hash.slice(1);
  if (!/^[0-9a-f-]{36}$/.test(id)) return;
  const response = await fetch(`/v1/entries/${id}`);
  if (response.ok) show(await response.json());
}

view.rows.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  if (row) show(row.entry);
});
view.close.addEventListener("click", () => view.entry.close());
view.entry.addEventListener("close", () => history.replaceState(null, "", location.pathname));
view.entry.addEventListener("click", (event) => {
  if (event.target === view.entry) view.entry.close();
});

// --- the connection ------------------------------------------------------------------------------------------------
function say(state, text, note) {
  view.state.dataset.state = state;
  view.state.textContent = text;
  if (note !== undefined) view.behind.textContent = note;
}

function duration(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 90000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 5400000) return `${Math.round(ms / 60000)} min`;
  return `${(ms / 3600000).toFixed(1)} h`;
}

function sayBehind() {
  const behind = behindMs === null ? "waiting for the next entry" : `behind by ${duration(behindMs)}`;
  say("live", paused ? "Paused" : "Live", behindMs === 0 ? "up to date" : behind);
}

function filter() {
  const chosen = {};
  if (view.company.value && view.company.checkValidity()) chosen.company = view.company.value;
  if (view.source.value) chosen.source = view.source.value;
  return chosen;
}

// Recent entries, and the position as of which they were read: the feed goes on from there.
async function recent() {
  const query = new URLSearchParams({ ...filter(), limit: String(FIRST_ROWS) });
  const response = await fetch(`/v1/entries?${query}`, { signal: AbortSignal.timeout(10000) });
  if (!response.ok) throw new Error(`entries: ${response.status}`);
  const page = await response.json();
  return { entries: page.entries, position: response.headers.get("GL-Position") };
}

async function begin() {
  generation += 1;
  const mine = generation;
  position = null;
  try {
    const { entries, position: from } = await recent();
    if (mine !== generation) return;
    position = from;
    held = entries;
    heldCount = 0;
    drawRows("");
  } catch {
    // History does not answer: the feed may all the same.
  }
  if (mine === generation) connect(mine);
}

function connect(mine) {
  socket?.close();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/v1/feed`, "gl.v1");
  socket = opened;
  heardAt = Date.now();
  opened.onmessage = (event) => {
    if (mine !== generation || opened !== socket) return;
    heardAt = Date.now();
    hear(JSON.parse(event.data), opened);
  };
  opened.onclose = () => {
    if (mine === generation && opened === socket) again(mine);
  };
}

function hear(said, opened) {
  switch (said.type) {
    case "welcome":
      heartbeatMs = said.heartbeat_ms;
      // A page that falls behind wants the newest entries, not all that it missed.
      opened.send(JSON.stringify({
        type: "subscribe", id: "page", filter: filter(), from: position ?? "latest", slow: "skip",
      }));
      break;
    case "subscribed":
      failures = 0;
      position = said.pos;
      sayBehind();
      break;
    case "batch":
      position = said.pos;
      behindMs = Date.parse(said.ts_out) - Date.parse(said.ts_pub);
      take(said.entries);
      sayBehind();
      break;
    case "heartbeat":
      position = said.positions.page ?? position;
      if (view.state.dataset.state === "live" || said.positions.page) {
        behindMs = said.head_lag_ms;
        sayBehind();
      }
      break;
    case "gap":
      position = said.to;
      say("live", "Live", "skipped ahead");
      break;
    case "error":
      if (!said.temporary) position = null;
      say("waiting", "Waiting", said.code === "no_run" ? "for the ledger to begin" : said.detail);
      opened.close();
      break;
    case "shutdown":
      say("lost", "Reconnecting", "the server restarts");
      break;
    default:
      break; // later versions say more
  }
}

function again(mine) {
  failures += 1;
  const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures - 1, 6)) * (0.5 + Math.random() / 2);
  if (view.state.dataset.state !== "waiting") say("lost", "Reconnecting", `last heard ${duration(Date.now() - heardAt)} ago`);
  setTimeout(() => {
    if (mine === generation) connect(mine);
  }, wait);
}

// A half-open connection says nothing: after some missed heartbeats it is given up.
setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN && Date.now() - heardAt > SILENCE_FACTOR * heartbeatMs) {
    const mine = generation;
    const silent = socket;
    socket = null;
    silent.close();
    again(mine);
  }
}, 1000);

setInterval(() => {
  if (summary.entries === 0) return;
  const balanced = totals.debit === totals.credit ? "balanced" : "not balanced";
  view.log.textContent = `${count(summary.entries)} new entries, ${balanced}`;
  summary = { entries: 0, since: Date.now() };
}, SUMMARY_MS);

view.pause.addEventListener("click", () => {
  paused = !paused;
  view.pause.setAttribute("aria-pressed", String(paused));
  view.pause.textContent = paused ? "Resume" : "Pause";
  if (!paused) draw();
  if (view.state.dataset.state === "live") sayBehind();
});

function refilter() {
  if (!view.company.checkValidity()) return;
  view.rows.replaceChildren();
  shown.clear();
  held = [];
  heldCount = 0;
  Object.assign(totals, { entries: 0, lines: 0, debit: 0n, credit: 0n });
  drawTotals();
  view.empty.hidden = false;
  begin();
}

view.filters.addEventListener("submit", (event) => {
  event.preventDefault();
  refilter();
});
view.company.addEventListener("change", refilter);
view.source.addEventListener("change", refilter);

begin();
showAddressed().catch(() => {}); // the entry may be loaded later; the ledger itself goes on
