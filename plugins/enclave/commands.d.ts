/** 40 hex digits in any case; answers have them in upper case. */
type Fingerprint = string;
/** 32 bytes: what Argon2id makes of a passphrase with a salt of `salt` or `new_salt`. */
type Hash = Uint8Array | number[];
type Trust = 'unknown' | 'verified' | 'never';

/** What it is for, in a few words: a person who is asked sees it, and the log has it. */
interface Purpose {
  purpose?: string | null;
}

/** Data as text; else it is the raw body. */
interface Content {
  text?: string;
}

/** Where the bytes of the result go in parts; without it they are in the result, up to 1,000,000. */
interface Output {
  output?: Receiver<Uint8Array> | null;
}

interface Armor {
  /** True unless said otherwise. */
  armor?: boolean;
}

/** `bytes` in place of the others where there is an `output`. */
interface Written {
  armored?: string;
  data?: Uint8Array;
  bytes?: number;
}

interface Key {
  fingerprint: Fingerprint;
  user_ids: string[];
  algorithm: string;
  created: number;
  /** 0: never. */
  expires: number;
  expired: boolean;
  revoked: boolean;
  secret: boolean;
  unlocked: boolean;
  trust: Trust;
  can: ('sign' | 'encrypt')[];
}

interface Signature {
  status: 'valid' | 'unknown-key' | 'bad' | 'expired' | 'key-expired' | 'key-revoked' | 'unsupported';
  key_id: string;
  fingerprint?: Fingerprint;
  user_id?: string;
  created: number;
  expires: number;
  trust: Trust;
}

/** True only if there is a signature and each one is `valid`. */
interface Verdict {
  valid: boolean;
  signatures: Signature[];
}

interface Salt {
  /** 32 hex digits. */
  salt: string;
  algorithm: 'argon2id';
  passes: number;
  memory_kib: number;
  lanes: number;
}

export interface Commands {
  change_passphrase: { args: { key: Fingerprint; hash: Hash; new_hash: Hash }; result: null };
  decrypt: {
    args: Content & Output & Purpose;
    result: Verdict & { key: Fingerprint; data?: Uint8Array; bytes?: number };
    raw: true;
  };
  /** A secret key must be unlocked. */
  delete_key: { args: { key: Fingerprint }; result: null };
  encrypt: {
    args: { to: Fingerprint[]; sign_with?: Fingerprint | null } & Content & Armor & Output & Purpose;
    result: Written;
    raw: true;
  };
  /** The host asks for the passphrase. */
  export_key: { args: { key: Fingerprint } & Purpose; result: { armored: string } };
  export_public_key: { args: { key: Fingerprint } & Armor; result: { armored?: string; data?: Uint8Array } };
  /** `ticket` of new_salt, `hash` made with its salt. `expires_s` from now on; 0: never. */
  generate_key: {
    args: {
      user_id: string;
      ticket: string;
      hash: Hash;
      algorithm?: 'ed25519' | 'rsa3072' | 'p256' | null;
      expires_s?: number | null;
    };
    result: Key & { public_key: string; revocation: string };
  };
  /** The host asks for the passphrase. */
  import_key: { args: Content & Purpose; result: Key; raw: true };
  import_public_key: { args: Content; result: { keys: Key[] }; raw: true };
  list_keys: { args: {}; result: { keys: Key[]; damaged: { file: string; problem: string }[] } };
  /** Without `key`: all. */
  lock: { args: { key?: Fingerprint | null }; result: null };
  new_salt: { args: {}; result: Salt & { ticket: string } };
  /** Must be unlocked. */
  revoke_key: {
    args: { key: Fingerprint; reason?: 'none' | 'superseded' | 'compromised' | 'retired' | null };
    result: { revocation: string };
  };
  salt: { args: { key: Fingerprint }; result: Salt };
  sign: {
    args: { key: Fingerprint; mode: 'inline' | 'cleartext' | 'detached' } & Content & Armor & Output & Purpose;
    result: Written;
    raw: true;
  };
  trust: { args: { key: Fingerprint; level: Trust }; result: null };
  /** For so many seconds, which policy may make fewer. */
  unlock: { args: { key: Fingerprint; hash: Hash; seconds?: number | null } & Purpose; result: { seconds: number } };
  vault_delete: { args: { key: Fingerprint; name: string }; result: null };
  vault_get: { args: { key: Fingerprint; name: string } & Purpose; result: { data: Uint8Array } };
  /** Names that the scope does not hold are left out. */
  vault_list: { args: { key: Fingerprint; prefix?: string | null }; result: { names: string[] } };
  vault_put: { args: { key: Fingerprint; name: string } & Content; result: null; raw: true };
  /** `signature`: a detached one, of the data; else the data are the message that holds it. */
  verify: {
    args: { signature?: string | Uint8Array | null } & Content & Output;
    result: Verdict & { data?: Uint8Array; bytes?: number };
    raw: true;
  };
}
