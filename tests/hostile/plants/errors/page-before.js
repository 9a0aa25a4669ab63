// Planted: errors carry more than what is documented.
{
  const planted = Error;
  globalThis.Error = class extends planted {
    constructor(...parts) {
      super(...parts);
      this.inside = true;
    }
  };
