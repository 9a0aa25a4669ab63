#!/usr/bin/node
// A plugin in JavaScript, from section 8 of proto/PROTOCOL.md alone. What its commands do: tests/conformance.
const [fs, net, { randomInt }] = [require('fs'), require('net'), require('crypto')];
const { decode, encode } = require('@msgpack/msgpack');
const [CALL, REPLY, CANCEL, CHUNK, CREDIT, RELEASE, EMIT] = [97, 98, 99, 100, 101, 102, 103];
const [live, kept] = [new Map(), new Map()]; // calls that are not answered yet, and what is open, each by its number
const [nothing, noScope] = [Buffer.alloc(0), { allow: [], deny: [] }];
const link = new net.Socket({ fd: 3 }).on('readable', () => link.wake?.());
let init; // what the first frame says
function refuse(code, message, errno) { throw Object.assign(new Error(message), { code, errno }); }
function find(rid) { return kept.get(rid) ?? refuse('not_found', 'nothing has this id'); }

const commands = {
  async greet({ args: { name }, scope: { allow, deny } }) {
    if (typeof name !== 'string') refuse('invalid_args', 'name: expected a string');
    const fits = (allow.includes(name) || allow.includes('*')) && !deny.includes(name);
    return fits ? `Hello, ${name}.` : refuse('scope', 'this name is not in the scope');
  },
  async fail({ args }) { refuse(args.code, 'as asked', args.errno); },
  async echo(call) { // the body, in parts where it comes in parts; the arguments where there is none
    for (let part = await nextPart(call); ; part = await nextPart(call)) {
      if (part.last) return part.raw ?? call.args;
      for (let at = 0; at < part.raw?.length; at += 65536) await chunk(call, {}, part.raw.subarray(at, at + 65536));
    }
  },
  async count(call) { // messages of a channel
    for (let i = 0; i < call.args.to; i++) await chunk(call, { message: i, channel: +call.args.channel.slice(12) });
  },
  async open() { return ((rid) => kept.set(rid, []) && rid)(init.ids + randomInt(2 ** 32)); },
  async wait({ args }) { await new Promise((go) => find(args.rid).push(go)); }, // until it is closed
  async 'resources|close'({ args }) { find(args.rid).forEach((go) => go()); kept.delete(args.rid); },
  async emit({ args }) { send(EMIT, { event: `${init.plugin}://${args.event}`, payload: args.payload }); },
};
function change(what) { return new Promise((go) => { what.wake = go; }); }
async function nextPart(call) { // of its body; for what has been dealt with the page may send as much again
  if (call.taken) send(CREDIT, { call: call.id, bytes: call.taken });
  while (!call.parts.length) await change(call);
  call.taken = call.parts[0].cost;
  return call.parts.shift();
}
async function chunk(call, content, raw = nothing) { // once the page has taken enough of what went before
  const message = { call: call.id, ...content, ...(raw.length && { bytes: raw.length }) };
  call.credit -= encode(message).length + raw.length;
  while (call.credit < 0) await change(call);
  if (live.has(call.id)) send(CHUNK, message, raw);
}
function begin({ call: id, command, args, scope, more }, raw) {
  const call = { id, args, credit: 258048, parts: [{ raw, last: !more }], scope: init.scopes[scope] ?? noScope };
  live.set(id, call);
  commands[init.commands.find((one) => one.number === command).name](call).then((value) => answer(call, { value }),
    ({ code = 'invalid_args', message, errno }) => answer(call, { error: { code, message, ...(errno && { errno }) } }));
}
function answer(call, { value = null, error }) { // once, whatever comes of it later
  const raw = value instanceof Uint8Array ? value : nothing;
  const result = error ? { error } : raw === value ? { bytes: raw.length } : { value };
  if (live.delete(call.id)) send(REPLY, { call: call.id, ...result }, raw);
}
function send(kind, message, raw = nothing) { // a frame begins with three little-endian numbers
  const text = encode(message);
  const numbers = new Uint32Array([4 + text.length + raw.length, kind, text.length]);
  link.write(Buffer.concat([new Uint8Array(numbers.buffer), text, raw]));
}
async function read(n) { return (n ? link.read(n) : nothing) ?? change(link).then(() => read(n)); }
(async function serve() {
  for (;;) {
    const [n, kind, m] = new Uint32Array(new Uint8Array(await read(12)).buffer);
    const [message, rest] = [decode(await read(m)), await read(n - 4 - m)];
    init ??= message;
    const raw = 'at' in message ? Buffer.alloc(message.bytes) : 'bytes' in message ? rest : undefined;
    if ('at' in message && fs.readSync(4, raw, 0, raw.length, message.at)) send(RELEASE, { at: message.at });
    const call = live.get(message.call);
    if (kind === CALL) begin(message, raw);
    else if (kind === CHUNK) call?.parts.push({ raw, cost: m + raw.length, last: message.last });
    else if (kind === CREDIT && call) call.credit += message.bytes;
    else if (kind === CANCEL && call) answer(call, {});
    call?.wake?.();
  }
})();
