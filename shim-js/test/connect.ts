// An Endpoint and a FakeBroker, joined, and what the tests of both need.

import assert from 'node:assert/strict';

import { Endpoint } from '../src/endpoint.js';
import { TrollbridgeError, type ErrorCode } from '../src/page/error.js';
import type { Mode } from '../src/seal.js';
import type { SealedOptions } from '../src/sealed-line.js';
import {
  FakeBroker,
  Refusal,
  type Answer,
  type FakeCommand,
  type FakeOptions,
  type Request,
} from './fake-broker.js';
import { makePair } from './pair.js';

export const echo: FakeCommand = {
  name: 'echo',
  run: async ({ args, raw }) => (raw ? { raw } : { value: args }),
};

export const echo2: FakeCommand = { ...echo, name: 'echo2' };

export interface Setup extends Partial<FakeOptions> {
  piece?: number;
  handIn?: boolean;
  endpoint?: SealedOptions;
}

export function connect(setup: Setup = {}): { endpoint: Endpoint; broker: FakeBroker } {
  const { piece, handIn, endpoint: options, ...more } = setup;
  const [ours, theirs] = makePair(piece);
  const mode: Mode = more.mode ?? 'relay';
  const broker = new FakeBroker(theirs, { commands: [echo], sendBoot: !handIn, ...more });
  const bootstrap = handIn ? broker.bootstrap : undefined;
  return { endpoint: new Endpoint(ours, { mode, bootstrap, ...options }), broker };
}

/** The id of the channel that the page passed. */
export function channelOf(args: Record<string, unknown>): number {
  return Number(/^__CHANNEL__:(\d+)$/.exec(args['onEvent'] as string)?.[1]);
}

/** A command whose calls wait until the test lets them go. */
export function gate(): {
  command: FakeCommand;
  open: (answer: Answer) => void;
  waiting: Request[];
} {
  const answers: ((answer: Answer) => void)[] = [];
  const waiting: Request[] = [];
  const run = (request: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      waiting.push(request);
      answers.push(resolve);
      request.signal.addEventListener('abort', () =>
        reject(new Refusal('cancelled', 'CANCEL came first')),
      );
    });
  return {
    command: { name: 'gate', run },
    waiting,
    open: (answer) => answers.splice(0).forEach((resolve) => resolve(answer)),
  };
}

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !holds(); i++) await tick();
  assert.ok(holds(), 'it never came to that');
}

export function refused(
  code: ErrorCode,
  more: Partial<TrollbridgeError> = {},
): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof TrollbridgeError, String(error));
    assert.deepEqual(
      { code: error.code, ...more },
      {
        code,
        ...Object.fromEntries(
          Object.keys(more).map((key) => [key, error[key as keyof TrollbridgeError]]),
        ),
      },
    );
    return true;
  };
}
