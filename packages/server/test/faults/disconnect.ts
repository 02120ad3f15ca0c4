import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { faultRound, type RoundFigures } from './fault-round.ts'
import { type Rig, until } from './rig.ts'
import { requestOf, type Subject } from './subjects.ts'

const EACH = 6

/** Clients that go away with half of their body sent, before the answer, or in the middle of it; and ask again. */
export function disconnect(rig: Rig): Promise<RoundFigures> {
  return faultRound(rig, async (load, { passports }) => {
    const ports: number[] = []
    const gone = passports.flatMap((subject, turn) =>
      Array.from({ length: Math.ceil((EACH * LEAVES.length) / passports.length) }, async (_, i) => {
        const leave = LEAVES[i % LEAVES.length]
        assert.ok(leave)
        const key = `left-${subject.passport_id}-${i}`
        const { socket, head, body } = await dial(
          rig,
          rig.servers[turn % rig.servers.length] ?? '',
          subject,
          key,
        )
        ports.push(socket.localPort ?? 0)
        await leave(socket, head, body)
        socket.destroy()
        // Perhaps decided by now, perhaps not: the repeat is one decision with the other.
        await load.ask(subject, key, turn + i)
      }),
    )
    await Promise.all(gone)
    await until(() => !ports.some((port) => rig.holds?.(port)))
  })
}

type Leave = (socket: Socket, head: string, body: string) => Promise<unknown>

const LEAVES: readonly Leave[] = [
  (socket, head, body) => send(socket, head + body.slice(0, body.length / 2)),
  (socket, head, body) => send(socket, head + body),
  async (socket, head, body) => {
    await send(socket, head + body)
    await once(socket, 'data')
  },
]

async function dial(
  rig: Rig,
  server: string,
  subject: Subject,
  key: string,
): Promise<{ socket: Socket; head: string; body: string }> {
  const { hostname, port } = new URL(server)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const body = JSON.stringify(requestOf(subject))
  const head = [
    'POST /api/enforce HTTP/1.1',
    `host: ${hostname}`,
    `authorization: Bearer ${rig.key}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    `idempotency-key: ${key}`,
    '\r\n',
  ].join('\r\n')
  return { socket, head, body }
}

function send(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => socket.write(text, () => resolve()))
}
