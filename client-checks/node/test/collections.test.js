import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, eventually, sharedCluster, unique } from '../node.js'

const {
  CollectionExistsError,
  CollectionNotFoundError,
  DocumentNotFoundError,
  ScopeExistsError,
  ScopeNotFoundError,
  UnambiguousTimeoutError,
} = couchbase

const cluster = await sharedCluster()
const bucket = cluster.bucket(BUCKET)
const manager = bucket.collections()

const shortName = (name) => unique(name).slice(0, 24)

async function newCollection(options) {
  const scope = shortName('scope')
  const collection = shortName('collection')
  await manager.createScope(scope)
  await manager.createCollection(collection, scope, options)
  return { scope, collection, documents: bucket.scope(scope).collection(collection) }
}

test('a collection is created, used and listed', async () => {
  const { scope, collection, documents } = await newCollection()
  const key = unique('key')

  await documents.insert(key, { in: collection })
  assert.deepEqual((await documents.get(key)).content, { in: collection })
  await assert.rejects(bucket.defaultCollection().get(key), DocumentNotFoundError)

  const scopes = await manager.getAllScopes()
  const listed = scopes.find((each) => each.name === scope)
  assert.deepEqual(
    listed.collections.map((each) => each.name),
    [collection]
  )
  assert.ok(scopes.some((each) => each.name === '_default'))
})

test('collections of one scope do not see each other', async () => {
  const { scope, documents } = await newCollection()
  const second = shortName('second')
  await manager.createCollection(second, scope)
  const others = bucket.scope(scope).collection(second)
  const key = unique('key')

  await documents.insert(key, 1)
  await others.insert(key, 2)
  await documents.remove(key)

  assert.equal((await others.get(key)).content, 2)
})

test('sub-documents, counters and durable writes work in a collection', async () => {
  const { documents } = await newCollection()
  const key = unique('key')
  await documents.insert(key, { n: 1 }, { durabilityLevel: couchbase.DurabilityLevel.Majority })

  await documents.mutateIn(key, [couchbase.MutateInSpec.increment('n', 1)])
  const found = await documents.lookupIn(key, [couchbase.LookupInSpec.get('n')])
  assert.equal(found.content[0].value, 2)
  assert.equal((await documents.binary().increment(unique('counter'), 1, { initial: 9 })).value, 9)
})

test('the expiry of a collection is the one of its documents', async () => {
  const { documents } = await newCollection({ maxExpiry: 1000 })
  const key = unique('key')
  await documents.insert(key, 1)

  const { expiryTime } = await documents.get(key, { withExpiry: true })

  assert.ok(Math.abs(expiryTime - Date.now() / 1000 - 1000) < 10)
})

test('keys have up to 246 bytes outside the default collection', async () => {
  const { documents } = await newCollection()

  await documents.upsert('k'.repeat(246), 1)
  await assert.rejects(documents.upsert('k'.repeat(247), 1), couchbase.InvalidArgumentError)
})

test('what exists is not created again', async () => {
  const { scope, collection } = await newCollection()

  await assert.rejects(manager.createScope(scope), ScopeExistsError)
  await assert.rejects(manager.createCollection(collection, scope), CollectionExistsError)
})

test('what does not exist is neither used nor dropped', async () => {
  const { scope } = await newCollection()

  await assert.rejects(manager.createCollection('c', shortName('none')), ScopeNotFoundError)
  await assert.rejects(manager.dropScope(shortName('none')), ScopeNotFoundError)
  await assert.rejects(manager.dropCollection(shortName('none'), scope), CollectionNotFoundError)
})

test('an unknown collection is asked for again until the time is up', async () => {
  const unknown = bucket.scope('_default').collection(shortName('none'))

  // The SDK waits for it to appear: creating one takes a while on a cluster.
  await assert.rejects(unknown.get('key', { timeout: 500 }), UnambiguousTimeoutError)
})

test('a collection that appears late is found by whoever waits for it', async () => {
  const { scope } = await newCollection()
  const late = shortName('late')

  const write = bucket.scope(scope).collection(late).upsert('key', 1, { timeout: 8_000 })
  await manager.createCollection(late, scope)

  await write
})

test('a dropped collection is gone, and one of its name is another', async () => {
  const { scope, collection, documents } = await newCollection()
  await documents.insert('key', 1)

  await manager.dropCollection(collection, scope)
  await manager.createCollection(collection, scope)

  await eventually(async () => !(await documents.exists('key')).exists)
  await documents.insert('key', 2)
  assert.equal((await documents.get('key')).content, 2)
})
