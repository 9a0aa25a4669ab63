export type { ByteChannel } from './channel.js';
export {
  Endpoint,
  type Ending,
  type EndpointOptions,
  type InvokeOptions,
  type SessionInfo,
} from './endpoint.js';
export { CLOSE, ERROR_CODES, TrollbridgeError, type ErrorCode } from './error.js';
export type { Mode } from './seal.js';
export type { Counts } from './session.js';
