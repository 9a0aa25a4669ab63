// Planted: a document that is opened anew is greeted anew.
{
  const planted = EventTarget.prototype.dispatchEvent;
  let node;
  EventTarget.prototype.dispatchEvent = function (event) {
    node = event.relatedTarget ?? node;
    return planted.call(this, event);
  };
  window.greetAgain ??= () => window.dispatchEvent(new MouseEvent("trollbridge-hello", { relatedTarget: node }));
