// A button beside each password that shows what was typed. It exists only where this script runs.
"use strict";
for (const box of document.querySelectorAll(".box.secret")) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  const set = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? box.dataset.hide : box.dataset.show;
    button.setAttribute("aria-label", shown ? box.dataset.labelHide : box.dataset.labelShow);
    button.setAttribute("aria-controls", input.id);
  };
  button.addEventListener("click", () => {
    set(input.type === "password");
    input.focus();
  });
  // Browsers save and offer passwords from password fields only.
  if (input.form) input.form.addEventListener("submit", () => set(false));
  set(false);
  box.append(button);
}
