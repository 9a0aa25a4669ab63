// As intrinsics.ts, for what only a document has.

import { getter, uncurryThis } from './intrinsics.js';

export const CustomEventCopy = CustomEvent;
export const dispatchTo = uncurryThis(EventTarget.prototype.dispatchEvent);
export const eventDetail = getter<Event, unknown>(CustomEvent.prototype, 'detail');
