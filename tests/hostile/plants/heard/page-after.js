  EventTarget.prototype.dispatchEvent = planted;
  window.dispatchEvent(new MouseEvent("trollbridge-hello", { relatedTarget: window.plantedNode }));
}
