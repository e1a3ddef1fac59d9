const byId = (id) => document.getElementById(id);

for (const root of document.querySelectorAll(".view")) {
  try {
    views[root.dataset.view](root, JSON.parse(byId(root.dataset.payload).textContent), { styles });
  } catch (error) {
    root.closest("section").classList.add("failed");
    reportError(error);
  }
}

for (const button of document.querySelectorAll("button.save")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const bytes = Uint8Array.from(atob(byId(button.dataset.carried).textContent), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    Object.assign(document.createElement("a"), { href: address, download: button.dataset.file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
}

let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.prints:not([open])")];
  for (const one of unfolded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of unfolded) one.open = false;
});
