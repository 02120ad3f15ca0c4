/** Shapes of every identifier. An id is matched against its pattern before it reaches a path or a query. */
const PATTERNS = {
  workspace: /^ws_[a-z0-9]{8,40}$/,
  gate: /^gate_[a-z0-9-]{1,63}$/,
  issuer: /^iss_[A-Za-z0-9]{8,40}$/,
  passport: /^pp_[A-Za-z0-9_-]{1,128}$/,
  /** Chosen by callers. No `.` or `..` segment, so that even a client that does not encode it cannot climb out. */
  agent: /^(?!.*\/\.{1,2}(?:\/|$))[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,254}$/,
  api_key: /^key_[A-Za-z0-9]{8,40}$/,
  attestation: /^(?:att|enf|ca|apr|sys)_[A-Za-z0-9]{8,40}$/,
  approval: /^hold_[A-Za-z0-9]{8,40}$/,
  settlement: /^stl_[A-Za-z0-9]{8,40}$/,
  /** A gate's log, or that of a workspace's records at no gate. */
  chain: /^(?:gate_[a-z0-9-]{1,63}|ws_[a-z0-9]{8,40})$/,
  signing_key: /^sk_[A-Za-z0-9]{8,40}$/,
  template: /^[a-z0-9][a-z0-9-]{0,62}$/,
} as const satisfies Record<string, RegExp>

export type IdKind = keyof typeof PATTERNS

export function isId(kind: IdKind, value: unknown): value is string {
  return typeof value === 'string' && PATTERNS[kind].test(value)
}

export function idPattern(kind: IdKind): RegExp {
  return PATTERNS[kind]
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * Makes an id that sorts by time: 9 base-36 digits of Unix milliseconds, then 15 random ones (77 bits).
 * @param random at least 15 bytes from a CSPRNG
 */
export function makeId(prefix: string, nowMs: number, random: Uint8Array): string {
  let id = Math.floor(nowMs).toString(36).padStart(9, '0')
  // 252 is the largest multiple of 36 in a byte; the modulo of the four bytes above it biases by under 2 %,
  // which leaves more than 76 bits of entropy.
  for (let i = 0; i < 15; i += 1) id += ALPHABET.charAt((random[i] ?? 0) % 36)
  return `${prefix}_${id}`
}
