  EventTarget.prototype.dispatchEvent = planted;
  window.greetAgain();
}
