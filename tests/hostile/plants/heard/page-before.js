// Planted: a document that is opened anew is greeted anew.
{
  const planted = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event.relatedTarget) window.plantedNode = event.relatedTarget;
    return planted.call(this, event);
  };
