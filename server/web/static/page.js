// The live side of the form. It asks the public POST /predict and nothing else, and writes all text
// as text. Without it the form works as any form does.

const PAUSE = 250; // milliseconds without a keystroke that make a pause
const SILENCE = 1000; // and before a screen reader is told
const STEPS = 5, FULL_PART = 0.3, FAINT = 0.05, MENTIONED = 0.25; // as in server/web/highlight.py
const TRIED = 24, SHOWN = 5; // words left out one at a time; those that are listed
const STRIP = 3, LONGEST_STRIP = 120; // sentences
const REMEMBERED = 6;

const byId = (id) => document.getElementById(id);
const form = byId("ask"), field = byId("review"), count = byId("count");
const result = byId("result"), more = byId("more"), said = byId("said"), past = byId("history");
const labels = JSON.parse(form.dataset.labels);
const { maxChars, maxReviews, maxBytes } = Object.fromEntries(
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
const signed = (part, decimals = 2) => (part < 0 ? "−" : "+") + Math.abs(part).toFixed(decimals);
const characters = (text) => Array.from(text); // by code point, as the server counts
const hasLetters = (text) => /[a-z]/i.test(text);
const number = (value) => value.toLocaleString("en");

function percent(share) {
  if (share > 0.999) return "over 99.9%";
  if (share < 0.001) return "under 0.1%";
  return (100 * share).toFixed(1) + "%";
}

function times(ratio) {
  if (ratio > 1000) return "over 1,000";
  return ratio.toFixed(ratio >= 10 ? 0 : 1);
}

// ---- asking

class Refused extends Error {
  constructor(problem, status) {
    super(problem?.detail || problem?.title || "The server could not answer. Try again in a moment.");
    this.status = status;
  }
}

async function predict(document, signal, query = "") {
  const answer = await fetch(form.dataset.predict + query, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(document),
    signal,
  });
  const body = await answer.json().catch(() => null); // from a proxy between us, or cut short
  signal.throwIfAborted();
  if (!answer.ok || !body) throw new Refused(body, answer.status);
  return body;
}

const served = result.querySelector(".verdict") ? field.value : null; // what the server has judged
let live = true; // until the server wants a key that this page does not have
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
  const { signal } = current, review = typed();
  if (!live) return;
  if (!review.trim()) return show(empty);
  result.setAttribute("aria-busy", "true");
  let answer;
  try {
    answer = await predict({ review }, signal, "?explain=1");
  } catch (error) {
    return signal.aborted ? undefined : refuse(error, review);
  }
  show(verdict(review, answer), answer);
  if (wanted && result.getBoundingClientRect().top > innerHeight / 2) result.scrollIntoView();
  if (answer.label !== null) showMore(review, answer, signal);
}

function show(content, answer) {
  result.removeAttribute("aria-busy");
  result.replaceChildren(content);
  complain("");
  if (!answer || answer.label === null) more.replaceChildren();
  document.title = answer?.label ? `${answer.label}: ${heading}` : heading;
  clearTimeout(telling);
  telling = setTimeout(tell, SILENCE, answer);
}

function tell(answer) {
  const text = !answer ? "" : answer.label === null ? answer.reason
    : `${answer.label}, ${percent(answer.probability)}. ${result.querySelector(".sentence").textContent}`;
  if (said.textContent !== text) said.textContent = text;
}

function refuse(error, review) {
  if (error.status === 401) live = false;
  if (review === served) return result.removeAttribute("aria-busy");
  show("");
  document.title = `Error: ${heading}`;
  if (!(error instanceof Refused)) return complain("The server does not answer. Try again in a moment.");
  if (live) return complain(error.message);
  complain(`${error.message} So there are no verdicts while you type here; the button below still works.`);
}

function complain(text) {
  byId("review-error")?.remove();
  field.toggleAttribute("aria-invalid", false);
  field.setAttribute("aria-describedby", text ? "review-error count" : "count");
  if (!text) return;
  field.setAttribute("aria-invalid", "true");
  field.after(element("p", { class: "error", id: "review-error", role: "alert" }, text));
}

// ---- the verdict: the same elements as in templates/verdict.html

function verdict(review, answer) {
  const section = element("section", { class: "verdict", "aria-labelledby": "verdict" });
  if (answer.label === null) {
    section.append(element("h2", { id: "verdict" }, "No verdict"), element("p", {}, answer.reason), ...unread(review));
    return section;
  }
  const why = answer.explanation, side = sides(why);
  const omitted = why.words.length - answer.words;
  const [constant, logOdds] = [why.constant, why.log_odds].map((value) => Number(value.toFixed(3)));
  section.append(
    element("h2", { id: "verdict" }, "This review reads as ", element("strong", { class: side.get(answer.label) }, answer.label)),
    element("p", { class: "sentence" }, sentence(review, why)),
    element("dl", { class: "bars" }, ...labels.map((label) => element(
      "div",
      { class: side.get(label) || "c" },
      element("dt", {}, label),
      element("dd", {}, bar(answer.probabilities[label]), percent(answer.probabilities[label])),
    ))),
    element(
      "div",
      { class: "typed", tabindex: "0", role: "region", "aria-label": "The review with its words marked" },
      element("p", {}, ...pieces(review, why, side)),
    ),
    element(
      "p",
      { class: "quiet" },
      ...Array.from(side).flatMap(([label, one]) => [element("span", { class: `word ${one} s3` }, label), " "]),
      "The stronger the mark, the more a word speaks for that label. Point at, tap or tab to a word for its number.",
    ),
    element("p", { class: "quiet" }, `The model knows ${answer.known_words} of the ${answer.words} words that count${omitted ? `; ${omitted} more, such as “the”, it leaves out` : ""}.`),
    element(
      "details",
      {},
      element("summary", {}, "How the numbers add up"),
      element("p", {}, `Before any word the model stands at ${signed(constant, 3)}; the words add ${signed(logOdds - constant, 3)}. That makes ${signed(logOdds, 3)}, the logarithm of how many times as likely it holds ${why.label} as ${why.against}: ${times(Math.exp(why.log_odds))} times. Nothing is left out or estimated.`),
    ),
    ...unread(review),
  );
  return section;
}

// Letters beyond a to z say nothing to the model; Python's isalpha is the same set.
function unread(review) {
  const count = (review.match(/\p{L}/gu) || []).filter((letter) => letter.codePointAt(0) > 127).length;
  const said = count === 1 ? "1 letter of other alphabets was not read." : `${count} letters of other alphabets were not read.`;
  return count ? [element("p", { class: "quiet" }, said)] : [];
}

function sides(why) {
  const [down, up] = labels.filter((label) => label === why.label || label === why.against);
  return new Map([[down, "a"], [up, "b"]]);
}

function pieces(review, why, side) {
  const text = characters(review), found = [];
  const full = why.words.reduce((most, word) => Math.max(most, Math.abs(word.part)), FULL_PART);
  let end = 0;
  for (const word of why.words) {
    if (Math.abs(word.part) < FAINT * full) continue;
    const step = Math.min(STEPS, 1 + Math.floor((STEPS * Math.abs(word.part)) / full));
    found.push(text.slice(end, word.start).join(""), element(
      "button",
      { type: "button", class: `word ${side.get(word.part > 0 ? why.label : why.against)} s${step}` },
      text.slice(word.start, word.end).join(""),
      element("span", { class: "part" }, signed(word.part)),
    ));
    end = word.end;
  }
  return [...found, text.slice(end).join("")];
}

function weights(review, why) {
  const text = characters(review), found = new Map();
  for (const word of why.words) {
    if (!word.known) continue;
    const known = found.get(word.lemma) || { word: text.slice(word.start, word.end).join(""), lemma: word.lemma, part: 0 };
    known.part += word.part;
    found.set(word.lemma, known);
  }
  return [...found.values()].sort((one, other) => Math.abs(other.part) - Math.abs(one.part));
}

function sentence(review, why) {
  const ranked = weights(review, why), strongest = Math.abs(ranked[0]?.part || 0);
  const heavy = ranked.filter(({ part }) => part && Math.abs(part) >= MENTIONED * strongest);
  const speaking = heavy.filter(({ part }) => part > 0).slice(0, 2).map(({ word }) => word);
  const opposing = heavy.filter(({ part }) => part < 0).slice(0, 1).map(({ word }) => word);
  const goal = labels.length > 2 ? `${why.label} over ${why.against}` : why.label;
  const against = opposing.length ? `; ${quoted(opposing)} weighs most against it.` : ".";
  if (!speaking.length) return `No word speaks for ${why.label}: the model leans that way by itself${against}`;
  return `${quoted(speaking)} ${speaking.length === 1 ? "weighs" : "weigh"} most for ${goal}${against}`;
}

// ---- what JavaScript adds: what would change the verdict, sentence by sentence, copies

async function showMore(review, answer, signal) {
  const strip = sentences(review), trials = leftOut(review, answer.explanation, strip.length);
  const reviews = [...trials.map((trial) => trial.rest), ...strip];
  let predictions = [];
  try {
    if (reviews.length) ({ predictions } = await predict({ reviews }, signal));
  } catch { // superseded, or the server is busy: the verdict itself stands
    return signal.aborted ? undefined : more.replaceChildren(copies(review, answer));
  }
  const tried = trials.map((trial, i) => ({ ...trial, answer: predictions[i] }));
  more.replaceChildren(
    ...changes(answer, tried),
    ...course(answer.explanation, strip, predictions.slice(trials.length)),
    copies(review, answer),
  );
}

// Reviews of which each lacks one word, wherever it stands; as many as one request may hold.
function leftOut(review, why, taken) {
  const size = 2 * new TextEncoder().encode(JSON.stringify(review)).length;
  const room = Math.min(TRIED, maxReviews - taken, Math.floor((maxBytes - size) / size));
  return weights(review, why).slice(0, Math.max(0, room))
    .map(({ word, lemma }) => ({ word, rest: without(review, why, lemma) }))
    .filter(({ rest }) => hasLetters(rest));
}

function without(review, why, lemma) {
  const text = characters(review);
  let rest = "", end = 0;
  for (const word of why.words) {
    if (word.lemma !== lemma) continue;
    rest += text.slice(end, word.start).join("");
    end = word.end;
  }
  return rest + text.slice(end).join("");
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
      element("span", {}, trial.answer.label === null ? "no verdict" : `${trial.answer.label} ${percent(trial.answer.probability)}`),
    ))),
  )];
}

function sentences(review) {
  const parts = Intl.Segmenter
    ? Array.from(new Intl.Segmenter("en", { granularity: "sentence" }).segment(review), ({ segment }) => segment)
    : review.split(/(?<=[.!?])\s+/);
  const found = parts.map((part) => part.trim()).filter(hasLetters).slice(0, Math.min(LONGEST_STRIP, maxReviews));
  return found.length < STRIP ? [] : found;
}

// Each sentence as a bar: up if it speaks for the later of the two labels, down for the earlier.
function course(why, strip, answers) {
  if (!strip.length) return [];
  const [down, up] = sides(why).keys(), shown = element("p", { class: "shown" });
  const choose = (at) => {
    bars.forEach((one, i) => {
      one.tabIndex = i === at ? 0 : -1; // one tab stop for all; the arrows go on from there
      one.setAttribute("aria-pressed", i === at);
    });
    shown.replaceChildren(element("b", {}, bars[at].getAttribute("aria-label")), ` “${strip[at]}”`);
  };
  const bars = answers.map((answer, i) => {
    const { [up]: rising, [down]: falling } = answer.probabilities || { [up]: 1, [down]: 1 };
    const share = rising / (rising + falling || 1), high = Math.max(1, Math.abs(40 * share - 20));
    const said = answer.label === null ? "no verdict" : `${answer.label} ${percent(answer.probability)}`;
    const step = { ArrowRight: 1, ArrowLeft: -1 };
    return element(
      "button",
      {
        type: "button", class: share < 0.5 ? "a" : "b", "aria-label": `${i + 1}. ${said}`,
        focus: () => choose(i), click: () => choose(i), pointerenter: () => choose(i),
        keydown: ({ key }) => key in step && bars[i + step[key]]?.focus(),
      },
      drawing(
        "svg",
        { viewBox: "0 0 24 42", "aria-hidden": "true" },
        drawing("rect", { x: 3, width: 18, y: share < 0.5 ? 21 : 21 - high, height: high }),
      ),
    );
  });
  const sure = answers.map(({ probability }) => probability ?? 0);
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

function copies(review, answer) {
  const body = JSON.stringify({ review }).replaceAll("'", "'\\''");
  const url = new URL(form.dataset.predict, location.href).href;
  return element(
    "div",
    { class: "copies" },
    copier("Copy as curl", () => `curl -s '${url}?explain=1' -H 'Content-Type: application/json' -d '${body}'`),
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

// ---- history: the reviews of this tab, and of no one else

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("reviews")) || [];
  } catch {
    return [];
  }
}

function remember() {
  const review = field.value;
  if (!hasLetters(review) || characters(review).length > maxChars) return;
  store([review, ...remembered().filter((other) => other !== review)].slice(0, REMEMBERED));
}

function store(reviews) {
  try {
    sessionStorage.setItem("reviews", JSON.stringify(reviews));
  } catch { /* full or forbidden: then there is no history */ }
  showHistory();
}

function showHistory() {
  const reviews = remembered();
  past.replaceChildren();
  if (!reviews.length) return;
  past.append(
    element("h2", {}, "Earlier in this tab"),
    element("ul", {}, ...reviews.map((review) => element(
      "li", {}, element("button", { type: "button", click: () => put(review) }, review.trim().slice(0, 200)),
    ))),
    element("button", { type: "button", class: "plain", click: () => { store([]); field.focus(); } }, "Forget them"),
  );
}

// ---- the field

function put(review) {
  field.value = review;
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
  if (!live) return;
  event.preventDefault();
  remember();
  ask(true);
});
document.querySelector(".examples").addEventListener("submit", (event) => {
  if (!live) return;
  event.preventDefault();
  put(event.submitter.value);
});

form.querySelector("button").append(element("kbd", {}, "Ctrl + Enter"));
tally();
showHistory();
if (field.value.trim()) ask();
