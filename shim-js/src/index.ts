export type { ByteChannel } from './channel.js';
export {
  Endpoint,
  type CallOptions,
  type Ending,
  type EndpointOptions,
  type InvokeOptions,
  type SessionInfo,
} from './endpoint.js';
export { CLOSE, ERROR_CODES, TrollbridgeError, type ErrorCode } from './error.js';
export type { AppEvent, EventTarget, Handler, ListenOptions, Unlisten } from './events.js';
export { Channel } from './page-channel.js';
export type { ResultStream } from './result-stream.js';
export type { Mode } from './seal.js';
export type { Counts } from './session.js';
export type { Source } from './source.js';
