// Loads the browser half and hydrates the islands. A file of its own, so that the policy needs no inline script.

// Comments as they are written: the page's one stream tells them too, and it is opened by an island. Said here, in a few
// lines of the page's own language, so that no first page carries more WebAssembly for it.
const Stream = globalThis.EventSource;
globalThis.EventSource = class extends Stream {
  constructor(...of) {
    super(...of);
    this.addEventListener("talk", (event) => void said(event.data));
  }
};

// A folder that is dropped stands for the files in it, however deep; the form's own field takes them then.
addEventListener(
  "drop",
  (event) => {
    const form = event.target.closest?.("form.drop");
    const dropped = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!form || !dropped.some((entry) => entry.isDirectory)) return;
    event.preventDefault();
    event.stopPropagation();
    form.removeAttribute("data-over");
    void Promise.all(dropped.map(files)).then((found) => {
      const field = form.querySelector("input[type=file]");
      const list = new DataTransfer();
      // One more than the server takes at once: it says so then.
      for (const file of found.flat().slice(0, 301)) list.items.add(file);
      if (!list.files.length) return;
      field.files = list.files;
      form.requestSubmit();
    });
  },
  { capture: true },
);

async function files(entry) {
  if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    // What the operating system and Excel leave beside the files.
    return file && !/^(\.|~\$|thumbs\.db$|desktop\.ini$)/i.test(file.name) ? [file] : [];
  }
  const reader = entry.createReader();
  const inside = [];
  // It is told by the hundred; an empty answer is the end.
  for (let next; (next = await new Promise((done) => reader.readEntries(done, () => done([])))).length; ) inside.push(...next);
  return (await Promise.all(inside.map(files))).flat();
}

// A line a cell: where, how many open threads, and the words of its link. The first line is the sheet's sum.
async function said(data) {
  const lines = data.split("\n").map((line) => line.split("\t"));
  const open = new Map(lines.slice(1).map(([place, , words]) => [place, words]));
  const tab = document.querySelector('.tabs a[href$="/talk"] small');
  if (tab) tab.textContent = lines[0][1];
  for (const cell of document.querySelectorAll(".cell[data-cell]")) {
    const link = cell.querySelector('.cell-tools a[href*="/talk?cell="]');
    if (!link) continue;
    const words = open.get(cell.dataset.cell.split("/").slice(0, 3).join("/"));
    const old = cell.querySelector(".talk-count");
    if (!words || old?.textContent === words) {
      if (!words) old?.remove();
      continue;
    }
    const count = old ?? Object.assign(document.createElement("a"), { className: "talk-count", href: link.href });
    count.textContent = words;
    count.ariaLabel = `${cell.ariaLabel}: ${words}`;
    count.dataset.new = "";
    if (!old) cell.querySelector(".cell-tools").before(count);
  }
  if (document.querySelector(".talk-filter")) look();
}

// Reading the page of threads says that its reader has seen them: not while nobody looks at it.
let waits = false;
function look() {
  if (!document.hidden) return void read();
  if (waits) return;
  waits = true;
  const seen = () => {
    waits = false;
    void read();
  };
  document.addEventListener("visibilitychange", seen, { once: true });
}

let turns = 0;
const typed = (comment) => [...comment.querySelectorAll("textarea")].some((box) => box.value !== box.defaultValue);

// The page of threads, read again: what came is put in, and what somebody is typing stays.
async function read() {
  const turn = ++turns;
  const answer = await fetch(location.href);
  const text = await answer.text();
  // A later answer says more than this one.
  if (!answer.ok || turn !== turns) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const threads = document.querySelector(".threads");
  const now = page.querySelector(".threads");
  if (!now) return;
  if (!threads) return document.querySelector("main .empty")?.replaceWith(now);
  for (const thread of now.querySelectorAll(".thread")) {
    const ours = document.getElementById(thread.id);
    if (!ours) {
      thread.dataset.new = "";
      threads.prepend(thread);
      continue;
    }
    for (const comment of thread.querySelectorAll(".comments > li")) {
      const old = document.getElementById(comment.id);
      if (!old) {
        comment.dataset.new = "";
        ours.querySelector(".comments").append(comment);
      } else if (old.innerHTML !== comment.innerHTML && !old.querySelector("details[open]") && !typed(old)) {
        old.replaceWith(comment);
      }
    }
    if (ours.dataset.state !== thread.dataset.state) {
      ours.dataset.state = thread.dataset.state;
      for (const part of [":scope > header", ":scope > .answers > form"]) {
        const now = thread.querySelector(part);
        if (now) ours.querySelector(part)?.replaceWith(now);
      }
    }
  }
}

const { js, wasm } = document.documentElement.dataset;
const module = await import(js);
await module.default({ module_or_path: wasm });
module.hydrate();
for (const island of document.querySelectorAll("leptos-island")) {
  module[island.dataset.component]?.(island);
}
