import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, eventually, sharedCluster, unique } from '../node.js'

const {
  CasMismatchError,
  DocumentExistsError,
  DocumentLockedError,
  DocumentNotFoundError,
  DocumentNotLockedError,
} = couchbase

const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()

test('a document is inserted, replaced, upserted and removed', async () => {
  const key = unique('life')

  const inserted = await documents.insert(key, { version: 1 })
  const replaced = await documents.replace(key, { version: 2 })
  const upserted = await documents.upsert(key, { version: 3 })
  const got = await documents.get(key)
  assert.deepEqual(got.content, { version: 3 })
  assert.equal(got.cas.toString(), upserted.cas.toString())
  assert.equal(new Set([inserted, replaced, upserted].map((each) => each.cas.toString())).size, 3)

  await documents.remove(key)
  await assert.rejects(documents.get(key), DocumentNotFoundError)
})

test('what does not exist is refused', async () => {
  const key = unique('missing')

  await assert.rejects(documents.get(key), DocumentNotFoundError)
  await assert.rejects(documents.replace(key, 1), DocumentNotFoundError)
  await assert.rejects(documents.remove(key), DocumentNotFoundError)
  await assert.rejects(documents.touch(key, 10), DocumentNotFoundError)
  await assert.rejects(documents.getAndTouch(key, 10), DocumentNotFoundError)
  await assert.rejects(documents.getAndLock(key, 10), DocumentNotFoundError)
  await assert.rejects(documents.binary().increment(key, 1), DocumentNotFoundError)
})

test('what exists is not inserted again', async () => {
  const key = unique('twice')
  await documents.insert(key, 1)

  await assert.rejects(documents.insert(key, 2), DocumentExistsError)
  assert.equal((await documents.get(key)).content, 1)
})

test('a stale CAS is refused, the right one is not', async () => {
  const key = unique('cas')
  const stale = (await documents.insert(key, 1)).cas
  const { cas } = await documents.replace(key, 2)

  await assert.rejects(documents.replace(key, 3, { cas: stale }), CasMismatchError)
  await assert.rejects(documents.remove(key, { cas: stale }), CasMismatchError)

  const next = await documents.replace(key, 3, { cas })
  await documents.remove(key, { cas: next.cas })
})

test('mutations carry tokens whose seqno grows', async () => {
  const key = unique('token')
  const first = (await documents.upsert(key, 1)).token.toJSON()
  const second = (await documents.upsert(key, 2)).token.toJSON()

  assert.equal(first.bucket_name, BUCKET)
  assert.equal(second.partition_id, first.partition_id)
  assert.equal(second.partition_uuid, first.partition_uuid)
  assert.ok(BigInt(second.sequence_number) > BigInt(first.sequence_number))
})

test('exists tells whether, and the CAS', async () => {
  const key = unique('exists')
  assert.equal((await documents.exists(key)).exists, false)

  const { cas } = await documents.insert(key, 1)
  const found = await documents.exists(key)
  assert.equal(found.exists, true)
  assert.equal(found.cas.toString(), cas.toString())

  await documents.remove(key)
  assert.equal((await documents.exists(key)).exists, false)
})

test('a lock keeps others out until it is given back', async () => {
  const key = unique('lock')
  await documents.insert(key, 1)

  const { cas, content } = await documents.getAndLock(key, 15)
  assert.equal(content, 1)
  // The SDK retries what is locked until it runs out of time, and then says so.
  await assert.rejects(
    documents.upsert(key, 2, { timeout: 300 }),
    (error) => error instanceof couchbase.TimeoutError || error instanceof DocumentLockedError
  )
  const foreign = (await documents.upsert(unique('other'), 1)).cas
  await assert.rejects(documents.unlock(key, foreign, { timeout: 300 }), couchbase.CouchbaseError)

  await documents.unlock(key, cas)
  await documents.upsert(key, 3)
  await assert.rejects(documents.unlock(key, cas), DocumentNotLockedError)
})

test('whoever has the lock writes, which gives it back', async () => {
  const key = unique('lock-write')
  await documents.insert(key, 1)
  const { cas } = await documents.getAndLock(key, 15)

  await documents.replace(key, 2, { cas })

  await documents.upsert(key, 3)
})

test('a lock ends by itself', async () => {
  const key = unique('lock-end')
  await documents.insert(key, 1)
  await documents.getAndLock(key, 1)

  await documents.upsert(key, 2, { timeout: 5_000 })

  assert.equal((await documents.get(key)).content, 2)
})

test('counters count, and stop at zero', async () => {
  const key = unique('counter')
  const counters = documents.binary()

  assert.equal((await counters.increment(key, 5, { initial: 100 })).value, 100)
  assert.equal((await counters.increment(key, 5)).value, 105)
  assert.equal((await counters.decrement(key, 6)).value, 99)
  assert.equal((await counters.decrement(key, 1000)).value, 0)
  assert.equal((await documents.get(key)).content, 0)
})

test('what is no number is not counted', async () => {
  const key = unique('no-counter')
  await documents.upsert(key, { a: 1 })

  await assert.rejects(documents.binary().increment(key, 1), couchbase.DeltaInvalidError)
})

test('values grow at both ends', async () => {
  const key = unique('binary')
  await documents.insert(key, Buffer.from([2]))

  await documents.binary().append(key, Buffer.from([3, 0xff]))
  await documents.binary().prepend(key, Buffer.from([0, 1]))

  assert.deepEqual((await documents.get(key)).content, Buffer.from([0, 1, 2, 3, 0xff]))
})

test('nothing is appended to what does not exist', async () => {
  // Statuses differ between the two: a document not stored, as the protocol has it.
  await assert.rejects(documents.binary().append(unique('none'), Buffer.from('x')), couchbase.CouchbaseError)
})

test('documents expire', async () => {
  const key = unique('expiry')
  await documents.insert(key, 1, { expiry: 1 })
  assert.equal((await documents.get(key)).content, 1)

  await eventually(async () => !(await documents.exists(key)).exists)

  await assert.rejects(documents.get(key), DocumentNotFoundError)
  await documents.insert(key, 2)
})

test('expiry is shown, touched, removed and preserved', async () => {
  const key = unique('expiry-changes')
  const shown = async () => (await documents.get(key, { withExpiry: true })).expiryTime
  const now = Math.floor(Date.now() / 1000)
  const isIn = (time, seconds) => Math.abs(time - now - seconds) <= 10

  await documents.insert(key, 1, { expiry: 100 })
  assert.ok(isIn(await shown(), 100))
  await documents.touch(key, 1_000)
  assert.ok(isIn(await shown(), 1_000))
  await documents.upsert(key, 2, { preserveExpiry: true })
  assert.ok(isIn(await shown(), 1_000))
  await documents.replace(key, 3, { preserveExpiry: true })
  assert.ok(isIn(await shown(), 1_000))
  assert.equal((await documents.getAndTouch(key, new Date((now + 100_000_000) * 1000))).content, 3)
  assert.ok(isIn(await shown(), 100_000_000))
  await documents.upsert(key, 4)
  assert.equal(await shown(), 0)
})

test('replica reads answer from the active copy', async () => {
  const key = unique('replica')
  await documents.insert(key, { a: 1 })

  const any = await documents.getAnyReplica(key)
  assert.deepEqual(any.content, { a: 1 })
  assert.equal(any.isReplica, false)
  const all = await documents.getAllReplicas(key)
  assert.deepEqual(
    all.map((each) => [each.content, each.isReplica]),
    [[{ a: 1 }, false]]
  )
})

test('projections are read as sub-documents', async () => {
  const key = unique('projection')
  const content = { name: 'x', nested: { deep: [1, 2], other: true } }
  for (let i = 0; i < 20; i++) {
    content[`field${i}`] = i
  }
  await documents.insert(key, content)

  const few = await documents.get(key, { project: ['name', 'nested.deep', 'none'] })
  assert.deepEqual(few.content, { name: 'x', nested: { deep: [1, 2] } })
  const fields = Object.keys(content).filter((name) => name.startsWith('field'))
  const many = await documents.get(key, { project: fields })
  assert.equal(Object.keys(many.content).length, 20)
})

test('what the node does not have is refused as by a server without it', async () => {
  await documents.upsert(unique('scan'), 1)
  for (const scan of [new couchbase.RangeScan(), new couchbase.PrefixScan('scan')]) {
    // Now and then this SDK ends a scan before it has heard of the error.
    const outcome = await documents.scan(scan).then(
      (rows) => rows.length,
      (error) => error
    )
    assert.ok(outcome === 0 || outcome instanceof couchbase.UnsupportedOperationError, outcome)
  }
  await assert.rejects(
    documents.lookupInAnyReplica('key', [couchbase.LookupInSpec.get('a')]),
    couchbase.FeatureNotAvailableError
  )
})
