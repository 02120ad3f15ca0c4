import { isIP } from 'node:net'

export interface ClientNetwork {
  /** What requests are counted by: an IPv4 address, or the /64 of an IPv6 one, all of which one caller has. */
  counted: string
  /** What is written down and shown: too wide to name a person. */
  shown: string | null
}

/** Reads the address of a client. Text that is no address is counted as it stands and never shown. */
export function clientNetwork(address: string): ClientNetwork {
  const [plain = ''] = address.split('%', 1)
  if (isIP(plain) === 4) return ofFour(plain)
  if (isIP(plain) !== 6) return { counted: address, shown: null }
  const groups = groupsOf(plain)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
    return ofFour(bytes.join('.'))
  }
  return { counted: `${hex(groups.slice(0, 4))}::/64`, shown: `${hex(groups.slice(0, 3))}::/48` }
}

function ofFour(address: string): ClientNetwork {
  return { counted: address, shown: `${address.split('.').slice(0, 3).join('.')}.0/24` }
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // The URL parser writes every spelling, dotted quads included, in one compressed form.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = read(head)
  const after = tail === undefined ? [] : read(tail)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function hex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}
