// Logs of one or several programs as they grow: colours, search, pause, wrap. Output is put into the page as text, never as
// markup; colours become classes.

const view = document.querySelector("#log");
const search = document.querySelector("#search");
const only = document.querySelector("#only");
const matches = document.querySelector("#matches");
const pause = document.querySelector("#pause");
const wrap = document.querySelector("#wrap");
const connection = document.querySelector("#connection");
const MOST_LINES = 5000;
// Without names, all of them.
const names = JSON.parse(view?.dataset.names ?? "[]");
const isOfMany = view?.dataset.many !== undefined;
const readers = new Map();
/** What is to be shown: who reads it (`null`: a note of ours), and the line. */
let waiting = [];
let paused = false;
let scheduled = false;
/** Milliseconds for which nothing is drawn after this: a flood of output is not to take the page from whoever wants to pause it. */
let rest = 0;

// ---- text with colours to spans

class Reader {
  constructor(who, isError) {
    this.who = who;
    this.isError = isError;
    this.decoder = new TextDecoder();
    this.rest = "";
    this.style = new Set();
  }

  take(bytes) {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split("\n");
    this.rest = lines.pop();
    // A line without an end (a prompt, a progress bar) is not kept back for ever.
    if (this.rest.length > 65536) lines.push(this.rest.slice(0, 65536)), (this.rest = this.rest.slice(65536));
    add(lines.map((line) => [this, line]));
  }

  line(text) {
    const element = document.createElement("div");
    if (this.isError) element.className = "err";
    if (this.who !== "" && isOfMany) {
      const who = document.createElement("span");
      who.className = `who w${hash(this.who) % 6}`;
      who.textContent = this.who;
      element.append(who);
    }
    // What a carriage return wrote over is not shown.
    const visible = text.replace(/\r+$/, "").split("\r").pop();
    let at = 0;
    for (const match of visible.matchAll(ESCAPES)) {
      this.span(element, visible.slice(at, match.index));
      if (match[1] !== undefined) this.color(match[1]);
      at = match.index + match[0].length;
    }
    this.span(element, visible.slice(at));
    return element;
  }

  span(element, text) {
    if (text === "") return;
    const clean = text.replace(CONTROLS, "\uFFFD");
    if (this.style.size === 0) return void element.append(clean);
    const span = document.createElement("span");
    span.className = [...this.style].join(" ");
    span.textContent = clean;
    element.append(span);
  }

  color(parameters) {
    const codes = parameters.split(/[;:]/).map(Number);
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index];
      if (code === 0) this.style.clear();
      else if (STYLES[code]) this.style.add(STYLES[code]);
      else if (code === 22) this.drop(/^[bd]$/);
      else if (code === 23) this.drop(/^i$/);
      else if (code === 24) this.drop(/^u$/);
      else if (code === 27) this.drop(/^r$/);
      else if (code === 39) this.drop(/^f\d$/);
      else if (code === 49) this.drop(/^g\d$/);
      else if (code === 38 || code === 48) index += this.extended(codes, index, code === 38 ? "f" : "g");
      else for (const [from, kind] of [[30, "f"], [40, "g"], [90, "f"], [100, "g"]]) {
        if (code >= from && code < from + 8) this.set(kind, code - from);
      }
    }
  }

  /** 256 and true colours become the nearest of our eight. Returns how many numbers belonged to it. */
  extended(codes, index, kind) {
    if (codes[index + 1] === 5) {
      const number = codes[index + 2];
      if (number < 16) this.set(kind, number % 8);
      else if (number < 232) this.nearest(kind, [36, 6, 1].map((by) => Math.floor((number - 16) / by) % 6 * 51));
      else this.nearest(kind, Array(3).fill((number - 232) * 10 + 8));
      return 2;
    }
    this.nearest(kind, codes.slice(index + 2, index + 5));
    return 4;
  }

  nearest(kind, [red, green, blue]) {
    const top = Math.max(red, green, blue, 96) * 0.6;
    this.set(kind, (red > top ? 1 : 0) + (green > top ? 2 : 0) + (blue > top ? 4 : 0));
  }

  set(kind, number) {
    this.drop(new RegExp(`^${kind}\\d$`));
    this.style.add(`${kind}${number}`);
  }

  drop(pattern) {
    for (const name of this.style) if (pattern.test(name)) this.style.delete(name);
  }
}

const STYLES = { 1: "b", 2: "d", 3: "i", 4: "u", 7: "r" };
const ESCAPES = new RegExp("\\u001b(?:\\[([0-9;:]*)m|\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?|[@-Z\\\\-_])", "g");
const CONTROLS = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f]", "g");

function hash(text) {
  let value = 0;
  for (const char of text) value = (value * 31 + char.codePointAt(0)) >>> 0;
  return value;
}

// ---- the view

function add(lines) {
  waiting = waiting.concat(lines).slice(-MOST_LINES);
  if (paused) return drawPause();
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => requestAnimationFrame(flush), rest);
}

function flush() {
  scheduled = false;
  if (paused || waiting.length === 0) return;
  const begin = performance.now();
  const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
  const lines = waiting.map(([reader, text]) => (reader === null ? noteLine(text) : reader.line(text)));
  waiting = [];
  if (search.value !== "") for (const line of lines) mark(line);
  view.append(...lines);
  while (view.childElementCount > MOST_LINES) view.firstElementChild.remove();
  if (atEnd) view.scrollTop = view.scrollHeight;
  count();
  rest = 3 * (performance.now() - begin);
}

function note(text) {
  add([[null, text]]);
}

function noteLine(text) {
  const line = document.createElement("div");
  line.className = "note";
  line.textContent = text;
  return line;
}

function mark(line) {
  const text = search.value.toLowerCase();
  line.classList.toggle("hit", text !== "" && line.textContent.toLowerCase().includes(text));
}

function count() {
  const text = search.value;
  const hits = text === "" ? 0 : view.querySelectorAll(".hit").length;
  const words = text === "" ? "" : hits === 1 ? "1 line matches" : `${hits} lines match`;
  if (matches.textContent !== words) matches.textContent = words;
}

function drawPause() {
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = !paused ? "Pause" : waiting.length === 0 ? "Go on" : `Go on (${waiting.length} new lines)`;
}

function searchAgain() {
  for (const line of view.children) mark(line);
  view.classList.toggle("only", only.checked && search.value !== "");
  count();
  view.querySelector(".hit")?.scrollIntoView({ block: "center" });
}

// ---- where it comes from

function connected(is) {
  connection.className = is ? "live" : "lost";
  connection.textContent = is ? "live" : "connection lost, trying again";
}

async function follow(address, take) {
  for (;;) {
    try {
      const answer = await fetch(address());
      if (!answer.ok) note(`The daemon says: ${answer.status} ${answer.statusText}`);
      else {
        connected(true);
        const reader = answer.body.getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) take(part.value);
      }
    } catch {
      // It will be tried again.
    }
    connected(false);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    note("connected anew; what was written in between is in the file");
    readers.clear();
  }
}

/**
 * The stream of programs: the browser connects anew by itself and says how far it has heard, so nothing is missing afterwards, also
 * when the supervisor process has died meanwhile. Only a daemon that ended, or refuses, has to be asked from the beginning.
 */
function followPrograms(address, lines = 300) {
  const source = new EventSource(address(lines));
  source.onopen = () => connected(true);
  source.onmessage = ({ data }) => {
    const item = JSON.parse(data);
    takeItem(item);
    if (item.type === "end") again("the daemon has ended");
  };
  source.onerror = () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) again("the daemon does not answer");
  };
  const again = (why) => {
    source.close();
    connected(false);
    note(`${why}; what is written until it answers again is in the files`);
    readers.clear();
    setTimeout(() => followPrograms(address, 0), 2000);
  };
}

function takeItem(item) {
  if (item.type === "missed") {
    readers.clear();
    return note(`something was missed: ${item.reason}; the files have it`);
  }
  if (item.type === "gap") return note(`${item.namespec}: ${item.bytes} bytes were skipped, they came too fast`);
  if (item.type !== "output") return;
  const id = `${item.stream} ${item.namespec}`;
  if (!readers.has(id)) readers.set(id, new Reader(item.namespec, item.stream === "stderr"));
  const data = atob(item.data);
  const bytes = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) bytes[index] = data.charCodeAt(index);
  readers.get(id).take(bytes);
}

/**
 * The page brought the end of the log with it, the stream begins with the last of that: shows what was before, and returns the
 * part of `bytes` that is to follow. Both are compared from the beginning of a line, since the stream may begin within one.
 */
function joined(reader, earlier, bytes) {
  const begin = bytes.indexOf(10) + 1;
  const first = new TextDecoder().decode(bytes.subarray(begin)).slice(0, 300);
  const at = begin === 0 ? -1 : earlier.lastIndexOf(first);
  if (at === -1) return bytes;
  reader.take(new TextEncoder().encode(earlier.slice(0, at)));
  return bytes.subarray(begin);
}

if (view !== null) {
  view.classList.toggle("wrap", wrap.checked);
  wrap.addEventListener("change", () => view.classList.toggle("wrap", wrap.checked));
  search.addEventListener("input", searchAgain);
  only.addEventListener("change", searchAgain);
  pause.addEventListener("click", () => {
    paused = !paused;
    drawPause();
    flush();
  });
  document.querySelector("#empty").addEventListener("click", () => {
    view.replaceChildren();
    count();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === " " && event.target === view) {
      event.preventDefault();
      pause.click();
    } else if (event.key === "Escape" && typing) {
      search.value = "";
      searchAgain();
      view.focus();
    }
  });
  if (view.dataset.main !== undefined) {
    let reader = new Reader("", false);
    let earlier = document.querySelector("pre.log")?.textContent ?? "";
    const take = (bytes) => {
      reader.take(earlier === "" ? bytes : joined(reader, earlier, bytes));
      earlier = "";
    };
    void follow(
      () => ((reader = new Reader("", false)), view.dataset.main),
      take,
    );
  } else {
    // Given more than once, each is one name: it may have a comma in it.
    const query = [...names, ""].map((name) => `names=${encodeURIComponent(name)}`).join("&");
    followPrograms((lines) => `/api/v1/stream?logs=1&lines=${lines}&${query}`);
  }
}
