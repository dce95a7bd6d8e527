// Loads the browser half and hydrates the islands. A file of its own, so that the policy needs no inline script.
const { js, wasm } = document.documentElement.dataset;
const module = await import(js);
await module.default({ module_or_path: wasm });
module.hydrate();
for (const island of document.querySelectorAll("leptos-island")) {
  module[island.dataset.component]?.(island);
}
