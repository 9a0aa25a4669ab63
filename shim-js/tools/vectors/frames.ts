// Headers: each kind at its bounds, in each direction, with each bit that may not be set.

import { view } from '../../src/bytes.js';
import { KINDS, makeHeader, type Kind, type Link, type Sender } from '../../src/frame.js';
import { hex } from '../pattern.js';
import type { Vector } from './common.js';

const SENDERS: Record<Link, Sender[]> = {
  view: ['broker', 'endpoint'],
  control: ['host', 'broker'],
  plugin: ['broker', 'plugin'],
};

function sendersOf(kind: Kind): Sender[] {
  return kind.from === 'both' ? SENDERS[kind.link] : [kind.from];
}

function refused(name: string, link: Link, from: Sender, header: Uint8Array): Vector {
  return { name, link, from, header: hex(header), expect: 'error' };
}

function accepted(name: string, kind: Kind, from: Sender, flags: number, length: number): Vector {
  return {
    name,
    link: kind.link,
    from,
    header: hex(makeHeader(kind.number, flags, length)),
    expect: 'ok',
    kind: kind.name,
    number: kind.number,
    flags,
    length,
  };
}

function bounds(id: string, kind: Kind, from: Sender): Vector[] {
  const { number, link, least, most } = kind;
  const list = [accepted(`${id}_least`, kind, from, 0, least)];
  if (most !== least) list.push(accepted(`${id}_most`, kind, from, 0, most));
  for (const [name, length] of [
    ['below', least - 1],
    ['above', most + 1],
    ['zero', 0],
    ['all_ones', 0xffff_ffff],
  ] as const)
    list.push(refused(`${id}_length_${name}`, link, from, makeHeader(number, 0, length)));
  return list;
}

function bits(id: string, kind: Kind, from: Sender): Vector[] {
  const { number, link, least } = kind;
  const list: Vector[] = [];
  for (let bit = 0; bit < 8; bit++) {
    const flags = 1 << bit;
    if ((flags & kind.flags) !== 0)
      list.push(accepted(`${id}_flag_${bit}`, kind, from, flags, least));
    else list.push(refused(`${id}_flag_${bit}`, link, from, makeHeader(number, flags, least)));
  }
  for (const reserved of [1, 0x0100, 0x8000]) {
    const header = makeHeader(number, 0, least);
    view(header).setUint16(6, reserved, true);
    list.push(refused(`${id}_reserved_${reserved.toString(16)}`, link, from, header));
  }
  return list;
}

function wrongWays(id: string, kind: Kind): Vector[] {
  const right = sendersOf(kind);
  const list: Vector[] = [];
  for (const [link, senders] of Object.entries(SENDERS) as [Link, Sender[]][])
    for (const from of senders)
      if (link !== kind.link || !right.includes(from))
        list.push(
          refused(
            `${id}_on_${link}_from_${from}`,
            link,
            from,
            makeHeader(kind.number, 0, kind.least),
          ),
        );
  return list;
}

function unknown(): Vector[] {
  const list: Vector[] = [];
  for (const [link, senders] of Object.entries(SENDERS) as [Link, Sender[]][])
    for (const from of senders)
      for (const number of [0, 13, 63, 79, 95, 107, 128, 255])
        list.push(
          refused(
            `unknown_${number}_on_${link}_from_${from}`,
            link,
            from,
            makeHeader(number, 0, 64),
          ),
        );
  return list;
}

export function frameVectors(): Vector[] {
  const list: Vector[] = [];
  for (const kind of KINDS) {
    const id = kind.link === 'view' ? kind.name : `${kind.link}_${kind.name}`;
    for (const from of sendersOf(kind)) {
      const place = kind.from === 'both' ? `${id}_from_${from}` : id;
      list.push(...bounds(place, kind, from), ...bits(place, kind, from));
    }
    list.push(...wrongWays(id, kind));
  }
  return [...list, ...unknown()];
}
