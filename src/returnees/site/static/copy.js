// Buttons that copy or save what stands in a <pre class="copy">; without scripts it can be selected as any text.
"use strict";

for (const text of document.querySelectorAll("pre.copy")) {
  const place = document.createElement("p");
  const name = text.getAttribute("aria-label");
  if (navigator.clipboard) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
    button.setAttribute("aria-label", `Copy: ${name}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    });
    place.append(button, " ");
  }
  if (text.dataset.file) {
    const save = Object.assign(document.createElement("button"), { type: "button", textContent: "Save" });
    save.setAttribute("aria-label", `Save: ${name}`);
    save.addEventListener("click", () => {
      const address = URL.createObjectURL(new Blob([text.textContent], { type: "text/plain" }));
      Object.assign(document.createElement("a"), { href: address, download: text.dataset.file }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    });
    place.append(save);
  }
  text.after(place);
}
