// Calls services of MOA by ioredis. The steps are those of docs/other-languages.md, "Finding servers".
'use strict';
const Redis = require('ioredis');

const LOOKUP_TIMEOUT = 500; // ms; another copy may answer
const BAD = 5000; // ms that an instance is left alone after it failed
const STALE = 15000; // ms; of older knowledge another copy may have newer
const ATTEMPTS = 3;

/** A call without a result. `executed` says whether the method ran: no, yes or unknown. */
class CallFailed extends Error {
  constructor(status, executed, why, error = {}) {
    super(`${status}, executed: ${executed}: ${why}`);
    Object.assign(this, { status, executed, error });
  }
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer in ${ms} ms`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** `lookups` are addresses such as '10.0.0.5:9100'; `password` is what lookups and servers want, if they want one. */
class Services {
  constructor(lookups, { caller, password, refresh = 10000 } = {}) {
    Object.assign(this, { lookups, caller, password, refresh });
    this.lists = new Map(); // service -> {instances, asOf, again, asking}
    this.bad = new Map(); // address -> until
    this.links = new Map(); // address -> connection
  }

  /** `fields` are others of a request, such as tag or attachments. */
  async call(service, method, args = [], timeoutMs = 1000, idempotent = false, fields = {}) {
    const deadline = performance.now() + timeoutMs;
    const tried = new Set();
    let failure = new CallFailed('UNAVAILABLE', 'no', `no address of ${service} is known, or no time was left`);
    while (tried.size < ATTEMPTS) {
      const address = await this.pick(service, tried);
      const left = Math.floor(deadline - performance.now());
      if (left <= 0 || !address) break;
      tried.add(address);
      let sent = false;
      let reply;
      try {
        const link = await this.link(address, Math.min(LOOKUP_TIMEOUT, left));
        sent = true;
        const request = { caller: this.caller, ...fields, service, method, args, timeoutMs: left };
        reply = JSON.parse(await within(left + 500, link.get(JSON.stringify(request)), address));
      } catch (e) {
        this.drop(address);
        this.bad.set(address, performance.now() + BAD);
        failure = new CallFailed('UNAVAILABLE', sent ? 'unknown' : 'no', `${address}: ${e.message}`);
        if (sent && !idempotent) break; // it may have run
        continue;
      }
      const error = reply.error;
      if (!error) return reply.result;
      failure = new CallFailed(error.status, error.executed, error.message, error);
      if (error.status === 'DRAINING') this.bad.set(address, performance.now() + BAD); // it closes its connections soon
      const again = error.executed === 'no' || (idempotent && error.executed === 'unknown');
      if (!again || error.neverRetry || error.status === 'INVALID_ARGUMENT') break;
    }
    throw failure;
  }

  async pick(service, tried) {
    const there = (await this.instances(service)).filter((each) => !tried.has(each.address));
    const good = there.filter((each) => (this.bad.get(each.address) ?? 0) < performance.now());
    const sure = good.filter((each) => each.state === 'ONLINE');
    const some = sure.length ? sure : good.length ? good : there;
    let at = Math.random() * some.reduce((sum, each) => sum + each.weight, 0);
    return some.find((each) => (at -= each.weight) < 0)?.address;
  }

  async instances(service) {
    let list = this.lists.get(service);
    if (!list) this.lists.set(service, (list = { instances: [], asOf: -Infinity, again: 0 }));
    if (performance.now() >= list.again && !list.asking) {
      list.asking = this.ask(service).then(({ best, asOf }) => {
        if (best && (!list.instances.length || (best.length && asOf > list.asOf - STALE))) {
          Object.assign(list, { instances: best, asOf });
        }
        list.again = performance.now() + (best ? this.refresh : 1000);
      }).finally(() => { list.asking = undefined; });
    }
    if (!list.instances.length) await list.asking; // else the calls go on with what is known
    return list.instances;
  }

  /** The freshest that a copy says; without `best` if none says anything. */
  async ask(service) {
    let best;
    let asOf = -Infinity;
    for (const lookup of [...this.lookups].map((each) => [Math.random(), each]).sort().map((each) => each[1])) {
      try {
        const link = await this.link(lookup, LOOKUP_TIMEOUT);
        const said = JSON.parse(await within(LOOKUP_TIMEOUT, link.call('MOA.LOOKUP', service, 'JSON'), lookup));
        const known = performance.now() - said.ageMs;
        if (!best || known > asOf) [best, asOf] = [said.instances.filter((each) => each.usable), known];
        if (said.ageMs <= STALE) break;
      } catch (e) {
        this.drop(lookup); // it is away, or says TRYAGAIN: it knows nothing yet
      }
    }
    return { best, asOf };
  }

  async link(address, connectTimeout) {
    let link = this.links.get(address);
    if (!link) {
      const colon = address.lastIndexOf(':');
      link = new Redis({
        host: address.slice(0, colon).replace(/[[\]]/g, ''), port: Number(address.slice(colon + 1)), password: this.password,
        connectTimeout, lazyConnect: true, enableReadyCheck: false, enableOfflineQueue: false,
        retryStrategy: null, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, // only call() knows what may be repeated
      });
      link.on('error', () => {}).on('end', () => this.links.get(address) === link && this.links.delete(address));
      link.opened = within(connectTimeout, link.connect(), address);
      this.links.set(address, link);
    }
    await link.opened;
    return link;
  }

  drop(address) {
    this.links.get(address)?.disconnect();
    this.links.delete(address);
  }

  close() {
    [...this.links.keys()].forEach((address) => this.drop(address));
  }
}

module.exports = { Services, CallFailed };
