<?php
// Checks with Predis.

require __DIR__ . '/checks.php';
require 'Predis/Autoloader.php';
Predis\Autoloader::register();

function client(int $port = PORT, float $patience = 60, array $more = []): Predis\Client
{
    return new Predis\Client(['host' => '127.0.0.1', 'port' => $port, 'timeout' => 60, 'read_write_timeout' => $patience] + $more);
}

function check_pipeline(): void
{
    $answers = client()->pipeline(function ($many) {
        for ($i = 0; $i < 100; $i++) {
            $many->get(request('reserve', ['top', $i]));
        }
    });
    same(100, count($answers));
    foreach ($answers as $i => $text) {
        same(['result' => 3 * $i], answer($text));
    }
}

function check_command(): void
{
    $client = client();
    throws(Predis\Response\ServerException::class, "unknown command 'SET'", fn () => $client->set('a', 'b'));
    same(['result' => 9], ask($client, 'reserve', ['top', 3]));
}

function check_socket_timeout(): void
{
    $client = client(PORT, 0.3);
    throws(Predis\Connection\ConnectionException::class, '', fn () => $client->get(request('hang', [], ['timeoutMs' => 30000])));
    comesBack(Predis\Connection\ConnectionException::class, fn () => same(['result' => 9], ask($client, 'reserve', ['top', 3])));
}

function check_reconnect(): void
{
    $client = client();
    same(['result' => 9], ask($client, 'reserve', ['top', 3]));
    restart();
    comesBack(Predis\Connection\ConnectionException::class, fn () => same(['result' => 9], ask($client, 'reserve', ['top', 3])));
}

function check_auth(): void
{
    throws(Predis\Response\ServerException::class, 'NOAUTH', fn () => client(PASSWORD_PORT)->get(request('who', [])));
    throws(Predis\PredisException::class, 'WRONGPASS', fn () => client(PASSWORD_PORT, 60, ['password' => 'wrong'])->get(request('who', [])));
    same(['result' => ''], ask(client(PASSWORD_PORT, 60, ['password' => PASSWORD]), 'who', []));
    $web = client(PASSWORD_PORT);
    same('OK', $web->executeRaw(['AUTH', 'web', PASSWORD]));
    same(['result' => 'web'], ask($web, 'who', []));
}

function check_resp3(): void
{
    throw new Skipped('Predis speaks RESP2 alone');
}

function check_caller(): void
{
    $client = client();
    same('OK', (string) $client->client('SETNAME', 'teahouse'));
    same(['result' => 'teahouse'], ask($client, 'who', []));
    same(['result' => 'batch'], ask($client, 'who', [], ['caller' => 'batch']));
}

function check_moa_commands(): void
{
    same(['clients.Desk'], client()->executeRaw(['MOA.LIST']));
    same('clients.Desk', answer(client()->executeRaw(['MOA.DESCRIBE', 'clients.Desk']))['service']);
}

run(Predis\Client::VERSION);
