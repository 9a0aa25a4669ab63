// Planted: a call is sent later than it is made.
{
  const planted = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event.type !== "up") return planted.call(this, event);
    queueMicrotask(() => planted.call(this, event));
    return true;
  };
