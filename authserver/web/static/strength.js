// Tells, while a new password is typed, how hard it is to guess. The server judges; it says so again when the form is sent.
"use strict";
for (const meter of document.querySelectorAll("[data-strength]")) {
  const form = meter.closest("form");
  const input = form.elements.new_password;
  const label = meter.querySelector(".meter-label");
  const advice = meter.querySelector(".meter-advice");
  let timer = 0;
  let asked = 0;
  const judge = async () => {
    const number = ++asked;
    if (!input.value) {
      meter.hidden = true;
      return;
    }
    const body = new URLSearchParams({ new_password: input.value, csrf_token: form.elements.csrf_token.value });
    try {
      const answer = await fetch(meter.dataset.strength, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok || number !== asked) return;
      const strength = await answer.json();
      if (number !== asked) return;
      meter.dataset.score = strength.score;
      label.textContent = strength.label;
      advice.textContent = strength.warning || "";
      meter.hidden = false;
    } catch {
      meter.hidden = true;
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(judge, 250);
  });
}
