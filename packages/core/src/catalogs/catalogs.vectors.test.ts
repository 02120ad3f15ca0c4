import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diffCatalogs } from './diff.ts'
import { findCatalogFaults } from './faults.ts'
import { catalogVectors, listed, type PartialPermission } from './permissions.fixture.ts'
import { buildSnapshot, readSnapshot } from './snapshot.ts'

describe('the content hash is that of the Python package', () => {
  const { cases, published_at_ms } = catalogVectors('content-hashes.json')
  for (const { name, catalog_snapshot: snapshot, content_hash } of cases) {
    test(name, () => {
      const { gate_id, version, permissions } = snapshot
      const built = buildSnapshot({ gate_id, version, published_at: published_at_ms, permissions })
      assert.equal(built.content_hash, content_hash)
      assert.deepEqual(built.snapshot, snapshot)
      assert.deepEqual(readSnapshot(built.snapshot_json, content_hash), snapshot)
    })
  }
})

describe('every change between two versions is named, with whether it is breaking', () => {
  for (const { name, old, new: next, changes } of catalogVectors('changes.json').cases) {
    test(name, () => assert.deepEqual(diffCatalogs(old.map(listed), next.map(listed)), changes))
  }
})

describe('every fault of a draft is found, at its pointer', () => {
  for (const { name, currency, permissions, faults } of catalogVectors('faults.json').cases) {
    test(name, () => {
      const given: PartialPermission[] = permissions
      const found = findCatalogFaults(given.map(listed), currency)
      assert.deepEqual([...new Set(found.map(({ pointer }) => pointer))], faults)
    })
  }
})
