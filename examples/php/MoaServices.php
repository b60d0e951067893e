<?php
/** A call without a result. `executed` says whether the method ran: no, yes or unknown. */
class CallFailed extends Exception
{
    public function __construct(public string $status, public string $executed, string $why, public array $error = [])
    {
        parent::__construct("$status, executed: $executed: $why");
    }
}

/**
 * Calls services of MOA by phpredis. The steps are those of docs/other-languages.md, "Finding servers". If there is APCu, all requests of a
 * PHP-FPM share what is known, so that few of them ask.
 */
class MoaServices
{
    private const LOOKUP_TIMEOUT = 0.5; // s; another copy may answer
    private const BAD = 5.0; // s that an instance is left alone after it failed
    private const STALE = 15.0; // s; of older knowledge another copy may have newer
    private const ATTEMPTS = 3;

    private array $kept = []; // service -> [instances, known as of, ask again at]; bad address -> until
    private array $links = []; // address -> Redis

    /** @param $lookups addresses such as '10.0.0.5:9100'; $password is what lookups and servers want, if they want one */
    public function __construct(
        private array $lookups, private string $caller = '', private ?string $password = null, private float $refresh = 10.0)
    {
    }

    public function call(string $service, string $method, array $args = [], int $timeoutMs = 1000, bool $idempotent = false)
    {
        $deadline = microtime(true) + $timeoutMs / 1000;
        $tried = [];
        $failure = new CallFailed('UNAVAILABLE', 'no', "no address of $service is known, or no time was left");
        while (count($tried) < self::ATTEMPTS) {
            $address = $this->pick($service, $tried);
            $leftMs = (int) (($deadline - microtime(true)) * 1000);
            if ($leftMs <= 0 || $address === null) {
                break;
            }
            $tried[] = $address;
            $request = ['service' => $service, 'method' => $method, 'args' => $args, 'timeoutMs' => $leftMs];
            $sent = false;
            try {
                $link = $this->link($address, min(self::LOOKUP_TIMEOUT, $leftMs / 1000));
                $link->setOption(Redis::OPT_READ_TIMEOUT, $leftMs / 1000 + 0.5);
                $sent = true;
                $text = $link->get(json_encode($request + ($this->caller === '' ? [] : ['caller' => $this->caller]), JSON_THROW_ON_ERROR));
                if ($text === false) {
                    throw new RedisException($link->getLastError() ?? 'no answer');
                }
            } catch (RedisException $e) {
                unset($this->links[$address]);
                $sent = $sent && $e->getMessage() !== 'Connection lost'; // so phpredis says that it has not sent anything
                $this->keep("bad $address", microtime(true) + self::BAD);
                $failure = new CallFailed('UNAVAILABLE', $sent ? 'unknown' : 'no', "$address: " . $e->getMessage());
                if ($sent && !$idempotent) {
                    break; // it may have run
                }
                continue;
            }
            $reply = json_decode($text, true, 512, JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
            if (!isset($reply['error'])) {
                return $reply['result'];
            }
            $error = $reply['error'];
            $failure = new CallFailed($error['status'], $error['executed'], $error['message'], $error);
            if ($error['status'] === 'DRAINING') { // it closes its connections soon
                $this->keep("bad $address", microtime(true) + self::BAD);
            }
            $again = $error['executed'] === 'no' || ($idempotent && $error['executed'] === 'unknown');
            if (!$again || ($error['neverRetry'] ?? false) || $error['status'] === 'INVALID_ARGUMENT') {
                break;
            }
        }
        throw $failure;
    }

    private function pick(string $service, array $tried): ?string
    {
        $there = array_filter($this->instances($service), fn($each) => !in_array($each['address'], $tried, true));
        $good = array_filter($there, fn($each) => $this->kept("bad {$each['address']}", 0) < microtime(true));
        $sure = array_filter($good, fn($each) => $each['state'] === 'ONLINE');
        $some = $sure ?: $good ?: $there;
        $at = $some ? mt_rand(1, array_sum(array_column($some, 'weight'))) : 0;
        foreach ($some as $each) {
            if (($at -= $each['weight']) <= 0) {
                return $each['address'];
            }
        }
        return null;
    }

    private function instances(string $service): array
    {
        [$held, $asOf, $again] = $this->kept("list $service", [[], 0, 0]);
        if (microtime(true) < $again) {
            return $held;
        }
        [$found, $known] = $this->ask($service);
        if ($found !== null && (!$held || ($found && $known > $asOf - self::STALE))) {
            [$held, $asOf] = [$found, $known];
        }
        $this->keep("list $service", [$held, $asOf, microtime(true) + ($found === null ? 1 : $this->refresh)]);
        return $held;
    }

    /** The freshest that a copy says; null if none says anything. */
    private function ask(string $service): array
    {
        [$best, $asOf] = [null, 0];
        shuffle($this->lookups);
        foreach ($this->lookups as $lookup) {
            try {
                $link = $this->link($lookup, self::LOOKUP_TIMEOUT);
                $link->setOption(Redis::OPT_READ_TIMEOUT, self::LOOKUP_TIMEOUT);
                $said = json_decode((string) $link->rawCommand('MOA.LOOKUP', $service, 'JSON'), true);
            } catch (RedisException $e) {
                unset($this->links[$lookup]);
                continue;
            }
            if (!isset($said['instances'])) {
                continue; // TRYAGAIN: it knows nothing yet
            }
            $known = microtime(true) - $said['ageMs'] / 1000;
            if ($best === null || $known > $asOf) {
                [$best, $asOf] = [array_values(array_filter($said['instances'], fn($each) => $each['usable'])), $known];
            }
            if ($said['ageMs'] <= self::STALE * 1000) {
                break;
            }
        }
        return [$best, $asOf];
    }

    private function link(string $address, float $timeout): Redis
    {
        if (!isset($this->links[$address])) {
            $colon = strrpos($address, ':');
            $link = new Redis();
            $link->connect(substr($address, 0, $colon), (int) substr($address, $colon + 1), $timeout);
            $link->setOption(Redis::OPT_MAX_RETRIES, 0); // only call() knows what may be repeated
            if ($this->password !== null) {
                $link->auth($this->password);
            }
            $this->links[$address] = $link;
        }
        return $this->links[$address];
    }

    private function keep(string $key, $value): void
    {
        $this->kept[$key] = $value;
        if (function_exists('apcu_enabled') && apcu_enabled()) {
            apcu_store("moa $key", $value, 3600);
        }
    }

    private function kept(string $key, $otherwise)
    {
        $shared = function_exists('apcu_enabled') && apcu_enabled() ? apcu_fetch("moa $key") : false;
        return $shared !== false ? $shared : ($this->kept[$key] ?? $otherwise);
    }
}
