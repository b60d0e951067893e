// Checks with node-redis, the package "redis". The argument is the folder where one is installed.
'use strict'

const path = require('node:path')
const { PORT, PASSWORD_PORT, PASSWORD, request, same, ask, comesBack, run, assert } = require('./checks')

const folder = path.join(process.argv[2], 'node_modules', 'redis')
const { createClient, ErrorReply } = require(folder)
const version = require(path.join(folder, 'package.json')).version

async function open ({ socket = {}, ...more } = {}) {
  const client = createClient({ socket: { host: '127.0.0.1', port: PORT, ...socket }, ...more })
  client.on('error', () => {}) // told by what is called
  client.leave = () => {
    if (client.isOpen) client.destroy()
  }
  client.mget = keys => client.mGet(keys)
  try {
    return await client.connect()
  } catch (e) {
    client.leave()
    throw e
  }
}

/** Opens one, asks, and closes it. */
async function once (options, action) {
  const client = await open({ ...options, socket: { reconnectStrategy: false, ...options.socket } })
  try {
    return await action(client)
  } finally {
    client.leave()
  }
}

run(version, open, {
  async pipeline (client) {
    const texts = await Promise.all(Array.from({ length: 100 }, (_, i) => client.get(request('reserve', ['top', i]))))
    same(Array.from({ length: 100 }, (_, i) => `{"result":${3 * i}}`), texts)
    const many = client.multi()
    for (let i = 0; i < 100; i++) many.get(request('reserve', ['top', i]))
    same(Array.from({ length: 100 }, (_, i) => `{"result":${3 * i}}`), await many.execAsPipeline())
  },
  async command (client) {
    await assert.rejects(client.set('a', 'b'), e => e instanceof ErrorReply && e.message.includes("unknown command 'SET'"))
    same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
  },
  async 'socket-timeout' () {
    // By default it does not connect again after this error alone.
    const client = await open({ socket: { socketTimeout: 300, reconnectStrategy: () => 50 } })
    try {
      await assert.rejects(client.get(request('hang', [], { timeoutMs: 30_000 })))
      await comesBack(async () => same({ result: 9 }, await ask(client, 'reserve', ['top', 3])))
    } finally {
      client.leave()
    }
  },
  async auth () {
    const socket = { port: PASSWORD_PORT }
    const who = client => ask(client, 'who', [])
    await assert.rejects(once({ socket }, who), /NOAUTH/)
    await assert.rejects(once({ socket, password: 'wrong' }, who), /WRONGPASS/)
    same({ result: '' }, await once({ socket, password: PASSWORD }, who))
    same({ result: 'web' }, await once({ socket, username: 'web', password: PASSWORD }, who))
  },
  async resp3 () {
    await once({ RESP: 3 }, async client => {
      const hello = await client.sendCommand(['HELLO'])
      same(3, hello.proto)
      same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
    })
    same({ result: 'web' }, await once({ RESP: 3, username: 'web', password: PASSWORD, socket: { port: PASSWORD_PORT } },
      client => ask(client, 'who', [])))
  },
  async caller () {
    await once({ name: 'teahouse' }, async client => {
      same({ result: 'teahouse' }, await ask(client, 'who', []))
      same({ result: 'batch' }, await ask(client, 'who', [], { caller: 'batch' }))
    })
  },
  async 'moa-commands' (client) {
    same(['clients.Desk'], await client.sendCommand(['MOA.LIST']))
    same('clients.Desk', JSON.parse(await client.sendCommand(['MOA.DESCRIBE', 'clients.Desk'])).service)
  }
}).then(() => process.exit(0))
