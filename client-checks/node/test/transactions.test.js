import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, OTHER_BUCKET, sharedCluster, unique } from '../node.js'

const { DocumentExistsError, DocumentNotFoundError, TransactionFailedError } = couchbase

/*
 * The SDK's transactions are made of what the node has: documents created as tombstones, attributes
 * with macros, access to what is deleted, durable writes, and the clock of a vbucket.
 */
const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()
const others = cluster.bucket(OTHER_BUCKET).defaultCollection()

async function stored(content, collection = documents) {
  const key = unique('transaction')
  await collection.insert(key, content)
  return key
}

const contentOf = async (key, collection = documents) => (await collection.get(key)).content

async function attributesOf(key) {
  const { content } = await documents.lookupIn(key, [
    couchbase.LookupInSpec.exists('txn', { xattr: true }),
  ])
  return content[0].value
}

test('a transaction over two buckets is committed as a whole', async () => {
  const replaced = await stored({ n: 1 })
  const removed = await stored({ n: 2 }, others)
  const inserted = unique('inserted')

  await cluster.transactions().run(async (attempt) => {
    const first = await attempt.get(documents, replaced)
    await attempt.replace(first, { n: first.content.n + 10 })
    await attempt.insert(documents, inserted, { n: 3 })
    await attempt.remove(await attempt.get(others, removed))
    // Others see nothing of it yet.
    assert.deepEqual(await contentOf(replaced), { n: 1 })
    assert.equal((await documents.exists(inserted)).exists, false)
  })

  assert.deepEqual(await contentOf(replaced), { n: 11 })
  assert.deepEqual(await contentOf(inserted), { n: 3 })
  assert.equal((await others.exists(removed)).exists, false)
  assert.equal(await attributesOf(replaced), false)
  assert.equal(await attributesOf(inserted), false)
})

test('a transaction that fails leaves nothing behind', async () => {
  const replaced = await stored({ n: 1 })
  const inserted = unique('inserted')

  await assert.rejects(
    cluster.transactions().run(async (attempt) => {
      await attempt.replace(await attempt.get(documents, replaced), { n: 2 })
      await attempt.insert(documents, inserted, { n: 3 })
      throw new Error('no')
    }),
    TransactionFailedError
  )

  assert.deepEqual(await contentOf(replaced), { n: 1 })
  assert.equal(await attributesOf(replaced), false)
  await assert.rejects(documents.get(inserted), DocumentNotFoundError)
  await documents.insert(inserted, { n: 4 })
})

test('of transactions that meet at a document, those that succeed all count', async () => {
  const key = await stored({ n: 0 })

  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, () =>
      cluster.transactions().run(async (attempt) => {
        const current = await attempt.get(documents, key)
        await attempt.replace(current, { n: current.content.n + 1 })
      })
    )
  )

  // This SDK does not begin anew when a write in the middle of a transaction meets another's.
  const failures = outcomes.filter((each) => each.status === 'rejected').map((each) => each.reason)
  assert.ok(failures.every((reason) => reason instanceof TransactionFailedError))
  assert.ok(failures.length < outcomes.length)
  assert.deepEqual(await contentOf(key), { n: outcomes.length - failures.length })
  assert.equal(await attributesOf(key), false)
})

test('what is missing or there already is told inside of a transaction', async () => {
  const key = await stored({ n: 1 })
  await cluster.transactions().run(async (attempt) => {
    await assert.rejects(attempt.get(documents, unique('missing')), DocumentNotFoundError)
  })

  await assert.rejects(
    cluster.transactions().run((attempt) => attempt.insert(documents, key, { n: 2 })),
    (error) => error instanceof TransactionFailedError && error.cause instanceof DocumentExistsError
  )
})

test('a document that was removed can be inserted by a transaction', async () => {
  const key = await stored({ n: 1 })
  await documents.remove(key)

  await cluster.transactions().run((attempt) => attempt.insert(documents, key, { n: 2 }))

  assert.deepEqual(await contentOf(key), { n: 2 })
})
