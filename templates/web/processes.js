// The table of processes, alive: news from /web/live, filter, sort, selection, actions without leaving the page. Everything
// here also works without this script, by links and forms; rows are drawn by the server alone.

const table = document.querySelector("#processes");
const body = table.tBodies[0];
const form = document.querySelector("#act");
const filters = document.querySelector("#filters");
const connection = document.querySelector("#connection");
const message = document.querySelector("#message");
const summary = document.querySelector("#summary");
const pickAll = document.querySelector("#pick-all");
const title = document.title;
const usage = new Map();
const history = new Map();
const HISTORY = 45;
let offset = Number(table.dataset.now) - Date.now();
let sort = { by: "group", down: false };
let order = [];

// ---- what is shown: filter, sort, counts

const rowsOf = () => [...body.querySelectorAll("tr[data-key]")];

function number(row, by) {
  if (by === "uptime") return row.dataset.start === "0" ? -1 : -Number(row.dataset.start) + 1e12;
  if (by === "cpu") return usage.get(row.dataset.key)?.[0] ?? -1;
  if (by === "memory") return usage.get(row.dataset.key)?.[1] ?? -1;
  return Number(row.dataset.restarts);
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(a, b) {
  if (sort.by === "name") return collator.compare(a.dataset.name, b.dataset.name);
  if (sort.by === "state") return collator.compare(a.dataset.state, b.dataset.state);
  if (sort.by === "why") return collator.compare(textOf(a, "why"), textOf(b, "why"));
  return number(b, sort.by) - number(a, sort.by);
}

const textOf = (row, cell) => row.querySelector(`.${cell}`).textContent;

/** Puts rows where they belong, all in one step: a table that changes a thousand times is laid out a thousand times. */
function arrange() {
  const byGroup = sort.by === "group";
  let wanted = order.filter((row) => row.isConnected);
  if (!byGroup) {
    wanted = rowsOf().sort(compare);
    if (sort.down) wanted.reverse();
    wanted.push(...body.querySelectorAll("tr.group"));
  }
  const isSame = wanted.every((row, index) => body.children[index] === row);
  const focused = document.activeElement;
  if (!isSame) body.replaceChildren(...wanted);
  if (!isSame && body.contains(focused)) focused.focus({ preventScroll: true });
  for (const row of body.querySelectorAll("tr.group")) row.classList.toggle("unsorted", !byGroup);
  show();
}

function show() {
  const text = filters.elements.filter.value.trim().toLowerCase();
  const state = filters.elements.state.value;
  const group = filters.elements.group.value;
  const counts = new Map([["RUNNING", 0]]);
  const groups = new Set();
  let shown = 0;
  for (const row of rowsOf()) {
    const { name, state: its, group: of } = row.dataset;
    counts.set(its, (counts.get(its) ?? 0) + 1);
    const fits =
      (text === "" || name.toLowerCase().includes(text)) && (state === "" || its === state) && (group === "" || of === group);
    row.hidden = !fits;
    if (fits) {
      shown++;
      groups.add(of);
    }
  }
  for (const row of body.querySelectorAll("tr.group"))
    row.hidden = row.classList.contains("unsorted") || !groups.has(row.dataset.group);
  document.querySelector("#nothing").hidden = shown > 0;
  drawSummary(counts);
  drawSelection();
}

function drawSummary(counts) {
  const known = new Map([...summary.children].map((one) => [one.dataset.state, one]));
  for (const [state, count] of counts) {
    let link = known.get(state);
    if (link === undefined) {
      link = document.createElement("a");
      link.dataset.state = state;
      link.href = `/?state=${state}`;
      link.append(document.createElement("b"), ` ${state.toLowerCase()}`);
      summary.append(link);
    }
    link.hidden = false;
    const text = String(count);
    if (link.firstElementChild.textContent !== text) link.firstElementChild.textContent = text;
  }
  for (const [state, link] of known) if (!counts.has(state)) link.hidden = true;
  // A tab among many tells, too.
  const failing = (counts.get("FATAL") ?? 0) + (counts.get("BACKOFF") ?? 0);
  document.title = failing === 0 ? title : `(${failing} failing) ${title}`;
}

function drawSelection() {
  const boxes = rowsOf().filter((row) => !row.hidden).map((row) => row.querySelector("input"));
  const ticked = rowsOf().filter((row) => row.querySelector("input").checked).length;
  form.classList.toggle("some", ticked > 0);
  document.querySelector("#selected").textContent = ticked === 0 ? "With the selected:" : `With the ${ticked} selected:`;
  for (const button of form.querySelectorAll("button[name=selected]")) button.disabled = ticked === 0;
  pickAll.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  pickAll.indeterminate = ticked > 0 && !pickAll.checked;
}

// ---- numbers

function uptime(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [d, h, m] = [Math.floor(s / 86400), Math.floor((s % 86400) / 3600), Math.floor((s % 3600) / 60)];
  if (d > 0) return `${d}d ${h}h`;
  if (h > 0) return `${h}h ${m}m`;
  return m > 0 ? `${m}m ${s % 60}s` : `${s}s`;
}

function bytes(count) {
  if (count < 1024) return `${count} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1000 && unit < 3) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const percent = (value) => (value === null ? "" : `${value < 10 ? value.toFixed(1) : Math.round(value)} %`);

/** Rows in the window or close to it. Of a thousand rows only their numbers are drawn, those of the others when they come here. */
const inSight = new Set();
const sight = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) {
        inSight.add(target);
        drawNumbers(target);
      } else inSight.delete(target);
    }
  },
  { rootMargin: "300px" },
);

function watchRows() {
  sight.disconnect();
  inSight.clear();
  for (const row of rowsOf()) sight.observe(row);
}

function tick() {
  for (const row of inSight) drawUptime(row);
}

function drawNumbers(row) {
  drawUptime(row);
  drawUsage(row);
}

function drawUptime(row) {
  const start = Number(row.dataset.start);
  put(row.querySelector(".uptime"), start === 0 ? "" : uptime((Date.now() + offset) / 1000 - start));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function drawUsage(row) {
  const used = usage.get(row.dataset.key);
  const past = history.get(row.dataset.key);
  drawCell(row.querySelector(".cpu"), used === undefined ? "" : percent(used[0]), past?.cpu);
  drawCell(row.querySelector(".memory"), used === undefined ? "" : bytes(used[1]), past?.memory);
  row.querySelector(".memory").title = used === undefined ? "" : used[2] === 1 ? "1 process" : `${used[2]} processes`;
}

const SVG = "http://www.w3.org/2000/svg";

function drawCell(cell, text, values) {
  put(cell.querySelector("span"), text);
  let spark = cell.querySelector("svg");
  if (values === undefined || values.length < 2 || text === "") return void spark?.remove();
  if (spark === null) {
    spark = document.createElementNS(SVG, "svg");
    spark.setAttribute("class", "spark");
    spark.setAttribute("viewBox", "0 0 46 18");
    spark.setAttribute("preserveAspectRatio", "none");
    spark.setAttribute("aria-hidden", "true");
    spark.append(document.createElementNS(SVG, "polyline"));
    cell.prepend(spark);
  }
  const top = Math.max(...values, 1);
  const step = 46 / (HISTORY - 1);
  const from = 46 - (values.length - 1) * step;
  const points = values.map((value, index) => `${(from + index * step).toFixed(1)},${(17 - (value / top) * 15).toFixed(1)}`);
  spark.firstElementChild.setAttribute("points", points.join(" "));
}

function takeUsage(data) {
  offset = data.now - Date.now();
  usage.clear();
  for (const [key, used] of Object.entries(data.usage)) {
    usage.set(key, used);
    const past = history.get(key) ?? { cpu: [], memory: [] };
    history.set(key, past);
    if (used[0] !== null) past.cpu.push(used[0]);
    past.memory.push(used[1]);
    for (const values of [past.cpu, past.memory]) if (values.length > HISTORY) values.shift();
  }
  for (const key of history.keys()) if (!usage.has(key)) history.delete(key);
  for (const row of inSight) drawUsage(row);
  if ((sort.by === "cpu" || sort.by === "memory") && !body.contains(document.activeElement)) arrange();
}

// ---- news

function takeRows(data) {
  offset = data.now - Date.now();
  const old = new Map(rowsOf().map((row) => [row.dataset.key, row]));
  const template = document.createElement("template");
  for (const text of data.rows) {
    template.innerHTML = text;
    const row = template.content.firstElementChild;
    const before = old.get(row.dataset.key);
    if (before !== undefined) replace(before, row);
  }
  if (sort.by === "group") show();
  else arrange();
}

/** Ticked stays ticked, and who stood on a button of the row stands on the same one, or on the one in its place. */
function replace(before, row) {
  row.querySelector("input").checked = before.querySelector("input").checked;
  const focused = before.contains(document.activeElement) ? controls(before).indexOf(document.activeElement) : -1;
  const isNews = before.dataset.state !== row.dataset.state;
  order[order.indexOf(before)] = row;
  before.replaceWith(row);
  sight.unobserve(before);
  inSight.delete(before);
  sight.observe(row);
  drawNumbers(row);
  if (isNews) row.classList.add("changed");
  if (focused !== -1) controls(row)[Math.min(focused, controls(row).length - 1)].focus();
}

const controls = (row) => [...row.querySelectorAll("input, a, button:not(:disabled)")];

/** Processes came or went: the table of the page as it is now takes the place of ours, and its stream that of ours. */
async function renew() {
  source?.close();
  try {
    takeTable(await fetchTable());
    connect();
  } catch {
    connected(false);
  }
}

async function fetchTable() {
  const answer = await fetch("/", { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`the page answers ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function takeTable(page) {
  const fresh = page.querySelector("#processes");
  const ticked = new Set(rowsOf().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.key));
  table.dataset.live = fresh.dataset.live;
  body.replaceChildren(...fresh.tBodies[0].children);
  for (const row of rowsOf()) row.querySelector("input").checked = ticked.has(row.dataset.key);
  watchRows();
  const { group } = filters.elements;
  const chosen = group.value;
  group.replaceChildren(...page.querySelector("#group").children);
  group.value = chosen;
  if (group.selectedIndex === -1) group.value = "";
  order = [...body.children];
  arrange();
}

let source = null;

function connect() {
  source?.close();
  source = new EventSource(`/web/live?since=${encodeURIComponent(table.dataset.live)}`);
  source.addEventListener("open", () => connected(true));
  source.addEventListener("rows", (event) => takeRows(JSON.parse(event.data)));
  source.addEventListener("usage", (event) => takeUsage(JSON.parse(event.data)));
  source.addEventListener("table", () => void renew());
  source.addEventListener("banner", (event) => {
    document.querySelector("#banner").innerHTML = JSON.parse(event.data).html;
  });
  source.addEventListener("error", () => connected(false));
}

function connected(is) {
  connection.className = is ? "live" : "lost";
  connection.textContent = is ? "live" : "connection lost, trying again";
  // The browser gives up for good after some errors; we do not.
  if (!is && (source === null || source.readyState === EventSource.CLOSED)) setTimeout(renew, 3000);
}

// ---- actions

// Rows have forms of their own.
form.addEventListener("submit", act);
body.addEventListener("submit", act);

async function act(event) {
  const button = event.submitter;
  if (button === null) return;
  event.preventDefault();
  if (button.value.endsWith(" all") && !confirm(`${button.textContent}?`)) return;
  // Not disabled: that would take the focus from who works with the keyboard.
  if (button.ariaBusy === "true") return;
  const data = new URLSearchParams(new FormData(event.target, button));
  button.ariaBusy = "true";
  try {
    const answer = await fetch("/action", { method: "POST", body: data, headers: { Accept: "application/json" } });
    const { ok, text } = answer.ok ? await answer.json() : { ok: false, text: `The daemon refused: ${answer.status}.` };
    say(text, ok);
  } catch {
    say("The daemon cannot be reached.", false);
  } finally {
    button.ariaBusy = null;
    drawSelection();
  }
}

let hush;

function say(text, ok) {
  const line = document.createElement("p");
  line.className = ok ? "message" : "message bad";
  line.textContent = text;
  message.replaceChildren(line);
  clearTimeout(hush);
  hush = setTimeout(() => message.replaceChildren(), ok ? 6000 : 20000);
}

message.addEventListener("click", () => message.replaceChildren());

// ---- by hand

for (const head of table.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const by = head.dataset.sort;
    // A third click brings the groups back.
    if (sort.by !== by) sort = { by, down: false };
    else if (!sort.down) sort = { by, down: true };
    else sort = { by: "group", down: false };
    for (const other of table.querySelectorAll("th[data-sort]")) other.removeAttribute("aria-sort");
    const falls = ["uptime", "cpu", "memory", "restarts"].includes(by) !== sort.down;
    if (sort.by === by) head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    arrange();
  });
}

filters.addEventListener("input", show);
filters.addEventListener("submit", (event) => event.preventDefault());
summary.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { state } = filters.elements;
  state.value = state.value === link.dataset.state ? "" : link.dataset.state;
  show();
});
body.addEventListener("change", drawSelection);
pickAll.addEventListener("change", () => {
  for (const row of rowsOf()) if (!row.hidden) row.querySelector("input").checked = pickAll.checked;
  drawSelection();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=search], select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    filters.elements.filter.focus();
  }
  if (event.key === "Escape" && typing) {
    filters.elements.filter.value = "";
    show();
    event.target.blur();
  }
  const row = event.target.closest?.("tr[data-key]");
  if (row && (event.key === "ArrowDown" || event.key === "ArrowUp") && !typing) {
    event.preventDefault();
    const rows = rowsOf().filter((one) => !one.hidden);
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    const place = controls(row).indexOf(event.target);
    if (next) controls(next)[Math.min(place, controls(next).length - 1)].focus();
  }
});

// A page that came filtered or sorted from the server holds only a part, or in another order: begin with the whole.
order = [...body.children];
const query = new URLSearchParams(location.search);
show();
watchRows();
setInterval(tick, 1000);
if (["filter", "state", "group", "sort"].some((name) => query.get(name))) void renew();
else connect();
