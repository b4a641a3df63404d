import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, sharedCluster, unique } from '../node.js'

const { LookupInMacro, LookupInSpec, MutateInMacro, MutateInSpec, StoreSemantics } = couchbase

const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()

const XATTR = { xattr: true }
const CREATE = { createPath: true }

async function stored(content) {
  const key = unique('subdoc')
  const { cas } = await documents.insert(key, content)
  return { key, cas }
}

async function values(key, specs, options) {
  const result = await documents.lookupIn(key, specs, options)
  return result.content.map((each) => each.error ?? each.value)
}

async function after(content, specs) {
  const { key } = await stored(content)
  await documents.mutateIn(key, specs)
  return (await documents.get(key)).content
}

async function refuses(content, spec, error) {
  const { key, cas } = await stored(content)
  await assert.rejects(documents.mutateIn(key, [spec]), error)
  const untouched = await documents.get(key)
  assert.deepEqual(untouched.content, content)
  assert.equal(untouched.cas.toString(), cas.toString())
}

test('parts are read, counted and looked for', async () => {
  const { key } = await stored({ a: { b: [1, 'two', null] }, 'dotted.name': 1 })

  const found = await values(key, [
    LookupInSpec.get('a'),
    LookupInSpec.get('a.b[1]'),
    LookupInSpec.get('a.b[-1]'),
    LookupInSpec.get('`dotted.name`'),
    LookupInSpec.get(''),
    LookupInSpec.count('a.b'),
    LookupInSpec.exists('a.b[0]'),
    LookupInSpec.exists('a.c'),
  ])

  assert.deepEqual(found, [
    { b: [1, 'two', null] },
    'two',
    null,
    1,
    { a: { b: [1, 'two', null] }, 'dotted.name': 1 },
    3,
    true,
    false,
  ])
})

test('each path has its own error', async () => {
  const { key } = await stored({ a: 1, list: [] })

  const found = await values(key, [
    LookupInSpec.get('a'),
    LookupInSpec.get('none'),
    LookupInSpec.get('a.b'),
    LookupInSpec.get('list[0]'),
    LookupInSpec.get('..'),
    LookupInSpec.count('a'),
  ])

  assert.equal(found[0], 1)
  assert.ok(found[1] instanceof couchbase.PathNotFoundError)
  assert.ok(found[2] instanceof couchbase.PathMismatchError)
  assert.ok(found[3] instanceof couchbase.PathNotFoundError)
  assert.ok(found[4] instanceof couchbase.PathInvalidError)
  assert.ok(found[5] instanceof couchbase.PathMismatchError)
})

test('what is missing or no JSON has no parts', async () => {
  const specs = [LookupInSpec.get('a')]
  await assert.rejects(documents.lookupIn(unique('none'), specs), couchbase.DocumentNotFoundError)

  const { key } = await stored(Buffer.from('no JSON'))
  const [error] = await values(key, specs)
  assert.ok(error instanceof couchbase.DocumentNotJsonError)
})

test('dictionaries change', async () => {
  const changed = await after({ old: 1, gone: 2, same: 3 }, [
    MutateInSpec.insert('new', { x: [] }),
    MutateInSpec.upsert('upserted', null),
    MutateInSpec.upsert('a.b.c', true, CREATE),
    MutateInSpec.replace('old', 'replaced'),
    MutateInSpec.remove('gone'),
  ])

  assert.deepEqual(changed, {
    old: 'replaced',
    same: 3,
    new: { x: [] },
    upserted: null,
    a: { b: { c: true } },
  })
})

test('arrays change', async () => {
  const changed = await after({ list: [2], empty: [] }, [
    MutateInSpec.arrayAppend('list', 3),
    MutateInSpec.arrayAppend('list', [4, 5], { multi: true }),
    MutateInSpec.arrayPrepend('list', 1),
    MutateInSpec.arrayInsert('list[0]', 0),
    MutateInSpec.arrayAddUnique('list', 6),
    MutateInSpec.arrayAppend('made.here', 'first', CREATE),
    MutateInSpec.replace('list[-1]', 'last'),
    MutateInSpec.remove('list[1]'),
  ])

  assert.deepEqual(changed, {
    list: [0, 2, 3, 4, 5, 'last'],
    empty: [],
    made: { here: ['first'] },
  })
})

test('counters of a document count', async () => {
  const { key } = await stored({ n: 40 })

  const result = await documents.mutateIn(key, [
    MutateInSpec.increment('n', 2),
    MutateInSpec.decrement('below.zero', 3, CREATE),
  ])

  assert.deepEqual(
    result.content.map((each) => each?.value),
    [42, -3]
  )
  assert.deepEqual((await documents.get(key)).content, { n: 42, below: { zero: -3 } })
})

test('a change that is refused changes nothing, and says why', async () => {
  const [insert, replace, remove, upsert, increment] = ['insert', 'replace', 'remove', 'upsert', 'increment'].map(
    (name) => MutateInSpec[name].bind(MutateInSpec)
  )
  const content = { a: 1, list: [1], large: Number.MAX_SAFE_INTEGER }

  await refuses(content, insert('a', 2), couchbase.PathExistsError)
  await refuses(content, replace('none', 2), couchbase.PathNotFoundError)
  await refuses(content, remove('none'), couchbase.PathNotFoundError)
  await refuses(content, upsert('x.y', 2), couchbase.PathNotFoundError)
  await refuses(content, upsert('a.b', 2), couchbase.PathMismatchError)
  await refuses(content, upsert('a..b', 2), couchbase.PathInvalidError)
  await refuses(content, MutateInSpec.arrayAppend('a', 2), couchbase.PathMismatchError)
  await refuses(content, MutateInSpec.arrayAddUnique('list', 1), couchbase.PathExistsError)
  await refuses(content, increment('a', 0), couchbase.DeltaInvalidError)
  await refuses(content, increment('list', 1), couchbase.PathMismatchError)
  await refuses(content, upsert(`${'a.'.repeat(33)}a`, 1, CREATE), couchbase.PathTooBigError)
})

test('the first of several that is refused undoes those before it', async () => {
  const { key } = await stored({ a: 1 })

  await assert.rejects(
    documents.mutateIn(key, [MutateInSpec.upsert('a', 2), MutateInSpec.insert('a', 3)]),
    couchbase.PathExistsError
  )

  assert.deepEqual((await documents.get(key)).content, { a: 1 })
})

test('sixteen paths are as many as there can be', async () => {
  const { key } = await stored({})
  const specs = (count) => Array.from({ length: count }, (_, i) => MutateInSpec.upsert(`f${i}`, i))

  await documents.mutateIn(key, specs(16))
  await assert.rejects(documents.mutateIn(key, specs(17)), couchbase.CouchbaseError)

  assert.equal(Object.keys((await documents.get(key)).content).length, 16)
})

test('store semantics decide what becomes of a missing document', async () => {
  const specs = [MutateInSpec.upsert('a', 1)]
  const { Insert, Replace, Upsert } = StoreSemantics
  const inserted = unique('insert')
  const upserted = unique('upsert')

  await documents.mutateIn(inserted, specs, { storeSemantics: Insert })
  await documents.mutateIn(upserted, specs, { storeSemantics: Upsert })
  await documents.mutateIn(upserted, specs, { storeSemantics: Upsert })

  assert.deepEqual((await documents.get(inserted)).content, { a: 1 })
  await assert.rejects(
    documents.mutateIn(inserted, specs, { storeSemantics: Insert }),
    couchbase.DocumentExistsError
  )
  await assert.rejects(
    documents.mutateIn(unique('replace'), specs, { storeSemantics: Replace }),
    couchbase.DocumentNotFoundError
  )
})

test('a stale CAS is refused', async () => {
  const { key, cas } = await stored({ a: 1 })
  await documents.upsert(key, { a: 2 })

  await assert.rejects(
    documents.mutateIn(key, [MutateInSpec.upsert('a', 3)], { cas }),
    couchbase.CasMismatchError
  )
})

test('expiry is set and preserved', async () => {
  const { key } = await stored({ a: 1 })
  const expiry = async () => (await documents.get(key, { withExpiry: true })).expiryTime

  await documents.mutateIn(key, [MutateInSpec.upsert('a', 2)], { expiry: 1_000 })
  const set = await expiry()
  await documents.mutateIn(key, [MutateInSpec.upsert('a', 3)], { preserveExpiry: true })

  assert.ok(set > Date.now() / 1000)
  assert.equal(await expiry(), set)
})

test('attributes live beside the body', async () => {
  const { key } = await stored({ body: true })

  await documents.mutateIn(key, [
    MutateInSpec.upsert('_sync.rev', '1-a', { ...XATTR, ...CREATE }),
    MutateInSpec.upsert('body', 'changed'),
  ])
  assert.deepEqual((await documents.get(key)).content, { body: 'changed' })
  assert.deepEqual(
    await values(key, [LookupInSpec.get('_sync', XATTR), LookupInSpec.exists('_sync.none', XATTR)]),
    [{ rev: '1-a' }, false]
  )

  await documents.upsert(key, { body: 'upserted' })
  assert.deepEqual(await values(key, [LookupInSpec.get('_sync.rev', XATTR)]), ['1-a'])
  await documents.mutateIn(key, [MutateInSpec.remove('_sync', XATTR)])
  const [gone] = await values(key, [LookupInSpec.get('_sync', XATTR)])
  assert.ok(gone instanceof couchbase.PathNotFoundError)
})

test('system attributes survive a removal, the others do not', async () => {
  const { key } = await stored({ body: true })
  await documents.mutateIn(key, [MutateInSpec.upsert('_sys', 1, XATTR)])
  await documents.mutateIn(key, [MutateInSpec.upsert('user', 2, XATTR)])

  await documents.remove(key)

  const specs = (name) => [LookupInSpec.get(name, XATTR)]
  await assert.rejects(documents.lookupIn(key, specs('_sys')), couchbase.DocumentNotFoundError)
  const accessDeleted = { accessDeleted: true }
  assert.deepEqual(await values(key, specs('_sys'), accessDeleted), [1])
  const [user] = await values(key, specs('user'), accessDeleted)
  assert.ok(user instanceof couchbase.PathNotFoundError)
})

test('macros become what the mutation was', async () => {
  const { key } = await stored({ hello: 1 })

  const result = await documents.mutateIn(key, [
    MutateInSpec.upsert('_m.cas', MutateInMacro.Cas, CREATE),
    MutateInSpec.upsert('_m.seqno', MutateInMacro.SeqNo, CREATE),
    MutateInSpec.upsert('_m.crc', MutateInMacro.ValueCrc32c, CREATE),
  ])

  const [written] = await values(key, [LookupInSpec.get('_m', XATTR)])
  const [document] = await values(key, [LookupInSpec.get(LookupInMacro.Document)])
  const little = Buffer.from(written.cas.slice(2), 'hex').reverse().toString('hex')
  assert.equal(`0x${little}`, document.CAS)
  assert.equal(written.seqno, document.seqno)
  assert.equal(BigInt(document.seqno), BigInt(result.token.toJSON().sequence_number))
  // Of {"hello":1}, as a 7.6.12 computed it.
  assert.equal(written.crc, '0xf9c2544e')
})

test('virtual attributes describe the document', async () => {
  const { key } = await stored({ a: 1 })

  const [expiry, cas, seqno, modified, deleted, bytes, revision] = await values(key, [
    LookupInSpec.get(LookupInMacro.Expiry),
    LookupInSpec.get(LookupInMacro.Cas),
    LookupInSpec.get(LookupInMacro.SeqNo),
    LookupInSpec.get(LookupInMacro.LastModified),
    LookupInSpec.get(LookupInMacro.IsDeleted),
    LookupInSpec.get(LookupInMacro.ValueSizeBytes),
    LookupInSpec.get(LookupInMacro.RevId),
  ])

  assert.equal(expiry, 0)
  assert.match(cas, /^0x[0-9a-f]{16}$/)
  assert.match(seqno, /^0x[0-9a-f]{16}$/)
  assert.ok(Math.abs(Number(modified) - Date.now() / 1000) < 10)
  assert.equal(deleted, false)
  assert.equal(bytes, 7)

  await documents.upsert(key, { a: 2 })
  const [next] = await values(key, [LookupInSpec.get(LookupInMacro.RevId)])
  assert.equal(BigInt(next), BigInt(revision) + 1n)
})

test('the data structures of the SDK work', async () => {
  const list = documents.list(unique('list'))
  await list.push('b')
  await list.unshift('a')
  assert.deepEqual(await list.getAll(), ['a', 'b'])
  assert.equal(await list.getAt(1), 'b')
  await list.removeAt(0)
  assert.equal(await list.size(), 1)

  const map = documents.map(unique('map'))
  await map.set('x', { y: 1 })
  assert.deepEqual(await map.get('x'), { y: 1 })
  assert.equal(await map.exists('z'), false)

  const set = documents.set(unique('set'))
  assert.equal(await set.add(1), true)
  assert.equal(await set.add(1), false)
  assert.deepEqual(await set.values(), [1])

  const queue = documents.queue(unique('queue'))
  await queue.push(1)
  await queue.push(2)
  assert.deepEqual([await queue.pop(), await queue.pop()], [1, 2])
})
