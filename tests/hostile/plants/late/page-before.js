// Planted: a function that the shim uses is looked up each time, and its options are any object.
{
  const planted = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    const options = {};
    void options.bubbles;
    return Reflect.apply(planted, this, [event]);
  };
