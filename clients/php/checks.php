<?php
// What phpredis and Predis have in common. A program defines functions named like the checks and calls run().

error_reporting(E_ALL & ~E_DEPRECATED);

define('PORT', (int) getenv('MOA_PORT'));
define('PASSWORD_PORT', (int) getenv('MOA_PASSWORD_PORT'));
define('PASSWORD', getenv('MOA_PASSWORD'));

/** A reason why a client cannot do it. */
class Skipped extends Exception {}

function request(string $method, array $args, array $more = []): string
{
    return json_encode(['service' => 'clients.Desk', 'method' => $method, 'args' => $args] + $more, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}

function ask($client, string $method, array $args, array $more = []): array
{
    return answer($client->get(request($method, $args, $more)));
}

function answer($text): array
{
    if (!is_string($text)) {
        throw new Exception('no text came but ' . var_export($text, true));
    }
    return json_decode($text, true, 32, JSON_THROW_ON_ERROR);
}

function same($expected, $actual): void
{
    if ($expected !== $actual) {
        throw new Exception('expected ' . substr(json_encode($expected), 0, 120) . ', got ' . substr(json_encode($actual), 0, 160));
    }
}

function throws(string $class, string $part, callable $action): void
{
    try {
        $action();
    } catch (Exception $e) {
        if (!($e instanceof $class) || ($part !== '' && !str_contains($e->getMessage(), $part))) {
            throw new Exception('expected ' . $class . ' with ' . $part . ', got ' . get_class($e) . ': ' . $e->getMessage());
        }
        return;
    }
    throw new Exception("no $class");
}

function restart(): void
{
    exec(escapeshellarg(getenv('MOA_SERVER')) . ' restart open', $told, $status);
    same(0, $status);
}

/** Calls until it works; what else happens before that is of the class. */
function comesBack(string $class, callable $action): void
{
    for ($i = 0; $i < 100; $i++) {
        try {
            $action();
            return;
        } catch (Exception $e) {
            if (!($e instanceof $class)) {
                throw $e;
            }
            usleep(100000);
        }
    }
    throw new Exception('it never works again: ' . $e->getMessage());
}

function run(string $version): void
{
    echo "version $version\n";
    foreach (['call', 'names', 'pipeline', 'mget', 'error', 'method', 'command', 'deadline', 'socket-timeout', 'reconnect', 'utf8',
            'large', 'auth', 'resp3', 'caller', 'moa-commands'] as $name) {
        try {
            ('check_' . str_replace('-', '_', $name))();
            echo "$name\tok\t\n";
        } catch (Skipped $e) {
            echo "$name\tSKIPPED\t", $e->getMessage(), "\n";
        } catch (Throwable $e) {
            $why = str_replace(["\n", "\t", "\r"], ' ', get_class($e) . ': ' . $e->getMessage());
            echo "$name\tFAIL\t", substr($why, 0, 300), "\n";
        }
    }
}

// ---- checks that are the same for both; client() is of the program

function check_call(): void
{
    same(['result' => 9], ask(client(), 'reserve', ['top', 3]));
}

function check_names(): void
{
    same(['result' => 6], ask(client(), 'reserve', ['count' => 2, 'item' => 'top']));
}

function check_mget(): void
{
    $requests = [];
    for ($i = 0; $i < 20; $i++) {
        $requests[] = $i == 7 ? 'nonsense' : request('reserve', ['a', $i]);
    }
    $answers = client()->mget($requests);
    same(20, count($answers));
    foreach ($answers as $i => $text) {
        if ($i == 7) {
            same('INVALID_ARGUMENT', answer($text)['error']['status']);
        } else {
            same(['result' => $i], answer($text));
        }
    }
}

function check_error(): void
{
    $error = ask(client(), 'fail', ['no top is left'])['error'];
    same(['APPLICATION', 'yes', 'SOLD_OUT', 'no top is left'], [$error['status'], $error['executed'], $error['code'], $error['message']]);
}

function check_method(): void
{
    same('UNIMPLEMENTED', ask(client(), 'resreve', [])['error']['status']);
}

function check_deadline(): void
{
    $client = client();
    same('DEADLINE_EXCEEDED', ask($client, 'hang', [], ['timeoutMs' => 100])['error']['status']);
    same(['result' => 9], ask($client, 'reserve', ['top', 3]));
}

function check_utf8(): void
{
    $text = "grün 中文 🍵 \"quoted\" 'single' \\ \n\t\0";
    same(['result' => $text], ask(client(), 'echo', [$text]));
}

function check_large(): void
{
    $text = str_repeat('中x', 1 << 18);
    same(1 << 20, strlen($text));
    same(['result' => $text], ask(client(), 'echo', [$text]));
}
