import { z } from 'zod'
import { InputTimestamp, id, optional, Signature, SignedEnvelopeBody, text } from './common.ts'

export const PassportRegistered = z
  .object({
    passport_id: z.string(),
    agent_id: z.string(),
    status: z
      .enum(['active', 'idempotent'])
      .describe('`idempotent`: it was registered before, with the same bytes'),
  })
  .meta({ id: 'PassportRegistered' })
export type PassportRegistered = z.infer<typeof PassportRegistered>

export const SelfRevoke = z
  .strictObject({
    assertion_json: z.strictObject({
      passport_id: id('passport'),
      action: z.literal('revoke'),
      nonce: text(256),
      revoked_at: InputTimestamp,
    }),
    assertion_signature: Signature.describe(
      "Signature over the canonical `assertion_json` by the passport's own key or by an ancestor's",
    ),
    passport: optional(SignedEnvelopeBody),
  })
  .meta({ id: 'SelfRevoke' })
export type SelfRevoke = z.input<typeof SelfRevoke>

export const SelfRevoked = z
  .object({ passport_id: z.string(), status: z.enum(['revoked', 'already_revoked']) })
  .meta({ id: 'SelfRevoked' })
export type SelfRevoked = z.infer<typeof SelfRevoked>
