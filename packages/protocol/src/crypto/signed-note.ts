import { decodeBase64Strict, encodeBase64 } from './base64.ts'
import { importPublicKey, verifyWith } from './ed25519.ts'
import { sha256 } from './sha256.ts'
import { utf8Bytes } from './utf8.ts'

/** Signature lines of a note that are looked at. Others may have signed it too, but not without end. */
const MAX_SIGNATURES = 64
const MAX_NOTE_LENGTH = 64 * 1024
const ED25519 = 0x01
const LINE = /^\u2014 (\S+) (\S+)$/

export type NoteKey = { name: string; public_key: Uint8Array }

/** The text of a note that a known key signed, and which did; or why nothing of it may be believed. */
export type NoteVerdict = { ok: true; text: string; signer: NoteKey } | { ok: false; reason: string }

/** The four bytes that tell the keys of one name apart. They identify and prove nothing. */
export function noteKeyId({ name, public_key }: NoteKey): Uint8Array {
  return sha256(new Uint8Array([...utf8Bytes(name), 0x0a, ED25519, ...public_key])).subarray(0, 4)
}

/**
 * Puts a signature under a text.
 * @param text what was signed; it ends with a line break
 * @param signature Ed25519 over the UTF-8 bytes of `text`
 */
export function writeNote(text: string, key: NoteKey, signature: Uint8Array): string {
  if (!isNoteText(text)) throw new RangeError('a note is lines without control characters')
  if (!isKeyName(key.name)) throw new RangeError('the name of a key has neither spaces nor plus signs')
  const blob = encodeBase64(new Uint8Array([...noteKeyId(key), ...signature]))
  return `${text}\n\u2014 ${key.name} ${blob}\n`
}

/**
 * Verifies a note against the keys that the reader trusts. Lines of other keys are skipped, a false signature of a
 * known key condemns the note, and so does the lack of a true one.
 */
export function verifyNote(note: string, keys: readonly NoteKey[]): NoteVerdict {
  if (note.length > MAX_NOTE_LENGTH) return refused('the note is too long')
  const split = note.lastIndexOf('\n\n')
  const text = note.slice(0, split + 1)
  if (split < 0 || !isNoteText(note) || !isNoteText(text)) return refused('it is no signed note')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return refused('the note has too many signatures')
  let signer: NoteKey | undefined
  for (const line of lines) {
    const [, name = '', encoded = ''] = LINE.exec(line) ?? []
    const blob = decodeBase64Strict(encoded)
    if (!isKeyName(name) || blob === undefined || blob.length < 5)
      return refused('a signature line cannot be read')
    const key = keys.find((known) => known.name === name && isSame(noteKeyId(known), blob.subarray(0, 4)))
    if (key === undefined) continue
    const imported = importPublicKey(key.public_key)
    if (imported === undefined || !verifyWith(imported, utf8Bytes(text), blob.subarray(4))) {
      return refused('the signature of a known key is false')
    }
    signer ??= key
  }
  return signer === undefined ? refused('no known key signed the note') : { ok: true, text, signer }
}

/** Lines that each end with a break, without other control characters or lone surrogates. */
function isNoteText(text: string): boolean {
  return text.endsWith('\n') && /^(?:\n|[^\p{Cc}\p{Cs}]|[\u007f-\u009f])*$/u.test(text)
}

function isKeyName(name: string): boolean {
  return /^[^\s+\p{Cc}\p{Cs}\u0085]+$/u.test(name)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function refused(reason: string): NoteVerdict {
  return { ok: false, reason }
}
