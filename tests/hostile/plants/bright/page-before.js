// Planted: the private node is in no shadow tree.
{
  const planted = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function () { return this; };
