import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNextCursor } from './next-cursor.ts'

const CASES: [name: string, link: string | undefined, cursor: string | undefined][] = [
  ['no header', undefined, undefined],
  ['an empty header', '', undefined],
  ['a relative address', '</api/gates?cursor=abc>; rel="next"', 'abc'],
  ['an absolute address', '<https://example.com/api/gates?limit=5&cursor=a%2Fb%3D>; rel="next"', 'a/b='],
  ['a word without quotes', '<?cursor=abc>; rel=next', 'abc'],
  ['other parameters around it', '<?cursor=abc>; title="a, b"; rel="next"; type="x"', 'abc'],
  ['several relations', '<?cursor=abc>; rel="last next"', 'abc'],
  ['capitals', '<?cursor=abc>; REL="Next"', 'abc'],
  ['several links', '<?cursor=p>; rel="prev", <?cursor=n>; rel="next"', 'n'],
  ['a fragment', '<?cursor=abc#x?cursor=y>; rel="next"', 'abc'],
  ['another relation', '<?cursor=abc>; rel="prev"', undefined],
  ['a relation that only ends in next', '<?cursor=abc>; rel="notnext"', undefined],
  ['next inside another parameter', '<?cursor=abc>; title="next"; rel="prev"', undefined],
  ['no relation', '<?cursor=abc>', undefined],
  ['no cursor', '<?limit=5>; rel="next"', undefined],
  ['no angle brackets', '?cursor=abc; rel="next"', undefined],
]

for (const [name, link, cursor] of CASES) {
  test(name, () => assert.equal(readNextCursor(new Headers(link === undefined ? {} : { link })), cursor))
}
