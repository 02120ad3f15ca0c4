/**
 * The runtime's own `node:crypto` where there is one, without importing it: this package also runs in a browser,
 * where the pure JavaScript implementations take over with the same verdicts.
 */
export const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/** A key inside `node:crypto`. */
export type KeyHandle = ReturnType<NonNullable<typeof nodeCrypto>['createPublicKey']>
