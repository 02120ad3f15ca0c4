import { defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { metadataField } from './metadata.ts'
import { findPersonalData } from './pii/find-personal-data.ts'
import { Flag } from './values.ts'

/** Refuses an action that carries, or says that it carries, data about persons. */
export const dataNoPiiExport = defineConstraint({
  key: 'core:data:no_pii_export',
  sequence: 61,
  kind: 'limit',
  name: 'No personal data',
  description:
    'Blocks when metadata.contains_pii is anything but false, or when metadata holds an e-mail address, a payment ' +
    'card number, a US social security number or an IBAN.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  evaluate(required, facts) {
    if (!required) return { result: 'pass', limit: required }
    const declared = metadataField(facts.metadata, 'contains_pii') ?? false
    if (declared !== false) {
      return {
        result: 'block',
        reason: 'pii_declared',
        limit: required,
        detail: 'metadata.contains_pii says that there is personal data',
      }
    }
    const found = findPersonalData(facts.metadata)
    if (found === undefined) return { result: 'pass', limit: required }
    if (found === 'too_large') {
      return {
        result: 'block',
        reason: 'metadata_too_large',
        limit: required,
        detail: 'metadata is too large or too deep to be searched for personal data',
      }
    }
    return { result: 'block', reason: 'pii_found', limit: required, detail: `metadata holds ${found}` }
  },
  narrows: staysOn,
})
