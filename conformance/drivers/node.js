// Leads examples/node/moa-services.js as ./moa conformance wants: see README.md.
'use strict';
const path = require('node:path');
const readline = require('node:readline');
const { Services, CallFailed } = require(path.join(__dirname, '..', '..', 'examples', 'node', 'moa-services.js'));

let addresses = [];

/** Finds servers where it is told to. */
class Fixed extends Services {
  async instances() {
    return addresses.map((address) => ({ address, state: 'ONLINE', weight: 100 }));
  }
}

const services = new Fixed([]);

async function call({ service, method, args, timeoutMs, ...fields }, idempotent = false) {
  try {
    return { result: await services.call(service, method, args, timeoutMs, idempotent, fields) };
  } catch (e) {
    if (!(e instanceof CallFailed)) throw e;
    return { error: { status: e.status, executed: e.executed, message: e.message, ...e.error } };
  }
}

async function obey(order) {
  switch (order.do) {
    case 'hello':
      return { name: 'examples/node', levels: ['calls', 'large', 'failover'] };
    case 'use':
      addresses = order.addresses;
      return {};
    case 'call':
      return { reply: await call(order.request, order.idempotent) };
    case 'many':
      return { replies: await Promise.all(order.requests.map((each) => call(each))) };
    case 'length':
      return { length: (await call(order.request)).result.length };
    case 'send':
      return { length: (await call({ ...order.request, args: ['y'.repeat(order.chars)] })).result.length };
    default:
      return { failed: 'an order that is not known' };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    console.log(JSON.stringify({ id: order.id, ...(await obey(order)) }));
  }
  process.exit(0);
})();
