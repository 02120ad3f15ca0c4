/** A passport as it is presented: the envelope, or its text, and the signature over it. Attacker-controlled. */
export interface PresentedEnvelope {
  readonly passport_json: unknown
  readonly signature: string
}

/** An assertion as it is presented: a `SignedAssertion` about this one request. Attacker-controlled. */
export interface PresentedAssertion {
  readonly assertion_json: object
  readonly assertion_signature: string
}

/** What a caller shows of itself: an envelope or an id, and maybe an assertion by the passport's own key. */
export interface Presentation {
  readonly passport?: PresentedEnvelope | undefined
  readonly passport_id?: string | undefined
  readonly assertion?: PresentedAssertion | undefined
}

/** One action that somebody asks for. All but the presentation is the resource owner's own word. */
export interface GateRequest extends Presentation {
  readonly action: string
  readonly target?: string | undefined
  readonly cost_cents?: number | undefined
  /** What constraints on data and models look at: `model`, `payload_bytes`, … */
  readonly context?: Readonly<Record<string, unknown>> | undefined
  /** Of a held action that a person has approved since. */
  readonly approval_request_id?: string | undefined
}
