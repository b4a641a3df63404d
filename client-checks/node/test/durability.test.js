import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, sharedCluster, unique } from '../node.js'

const { DurabilityLevel, MutateInSpec } = couchbase

const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()

const LEVELS = [
  DurabilityLevel.Majority,
  DurabilityLevel.MajorityAndPersistOnMaster,
  DurabilityLevel.PersistToMajority,
]

for (const durabilityLevel of LEVELS) {
  test(`one node meets ${DurabilityLevel[durabilityLevel]}, whatever writes`, async () => {
    const key = unique('durable')
    const options = { durabilityLevel }

    await documents.insert(key, { n: 1 }, options)
    await documents.upsert(key, { n: 2 }, options)
    await documents.replace(key, { n: 3 }, options)
    await documents.mutateIn(key, [MutateInSpec.increment('n', 1)], options)
    assert.deepEqual((await documents.get(key)).content, { n: 4 })
    await documents.remove(key, options)
    await documents.binary().increment(key, 1, { initial: 7, ...options })
    assert.equal((await documents.get(key)).content, 7)
  })
}

test('a durable write takes two seqnos, its prepare and its commit', async () => {
  const key = unique('seqnos')
  const seqno = (result) => BigInt(result.token.toJSON().sequence_number)
  const before = seqno(await documents.upsert(key, 1))

  await documents.upsert(key, 2, { durabilityLevel: DurabilityLevel.Majority })
  const behind = seqno(await documents.upsert(key, 3))

  assert.equal(behind - before, 3n)
})

test('durable writes are refused like others', async () => {
  const key = unique('refused')
  const options = { durabilityLevel: DurabilityLevel.Majority }

  await assert.rejects(documents.replace(key, 1, options), couchbase.DocumentNotFoundError)
  const { cas } = await documents.insert(key, 1, options)
  await assert.rejects(documents.insert(key, 2, options), couchbase.DocumentExistsError)
  await documents.upsert(key, 3)
  await assert.rejects(documents.replace(key, 4, { cas, ...options }), couchbase.CasMismatchError)
})

test('observed durability: persisted here, replicated nowhere', async () => {
  const key = unique('observed')

  await documents.upsert(key, 1, { durabilityPersistTo: 1 })
  await assert.rejects(
    documents.upsert(key, 2, { durabilityReplicateTo: 1 }),
    couchbase.DurabilityImpossibleError
  )
})
