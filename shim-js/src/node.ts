// Byte channels of Node: a child's stdin and stdout (`trollbridge relay`), or a socket.

import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

import type { ByteChannel } from './channel.js';

/**
 * Owns both streams. The end of `input` alone ends the link: a failed write to a peer that has
 * gone must not hide the CLOSE that the peer sent before it went.
 */
export function streamChannel(input: Readable, output: Writable): ByteChannel {
  let open = true;
  output.on('error', () => undefined);
  input.on('error', () => undefined);
  return {
    send(bytes) {
      if (open && output.writable) output.write(bytes);
    },
    onData(received, ended) {
      input.on('data', (bytes: Uint8Array) => {
        if (open) received(bytes);
      });
      input.once('close', () => {
        if (open) ended();
      });
    },
    close() {
      open = false;
      if ((input as unknown) === output) return void output.end(() => input.destroy());
      output.end();
      input.destroy();
    },
  };
}

export function childChannel(child: { stdin: Writable; stdout: Readable }): ByteChannel {
  return streamChannel(child.stdout, child.stdin);
}

/** Takes the descriptor of a connected socket over. */
export function fdChannel(fd: number): ByteChannel {
  const socket = new Socket({ fd, readable: true, writable: true });
  return streamChannel(socket, socket);
}
