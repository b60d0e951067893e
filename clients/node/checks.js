// What ioredis and node-redis have in common: requests, comparisons, and the list of checks.
'use strict'

const { execFile } = require('node:child_process')
const assert = require('node:assert')
const { promisify } = require('node:util')

const PORT = Number(process.env.MOA_PORT)
const PASSWORD_PORT = Number(process.env.MOA_PASSWORD_PORT)
const PASSWORD = process.env.MOA_PASSWORD
const NAMES = ['call', 'names', 'pipeline', 'mget', 'error', 'method', 'command', 'deadline', 'socket-timeout', 'reconnect', 'utf8',
  'large', 'auth', 'resp3', 'caller', 'moa-commands']

class Skipped extends Error {}

const request = (method, args, more = {}) => JSON.stringify({ service: 'clients.Desk', method, args, ...more })

const same = (expected, actual) => assert.deepStrictEqual(actual, expected)

const ask = async (client, method, args, more) => JSON.parse(await client.get(request(method, args, more)))

const restart = () => promisify(execFile)(process.env.MOA_SERVER, ['restart', 'open'])

const soon = () => new Promise(done => setTimeout(done, 100))

/** Calls until it works. */
async function comesBack (action) {
  for (let i = 0; ; i++) {
    try {
      return await action()
    } catch (e) {
      if (i === 100) throw e
      await soon()
    }
  }
}

/** What both do the same way; a client has get, mget, quit and leave. */
const common = open => ({
  async call (client) {
    same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
    same('OK', await client.quit())
  },
  async names (client) {
    same({ result: 6 }, await ask(client, 'reserve', { count: 2, item: 'top' }))
  },
  async mget (client) {
    const requests = Array.from({ length: 20 }, (_, i) => i === 7 ? 'nonsense' : request('reserve', ['a', i]))
    const answers = (await client.mget(requests)).map(each => JSON.parse(each))
    same('INVALID_ARGUMENT', answers[7].error.status)
    answers[7] = { result: 7 }
    same(Array.from({ length: 20 }, (_, i) => ({ result: i })), answers)
  },
  async error (client) {
    const { status, executed, code, message } = (await ask(client, 'fail', ['no top is left'])).error
    same(['APPLICATION', 'yes', 'SOLD_OUT', 'no top is left'], [status, executed, code, message])
  },
  async method (client) {
    same('UNIMPLEMENTED', (await ask(client, 'resreve', [])).error.status)
  },
  async deadline (client) {
    same('DEADLINE_EXCEEDED', (await ask(client, 'hang', [], { timeoutMs: 100 })).error.status)
    same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
  },
  async reconnect (client) {
    same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
    await restart()
    await comesBack(async () => same({ result: 9 }, await ask(client, 'reserve', ['top', 3])))
  },
  async utf8 (client) {
    const text = 'grün 中文 🍵 "quoted" \'single\' \\ \n\t\0'
    same({ result: text }, await ask(client, 'echo', [text]))
  },
  async large (client) {
    const text = '中x'.repeat(1 << 18)
    same(1 << 20, Buffer.byteLength(text))
    assert.ok((await ask(client, 'echo', [text])).result === text, 'another text came')
  }
})

/** Runs the checks, each with a client of its own that open() makes. */
async function run (version, open, checks) {
  console.log(`version ${version}`)
  const all = { ...common(open), ...checks }
  for (const name of NAMES) {
    let client
    let timer
    try {
      client = await open()
      const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error('nothing came within 90 s')), 90_000)
      })
      await Promise.race([all[name](client), late])
      console.log(`${name}\tok\t`)
    } catch (e) {
      const why = `${e.name}: ${e.message}`.replace(/\s+/g, ' ').slice(0, 300)
      console.log(e instanceof Skipped ? `${name}\tSKIPPED\t${e.message}` : `${name}\tFAIL\t${why}`)
    } finally {
      clearTimeout(timer)
      if (client) client.leave()
    }
  }
}

module.exports = { PORT, PASSWORD_PORT, PASSWORD, Skipped, request, same, ask, comesBack, run, assert }
