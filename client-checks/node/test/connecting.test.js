import assert from 'node:assert/strict'
import { test } from 'node:test'

import couchbase from 'couchbase'

import {
  BUCKET,
  CONNECTION_STRING,
  OTHER_BUCKET,
  PASSWORD,
  USERNAME,
  connect,
  sharedCluster,
  unique,
} from '../node.js'

const { AuthenticationFailureError, EndpointState, PingState, ServiceType } = couchbase

const cluster = await sharedCluster()

test('the plain connection string is enough', async () => {
  assert.match(CONNECTION_STRING, /^couchbase:\/\/127\.0\.0\.1:\d+$/)
  const documents = cluster.bucket(BUCKET).defaultCollection()
  const key = unique('first')
  await documents.upsert(key, { hello: 'world' })

  assert.deepEqual((await documents.get(key)).content, { hello: 'world' })
})

test('a wrong password is refused as such', async () => {
  await assert.rejects(connect({ password: 'wrong' }), AuthenticationFailureError)
})

test('an unknown user is refused as such', async () => {
  await assert.rejects(connect({ username: 'nobody' }), AuthenticationFailureError)
})

test('every SASL mechanism is accepted', async () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA1', 'SCRAM-SHA256', 'SCRAM-SHA512']) {
    const client = await couchbase.connect(CONNECTION_STRING, {
      authenticator: {
        username: USERNAME,
        password: PASSWORD,
        allowed_sasl_mechanisms: [mechanism],
      },
    })
    try {
      await client.bucket(BUCKET).defaultCollection().exists('key')
    } finally {
      await client.close()
    }
  }
})

test('an unknown bucket is refused as such, and the client works on', async (t) => {
  // This SDK says only on the console why a bucket cannot be opened; operations on it wait in vain.
  const complaints = t.mock.method(console, 'error', () => {})

  const missing = cluster.bucket(unique('no-bucket')).defaultCollection()
  await assert.rejects(missing.get('key', { timeout: 500 }), couchbase.UnambiguousTimeoutError)

  assert.equal(complaints.mock.callCount(), 1)
  assert.match(complaints.mock.calls[0].arguments[1].message, /^bucket_not_found /)

  const key = unique('after')
  await cluster.bucket(BUCKET).defaultCollection().upsert(key, 1)
})

test('buckets do not see each other', async () => {
  const key = unique('separate')
  const here = cluster.bucket(BUCKET).defaultCollection()
  const there = cluster.bucket(OTHER_BUCKET).defaultCollection()

  await here.insert(key, 'here')
  assert.equal((await there.exists(key)).exists, false)
  await there.insert(key, 'there')

  assert.equal((await here.get(key)).content, 'here')
  assert.equal((await there.get(key)).content, 'there')
})

test('a ping reaches the data service', async () => {
  const services = [ServiceType.KeyValue]
  const result = await cluster.bucket(BUCKET).ping({ serviceTypes: services, reportId: 'report' })

  assert.equal(result.id, 'report')
  const endpoints = result.services[ServiceType.KeyValue]
  assert.ok(endpoints.length > 0)
  for (const endpoint of endpoints) {
    assert.equal(endpoint.state, PingState.Ok)
    assert.ok(CONNECTION_STRING.endsWith(endpoint.remote))
  }
})

test('diagnostics show connections to the node only', async () => {
  await cluster.bucket(BUCKET).defaultCollection().exists('key')

  const result = await cluster.diagnostics()

  const endpoints = result.services[ServiceType.KeyValue]
  assert.ok(endpoints.length > 0)
  for (const endpoint of endpoints) {
    assert.equal(endpoint.state, EndpointState.Connected)
    assert.ok(CONNECTION_STRING.endsWith(endpoint.remote))
  }
})

test('the manager lists the buckets', async () => {
  const buckets = await cluster.buckets().getAllBuckets()

  assert.deepEqual(buckets.map((bucket) => bucket.name).sort(), [BUCKET, OTHER_BUCKET])
})

test('clients come and go', async () => {
  const key = unique('coming-and-going')
  for (let i = 0; i < 10; i++) {
    const client = await connect()
    const documents = client.bucket(BUCKET).defaultCollection()
    await documents.upsert(key, i)
    assert.equal((await documents.get(key)).content, i)
    await client.close()
  }
})

test('services that the node does not have are reported as missing', async () => {
  await assert.rejects(cluster.query('SELECT 1'), couchbase.ServiceNotAvailableError)
})
