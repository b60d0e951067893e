// try.js LOOKUPS REFRESH-S STOP-FILE: calls until the file is there, and prints a line for each call.
'use strict';
const fs = require('fs');
const { Services } = require('./moa-services');

const [lookups, refresh, stop] = process.argv.slice(2);

async function main() {
  const services = new Services(lookups.split(','), { caller: 'node', refresh: refresh * 1000 });
  for (let number = 1; !fs.existsSync(stop); number++) {
    for (const [method, args, idempotent] of [['who', [], true], ['buy', [`node-${number}`], false]]) {
      try {
        console.log(method, await services.call('shop.Till', method, args, 30000, idempotent));
      } catch (e) {
        console.log(`${method}-failed ${e.executed} ${JSON.stringify(args)} ${e.message}`);
      }
    }
    await new Promise((done) => { setTimeout(done, 20); });
  }
  services.close();
}

main();
