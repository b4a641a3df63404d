/**
 * How the checks reach the node under test. scripts/check-clients starts one and sets the variables.
 */
import { randomUUID } from 'node:crypto'
import { after } from 'node:test'

import couchbase from 'couchbase'

export const CONNECTION_STRING = required('EMBEDDED_COUCHBASE')
export const USERNAME = required('EMBEDDED_COUCHBASE_USERNAME')
export const PASSWORD = required('EMBEDDED_COUCHBASE_PASSWORD')

/** The two buckets that the node has. */
export const BUCKET = 'default'
export const OTHER_BUCKET = 'other'

function required(name) {
  const value = process.env[name]
  if (!value) {
    throw new Error(`${name} is not set: run scripts/check-clients`)
  }
  return value
}

/** A new client; the caller closes it. */
export function connect(options = {}) {
  return couchbase.connect(CONNECTION_STRING, {
    username: USERNAME,
    password: PASSWORD,
    ...options,
  })
}

/** A client for all checks of a file, closed when they are through. */
export async function sharedCluster() {
  const cluster = await connect()
  after(() => cluster.close())
  return cluster
}

/** A key, or another name, that nothing else uses. */
export function unique(name) {
  return `${name}-${randomUUID()}`
}

/** Waits until `condition` answers something true, and returns that; fails after ten seconds. */
export async function eventually(condition) {
  const end = Date.now() + 10_000
  for (;;) {
    const answer = await condition()
    if (answer) {
      return answer
    }
    if (Date.now() > end) {
      throw new Error(`never true: ${condition}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
