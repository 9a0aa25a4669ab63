// The commands that may be called, where the project has what `trollbridge types` wrote; any name
// where it has not.

import type { InvokeOptions } from './api.js';
import type { Source } from './body.js';

declare global {
  /** Filled in by that file: `{ commands: { NAME: { args, result, raw?: true } } }`. */
  interface TrollbridgeBindings {}
}

type Commands = TrollbridgeBindings extends { commands: infer C } ? C : unknown;

export type GrantedName = TrollbridgeBindings extends { commands: infer C }
  ? keyof C & string
  : never;
export type FreeName = TrollbridgeBindings extends { commands: unknown } ? never : string;
export type AnyName = GrantedName | FreeName;

type Entry<N> = N extends keyof Commands ? Commands[N] : never;
export type ArgsOf<N> = Entry<N> extends { args: infer A } ? A : object;
export type ResultOf<N> = Entry<N> extends { result: infer R } ? R : unknown;
type Rest<N> =
  Entry<N> extends { raw: true }
    ? [args: ArgsOf<N>, options: InvokeOptions & { raw: Source }]
    : {} extends ArgsOf<N>
      ? [args?: ArgsOf<N>, options?: InvokeOptions]
      : [args: ArgsOf<N>, options?: InvokeOptions];

export interface Invoke {
  <N extends GrantedName>(name: N, ...rest: Rest<N>): Promise<ResultOf<N>>;
  <T = unknown>(name: FreeName, args?: object, options?: InvokeOptions): Promise<T>;
}
