// What a server would do for the pages of one file: addresses, filters, two members side by side, verdicts.
// It follows esper.js in one script.

// -- addresses -------------------------------------------------------------------------------------------------------

const asked = () => {
  const [path, query] = (location.hash.slice(1) || "/").split("?");
  return { path, query: new URLSearchParams(query) };
};

function routed() {
  const { path, query } = asked();
  const target = document.getElementById(path);
  const next = target?.closest(".page") || document.getElementById("/");
  const before = $(".page.shown");
  if (target && target !== next && before === next) {
    target.scrollIntoView();
    return;
  }
  before?.classList.remove("shown");
  next.classList.add("shown");
  for (const link of $$(".top nav a")) {
    if (link.getAttribute("href") === `#${next.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${$("h1", next).textContent.trim()} · ${document.body.dataset.file}`;
  if (next.dataset.list !== undefined) filtered(next, query);
  for (const place of $$("[data-form]:empty", next)) asking(place);
  if (next.dataset.group) opened(next, query);
  if (target && target !== next) target.scrollIntoView();
  else if (before !== next) window.scrollTo(0, 0);
}

function filtered(list, query) {
  for (const field of $$(".filters [name]", list)) field.value = query.get(field.name) || "";
  let shown = 0;
  for (const row of $$("[data-card], [data-row]", list)) {
    row.hidden = !isChosen(row, query);
    shown += !row.hidden;
    if (row.dataset.card) linkOf(row).href = linkOf(row).getAttribute("href").split("?")[0] + (query.size ? `?${query}` : "");
  }
  for (const tally of $$("[data-shown]", list)) tally.textContent = shown.toLocaleString("en");
  for (const empty of $$("[data-none]", list)) empty.hidden = shown > 0;
}

function isChosen(row, query) {
  const data = row.dataset;
  const words = (query.get("q") || "").toLowerCase().split(/\s+/);
  const state = query.get("state") || data.default || "";
  if (state && state !== "all" && !data.states.split(" ").includes(state)) return false;
  for (const name of ["rule", "severity", "unit", "detection", "code", "status"]) {
    if (query.get(name) && query.get(name) !== data[name]) return false;
  }
  return words.every((word) => (data.text || "").toLowerCase().includes(word));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.matches("[data-review]")) {
    kept(form);
    return;
  }
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  location.hash = `${form.getAttribute("action").slice(1)}${query.size ? `?${query}` : ""}`;
});

// The form of a group or a ticket, filled with what it is about.
const ABOUT = ["ticket", "group", "digest", "core", "code"];

function asking(place) {
  place.append(document.getElementById("review-form").content.cloneNode(true));
  const form = $("form", place);
  form.dataset.about = JSON.stringify(Object.fromEntries(ABOUT.map((name) => [name, place.dataset[name]])));
  const mine = verdicts.find((one) => one.ticket === place.dataset.ticket && one.group === place.dataset.group);
  if (mine) {
    for (const name of TYPED) form.elements[name].value = mine[name];
    $("[data-said]", form).textContent = "Kept in this browser.";
  }
  qualified(form);
}

// -- a group ---------------------------------------------------------------------------------------------------------

async function opened(section, query) {
  const list = document.getElementById("/");
  const filters = new URLSearchParams([...query].filter(([name]) => list && $(`.filters [name=${CSS.escape(name)}]`, list)));
  filtered(list, filters);
  const cards = shownCards();
  const at = cards.findIndex((card) => card.dataset.card === section.dataset.group);
  for (const [rel, card] of [["prev", cards[at - 1]], ["next", cards[at + 1]]]) {
    const link = $(`a[rel=${rel}]`, section);
    link.hidden = !card;
    if (card) link.href = linkOf(card).getAttribute("href");
  }
  $(".crumbs a", section).href = `#/${filters.size ? `?${filters}` : ""}`;
  $("[data-place]", section).textContent = at < 0 ? "" : ` · ${at + 1} of ${cards.length}`;
  const radio = query.get("verdict") && $(`input[name=verdict][value=${CSS.escape(query.get("verdict"))}]`, section);
  if (radio) {
    radio.checked = true;
    qualified(radio.form);
  }
  const table = await codes();
  const group = table.groups[section.dataset.group];
  const chooser = $(".chooser", section);
  for (const side of ["left", "right"]) {
    const field = chooser.elements[side];
    if (!field.length) field.append(...group.members.map(option));
    const wanted = query.get(side) ?? field.dataset.default;
    if ([...field.options].some((option) => option.value === wanted)) field.value = wanted;
  }
  const shown = `${chooser.elements.left.value} ${chooser.elements.right.value}`;
  const place = $("[data-pair-here]", section);
  if (place.dataset.shown !== shown) {
    place.dataset.shown = shown;
    place.replaceChildren(pairOf(table, group, ...shown.split(" ").map(Number)));
    if (query.has("left")) place.closest("section").scrollIntoView();
  }
}

function option([name, path, line], index) {
  return new Option(`${index + 1}. ${name} (${path}:${line})`, index);
}

let found;
const codes = () => (found ??= unpacked(document.getElementById("code").textContent));

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function pairOf(table, group, left, right) {
  const differs = (number) => group.texts[left][number - 1] !== group.texts[right][number - 1];
  const renamed = new Map();
  for (const [number, names] of Object.entries(group.names)) {
    if (differs(number)) renamed.set(names[group.texts[right][number - 1]], names[group.texts[left][number - 1]]);
  }
  const sides = [left, right].map((index) => linesOf(table, group.members[index], differs, index === right ? renamed : new Map()));
  const rows = aligned(...sides);
  const made = element("table", "pair");
  const count = rows.filter((row) => row.what !== "equal").length;
  made.append(
    element("caption", "", `${count} ${count === 1 ? "line" : "lines"} of these differ. Numbers stand at the places listed above; comments are dimmed.`),
    columns(),
    element("thead", "", element("tr", "", ...[left, right].map((index, side) => heading(group.members[index], index, "LR"[side])))),
  );
  for (const run of runs(rows)) {
    const body = element("tbody", "");
    if (run.isFolded) {
      const inner = element("table", "pair", columns(), element("tbody", "", ...run.rows.map(rowOf)));
      const details = element("details", "", element("summary", "", `${run.rows.length} equal lines`), inner);
      const cell = element("td", "", details);
      cell.colSpan = 4;
      body.append(element("tr", "fold", cell));
    } else body.append(...run.rows.map(rowOf));
    made.append(body);
  }
  return made;
}

function columns() {
  const group = element("colgroup");
  for (const name of ["no", "", "no", ""]) group.append(element("col", name));
  return group;
}

function heading(member, index, side) {
  const cell = element("th", "", element("span", "by", `${side} `), `${index + 1}. ${member[0]} `, element("span", "path", `${member[1]}:${member[2]}`));
  cell.scope = "col";
  cell.colSpan = 2;
  return cell;
}

// A mark is [row, start, end, number of the hole, whether the hole begins there].
function linesOf(table, member, differs, renamed) {
  const texts = table.bodies[member[3]].map((index) => table.lines[index]);
  const kinds = highlighted(texts);
  const marks = texts.map(() => []);
  for (let at = 0; at < member[4].length; at += 5) {
    const [row, start, end, number, first] = member[4].slice(at, at + 5);
    if (differs(number)) marks[row].push({ start, end, number, first });
  }
  return texts.map((text, row) => {
    let key = "", done = 0;
    for (const mark of marks[row]) {
      key += `${text.slice(done, mark.start)}\0${mark.number}\0`;
      done = mark.end;
    }
    key += text.slice(done);
    if (renamed.size) key = key.replace(/[^\W\d]\w*/g, (word) => renamed.get(word) ?? word);
    return { number: member[2] + row, text, kinds: kinds[row], marks: marks[row], key: key.replace(/\s/g, "") };
  });
}

const WORDS = "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False".split(" ").join("|");
const TOKENS = new RegExp(`(#[^\\n]*)|([rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\\\.|[^"\\\\\\n])*"?|'(?:\\\\.|[^'\\\\\\n])*'?))|(@[\\w.]+)|\\b((?:def|class)\\b)[ ]*(\\w*)|\\b(${WORDS})\\b|\\b(self)\\b|\\b(\\d[\\w.]*)|\\w+`, "g");

// For each line the stretches [start, end, class]; a string that is a statement of its own is dimmed as a comment is.
function highlighted(texts) {
  const all = texts.join("\n"), found = texts.map(() => []), starts = [];
  let offset = 0, row = 0;
  for (const text of texts) starts.push(offset), (offset += text.length + 1);
  const add = (start, end, name) => {
    while (row + 1 < starts.length && starts[row + 1] <= start) row += 1;
    for (let at = row; at < starts.length && starts[at] < end; at += 1) {
      const from = Math.max(start - starts[at], 0), to = Math.min(end - starts[at], texts[at].length);
      if (from < to) found[at].push([from, to, name]);
    }
  };
  for (const match of all.matchAll(TOKENS)) {
    const [text, comment, string, decorator, defines, defined, word, self, number] = match, start = match.index, end = start + text.length;
    if (defines) add(start, start + defines.length, "tk"), defined && add(end - defined.length, end, "tf");
    else if (string) add(start, end, /(^|\n)\s*$/.test(all.slice(Math.max(0, start - 80), start)) && /^[rR]?("""|''')/.test(string) ? "tc" : "ts");
    else if (comment || decorator || word || self || number) add(start, end, comment ? "tc" : decorator ? "td" : word ? "tk" : self ? "tb" : "tn");
  }
  return found;
}

// The longest common subsequence of keys; between its lines, what is left stands side by side.
function aligned(left, right) {
  const rows = [], width = right.length + 1;
  const longest = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) for (let j = right.length - 1; j >= 0; j -= 1) {
    longest[i * width + j] = left[i].key === right[j].key ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  }
  let i = 0, j = 0, mine = [], theirs = [];
  const flush = () => {
    for (let at = 0; at < Math.max(mine.length, theirs.length); at += 1) rows.push(paired(mine[at], theirs[at]));
    mine = [], theirs = [];
  };
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i].key === right[j].key) flush(), rows.push(paired(left[i++], right[j++]));
    else if (j === right.length || (i < left.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) mine.push(left[i++]);
    else theirs.push(right[j++]);
  }
  flush();
  return rows;
}

function paired(left, right) {
  const what = !left ? "right" : !right ? "left" : left.key === right.key && !left.marks.length && !right.marks.length ? "equal" : "differs";
  return { left, right, what };
}

function runs(rows) {
  const found = [];
  for (let start = 0, end; start < rows.length; start = end) {
    const isEqual = rows[start].what === "equal";
    for (end = start; end < rows.length && (rows[end].what === "equal") === isEqual;) end += 1;
    const last = end === rows.length ? end : end - 1;
    if (isEqual && last - start - 1 >= 3) {
      found.push({ rows: rows.slice(start, start + 1) }, { rows: rows.slice(start + 1, last), isFolded: true }, { rows: rows.slice(last, end) });
    } else found.push({ rows: rows.slice(start, end) });
  }
  return found;
}

const rowOf = ({ left, right, what }) => element("tr", what, ...cells(left, "left", "L"), ...cells(right, "right", "R"));

function cells(line, side, name) {
  if (!line) return [element("td", `no ${side} gap`), element("td", `line ${side} gap`, element("span", "unseen", "nothing"))];
  const depth = Math.min(Math.floor((line.text.length - line.text.trimStart().length) / 4), 12);
  const cell = element("td", `line ${side} i${depth}`, element("span", "by", `${name} `));
  let done = 0;
  for (const { start, end, number, first } of line.marks) {
    cell.append(...pieces(line, done, start));
    cell.append(element("mark", `h${number % 6}`, ...(first ? [element("span", "n", String(number))] : []), ...pieces(line, start, end)));
    done = end;
  }
  cell.append(...pieces(line, done, line.text.length));
  return [element("td", `no ${side}`, String(line.number)), cell];
}

function* pieces(line, start, end) {
  let done = start;
  for (const [from, to, name] of line.kinds) {
    const first = Math.max(from, start), last = Math.min(to, end);
    if (first >= last) continue;
    yield line.text.slice(done, first);
    yield element("span", name, line.text.slice(first, last));
    done = last;
  }
  yield line.text.slice(done, end);
}

// -- verdicts, kept here until they are imported ------------------------------------------------------------------------

const STORE = `esper-lint verdicts ${document.body.dataset.file}`;
const TYPED = ["reviewer", "verdict", "qualifier", "evaluation"];
let verdicts = [];
try {
  verdicts = JSON.parse(localStorage.getItem(STORE)) || [];
} catch { /* a browser that keeps nothing for files; the page still does until it is closed */ }

function kept(form) {
  const entry = JSON.parse(form.dataset.about);
  for (const name of TYPED) entry[name] = form.elements[name].value.trim();
  const isSame = (one) => one.group === entry.group && one.ticket === entry.ticket && one.reviewer === entry.reviewer;
  verdicts = [...verdicts.filter((one) => !isSame(one)), entry];
  try {
    localStorage.setItem(STORE, JSON.stringify(verdicts));
  } catch { /* as above */ }
  $("[data-said]", form).textContent = "Kept in this browser. Download the verdicts, and run: esper-lint tickets import FILE";
  counted();
}

function counted() {
  for (const button of $$("[data-download]")) {
    button.disabled = !verdicts.length;
    $("[data-count]", button).textContent = verdicts.length;
  }
}

for (const button of $$("[data-download]")) button.addEventListener("click", () => {
  const link = element("a");
  const text = JSON.stringify({ schema_version: 1, verdicts }, null, 2);
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "verdicts.json";
  link.click();
});

counted();
window.addEventListener("hashchange", routed);
routed();
