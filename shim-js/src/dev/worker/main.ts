// Entry of the worker: keys, session and WebSocket are here, in a realm that no script of the page
// reaches. What comes from the document's first script is the page's; what comes over the WebSocket
// is the program's.

import {
  Notice,
  ToPage,
  ToWorker,
  type PageMessage,
  type WorkerMessage,
} from '../messages.js';
import { fromBase64, readControl } from './control.js';
import { Sessions } from './endpoint.js';
import { DevSocket, type WebSocketLike } from './socket.js';

interface Scope {
  postMessage(message: PageMessage): void;
  onmessage: ((event: { data: WorkerMessage }) => void) | null;
}

const scope = globalThis as unknown as Scope;
const post = (message: PageMessage): void => scope.postMessage(message);
const tell = (kind: Notice, text: string): void => post([ToPage.notice, kind, text]);

const GONE =
  '`trollbridge dev` has ended. Start it again, and open the address that it prints then.';
const BROKEN = '`trollbridge dev` said what it must not';
const REFUSED = 'This document has no session any more: load the page again.';

function begin(link: string, ticket: string, bootstrap: string): void {
  let taken = false;
  const sessions: Sessions = new Sessions({
    write: (bytes) => socket.link(bytes),
    post: (message) => post([ToPage.down, message]),
    closed: (message) => tell(Notice.final, `The session is over: ${message}.`),
  });

  const talk = (bytes: Uint8Array): void => {
    const control = readControl(bytes);
    switch (control.type) {
      case 'reload':
        return post([ToPage.reload]);
      case 'errors':
        return post([ToPage.errors, control.list]);
      case 'records':
        return post([ToPage.records, control.list]);
      case 'bootstrap':
        sessions.end();
        socket.talk({ type: 'begin' });
        sessions.begin(control.data);
        return tell(Notice.mended, `${control.message} Calls that were under way have failed.`);
      case 'lost':
        sessions.end();
        return tell(Notice.passing, control.message);
      case 'taken':
        taken = true;
        sessions.finish();
        return tell(Notice.final, control.message);
    }
  };
  const ended = (opened: boolean, violation: string): void => {
    sessions.finish();
    if (violation !== '') tell(Notice.final, `${BROKEN} (${violation}): load the page again.`);
    else if (!taken) tell(Notice.final, opened ? GONE : REFUSED);
  };
  const web = new WebSocket(link, ['trollbridge', `ticket.${ticket}`]) as unknown as WebSocketLike;
  const socket = new DevSocket(web, { link: (bytes) => sessions.link(bytes), talk, ended });

  scope.onmessage = ({ data }) => {
    if (data[0] === ToWorker.up) sessions.receive(data[1]);
    else if (data[0] === ToWorker.panel) socket.talk({ type: 'panel', open: data[1] });
  };
  sessions.begin(fromBase64(bootstrap));
}

scope.onmessage = ({ data }) => {
  if (data[0] === ToWorker.begin) begin(data[1], data[2], data[3]);
};
