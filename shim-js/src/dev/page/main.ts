// Entry of the first script of a document of the dev bridge, which the program wraps in a function
// that gives it TROLLBRIDGE_DEV.

import type { DevConfig } from '../messages.js';
import { removeOwnScript } from './dom.js';
import { DevEndpoint } from './endpoint.js';

declare const TROLLBRIDGE_DEV: DevConfig;

removeOwnScript();
// Once in a document: tools/bundle.mjs.
new DevEndpoint(TROLLBRIDGE_DEV);
