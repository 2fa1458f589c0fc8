function descend(depth) {
  return depth == 0 ? 0 : descend(depth - 1) + 1
}

{ print $1 + $2 + descend(300000) - 300000 }
