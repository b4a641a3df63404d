import assert from 'node:assert/strict'
import { test } from 'node:test'

import { BUCKET, connect, sharedCluster, unique } from '../node.js'

const IN_FLIGHT = 5_000

const cluster = await sharedCluster()
const documents = cluster.bucket(BUCKET).defaultCollection()

const times = (count, action) => Promise.all(Array.from({ length: count }, (_, i) => action(i)))

test('thousands of operations in flight at once are all answered', async () => {
  const prefix = unique('pipelined')
  const body = 'x'.repeat(100)

  const written = await times(IN_FLIGHT, (i) => documents.upsert(`${prefix}-${i}`, { i, body }))
  const read = await times(IN_FLIGHT, (i) => documents.get(`${prefix}-${i}`))
  read.forEach((result, i) => {
    assert.deepEqual(result.content, { i, body })
    assert.equal(result.cas.toString(), written[i].cas.toString())
  })

  await times(IN_FLIGHT, (i) => documents.remove(`${prefix}-${i}`))
  const left = await times(IN_FLIGHT, (i) => documents.exists(`${prefix}-${i}`))
  assert.equal(left.filter((each) => each.exists).length, 0)
})

test('concurrent increments all count', async () => {
  const key = unique('counter')
  const answers = await times(1_000, () => documents.binary().increment(key, 1, { initial: 1 }))

  assert.equal(new Set(answers.map((each) => each.value)).size, 1_000)
  assert.equal((await documents.get(key)).content, 1_000)
})

test('of concurrent inserts one succeeds', async () => {
  const key = unique('insert')
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, i) => documents.insert(key, i))
  )

  assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
})

test('several clients that compare and swap lose no update', async () => {
  const key = unique('cas')
  const clients = await times(4, () => connect())
  await documents.insert(key, { n: 0 })
  try {
    await Promise.all(
      clients.map(async (client) => {
        const mine = client.bucket(BUCKET).defaultCollection()
        for (let done = 0; done < 50; ) {
          const { content, cas } = await mine.get(key)
          const won = await mine.replace(key, { n: content.n + 1 }, { cas }).then(
            () => true,
            () => false
          )
          done += won ? 1 : 0
        }
      })
    )
    assert.deepEqual((await documents.get(key)).content, { n: 200 })
  } finally {
    await times(clients.length, (i) => clients[i].close())
  }
})

test('large answers in a row do not hold each other up', async () => {
  const key = unique('large')
  await documents.upsert(key, Buffer.alloc(1 << 20, 7))

  const read = await times(50, () => documents.get(key))

  assert.ok(read.every((result) => result.content.length === 1 << 20))
})
