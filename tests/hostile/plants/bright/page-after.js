  Element.prototype.attachShadow = planted;
}
