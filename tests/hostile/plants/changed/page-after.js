  EventTarget.prototype.dispatchEvent = planted;
}
