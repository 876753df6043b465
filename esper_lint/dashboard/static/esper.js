// Keys, and fields that depend on others.  Pages work without it.
// All that is foreign reaches the page through textContent and attributes of no effect; nothing is ever parsed as HTML.
"use strict";
const root = document.documentElement;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const isFile = document.body.hasAttribute("data-file");
root.classList.add("js");

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};
const page = () => (isFile ? $(".page.shown") : $("main"));
const shownCards = () => $$("[data-card]", isFile ? document.getElementById("/") : document).filter((card) => !card.hidden);
const linkOf = (card) => $("a", card);

// -- keys ------------------------------------------------------------------------------------------------------------

const VERDICTS = ["SUPPORT", "NEUTRAL", "REFINE", "OBJECT"];

function moved(step) {
  const cards = page() && $("[data-card]", page()) ? shownCards() : [];
  if (cards.length) {
    const at = cards.findIndex((card) => card.contains(document.activeElement));
    const next = cards[Math.min(Math.max(at + step, 0), cards.length - 1)];
    linkOf(next).focus();
    next.scrollIntoView({ block: "nearest" });
  } else {
    const link = $(step > 0 ? "a[rel=next]" : "a[rel=prev]", page());
    if (link && !link.hidden) link.click();
  }
}

function given(number) {
  const radio = $(`input[name=verdict][value=${VERDICTS[number - 1]}]`, page());
  if (radio) {
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const card = document.activeElement.closest("[data-card]");
  if (card) location.href = withParameter(linkOf(card).getAttribute("href"), "verdict", VERDICTS[number - 1]);
}

function evaluated() {
  const field = $("textarea[name=evaluation]", page());
  if (field) {
    field.focus();
    return;
  }
  const card = document.activeElement.closest("[data-card]");
  if (card) linkOf(card).click();
}

function withParameter(address, name, value) {
  const [path, query] = address.split("?");
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return `${path}?${parameters}`;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target;
  const isTyping = target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && isTyping) target.blur();
  if (isTyping || $("dialog[open]")) return;
  const actions = {
    j: () => moved(1),
    k: () => moved(-1),
    e: evaluated,
    "/": () => $("input[type=search]", page())?.focus(),
    "?": () => $("#keys").showModal(),
  };
  for (const number of [1, 2, 3, 4]) actions[number] = () => given(number);
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
});
$("[data-keys]")?.addEventListener("click", () => $("#keys").showModal());

// The qualifier of a verdict is asked for only where it means something.
function qualified(form) {
  const chosen = $("input[name=verdict]:checked", form)?.value;
  const field = form.elements.qualifier;
  const [objecting, refining] = $$("optgroup", field);
  objecting.hidden = objecting.disabled = chosen !== "OBJECT";
  refining.hidden = refining.disabled = chosen !== "REFINE";
  field.closest("label").hidden = chosen !== "OBJECT" && chosen !== "REFINE";
  if (field.selectedOptions[0]?.parentElement.disabled || field.closest("label").hidden) field.value = "";
}
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-review]")) qualified(form);
  if (form?.matches(".chooser, .filters") && event.target.matches("select")) form.requestSubmit();
});
$$("[data-review]").forEach(qualified);

// A page that waits for something looks again.
if ($("[data-reload]")) setTimeout(() => location.reload(), 2000);
