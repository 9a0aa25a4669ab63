export type { ByteChannel } from './channel.js';
export {
  Channel,
  emit,
  emitTo,
  invoke,
  invokeStream,
  isTrollbridge,
  listen,
  once,
  TrollbridgeError,
} from './client.js';
export { connect, type ConnectOptions } from './connect.js';
export { Endpoint, type Ending, type SessionInfo } from './endpoint.js';
export { CLOSE } from './error.js';
export type { Api, CallOptions, InvokeOptions } from './page/api.js';
export type { Invoke } from './page/granted.js';
export type { Source } from './page/body.js';
export { ERROR_CODES, type ErrorCode } from './page/error.js';
export type { AppEvent, EventTarget, Handler, ListenOptions, Unlisten } from './page/events.js';
export type { ResultStream } from './page/stream.js';
export type { SealedOptions } from './sealed-line.js';
export type { Mode } from './seal.js';
export type { Counts } from './session.js';
