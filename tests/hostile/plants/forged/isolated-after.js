// Planted: whoever greets is answered.
window.addEventListener("trollbridge-hello", (event) => event.relatedTarget?.shadowRoot?.dispatchEvent(new CustomEvent("down", { detail: [0, 1] })));
