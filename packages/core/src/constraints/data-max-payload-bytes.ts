import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { metadataField } from './metadata.ts'
import { Count } from './values.ts'

/** Caps how much an action says that it sends. */
export const dataMaxPayloadBytes = defineConstraint({
  key: 'core:data:max_payload_bytes',
  sequence: 63,
  kind: 'limit',
  name: 'Largest payload',
  description: 'Blocks when metadata.payload_bytes is absent or greater.',
  value_type: 'integer',
  unit: 'bytes',
  value: Count,
  evaluate(limit, facts) {
    const size = metadataField(facts.metadata, 'payload_bytes')
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      return {
        result: 'block',
        reason: 'payload_size_missing',
        limit,
        detail: 'metadata.payload_bytes is not a whole, non-negative number of bytes',
      }
    }
    if (size <= limit) return { result: 'pass', limit, requested: size }
    return {
      result: 'block',
      reason: 'payload_size_exceeded',
      limit,
      requested: size,
      detail: `the payload has ${size} bytes, the limit is ${limit}`,
    }
  },
  narrows: isLower,
})
