import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeMetrics } from './merge-metrics.ts'

test('every sample of every worker stands once, below its family’s one description, and names its worker', () => {
  const page = (count: number) =>
    `# HELP modei_x_total How many\n# TYPE modei_x_total counter\nmodei_x_total{result="a b",kind="{"} ${count}\n` +
    `# HELP modei_up Whether\n# TYPE modei_up gauge\nmodei_up 1\nmodei_up{} 1\n`
  const merged = mergeMetrics(
    new Map([
      [1, page(3)],
      [2, page(4)],
    ]),
  )
  assert.equal(
    merged,
    [
      '# HELP modei_x_total How many',
      '# TYPE modei_x_total counter',
      'modei_x_total{worker="1",result="a b",kind="{"} 3',
      'modei_x_total{worker="2",result="a b",kind="{"} 4',
      '# HELP modei_up Whether',
      '# TYPE modei_up gauge',
      'modei_up{worker="1"} 1',
      'modei_up{worker="1"} 1',
      'modei_up{worker="2"} 1',
      'modei_up{worker="2"} 1',
      '',
    ].join('\n'),
  )
})

test('a worker that reported nothing is left out', () => {
  assert.equal(mergeMetrics(new Map([[1, '']])), '')
})
