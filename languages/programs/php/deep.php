<?php
function descend(int $depth): int
{
    return $depth === 0 ? 0 : descend($depth - 1) + 1;
}

[$a, $b] = explode(' ', trim(fgets(STDIN)));
echo $a + $b + descend(500000) - 500000, "\n";
