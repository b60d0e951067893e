<?php
// Checks with the extension phpredis.

require __DIR__ . '/checks.php';

function client(int $port = PORT, float $patience = 60): Redis
{
    $client = new Redis();
    $client->connect('127.0.0.1', $port, 60, null, 0, $patience);
    return $client;
}

function check_pipeline(): void
{
    $many = client()->multi(Redis::PIPELINE);
    for ($i = 0; $i < 100; $i++) {
        $many->get(request('reserve', ['top', $i]));
    }
    $answers = $many->exec();
    same(100, count($answers));
    foreach ($answers as $i => $text) {
        same(['result' => 3 * $i], answer($text));
    }
}

// An error is no exception of phpredis: the answer is false, and the text is kept.
function check_command(): void
{
    $client = client();
    same(false, $client->set('a', 'b'));
    same(true, str_contains($client->getLastError(), "unknown command 'SET'"));
    same(['result' => 9], ask($client, 'reserve', ['top', 3]));
}

function check_socket_timeout(): void
{
    $client = client(PORT, 0.3);
    throws(RedisException::class, '', fn () => $client->get(request('hang', [], ['timeoutMs' => 30000])));
    comesBack(RedisException::class, fn () => same(['result' => 9], ask($client, 'reserve', ['top', 3])));
}

function check_reconnect(): void
{
    $client = client();
    $lasting = new Redis();
    $lasting->pconnect('127.0.0.1', PORT, 60, 'checks', 0, 60);
    same(['result' => 9], ask($client, 'reserve', ['top', 3]));
    same(['result' => 9], ask($lasting, 'reserve', ['top', 3]));
    restart();
    comesBack(RedisException::class, fn () => same(['result' => 9], ask($client, 'reserve', ['top', 3])));
    comesBack(RedisException::class, fn () => same(['result' => 9], ask($lasting, 'reserve', ['top', 3])));
}

function check_auth(): void
{
    $client = client(PASSWORD_PORT);
    throws(RedisException::class, 'NOAUTH', fn () => $client->get(request('who', [])));
    throws(RedisException::class, 'WRONGPASS', function () use ($client) {
        if (!$client->auth('wrong')) {
            throw new RedisException($client->getLastError());
        }
    });
    same(true, $client->auth(PASSWORD));
    same(['result' => ''], ask($client, 'who', []));
    $web = client(PASSWORD_PORT);
    same(true, $web->auth(['web', PASSWORD]));
    same(['result' => 'web'], ask($web, 'who', []));
}

function check_resp3(): void
{
    throw new Skipped('phpredis speaks RESP2 alone');
}

function check_caller(): void
{
    $client = client();
    same(true, $client->client('SETNAME', 'teahouse'));
    same(['result' => 'teahouse'], ask($client, 'who', []));
    same(['result' => 'batch'], ask($client, 'who', [], ['caller' => 'batch']));
}

function check_moa_commands(): void
{
    same(['clients.Desk'], client()->rawCommand('MOA.LIST'));
    same('clients.Desk', answer(client()->rawCommand('MOA.DESCRIBE', 'clients.Desk'))['service']);
}

run(phpversion('redis'));
