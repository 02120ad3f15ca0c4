import { canonicalJson } from '../crypto/canonical-json.ts'
import { utf8Bytes } from '../crypto/utf8.ts'
import type { Envelope } from './envelope.ts'

/** Writes envelopes, each object once however often it is asked for. */
export interface EnvelopeWriter {
  /** The RFC 8785 text, equal to `canonicalJson(envelope)`. */
  text(envelope: Envelope): string
  /** Canonical bytes of the envelope alone, its own chain counted as `null`, if there are more than `limit`. */
  excess(envelope: Envelope, limit: number): number | undefined
}

/** The text of one envelope around its delegation chain. */
interface Parts {
  readonly before: string
  readonly after: string
}

/**
 * Every link of a chain holds the whole chain above it, so writing each envelope from scratch doubles the work with
 * every link. This writer reuses the text of a link that is the same object. Attacker-controlled input is bounded by
 * the caller: a writer holds on to every text until it is dropped.
 */
export function envelopeWriter(): EnvelopeWriter {
  const parts = new Map<Envelope, Parts>()
  const texts = new Map<Envelope, string>()

  function partsOf(envelope: Envelope): Parts {
    return remember(parts, envelope, writeParts)
  }

  function text(envelope: Envelope): string {
    return remember(texts, envelope, ({ provenance }) => {
      const { before, after } = partsOf(envelope)
      const links = provenance.delegation_chain?.map(
        (link) =>
          `{"passport_json":${text(link.passport_json)},"signature":${canonicalJson(link.signature)}}`,
      )
      return `${before}${links === undefined ? 'null' : `[${links.join(',')}]`}${after}`
    })
  }

  function excess(envelope: Envelope, limit: number): number | undefined {
    const { before, after } = partsOf(envelope)
    // UTF-8 takes at most three bytes for one unit of UTF-16, so a short text is small without being encoded.
    if ((before.length + 'null'.length + after.length) * 3 <= limit) return undefined
    const size = utf8Bytes(`${before}null${after}`).length
    return size > limit ? size : undefined
  }

  return { text, excess }
}

/** The RFC 8785 text of an envelope. */
export function canonicalEnvelope(envelope: Envelope): string {
  return envelopeWriter().text(envelope)
}

// The members stand in the order of RFC 8785; a test compares with `canonicalJson` over generated envelopes.
function writeParts(envelope: Envelope): Parts {
  const { provenance } = envelope
  return {
    before:
      `{"delegation_authority":${envelope.delegation_authority}` +
      `,"identity":${canonicalJson(envelope.identity)}` +
      `,"passport_id":${canonicalJson(envelope.passport_id)}` +
      `,"permissions":${canonicalJson(envelope.permissions)}` +
      `,"provenance":{"catalog_content_hash":${canonicalJson(provenance.catalog_content_hash)}` +
      `,"catalog_version":${canonicalJson(provenance.catalog_version)}` +
      `,"delegation_chain":`,
    after:
      `,"expires_at":${canonicalJson(provenance.expires_at)}` +
      `,"gate_id":${canonicalJson(provenance.gate_id)}` +
      `,"issued_at":${canonicalJson(provenance.issued_at)}` +
      `,"issuer":${canonicalJson(provenance.issuer)}}` +
      `,"schema_version":2` +
      `,"verification_evidence":${canonicalJson(envelope.verification_evidence)}}`,
  }
}

function remember<V>(memo: Map<Envelope, V>, envelope: Envelope, make: (envelope: Envelope) => V): V {
  const known = memo.get(envelope)
  if (known !== undefined) return known
  const made = make(envelope)
  memo.set(envelope, made)
  return made
}
