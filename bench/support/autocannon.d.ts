/** The part of autocannon that the benchmarks use; it brings no types of its own. */
declare module 'autocannon' {
  interface Options {
    url: string
    connections: number
    duration: number
    method: 'POST'
    headers: Readonly<Record<string, string>>
    requests: readonly Request[]
    setupClient(client: Client): void
  }

  interface Request {
    path: string
    body: string
  }

  interface Client {
    on(event: 'response', told: (status: number, bytes: number, milliseconds: number) => void): void
    setRequests(requests: readonly Request[]): void
  }

  interface Result {
    '2xx': number
    non2xx: number
    errors: number
    /** Seconds. */
    duration: number
  }

  export default function autocannon(options: Options): Promise<Result>
}
