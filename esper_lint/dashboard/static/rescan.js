// A scan that is under way: how far it is, and the pages of the new board when it is there.  Pages work without it.
"use strict";
{
  const form = document.querySelector("form.rescan");
  const button = form.querySelector("button");
  const bar = form.querySelector("progress");
  const told = form.querySelector("[role=status]");
  const ask = (options) => fetch("/rescan", { ...options, headers: { Accept: "application/json" } }).then((answer) => answer.json());
  const isAnswer = document.querySelector("[role=alert]") !== null; // to a form, which to load again would send again
  const isTyping = () => [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);

  const say = (text) => {
    if (told.textContent !== text) told.textContent = text;
  };

  const show = (now) => {
    const isScanning = now.state === "scanning";
    button.disabled = isScanning;
    bar.hidden = !isScanning;
    if (now.total) {
      bar.max = now.total;
      bar.value = Math.min(now.done, now.total);
    } else {
      bar.removeAttribute("value");
    }
    bar.title = now.stage ? `${now.stage}, ${now.done} of ${now.total || "?"}` : "";
  };

  const follow = async () => {
    for (;;) {
      const now = await ask();
      show(now);
      if (now.state === "failed") return say(`The scan failed: ${now.error}`);
      if (now.state === "idle") break;
      say("Scanning…");
      await new Promise((done) => setTimeout(done, 500));
    }
    if (!isTyping() && !isAnswer) return location.reload();
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Scanned: show it";
    told.replaceChildren(link);
  };

  const followed = () => follow().catch(() => say("The dashboard does not answer."));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask({ method: "POST" }).then(followed, () => say("The dashboard does not answer."));
  });
  // A scan that was under way when this page was made may have ended since.
  const isOld = (now) => now.state === "scanning" || now.board > Number(form.dataset.board);
  ask().then((now) => isOld(now) && followed(), () => {});
}
