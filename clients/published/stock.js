// A service in Node.js over HTTP: a call is a POST with a request in JSON, and anything else asks whether it is there.
const http = require('node:http');

function answer({ method, args = [] }) {
  switch (method) {
    case 'who':
      return { result: 'node' };
    case 'echo':
      return { result: args[0] };
    case 'reserve':
      return args[1] <= 100
        ? { result: args[0].length * args[1] }
        : { error: { code: 'OUT_OF_STOCK', message: 'only 100 are left', fields: { left: 100 } } };
    default:
      return { error: { status: 'UNIMPLEMENTED', executed: 'no', message: `there is no ${method}` } };
  }
}

http
  .createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const reply = request.method === 'POST' ? JSON.stringify(answer(JSON.parse(Buffer.concat(parts)))) : '';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(reply);
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
