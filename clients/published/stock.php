<?php
// A service behind PHP-FPM. A call is a POST with a request in JSON; anything else asks whether it is there.
if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    exit;
}
header('Content-Type: application/json');
$call = json_decode(file_get_contents('php://input'), true, 64, JSON_THROW_ON_ERROR);
$args = $call['args'];
$reply = match ($call['method']) {
    'who' => ['result' => 'php'],
    'echo' => ['result' => $args[0]],
    'reserve' => $args[1] <= 100
        ? ['result' => mb_strlen($args[0]) * $args[1]]
        : ['error' => ['code' => 'OUT_OF_STOCK', 'message' => 'only 100 are left', 'fields' => ['left' => 100]]],
    default => ['error' => ['status' => 'UNIMPLEMENTED', 'executed' => 'no', 'message' => "there is no {$call['method']}"]],
};
echo json_encode($reply, JSON_UNESCAPED_UNICODE);
