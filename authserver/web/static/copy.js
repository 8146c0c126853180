// A button beside what people need elsewhere, that copies it. It exists only where this script runs.
"use strict";
if (navigator.clipboard) {
  for (const source of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy";
    button.textContent = source.dataset.label;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        button.textContent = source.dataset.done;
        setTimeout(() => { button.textContent = source.dataset.label; }, 2000);
      } catch {
        getSelection().selectAllChildren(source);
      }
    });
    source.after(" ", button);
  }
}
