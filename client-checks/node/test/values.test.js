import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'

import couchbase from 'couchbase'

import { BUCKET, sharedCluster, unique } from '../node.js'

const MEBIBYTE = 1 << 20

const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()

async function comesBack(key, value, options) {
  await documents.upsert(key, value, options)
  assert.deepEqual((await documents.get(key, options)).content, value)
}

test('every kind of JSON value comes back', async () => {
  const values = [0, -1.5e300, true, null, [], {}, [[1, { a: null }]], { '': { ' ': 'é\u0000\u2028' } }]
  for (const value of values) {
    await comesBack(unique('json'), value)
  }
})

test('strings keep their flags', async () => {
  await comesBack(unique('string'), 'plain, "quoted", \u00e9 \u4e2d \ud83d\ude00')
  await comesBack(unique('empty'), '')
})

test('bytes come back through the binary transcoders', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  await comesBack(unique('buffer'), bytes)
  await comesBack(unique('raw'), bytes, { transcoder: new couchbase.RawBinaryTranscoder() })
  await comesBack(unique('none'), Buffer.alloc(0), { transcoder: new couchbase.RawBinaryTranscoder() })
})

test('text and JSON text come back unparsed', async () => {
  await comesBack(unique('text'), '{"a"  :  1}', { transcoder: new couchbase.RawStringTranscoder() })
  const json = Buffer.from('{"a"  :  1}')
  const options = { transcoder: new couchbase.RawJsonTranscoder() }
  const key = unique('raw-json')
  await documents.upsert(key, json, options)
  assert.equal(String((await documents.get(key, options)).content), '{"a"  :  1}')
  assert.deepEqual((await documents.get(key)).content, { a: 1 })
})

test('keys are any text of up to 250 bytes', async () => {
  const keys = ['a', 'Zürich', '日本語', '😀', 'with space', 'a/b?c#d%20', '\u0001', 'x'.repeat(250)]
  for (const key of keys) {
    await comesBack(key, { key })
  }
  await assert.rejects(documents.upsert('x'.repeat(251), 1), couchbase.InvalidArgumentError)
})

test('large values come back, compressible or not', async () => {
  for (const size of [MEBIBYTE, 19 * MEBIBYTE]) {
    const key = unique('large')
    await comesBack(key, Buffer.alloc(size, 'compressible '))
    await comesBack(key, randomBytes(size))
    await documents.remove(key)
  }
})

test('a large JSON document comes back, and its parts', async () => {
  const key = unique('large-json')
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `row ${i}`, tags: ['a', 'b'] }))
  await comesBack(key, { rows })

  const part = await documents.lookupIn(key, [
    couchbase.LookupInSpec.get('rows[19999].id'),
    couchbase.LookupInSpec.count('rows'),
  ])
  assert.deepEqual(
    part.content.map((each) => each.value),
    [19_999, 20_000]
  )
})

test('a value beyond 20 MiB is refused as too large', async () => {
  const key = unique('too-large')

  await assert.rejects(
    documents.upsert(key, randomBytes(20 * MEBIBYTE + 1), { timeout: 10_000 }),
    couchbase.ValueTooLargeError
  )

  assert.equal((await documents.exists(key)).exists, false)
})
