/** What the processes of one server tell each other. */
export type WorkerMessage =
  /** A worker listens. It made the first workspace where it names a key. */
  | { kind: 'listening'; address: string; first_api_key: string | undefined }
  /** A worker was asked for the numbers of all of them. */
  | { kind: 'collect'; id: number }
  /** A worker's own numbers, as it was asked for them. */
  | { kind: 'collected'; id: number; text: string }

export type SupervisorMessage =
  | { kind: 'report'; id: number }
  /** The numbers of every worker that reported in time. */
  | { kind: 'merged'; id: number; text: string }

/** Whether a message is one of ours: the channel carries Node's own too. */
export function isKind<K extends (WorkerMessage | SupervisorMessage)['kind']>(
  message: unknown,
  kind: K,
): message is Extract<WorkerMessage | SupervisorMessage, { kind: K }> {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
}
