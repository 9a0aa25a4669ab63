// Entry of trollbridge.js, one script for pages without modules: trollbridgeConnect(channel, {label})
// and then everything that page.js gives a page.

import { connect } from './connect.js';

Object.defineProperty(globalThis, 'trollbridgeConnect', { value: connect });
