// The live side of the form: shows the verdict that the server renders at POST /verdict, and asks
// POST /predict what would change it. Without it the form works as any form does.

const PAUSE = 250; // milliseconds without a keystroke that make a pause
const SILENCE = 1000; // and before a screen reader is told
const TRIED = 24, SHOWN = 5; // words left out one at a time; those that are listed
const STRIP = 3, LONGEST_STRIP = 120; // sentences
const REMEMBERED = 6;

const byId = (id) => document.getElementById(id);
const form = byId("ask"), field = byId("text"), count = byId("count");
const result = byId("result"), more = byId("more"), said = byId("said"), past = byId("history");
const labels = JSON.parse(form.dataset.labels);
const { maxChars, maxTexts, maxBytes } = Object.fromEntries(
  Object.entries(form.dataset).map(([name, value]) => [name, Number(value)]),
);
const heading = document.title.replace(/^.*: /, "");
const empty = element("p", { class: "empty" }, "The verdict appears here, with every word that mattered marked in the text.");

// ---- small tools

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// One tab stop for all of *buttons*; the arrows, Home and End go on from there.
function rove(buttons) {
  const all = [...buttons], step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const choose = (at) => all.forEach((one, i) => { one.tabIndex = i === at ? 0 : -1; });
  all.forEach((one, i) => {
    one.addEventListener("focus", () => choose(i));
    one.addEventListener("keydown", (event) => {
      if (!(event.key in step)) return;
      event.preventDefault();
      all[Math.min(Math.max(i + step[event.key], 0), all.length - 1)].focus();
    });
  });
  choose(0);
}

function drawing(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const bar = (share) => drawing(
  "svg",
  { class: "bar", viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
  drawing("rect", { width: (100 * share).toFixed(2), height: "1" }),
);
const quoted = (words) => words.map((word) => `“${word}”`).join(" and ");
const characters = (text) => Array.from(text); // by code point, as the server counts
const isRead = (text) => (form.dataset.reads === "letters" ? /[a-z]/i : /[\p{L}\p{N}]/u).test(text);
const number = (value) => value.toLocaleString("en");

function percent(share) {
  if (share > 0.999) return "over 99.9%";
  if (share < 0.001) return "under 0.1%";
  return (100 * share).toFixed(1) + "%";
}

// ---- asking

class Refused extends Error {
  constructor(problem) {
    super(problem?.detail || problem?.title || "The server could not answer. Try again in a moment.");
  }
}

async function send(url, body, signal, headers = {}) {
  const reply = await fetch(url, { method: "POST", headers: { Accept: "application/json", ...headers }, body, signal });
  const text = await reply.text();
  signal.throwIfAborted();
  if (!reply.ok) throw new Refused(parsed(text));
  return text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch { // from a proxy between us, or cut short
    return null;
  }
}

// The verdict as the server renders it, with the answer of /predict in it as data.
async function judge(text, signal) {
  const holder = element("template");
  holder.innerHTML = await send(form.dataset.verdict, new URLSearchParams({ text }), signal);
  if (!holder.content.querySelector(".verdict[data-answer]")) throw new Refused(null);
  return holder.content;
}

async function predict(texts, signal) {
  const type = { "Content-Type": "application/json" };
  return JSON.parse(await send(form.dataset.predict, JSON.stringify({ texts, on_error: "item" }), signal, type)).predictions;
}

const answered = () => parsed(result.querySelector(".verdict")?.dataset.answer);
let timer, telling, current = new AbortController();

const typed = () => (field.value.toWellFormed ? field.value.toWellFormed() : field.value);

function askSoon(pause) {
  clearTimeout(timer);
  current.abort();
  timer = setTimeout(() => ask(), pause);
}

// `wanted`: someone asked for it, rather than only stopped typing, and is to see it.
async function ask(wanted = false) {
  clearTimeout(timer);
  current.abort();
  current = new AbortController();
  const { signal } = current, text = typed();
  if (!text.trim()) {
    show(empty);
    return wanted && complain("There is nothing to read: write a text first.");
  }
  result.setAttribute("aria-busy", "true");
  try {
    show(await judge(text, signal));
  } catch (error) {
    return signal.aborted ? undefined : refuse(error);
  }
  if (wanted && result.getBoundingClientRect().top > innerHeight / 2) result.scrollIntoView();
  showMore(text, signal);
}

function show(content) {
  result.removeAttribute("aria-busy");
  result.replaceChildren(content);
  complain("");
  const answer = answered();
  if (!answer?.label) more.replaceChildren();
  document.title = answer?.label ? `${result.querySelector(".verdict").dataset.reading}: ${heading}` : heading;
  clearTimeout(telling);
  telling = setTimeout(tell, SILENCE, answer);
}

function tell(answer) {
  const text = !answer ? "" : answer.label === null ? answer.reason
    : `${answer.label}, ${percent(answer.probability)}. ${result.querySelector(".sentence").textContent}`;
  if (said.textContent !== text) said.textContent = text;
}

function refuse(error) {
  show("");
  document.title = `Error: ${heading}`;
  complain(error instanceof Refused ? error.message : "The server does not answer. Try again in a moment.");
}

function complain(text) {
  byId("text-error")?.remove();
  field.toggleAttribute("aria-invalid", false);
  field.setAttribute("aria-describedby", text ? "text-error count" : "count");
  if (!text) return;
  field.setAttribute("aria-invalid", "true");
  field.after(element("p", { class: "error", id: "text-error", role: "alert" }, text));
}

// ---- what JavaScript adds: what would change the verdict, sentence by sentence, copies

function sides(why) {
  const [down, up] = labels.filter((label) => label === why.label || label === why.against);
  return new Map([[down, "a"], [up, "b"]]);
}

function weights(text, why) {
  const letters = characters(text), found = new Map();
  for (const word of why.words) {
    if (!word.known) continue;
    const known = found.get(word.lemma) || { word: letters.slice(word.start, word.end).join(""), lemma: word.lemma, contribution: 0 };
    known.contribution += word.contribution;
    found.set(word.lemma, known);
  }
  return [...found.values()].sort((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution));
}

async function showMore(text, signal) {
  const answer = answered();
  if (!answer?.label) return;
  rove(result.querySelectorAll(".typed button"));
  const strip = sentences(text), trials = leftOut(text, answer.explanation, strip.length);
  const texts = [...trials.map((trial) => trial.rest), ...strip];
  let predictions = [];
  try {
    if (texts.length) predictions = await predict(texts, signal);
  } catch { // superseded, or the server is busy, or wants a key: the verdict itself stands
    return signal.aborted ? undefined : more.replaceChildren(copies(text, answer));
  }
  const tried = trials.map((trial, i) => ({ ...trial, answer: predictions[i] }));
  more.replaceChildren(
    ...changes(answer, tried),
    ...course(answer.explanation, strip, predictions.slice(trials.length)),
    copies(text, answer),
  );
}

// Texts of which each lacks one word, wherever it stands; as many as one request may hold.
function leftOut(text, why, reserved) {
  const size = 2 * new TextEncoder().encode(JSON.stringify(text)).length;
  const room = Math.min(TRIED, maxTexts - reserved, Math.floor((maxBytes - size) / size));
  return weights(text, why).slice(0, Math.max(0, room))
    .map(({ word, lemma }) => ({ word, rest: without(text, why, lemma) }))
    .filter(({ rest }) => isRead(rest));
}

function without(text, why, lemma) {
  const letters = characters(text);
  let rest = "", end = 0;
  for (const word of why.words) {
    if (word.lemma !== lemma) continue;
    rest += letters.slice(end, word.start).join("");
    end = word.end;
  }
  return rest + letters.slice(end).join("");
}

function changes(answer, trials) {
  if (!trials.length) return [];
  const side = sides(answer.explanation);
  const share = ({ answer: other }) => other.probabilities?.[answer.label] ?? 0;
  const listed = trials.filter((trial) => share(trial) < answer.probability)
    .sort((one, other) => share(one) - share(other)).slice(0, SHOWN);
  const turned = listed.filter((trial) => trial.answer.label !== answer.label);
  return [element(
    "section",
    { class: "changes", "aria-labelledby": "changes" },
    element("h3", { id: "changes" }, "What would change the verdict?"),
    element("p", {}, turned.length
      ? `Leaving out ${turned.map(({ word }) => quoted([word])).join(" or ")} would.`
      : "No single word: left out one at a time, the verdict stays."),
    element("ul", {}, ...listed.map((trial) => element(
      "li",
      { class: side.get(trial.answer.label) || "c" },
      element("span", {}, "without ", element("b", {}, trial.word)),
      bar(trial.answer.probability ?? 0),
      element("span", {}, ...(trial.answer.label === null ? ["no verdict"] : [element("bdi", {}, trial.answer.label), ` ${percent(trial.answer.probability)}`])),
    ))),
  )];
}

function sentences(text) {
  const parts = Intl.Segmenter
    ? Array.from(new Intl.Segmenter("en", { granularity: "sentence" }).segment(text), ({ segment }) => segment)
    : text.split(/(?<=[.!?])\s+/);
  const found = parts.map((part) => part.trim()).filter(isRead).slice(0, Math.min(LONGEST_STRIP, maxTexts));
  return found.length < STRIP ? [] : found;
}

// Each sentence as a bar: up if it speaks for the later of the two labels, down for the earlier.
function course(why, strip, answers) {
  if (!strip.length) return [];
  const [down, up] = sides(why).keys(), shown = element("p", { class: "shown" });
  const choose = (at) => {
    bars.forEach((one, i) => one.setAttribute("aria-pressed", i === at));
    shown.replaceChildren(element("b", {}, bars[at].getAttribute("aria-label")), " “", element("bdi", {}, strip[at]), "”");
  };
  const bars = answers.map((answer, i) => {
    const { [up]: rising, [down]: falling } = answer.probabilities || { [up]: 1, [down]: 1 };
    const share = rising / (rising + falling || 1), high = Math.max(1, Math.abs(40 * share - 20));
    const said = answer.label === null ? "no verdict" : `${answer.label} ${percent(answer.probability)}`;
    return element(
      "button",
      {
        type: "button", class: share < 0.5 ? "a" : "b", "aria-label": `${i + 1}. ${said}`,
        focus: () => choose(i), click: () => choose(i), pointerenter: () => choose(i),
      },
      drawing(
        "svg",
        { viewBox: "0 0 24 42", "aria-hidden": "true" },
        drawing("rect", { x: 3, width: 18, y: share < 0.5 ? 21 : 21 - high, height: high }),
      ),
    );
  });
  const sure = answers.map(({ probability }) => probability ?? 0);
  rove(bars);
  choose(sure.indexOf(Math.max(...sure)));
  return [element(
    "section",
    { class: "course", "aria-labelledby": "course" },
    element("h3", { id: "course" }, "Sentence by sentence"),
    element("p", { class: "quiet" }, `Each read alone: up for ${up}, down for ${down}.`),
    element("div", { class: "strip", role: "toolbar", "aria-labelledby": "course" }, ...bars),
    shown,
  )];
}

function copies(text, answer) {
  const body = JSON.stringify({ text }).replaceAll("'", "'\\''");
  const url = new URL(form.dataset.predict, location.href).href;
  return element(
    "div",
    { class: "copies" },
    copier("Copy as curl", () => `curl -s '${url}?explain=1' -H 'Content-Type: application/json' -d '${body}'`),
    copier("Copy a link", () => `${location.href.split("#")[0]}#text=${encodeURIComponent(text)}`),
    copier("Copy as JSON", () => JSON.stringify(answer, null, 2)),
  );
}

function copier(name, text) {
  const button = element("button", {
    type: "button",
    click: async () => {
      button.textContent = (await copy(text())) ? "Copied" : "Copying is not allowed here";
      said.textContent = button.textContent;
      setTimeout(() => { button.textContent = name; }, 2000);
    },
  }, name);
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no permission, or not https: the old way
    const holder = element("textarea", { class: "unseen", "aria-hidden": "true" }), before = document.activeElement;
    holder.value = text;
    document.body.append(holder);
    holder.select();
    const done = document.execCommand("copy");
    holder.remove();
    before?.focus();
    return done;
  }
}

// ---- history: the texts of this tab, and of no one else

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("texts")) || [];
  } catch {
    return [];
  }
}

function remember() {
  const text = field.value;
  if (!isRead(text) || characters(text).length > maxChars) return;
  store([text, ...remembered().filter((other) => other !== text)].slice(0, REMEMBERED));
}

function store(texts) {
  try {
    sessionStorage.setItem("texts", JSON.stringify(texts));
  } catch { /* full or forbidden: then there is no history */ }
  showHistory();
}

function showHistory() {
  const texts = remembered();
  past.replaceChildren();
  if (!texts.length) return;
  past.append(
    element("h2", {}, "Earlier in this tab"),
    element("ul", {}, ...texts.map((text) => element(
      "li", {}, element("button", { type: "button", dir: "auto", click: () => put(text) }, text.trim().slice(0, 200)),
    ))),
    element("button", { type: "button", class: "plain", click: () => { store([]); field.focus(); } }, "Forget them"),
  );
}

// ---- the field

function put(text) {
  field.value = text;
  tally();
  remember();
  ask(true);
}

function tally() {
  const size = characters(field.value).length;
  count.textContent = `${number(size)} of ${number(maxChars)} characters`;
  count.classList.toggle("error", size > maxChars);
}

field.addEventListener("input", (event) => {
  tally();
  if (!event.isComposing) askSoon(event.inputType === "insertFromPaste" ? 0 : PAUSE);
});
field.addEventListener("compositionend", () => askSoon(PAUSE));
field.addEventListener("change", remember);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  remember();
  ask(true);
});
document.querySelector(".examples").addEventListener("submit", (event) => {
  event.preventDefault();
  put(event.submitter.value);
});

form.querySelector("button").append(element("kbd", {}, /Mac|iP/.test(navigator.platform) ? "\u2318 + Enter" : "Ctrl + Enter"));
tally();
showHistory();
const shared = new URLSearchParams(location.hash.slice(1)).get("text"); // reaches no server
if (shared) {
  field.value = shared;
  tally();
  ask();
} else if (answered()) {
  showMore(typed(), current.signal);
} else if (field.value.trim() && !byId("text-error")) ask();
// Going back, the browser puts the text back after this script has run.
addEventListener("pageshow", () => {
  tally();
  if (field.value.trim() && !result.querySelector(".verdict") && !byId("text-error")) ask();
});
