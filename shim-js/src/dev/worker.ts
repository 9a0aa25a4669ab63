import { Core } from '../core/core.js';
import { SealedLine } from '../sealed-line.js';
const scope = globalThis as any;
scope.onmessage = (event: any) => {
  const [link, ticket, bootstrap] = event.data;
  const socket = new WebSocket(link, ['trollbridge', `ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  const queue: Uint8Array[] = [];
  const put = (bytes: Uint8Array): void => {
    const message = new Uint8Array(1 + bytes.length);
    message.set(bytes, 1);
    socket.send(message);
  };
  socket.onopen = () => queue.splice(0).forEach(put);
  const channel = {
    send: (bytes: Uint8Array) => (socket.readyState === 1 ? put(bytes) : void queue.push(bytes.slice())),
    onData: (received: any, ended: any) => {
      socket.onmessage = (message: any) => {
        const bytes = new Uint8Array(message.data);
        if (bytes[0] === 0) received(bytes.subarray(1));
      };
      socket.onclose = () => ended();
    },
    close: () => socket.close(),
  };
  const raw = Uint8Array.from(atob(bootstrap), (c) => c.charCodeAt(0));
  const line = new SealedLine(channel as any, { bootstrap: raw, mode: 'relay' as any });
  const core = new Core(line, (message) => scope.postMessage(message));
  line.attach(core);
  scope.onmessage = (more: any) => core.receive(more.data);
};
