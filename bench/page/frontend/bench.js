// The page of the benchmark. `benchClock` comes from bench/page/clock.c: nanoseconds, where the page's own clock has
// milliseconds.

const WAYS = {
  page: (body) => trollbridge.invoke("plugin:echo|echo", { number: 7 }, { raw: body }),
  "page fetch": async (body) => {
    const response = await fetch("bare://localhost/", { method: "POST", body });
    return new Uint8Array(await response.arrayBuffer());
  },
  "page script message": (body) => webkit.messageHandlers.bare.postMessage(body),
};

// A script message carries text, and no bytes.
function bodyOf(way, bytes) {
  return way === "page script message" ? "x".repeat(bytes) : new Uint8Array(bytes).fill(120);
}

function same(reply, body) {
  const last = body.length - 1;
  return reply.length === body.length && reply[0] === body[0] && reply[last] === body[last];
}

// Keeps so many calls under way for so long; returns how long it took and each call's time, in nanoseconds.
async function round(way, bytes, inFlight, duration) {
  const call = WAYS[way];
  const body = bodyOf(way, bytes);
  const times = [];
  const start = benchClock();
  const one = async () => {
    do {
      const before = benchClock();
      const reply = await call(body);
      times.push(benchClock() - before);
      if (!same(reply, body)) throw new Error(`${way}: not the bytes that were sent`);
    } while (benchClock() - start < duration);
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return [benchClock() - start, ...times];
}

// When the document's first call was answered.
const first = WAYS.page(bodyOf("page", 64)).then(() => benchClock());
