<?php
// try.php LOOKUPS REFRESH-S STOP-FILE: calls until the file is there, and prints a line for each call.
require __DIR__ . '/MoaServices.php';

$services = new MoaServices(explode(',', $argv[1]), 'php', null, (float) $argv[2]);
for ($number = 1; !file_exists($argv[3]); $number++) {
    foreach ([['who', [], true], ['buy', ["php-$number"], false]] as [$method, $args, $idempotent]) {
        try {
            $said = $services->call('shop.Till', $method, $args, 30000, $idempotent);
            echo "$method $said\n";
        } catch (CallFailed $e) {
            echo "$method-failed $e->executed ", json_encode($args), ' ', $e->getMessage(), "\n";
        }
    }
    usleep(20000);
    clearstatcache();
}
