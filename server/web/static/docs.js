// Lets one try a request on the page at /docs: sends what is in the form and shows the reply.

const SHOWN = 20_000; // characters of a reply

async function send(form) {
  const fields = new FormData(form), shown = form.querySelector("output");
  shown.textContent = "Waiting for the reply ...";
  try {
    const reply = await fetch(address(form, fields), request(form, fields));
    const id = reply.headers.get("X-Request-ID");
    shown.textContent = `${reply.status} ${reply.statusText}\nX-Request-ID: ${id}\n\n${pretty(await reply.text())}`;
  } catch {
    shown.textContent = "The server does not answer.";
  }
}

function address(form, fields) {
  const path = form.dataset.path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(fields.get(`path ${name}`)));
  const query = new URLSearchParams();
  for (const [name, value] of fields) if (name.startsWith("query ") && value) query.set(name.slice(6), value);
  return query.size ? `${path}?${query}` : path;
}

function request(form, fields) {
  const body = fields.get("body") ?? undefined, key = fields.get("key"), headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers.Authorization = `Bearer ${key}`;
  return { method: form.dataset.method, headers, body };
}

function pretty(text) {
  let said = text;
  try {
    said = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* it is no JSON, such as /metrics */ }
  return said.length > SHOWN ? `${said.slice(0, SHOWN)} ...` : said;
}

for (const form of document.querySelectorAll(".try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
