// Planted: whoever greets is answered.
window.addEventListener("trollbridge-hello", (event) => event.relatedTarget?.dispatchEvent(new CustomEvent("down", { detail: [0, 1] })));
