// Checks with ioredis. The argument is the folder where one is installed.
'use strict'

const path = require('node:path')
const { PORT, PASSWORD_PORT, PASSWORD, Skipped, request, same, ask, comesBack, run, assert } = require('./checks')

const folder = path.join(process.argv[2], 'node_modules', 'ioredis')
const { Redis } = require(folder)
const version = require(path.join(folder, 'package.json')).version
const major = Number(version.split('.')[0])

function open (more = {}) {
  const client = new Redis({ host: '127.0.0.1', port: PORT, ...more })
  client.on('error', () => {}) // told by what is called; without a listener they are printed
  client.leave = () => client.disconnect()
  return client
}

/** Opens one, asks, and closes it. */
async function once (options, action) {
  const client = open({ retryStrategy: null, maxRetriesPerRequest: 0, ...options })
  try {
    return await action(client)
  } finally {
    client.leave()
  }
}

run(version, open, {
  async pipeline (client) {
    const many = client.pipeline()
    for (let i = 0; i < 100; i++) many.get(request('reserve', ['top', i]))
    const answers = await many.exec()
    same(Array.from({ length: 100 }, (_, i) => [null, `{"result":${3 * i}}`]), answers)
    // The same without asking for it.
    const automatic = open({ enableAutoPipelining: true })
    const texts = await Promise.all(Array.from({ length: 100 }, (_, i) => automatic.get(request('reserve', ['top', i]))))
    same(Array.from({ length: 100 }, (_, i) => `{"result":${3 * i}}`), texts)
    automatic.leave()
  },
  async command (client) {
    await assert.rejects(client.set('a', 'b'), e => e.name === 'ReplyError' && e.message.includes("unknown command 'SET'"))
    same({ result: 9 }, await ask(client, 'reserve', ['top', 3]))
  },
  async 'socket-timeout' () {
    const client = open({ socketTimeout: 300, maxRetriesPerRequest: 0 })
    try {
      await assert.rejects(client.get(request('hang', [], { timeoutMs: 30_000 })))
      await comesBack(async () => same({ result: 9 }, await ask(client, 'reserve', ['top', 3])))
    } finally {
      client.leave()
    }
  },
  async auth () {
    const port = PASSWORD_PORT
    const who = client => ask(client, 'who', [])
    await assert.rejects(once({ port }, who), /NOAUTH/)
    // Without the ready check and the HELLO of ioredis 6, which are refused first.
    await assert.rejects(once({ port, enableReadyCheck: false, protocol: 2 }, client => client.auth('wrong')), /WRONGPASS/)
    await assert.rejects(once({ port, password: 'wrong' }, who))
    same({ result: '' }, await once({ port, password: PASSWORD }, who))
    same({ result: 'web' }, await once({ port, username: 'web', password: PASSWORD }, who))
  },
  async resp3 (client) {
    if (major < 6) throw new Skipped('ioredis speaks RESP3 from 6 on')
    const hello = await client.call('HELLO')
    const at = hello.indexOf('proto')
    same(3, hello[at + 1])
    const mapped = open({ protocol: 3, replyMapping: 'resp3' })
    same({ result: 9 }, await ask(mapped, 'reserve', ['top', 3]))
    mapped.leave()
  },
  async caller () {
    const client = open({ connectionName: 'teahouse' })
    same({ result: 'teahouse' }, await ask(client, 'who', []))
    same({ result: 'batch' }, await ask(client, 'who', [], { caller: 'batch' }))
    client.leave()
  },
  async 'moa-commands' (client) {
    same(['clients.Desk'], await client.call('MOA.LIST'))
    same('clients.Desk', JSON.parse(await client.call('MOA.DESCRIBE', 'clients.Desk')).service)
  }
}).then(() => process.exit(0))
