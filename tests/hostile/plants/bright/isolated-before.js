// Planted: see page-before.js.
Object.defineProperty(Element.prototype, "shadowRoot", { get() { return this; } });
