export function onRequest(r) { return r.args }
